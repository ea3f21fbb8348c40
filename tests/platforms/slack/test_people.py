"""What the bot remembers of people: names, for five minutes."""

from types import SimpleNamespace
from typing import Any

from bot.platforms.slack.people import FRESH, People


class Asked:
    """Slack and its tokens, which count how often somebody was asked about."""

    def __init__(self) -> None:
        self.users: list[str] = []
        self.answers = self

    async def token(self, _team: str) -> str:
        """Always the same."""
        return "x"

    async def users_info(self, *, token: str, user: str) -> Any:
        """Everybody is there."""
        self.users.append(user)
        return {"user": {"id": user, "name": user.lower()}}


async def test_a_name_is_remembered_for_a_while_and_then_let_go() -> None:
    """Within five minutes Slack is asked once; later nothing of somebody who left is kept."""
    slack, clock = Asked(), SimpleNamespace(now=0.0)
    fake: Any = slack
    people = People(fake, fake, lambda: clock.now)
    for _ in range(3):
        assert (await people.member("T1", "U1", "")).person.name == "u1"
    assert slack.users == ["U1"]
    clock.now = FRESH + 1
    await people.member("T1", "U2", "")
    assert list(people._known) == [("T1", "U2")]


async def test_rights_are_asked_for_each_time() -> None:
    """What an organizer may do is what Slack says at that very moment."""
    slack: Any = Asked()
    people = People(slack, slack, lambda: 0.0)
    for _ in range(3):
        await people.profile("T1", "U1")
    assert slack.users == ["U1"] * 3
