"""Rounds of SIGKILL around what is for one member: a private reminder, and a role for what was recorded."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.faults.child import POINTS
from tests.faults.count import Count
from tests.faults.kills import MONDAY, THURSDAY, dies_and_comes_back
from tests.faults.payloads import ORGANIZER, REWARD
from tests.faults.script import Asked, When, kills
from tests.faults.state import DIRECT
from tests.faults.world import World

NOT_ANSWERED = "private: done, not answered"
NUDGES = {
    "private: passed on, not committed": "nudge passing on",
    "private: planned, not claimed": "nudge planned",
    "private: claimed, not committed": "nudge claiming",
    NOT_ANSWERED: When.DURING,
    "private: just answered": When.AFTER,
    "private: sent, not committed": "nudge recording",
}
ROLES = {
    "role: claimed, not committed": "role claiming",
    "role: done, not answered": When.DURING,
    "role: just answered": When.AFTER,
    "role: done, not committed": "role recording",
}
AWAY = (timedelta(minutes=3), timedelta(hours=3))
"""How long the bot is down: longer than any claim lasts."""
MEMBERS = 3
TOPIC = "python"


async def nudge_rounds(world: World, points: Sequence[str], chance: random.Random) -> dict[str, Count]:
    """A week for each point: its prompt, and then a death around the private reminders."""
    people = await _begin(world)
    for channel, person in people:
        await _said(world, channel, person, "preferences", reminders="dm")
    found = defaultdict[str, Count](Count)
    for point in points:
        world.move_to(world.next_time(MONDAY))
        prompted = await world.settled()
        before = {person: _reminders(world, person) for _, person in people}
        _arm(world, NUDGES[point], lambda: (Asked.MESSAGE, DIRECT + chance.choice(people)[1]), chance)
        world.move_to(world.next_time(THURSDAY))
        died = await dies_and_comes_back(world, chance.choice(AWAY))
        settled = await world.until(lambda: _waiting(world) == 0)
        new = [_reminders(world, person) - before[person] for _, person in people]
        found[point] += _counted(new, point, died=died, settled=prompted and settled)
    return found


async def role_rounds(world: World, points: Sequence[str], chance: random.Random) -> dict[str, Count]:
    """For each point everybody records the topic or takes it back, and the bot dies around a role."""
    people = await _begin(world)
    for channel in world.channels:
        await _said(world, channel, ORGANIZER, "rewards", role=REWARD, item=TOPIC)
    found = defaultdict[str, Count](Count)
    for point in points:
        _arm(world, ROLES[point], lambda: (Asked.ROLE, chance.choice(people)[1]), chance)
        turning = asyncio.gather(*(_turn(world, *one) for one in people))
        died = await dies_and_comes_back(world, chance.choice(AWAY))
        await turning
        # Some think again at once, before the bot has looked at what it was doing when it died.
        await asyncio.gather(*(_turn(world, *one) for one in chance.sample(people, MEMBERS)))
        settled = await world.until(lambda: _waiting(world) == 0)
        found[point] += _counted(_roles_by_marks(world, people), point, died=died, settled=settled)
    return found


async def _begin(world: World) -> list[tuple[str, str]]:
    """Groups with members in each: (channel, person) of all."""
    await world.start()
    await world.set_up()
    people = [(channel, f"{channel}{number}") for channel in world.channels for number in range(MEMBERS)]
    for channel, person in people:
        await _said(world, channel, person, "join")
    return people


async def _said(world: World, channel: str, person: str, command: str, **options: str) -> None:
    answer = await world.say(channel, person, command, **options)
    assert answer is not None, command


def _arm(
    world: World, point: str | When, whom: Callable[[], tuple[Asked, str]], chance: random.Random
) -> None:
    if isinstance(point, When):
        world.discord.script.plan(*whom(), kills(world.kill, point))
    else:
        most = MEMBERS if point.endswith("recording") else 1
        world.clock.order_death(1 + POINTS.index(point), chance.randint(1, most))


async def _turn(world: World, channel: str, person: str) -> None:
    """Record the topic, or take it back where that was done."""
    if person in _earned(world):
        await world.say(channel, person, "undo")
    else:
        await world.say(channel, person, "done", item=TOPIC)


def _roles_by_marks(world: World, people: Sequence[tuple[str, str]]) -> list[int]:
    """For each person 1 where they have what their marks say, 0 where a role is missing, 2 where one is too much."""
    earned = _earned(world)
    wanted = {
        (world.discord.guild_of(channel), person, REWARD) for channel, person in people if person in earned
    }
    has = world.discord.roles
    assert {person for _, person, _ in has} <= {person for _, person in people}
    return [
        1 + sum(person in role for role in has) - sum(person in role for role in wanted)
        for _, person in people
    ]


def _earned(world: World) -> set[str]:
    """Who has the topic by the marks on disk."""
    question = (
        "SELECT member.person FROM mark JOIN member ON member.id = mark.member_id"
        " JOIN item ON item.id = mark.item_id WHERE mark.act = 'finished' AND item.key = ?"
        " AND NOT EXISTS (SELECT 1 FROM mark AS later WHERE later.undoes = mark.id)"
    )
    return {person for (person,) in world.rows(question, TOPIC)}


def _reminders(world: World, person: str) -> int:
    """How many reminders somebody has got."""
    titles = [embed["title"] for said in world.discord.messages[DIRECT + person] for embed in said["embeds"]]
    return sum("left" in title or "ends today" in title for title in titles)


def _waiting(world: World) -> int:
    """How much is still to be said, passed on, given or looked at; a way back has its own hour, on another day."""
    question = (
        "SELECT (SELECT count(*) FROM nudge WHERE try_at IS NOT NULL AND kind = 'reminder')"
        " + (SELECT count(*) FROM post WHERE passed_on IS NOT NULL)"
        " + (SELECT count(*) FROM role_grant WHERE try_at IS NOT NULL)"
        " + (SELECT count(*) FROM reward WHERE walked_to IS NOT NULL)"
        " + (SELECT count(*) FROM mark WHERE id > (SELECT CAST(value AS INTEGER) FROM meta"
        " WHERE key = 'rewards_seen'))"
    )
    return world.waiting() + int(world.rows(question)[0][0])


def _counted(had: Sequence[int], point: str, *, died: bool, settled: bool) -> Count:
    """What each person should have once, counted."""
    count = Count(rounds=1, expected=len(had), seen=sum(had), lost=had.count(0))
    count.doubled = sum(max(0, number - 1) for number in had)
    count.notes = [
        f"{point}: {what}" for what, so in (("did not die", died), ("not settled", settled)) if not so
    ]
    return count
