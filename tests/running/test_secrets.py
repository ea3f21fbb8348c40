"""Nothing that a person wrote and no secret is in what a real process tells its operator."""

import subprocess
import sys
from pathlib import Path

from tests.faults.process import ROOT, environment
from tests.faults.rest import TOKEN
from tests.faults.script import Asked, When, cloudflare, drops, fails
from tests.faults.world import world
from tests.running.test_health import get, monday, port, stopped, until
from tests.running.test_run import posts, started, studying

__all__ = ["port"]

NOTE, UNKNOWN, NAME = "canary-note-4711", "canary-item-4711", "person-7"
WRONG = "MTA1MjQ4NzE2MzQ1Njc4OTAxMg.Canary.canary-token-that-nobody-must-ever-read"


async def test_no_canary_is_ever_told(tmp_path: Path, port: int) -> None:
    """No token, note, typed text or name is in the log, even at DEBUG with faults, or in a page (scenario 43)."""
    settings = {"HEALTH_PORT": str(port), "LOG_LEVEL": "DEBUG"}
    async with world(tmp_path, None, 2, environment=settings) as found:
        bot = await studying(found)
        channel, other = found.channels
        answer = await found.say(channel, "7", "done", note=NOTE)
        assert answer is not None
        assert answer["embeds"][0]["title"].startswith("Recorded")
        await found.say(channel, "7", "topic", item=UNKNOWN)
        await found.say(channel, "7", UNKNOWN)
        found.discord.script.plan(Asked.ANSWER, "", drops(When.AFTER), *[fails(500, When.BEFORE)] * 5)
        for _ in range(2):
            await found.say(channel, "7", "done", note=NOTE)
        found.discord.script.plan(Asked.MESSAGE, channel, drops(When.AFTER), fails(503, When.AFTER))
        found.discord.script.plan(Asked.MESSAGE, other, cloudflare(60))
        monday(found)
        await until(port, 503, "Cloudflare")
        pages = [(await get(port, page))[1] for page in ("/healthz", "/readyz", "/metrics", "/nothing")]
        found.clock.forward(minutes=2)
        assert await found.until(lambda: posts(found) == 2)
        own = environment() | found.order().environment
        doctor = subprocess.run(  # noqa: ASYNC221 - the bot is a process of its own
            [sys.executable, "-m", "bot", "doctor"],
            cwd=ROOT,
            env=own,
            capture_output=True,
            text=True,
            check=False,
        )
        told = "\n".join([await stopped(bot), *pages, doctor.stdout, doctor.stderr])
        assert set(found.rows("SELECT note FROM mark")) == {(NOTE,)}
    assert "an answer was lost" in told
    assert '"command": "done"' in told
    assert [secret for secret in (TOKEN, NOTE, UNKNOWN, NAME, "token-") if secret in told] == []


async def test_a_wrong_token_is_not_told(tmp_path: Path) -> None:
    """A token that is refused is not in the line that says so."""
    async with world(tmp_path, None, 1, environment={"LOG_LEVEL": "DEBUG"}) as found:
        bot = await started(found, WRONG)
        output, said = await bot.communicate()
    assert bot.returncode == 1
    assert "DISCORD_TOKEN" in said.decode()
    assert "anary" not in output.decode() + said.decode()
