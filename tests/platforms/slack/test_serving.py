"""Only what Slack signed gets in, once (scenario 44); and a socket does as well."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.app import App
from bot.core.errors import Passing, StartupError
from tests.platforms.slack.conftest import SlackWorld, Watch
from tests.platforms.slack.fake import Fault
from tests.platforms.slack.talk import ALICE, OLIVIA, STUDY, Slack, read

FORM = "application/x-www-form-urlencoded"
SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"


async def signed(slack: Slack, body: str) -> dict[str, str]:
    """The headers of a genuine request, which is not sent."""
    taken: dict[str, str] = {}

    class Taking:
        """Stands for the session."""

        def post(self, _url: str, *, headers: dict[str, str], **_more: Any) -> Any:
            taken.update(headers)
            raise asyncio.CancelledError

    session, slack.session = slack.session, Taking()  # type: ignore[assignment]
    try:
        await slack.deliver(body, FORM)
    except asyncio.CancelledError:
        pass
    finally:
        slack.session = session
    return taken


async def post(there: SlackWorld, body: bytes, headers: Any) -> int:
    """Send something as it is."""
    assert there.app.slack is not None
    url = f"http://127.0.0.1:{there.app.slack.port}/slack/events"
    async with there.slack.session.post(url, data=body, headers=headers) as response:
        return response.status


async def test_what_slack_did_not_sign_is_refused(grouped: SlackWorld) -> None:
    """A replay, an altered byte, a missing or odd header: 401 each, and nothing is done."""
    slack = grouped.slack
    await slack.say(ALICE, "/done docker")
    body = urlencode(slack.command(ALICE, "/study undo"))
    good = await signed(slack, body)
    without = {key: value for key, value in good.items() if key != SIGNATURE}
    timeless = {key: value for key, value in good.items() if key != TIMESTAMP}
    odd: list[tuple[bytes, Any]] = [
        (body.replace("undo", "done").encode(), good),
        (body.encode() + b" ", good),
        (b"", good),
        (b"\xff\xfe", good),
        (body.encode(), without),
        (body.encode(), timeless),
        (body.encode(), {}),
        (body.encode(), {**good, SIGNATURE: ""}),
        (body.encode(), {**good, SIGNATURE: "v0=" + "0" * 64}),
        (body.encode(), {**good, SIGNATURE: good[SIGNATURE].upper()}),
        (body.encode(), {**good, SIGNATURE: "v0=é"}),
        (body.encode(), {**good, TIMESTAMP: "now"}),
        (body.encode(), {**good, TIMESTAMP: ""}),
        (body.encode(), {**good, TIMESTAMP: "1e9"}),
        (body.encode(), {**good, TIMESTAMP: "٣"}),
        (body.encode(), {**good, TIMESTAMP: "9" * 40}),
        (body.encode(), {**good, TIMESTAMP: "-1"}),
        (body.encode(), [*good.items(), (SIGNATURE, "v0=" + "0" * 64)]),
        (body.encode(), [*good.items(), (TIMESTAMP, "1")]),
    ]
    for content, headers in odd:
        assert await post(grouped, content, headers) == 401, headers
    assert await post(grouped, body.encode(), good) == 200
    assert await post(grouped, body.encode(), good) == 401
    assert await post(grouped, body.encode(), {**good, "X-Slack-Retry-Num": "1"}) == 200
    assert grouped.app.slack is not None
    await grouped.app.slack.idle()
    titles = [read(message).title for message in grouped.fake.private[STUDY, ALICE]]
    assert titles == ["Recorded: Docker", "Taken back: Docker"]


async def test_a_token_in_the_environment_is_no_news(
    there: SlackWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The library finds the token there by itself, and what it says of that would only puzzle the operator."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    await there.restart()
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []


async def test_an_old_request_is_refused(grouped: SlackWorld) -> None:
    """What was signed more than five minutes ago, or is from the future, is refused."""
    body = urlencode(grouped.slack.command(ALICE, "/next"))
    good = await signed(grouped.slack, body)
    now = grouped.clock.now
    for seconds in (301, -301):
        grouped.clock.now = now.fromtimestamp(now.timestamp() + seconds, now.tzinfo)
        assert await post(grouped, body.encode(), good) == 401
    grouped.clock.now = now
    assert await post(grouped, body.encode(), good) == 200


async def test_slack_finds_out_whose_address_it_is(there: SlackWorld) -> None:
    """The challenge that Slack sends to a new address is answered."""
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    assert await there.slack.deliver(body, "application/json") == 200


@pytest.fixture
async def socketed(url: str, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackWorld]:
    """The bot in Socket Mode."""
    from bot.settings import Settings

    tokens: dict[str, Any] = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1-A1-1"}
    settings = Settings(database_url=url, _env_file=None, **tokens)
    world = await SlackWorld(lambda: App(settings, clock=watch), watch).start(monkeypatch)
    try:
        yield world
    finally:
        await world.stop()


async def over_socket(there: SlackWorld, kind: str, payload: Any, envelope: str) -> None:
    """Deliver something over the newest socket, and wait for its acknowledgement."""
    before = there.fake.acknowledged.count(envelope)
    sent = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
    await there.fake.sockets[-1].send_json(sent)
    await there.fake.until(lambda: there.fake.acknowledged.count(envelope) > before)


async def test_socket_mode_needs_no_address(socketed: SlackWorld) -> None:
    """Commands and clicks come over the socket, are acknowledged there and answered; a repeat acts once."""
    fake, slack = socketed.fake, socketed.slack
    await fake.until(lambda: fake.sockets)
    assert socketed.app.slack is not None
    assert socketed.app.slack.connected()
    await over_socket(socketed, "slash_commands", slack.command(OLIVIA, "/study setup"), "e1")
    await fake.until(lambda: fake.private[STUDY, OLIVIA])
    body = slack.command(ALICE, "/done docker")
    for envelope in ("e2", "e3"):
        await over_socket(socketed, "slash_commands", body, envelope)
    await fake.until(lambda: fake.private[STUDY, ALICE])
    said = read(fake.private[STUDY, ALICE][0])
    assert said.title == "Recorded: Docker"
    button = said.message["blocks"][-1]["elements"][1]["action_id"]
    await over_socket(socketed, "interactive", slack.pressed(ALICE, button, said.message), "e4")
    await fake.until(lambda: len(fake.private[STUDY, ALICE]) == 2)
    assert read(fake.private[STUDY, ALICE][1]).title == "Taken back: Docker"


async def test_a_socket_that_broke_is_opened_again(socketed: SlackWorld) -> None:
    """Slack closes sockets now and then; the next one takes over, with one listener."""
    fake = socketed.fake
    await fake.until(lambda: fake.sockets)
    await fake.sockets[0].close()
    await fake.until(lambda: len(fake.sockets) == 2)
    await over_socket(socketed, "slash_commands", socketed.slack.command(OLIVIA, "/study"), "e1")
    await fake.until(lambda: fake.private[STUDY, OLIVIA])
    assert len(fake.private[STUDY, OLIVIA]) == 1


@pytest.mark.parametrize(
    "method, fault, expected",
    [
        ("auth.test", Fault("invalid_auth"), StartupError),
        ("auth.test", Fault("internal_error"), Passing),
        ("auth.test", Fault(drop=True), Passing),
        ("apps.connections.open", Fault("invalid_auth"), StartupError),
        ("apps.connections.open", Fault("internal_error"), Passing),
    ],
)
async def test_a_start_that_fails_says_why(
    socketed: SlackWorld, method: str, fault: Fault, expected: type[Exception]
) -> None:
    """A wrong token is one line for the operator; what passes is tried again."""
    slack = socketed.app.slack
    assert slack is not None
    await slack.close()
    socketed.fake.fail(method, fault, fault)
    with pytest.raises(expected):
        await slack.run()
    assert not slack.connected()
    assert slack.troubles()


async def test_a_host_that_is_not_this_machines_is_named(
    there: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sets a host at which nobody can listen reads which settings say so."""
    slack = there.app.slack
    assert slack is not None
    await slack.close()
    monkeypatch.setattr(slack, "_access", replace(slack._access, host="nowhere.invalid"))
    with pytest.raises(
        StartupError, match=r"^SLACK_HOST nowhere.invalid, SLACK_PORT 0 can't be listened at: \w+"
    ):
        await slack.run()
