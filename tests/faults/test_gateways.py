"""The gateway goes away in every way it can, over a real socket."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults import payloads
from tests.faults.gateways import FAULTS, FORGOTTEN, final_rounds, gateway_rounds
from tests.faults.kills import MONDAY
from tests.faults.process import Nursery, start
from tests.faults.world import world


async def test_a_gateway_that_goes_away_costs_nothing(tmp_path: Path, nursery: Nursery) -> None:
    """Closed, asked to reconnect, session lost, zombie, servers away: one post each, and people are answered."""
    quick = [fault for fault in FAULTS if fault != FORGOTTEN]

    async def one(number: int, fault: str) -> tuple[str, object]:
        async with world(tmp_path / str(number), nursery, 2) as found:
            count = await gateway_rounds(found, fault, 1, random.Random(number))
            return fault, count if not count.good() or count.notes else None

    done = dict(await asyncio.gather(*(one(*each) for each in enumerate(quick))))
    assert done == dict.fromkeys(quick)


@pytest.mark.parametrize("code, words", [(4004, "DISCORD_TOKEN"), (4014, "privileged intent")])
async def test_a_close_that_nobody_can_mend_ends_the_bot(tmp_path: Path, code: int, words: str) -> None:
    """A token or an intent that Discord does not accept any more is one clear line, and no storm of IDENTIFYs."""
    async with world(tmp_path, None, 1) as found:
        found.gateway.refuses = code
        bot = await start(found.order(), tmp_path)
        async with asyncio.timeout(30):
            _, said = await bot.communicate()
    assert bot.returncode == 1
    assert words in said.decode().strip().splitlines()[-1]
    assert "Traceback" not in said.decode()
    assert found.gateway.identifies == 1


async def test_a_bot_that_was_closed_for_good_posts_when_that_is_mended(
    tmp_path: Path, nursery: Nursery
) -> None:
    """It ends by itself at one login at most, names what to mend, and started again it posts once (scenario 4)."""
    async with world(tmp_path, nursery, 1) as found:
        count = await final_rounds(found, "closed with 4014, intent refused", 2, random.Random(1))
    assert count.good()
    assert count.notes == []


async def test_a_bot_that_was_removed_stops_posting_and_keeps_the_data(
    tmp_path: Path, nursery: Nursery
) -> None:
    """Removed from a server nothing is planned there; invited again, the group goes on by itself (scenario 22)."""
    async with world(tmp_path, nursery, 1) as found:
        await found.start()
        await found.set_up()
        (guild,) = found.discord.guilds
        await found.gateway.lose_guild(guild, outage=False)
        due = "SELECT state, next_due_at IS NULL FROM study_group"
        assert await found.until(lambda: found.rows(due) == [("active", 1)])
        found.move_to(found.next_time(MONDAY))
        assert await found.settled()
        assert found.discord.posts(found.channels[0]) == []
        await found.gateway.dispatch("GUILD_CREATE", payloads.guild(guild, found.discord.guilds[guild]))
        assert await found.until(lambda: found.rows(due) == [("active", 0)])
        found.move_to(found.next_time(MONDAY))
        assert await found.until(lambda: len(found.discord.posts(found.channels[0])) == 1)
