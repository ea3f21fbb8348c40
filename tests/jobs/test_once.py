"""One visible post, whatever happens when: a platform that does its work late, and a machine that sleeps anywhere."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.platform import ANSWERS_WITHIN, Message, Unsure
from tests.conftest import Fresh
from tests.room import FakePlatform, Room

NONCE_KEPT = timedelta(minutes=2)
"""The harshest reading of Discord's “past few minutes”."""


@dataclass(frozen=True)
class Try:
    """How one call goes. Times in seconds.

    The machine sleeps `nap` before it leaves, and its work is done `after` that, or never; the bot hears of none of it
    if it is `lost`. `pause` is how long nothing happens before the bot looks again, asked by an organizer or not.
    """

    nap: float
    after: float | None
    lost: bool
    pause: float
    asked: bool


@dataclass
class LatePlatform(FakePlatform):
    """Does what it was asked at some time within thirty seconds, and remembers a nonce for exactly two minutes."""

    tries: list[Try] = field(default_factory=list)
    late: list[tuple[datetime, Message]] = field(default_factory=list)
    made: list[datetime] = field(default_factory=list)

    def _take(self, message: Message) -> str:
        now = self.clock()
        if not self.made or now - self.made[0] > NONCE_KEPT:
            self.made.insert(0, now)
            self.visible.append((f"m{len(self.made)}", message.channel, message, now))
        return self.visible[-1][0]

    def catch_up(self) -> None:
        """Do what was to be done by now, each at its time."""
        now = self.clock()
        for at, message in sorted(self.late, key=lambda one: one[0]):
            if at <= now:
                self.clock.now = at
                self._take(message)
        self.late = [one for one in self.late if one[0] > now]
        self.clock.now = now

    def pass_by(self, seconds: float) -> None:
        """Let time go by here."""
        self.clock.forward(seconds=seconds)
        self.catch_up()

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look, a moment after what is done by now."""
        self.catch_up()
        return await super().find(message, since)

    async def send(self, message: Message) -> str:
        """Send as the script says, and well once it has come to its end."""
        self.calls.append(("send", message.nonce))
        how = self.tries.pop(0) if self.tries else Try(0, 0, lost=False, pause=0, asked=False)
        self.pass_by(how.nap)
        if not message.still():
            raise Unsure("Too late.")
        if how.after is not None:
            self.late.append((self.clock() + timedelta(seconds=how.after), message))
        if not how.lost and how.after is not None:
            self.pass_by(how.after)
            return self.visible[-1][0]
        raise Unsure("The answer was lost.")


within = st.floats(0, ANSWERS_WITHIN.total_seconds())
tries = st.builds(
    Try,
    nap=st.sampled_from([0.0, 0.0, 20.0, 80.0, 200.0, 4000.0]) | st.floats(0, 200),
    after=st.none() | within,
    lost=st.sampled_from([True, True, True, False]),
    pause=st.sampled_from([0.0, 16.0, 30.0, 75.0, 91.0]) | st.floats(0, 200),
    asked=st.booleans(),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(tries, max_size=6))
# Taken and its answer lost; the repeat is done late, or the machine sleeps before it leaves.
@example([Try(0, 0, lost=True, pause=110, asked=False), Try(0, 25, lost=True, pause=0, asked=False)])
@example([Try(0, 0, lost=True, pause=80, asked=False), Try(100, 0, lost=True, pause=0, asked=False)])
@example([Try(0, 29, lost=True, pause=16, asked=True), Try(4000, 0, lost=False, pause=0, asked=False)])
async def test_nothing_is_ever_there_twice(fresh: Fresh, script: list[Try]) -> None:
    """Answers lost, work done late, naps before leaving, /prompt at any time: one post in the end, and never two."""
    with fresh() as url:
        room = Room(url)
        await room.open()
        platform = LatePlatform(room.clock, tries=list(script))
        room.platform, room.delivery.platforms = platform, [platform]
        try:
            await room.tick(minutes=1)
            for how in script:
                platform.pass_by(how.pause)
                await (room.say("prompt") if how.asked else room.tick())
            for _ in range(8):
                platform.pass_by(700)
                await room.tick()
        finally:
            room.close()
        assert len(platform.visible) == 1
