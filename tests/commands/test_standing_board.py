"""The board in the channel, over Discord: /board here."""

from tests.commands.asking import ask
from tests.conftest import World
from tests.talk import Said, click, say


def boards(world: World) -> list[Said]:
    """What stands in the channel as a board."""
    return [post for post in world.posts() if post.title.startswith("🏆")]


async def later(world: World, seconds: float = 65) -> None:
    """Let a minute pass with a tick every few seconds, as in life."""
    for _ in range(2):
        await world.env.advance_time(seconds / 2)
        await world.app.tick()
    await world.env.settle()


async def test_the_board_keeps_itself_up_to_date_over_a_restart(group: World) -> None:
    """One public message shows the week and all points, follows marks, and is the same after a restart."""
    answer = await say(group.olivia, "/board here")
    assert answer.title == "Posted 📌"
    assert answer.private
    await later(group, 200)
    await ask(group, group.alice, "done", item="docker")
    await later(group)
    (board,) = boards(group)
    assert list(board.fields.values()) == ["🥇 alice · 12 points"] * 2
    assert board.footer == "1 member with points · keeps itself up to date"
    await group.restart()
    await ask(group, group.bob, "done", item="terraform")
    await later(group)
    (after,) = boards(group)
    assert "bob" in after
    assert after.message is not None
    assert board.message is not None
    assert after.message.id == board.message.id
    assert (await click(group.alice, after, "Where I am")).private


async def test_a_board_that_a_moderator_deletes_stays_deleted(group: World) -> None:
    """Nothing is posted by itself again; /status says it, and /board here posts it anew."""
    await say(group.olivia, "/board here")
    await later(group, 200)
    (board,) = boards(group)
    assert board.message is not None
    group.env.backend.delete_message(group.study.id, board.message.id)
    await ask(group, group.alice, "done", item="docker")
    await later(group)
    assert boards(group) == []
    assert "was deleted, and stays so" in (await say(group.olivia, "/status")).fields["The board"]
    assert (await say(group.olivia, "/board here")).title == "Posted 📌"
    (board,) = boards(group)
    assert "alice" in board


async def test_hidden_people_and_aliases_are_respected_on_it(group: World) -> None:
    """The board in the channel shows nobody who is hidden, and an alias instead of a name."""
    for who in (group.alice, group.bob):
        await ask(group, who, "done", item="docker")
    await say(group.olivia, "/board here")
    await later(group, 200)
    assert "alice" in boards(group)[0]
    await say(group.alice, "/preferences board:hidden")
    await say(group.bob, "/preferences alias:Robin")
    await later(group)
    assert "alice" not in boards(group)[0]
    assert "bob" not in boards(group)[0]
    assert "Robin" in boards(group)[0]
