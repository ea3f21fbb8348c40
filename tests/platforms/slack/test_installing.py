"""Several workspaces install the app: kept sealed, renewed before they expire, paused when revoked."""

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.app import App
from bot.core.custom_ids import encode
from bot.core.reply import Button
from bot.settings import Settings
from tests.platforms.slack.conftest import SlackWorld, Watch
from tests.platforms.slack.fake import Fault
from tests.platforms.slack.rows import rows
from tests.platforms.slack.talk import ALICE, CHARLIE, LOBBY, OLIVIA, SECRET, STUDY

KEY = "one key of thirty-two letters or more"
ACCESS: dict[str, Any] = {
    "slack_client_id": "1.2",
    "slack_client_secret": "client-secret",
    "slack_key": KEY,
    "slack_signing_secret": SECRET,
    "slack_port": 0,
}


@pytest.fixture
def slack_settings(url: str) -> dict[str, Any]:
    """What an operator sets for several workspaces."""
    return {"database_url": url, **ACCESS}


def access(bot: str, team: str, **more: Any) -> dict[str, Any]:
    """What Slack answers to an installation."""
    return {
        "access_token": bot,
        "token_type": "bot",
        "scope": "commands,chat:write",
        "bot_user_id": "U0BOT",
        "app_id": "A1",
        "team": {"id": team, "name": team},
        "authed_user": {"id": "U9INSTALLER"},
        "is_enterprise_install": False,
        **more,
    }


def renewable(by: str, seconds: int) -> dict[str, Any]:
    """A token that expires, and what renews it."""
    return {"refresh_token": by, "expires_in": seconds}


async def install(there: SlackWorld, code: str, **granted: Any) -> tuple[int, str]:
    """Go through the two pages as a browser does."""
    there.fake.codes[code] = access(**granted)
    assert there.app.slack is not None
    base, session = f"http://127.0.0.1:{there.app.slack.port}", there.slack.session
    async with session.get(f"{base}/slack/install") as page:
        text, cookie = await page.text(), page.cookies["slack-app-oauth-state"].value
    address = re.search(r'href="([^"]*authorize[^"]*)"', text)
    assert address is not None
    state = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)["state"][0]
    headers = {"Cookie": f"slack-app-oauth-state={cookie}"}
    async with session.get(
        f"{base}/slack/oauth_redirect?code={code}&state={state}", headers=headers
    ) as answer:
        return answer.status, state


@pytest.fixture
async def both(there: SlackWorld) -> SlackWorld:
    """Two workspaces that installed the app, each with a group."""
    assert (await install(there, "c1", bot="xoxb-1", team="T1"))[0] == 200
    assert (await install(there, "c2", bot="xoxb-2", team="T2"))[0] == 200
    await there.slack.say(OLIVIA, "/study setup")
    await there.slack.say(CHARLIE, "/study setup", LOBBY)
    return there


async def test_a_workspace_that_installed_the_app_has_everything(both: SlackWorld) -> None:
    """Each is spoken to with its own token, and posts go to both."""
    await both.days(4 + 9 / 24)
    assert len(both.posts(STUDY)) == len(both.posts(LOBBY)) == 1
    await both.restart()
    assert (await both.slack.say(CHARLIE, "/next", LOBBY)).title == "Python"


async def test_an_installation_needs_its_own_state(both: SlackWorld) -> None:
    """A state that was made up, or used before, installs nothing."""
    assert both.app.slack is not None
    base, session = f"http://127.0.0.1:{both.app.slack.port}", both.slack.session
    _, used = await install(both, "c3", bot="xoxb-3", team="T3")
    both.fake.codes["c4"] = access("xoxb-4", "T4")
    for state in ("made-up", used):
        headers = {"Cookie": f"slack-app-oauth-state={state}"}
        url = f"{base}/slack/oauth_redirect?code=c4&state={state}"
        async with session.get(url, headers=headers) as answer:
            assert answer.status == 401
    async with session.get(f"{base}/slack/oauth_redirect?code=c4&state={used}") as answer:
        assert answer.status == 400


async def test_tokens_are_sealed_and_nothing_of_the_installer_is_kept(both: SlackWorld, url: str) -> None:
    """The database holds neither a token nor who installed the app; another key opens nothing."""
    found = rows(url, "SELECT external_id, sealed FROM installation ORDER BY 1")
    assert [team for team, _ in found] == ["T1", "T2"]
    assert not re.search("xoxb|INSTALLER", str(found))
    opened = both.app.slack._installations  # type: ignore[union-attr]
    assert opened is not None
    installation = await opened.async_find_installation(enterprise_id=None, team_id="T1")
    assert installation is not None
    assert (installation.bot_token, installation.user_id, installation.user_token) == ("xoxb-1", "", None)


async def test_a_key_is_changed_by_putting_a_new_one_first(
    both: SlackWorld, url: str, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """With the old key behind a comma everything opens; with another one alone nothing does, and the log says so."""
    new = "another key of thirty-two letters or more"
    for keys, works in ((f"{new},{KEY}", True), (new, False)):
        settings = Settings(_env_file=None, database_url=url, **{**ACCESS, "slack_key": keys})
        both._make = lambda settings=settings: App(settings, clock=watch)  # type: ignore[misc]
        await both.restart()
        assert both.app.slack is not None
        assert (await both.app.slack.teams.team("T1") is not None) == works
    assert "SLACK_KEY" in caplog.text


async def test_a_token_is_renewed_before_it_expires(there: SlackWorld) -> None:
    """Slack gives tokens twelve hours: two before the end a new one is fetched, once, and used from then on."""
    soon = int(time.time()) + 3600
    await install(there, "c1", bot="xoxb-1", team="T1", **renewable("r1", 3600))
    there.fake.refreshed["r1"] = access("xoxb-1b", "T1", **renewable("r2", 43200))
    await there.slack.say(OLIVIA, "/study setup")
    there.fake.revoked.add("xoxb-1")
    assert (await there.slack.say(ALICE, "/next")).title == "Python"
    assert [m for m, b in there.fake.calls if b.get("grant_type")] == ["oauth.v2.access"]
    await there.restart()
    assert (await there.slack.say(ALICE, "/next")).title == "Python"
    assert soon < time.time() + 3601


async def test_a_renewal_that_fails_keeps_the_old_token(there: SlackWorld) -> None:
    """As long as the old token holds, a renewal that fails is only a line in the log."""
    await install(there, "c1", bot="xoxb-1", team="T1", **renewable("r1", 3600))
    there.fake.fail("oauth.v2.access", Fault("internal_error"))
    await there.slack.say(OLIVIA, "/study setup")
    assert (await there.slack.say(ALICE, "/next")).title == "Python"


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked", "found out when posting"])
async def test_a_workspace_that_took_its_token_back_is_paused_alone(
    both: SlackWorld, url: str, kind: str
) -> None:
    """Nothing is posted there, its data is kept, the other goes on; installing again welcomes it back (scenario 20)."""
    if kind == "found out when posting":
        both.fake.revoked.add("xoxb-1")
    else:
        event = {"type": kind, "tokens": {"bot": ["U0BOT"]}}
        assert await both.slack.event("T1", event) == 200
    await both.days(4 + 9 / 24)
    both.clock.now = both.clock.now.replace(hour=10)
    await both.app.tick()
    assert (len(both.posts(STUDY)), len(both.posts(LOBBY))) == (0, 1)
    assert rows(url, "SELECT external_id FROM workspace WHERE left_at IS NOT NULL") == [("T1",)]
    assert rows(url, "SELECT external_id FROM installation") == [("T2",)]
    assert len(rows(url, "SELECT id FROM study_group")) == 2
    await install(both, "c5", bot="xoxb-5", team="T1")
    await both.app.tick()
    both.clock.now = both.clock.now.replace(hour=11)
    await both.app.tick()
    assert len(both.posts(STUDY)) == 1


async def test_peoples_tokens_that_were_revoked_are_no_matter(both: SlackWorld, url: str) -> None:
    """The bot has no tokens of people, so theirs being revoked changes nothing."""
    await both.slack.event("T1", {"type": "tokens_revoked", "tokens": {"oauth": [ALICE]}})
    assert both.app.slack is not None
    await both.app.slack.idle()
    assert rows(url, "SELECT external_id FROM workspace WHERE left_at IS NOT NULL") == []


async def test_a_stranger_finds_nothing_by_a_forged_button(both: SlackWorld) -> None:
    """Buttons about another workspace's group, and people of another workspace, are not found from here."""
    await both.slack.say(ALICE, "/done docker")
    for name, args in (("done", {"item": "docker"}), ("progress", {}), ("status", {}), ("leave", {})):
        forged = encode(Button("Forged", name, {**args, "group": 1})) or ""
        assert (await both.slack.press(CHARLIE, forged, channel=LOBBY)).title == "Not found", name
    said = await both.slack.say(CHARLIE, f"/study progress <@{ALICE}|alice>", LOBBY)
    assert said.title == "Not in this group"


async def test_a_workspace_that_is_not_installed_is_told(there: SlackWorld) -> None:
    """A request of a workspace that the bot knows nothing of does nothing."""
    assert await there.slack.send_command(there.slack.command(CHARLIE, "/next", LOBBY)) == 200
    (hook,) = there.fake.hooks.values()
    assert hook.uses == 1
