"""What a picture of a group shows of its members."""

from bot.commands.scenes import FACES, crowd_of
from bot.core.picture import Crowd
from tests.makers import roadmap


def test_a_group_is_counted_and_shows_who_lets_themselves_be_seen() -> None:
    """Everybody counts, a few who are seen are shown by name, and the words say the numbers only."""
    names = [f"member {n}" for n in range(9)]
    plan = roadmap("a", "b", "c")
    found = crowd_of("#study", plan, {"a": names}, plan.topics[1], 2, (), {"a": 1, "c": 3})
    scene = found.scene
    assert isinstance(scene, Crowd)
    assert [(halt.members, halt.now) for halt in scene.halts] == [(10, False), (0, True), (3, False)]
    assert scene.halts[0].names == tuple(names[:FACES])
    assert "Where 15 members of #study are" in found.alt
    assert "finished 2" in found.alt
    assert not any(name in found.alt for name in names)
