"""What people type and click: acknowledged at once, done once, and answered when it is ready."""

import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.command import Command
from bot.core.custom_ids import Clicked, decode
from bot.core.forms import askable, entries, presented
from bot.core.platform import Handle, TryLater
from bot.core.reply import FAULT, OLD_BUTTON, Reply
from bot.core.request import Request, Value
from bot.core.seen import Seen
from bot.core.typed import find_command, understand
from bot.core.underway import Underway
from bot.platforms.slack.answering import Answering, Manner
from bot.platforms.slack.forms import asked_by_form, filled_in, form
from bot.platforms.slack.ids import as_typed, mention
from bot.platforms.slack.misunderstood import UNREACHABLE, not_a_command, not_understood
from bot.platforms.slack.people import People
from bot.platforms.slack.rendering import ACTION_ID
from bot.platforms.slack.requests import (
    Asked,
    asked_by_click,
    asked_by_command,
    asked_by_mention,
    request_from,
)
from bot.platforms.slack.teams import Teams
from bot.platforms.slack.web import LOST, Web
from bot.platforms.slack.words import DIRECT, STUDY, sayable

log = logging.getLogger("roadmate.slack")

Body = dict[str, Any]
HELP = "help"
_ANY = re.compile("")
_CALLED = re.compile(r"\s*<@[A-Z0-9]+>\s*")


class Incoming:
    """Listens to a Bolt app. Slack delivers again what it believes lost: `seen` remembers what was begun."""

    def __init__(
        self,
        commands: Sequence[Command],
        handle: Handle,
        web: Web,
        teams: Teams,
        people: People,
        answering: Answering,
    ) -> None:
        self._commands = {command.name: command for command in commands}
        self._sayable = sayable(commands)
        self._handle, self._web, self._teams = handle, web, teams
        self._people, self._answering = people, answering
        self._seen, self.underway = Seen(), Underway()

    def listen(self, app: AsyncApp) -> None:
        """Register with the app: everything that is said, clicked or sent comes by one of these."""

        async def said(ack: AsyncAck, body: Body) -> None:
            await ack()
            with self.underway:
                await self.said(body)

        async def clicked(ack: AsyncAck, body: Body) -> None:
            await ack()
            with self.underway:
                await self.clicked(body)

        async def sent(ack: AsyncAck, body: Body) -> None:
            await ack()
            with self.underway:
                await self.sent(body)

        async def called(event: Body, body: Body) -> None:
            with self.underway:
                await self.called(event, body)

        app.command(re.compile(rf"{STUDY}|/(?:{'|'.join(sorted(DIRECT))})"))(said)
        app.action({"action_id": _ANY, "type": "block_actions"})(clicked)
        app.view({"callback_id": _ANY, "type": "view_submission"})(sent)
        app.event("app_mention")(called)
        app.event("app_uninstalled")(self.removed)
        app.event("tokens_revoked")(self.revoked)

    async def said(self, body: Body) -> None:
        """Answer a slash command."""
        if not self._seen.first(("command", body["trigger_id"])):
            return
        name = body["command"].removeprefix("/")
        text = as_typed(body.get("text", ""))
        line = text if body["command"] == STUDY else f"{name} {text}"
        await self._typed(asked_by_command(body), line)

    async def called(self, event: Body, body: Body) -> None:
        """Answer a message that calls the bot by its name, which is how people speak to it in a thread."""
        team = body["team_id"]
        again = (("event", body["event_id"]), ("message", team, event["channel"], event["ts"]))
        if self._seen.first(*again) and event.get("user"):
            await self._typed(
                asked_by_mention(team, event), _CALLED.sub("", as_typed(event.get("text", "")), count=1)
            )

    async def _typed(self, asked: Asked, text: str) -> None:
        named = partial(mention, asked.team)
        command, rest = find_command(self._sayable, text.strip() or HELP)
        if command is None:
            await self._answering.respond(asked, not_a_command(self._sayable, text, named))
            return
        found = understand(command, rest, named)
        if found.rest or found.wrong:
            await self._answering.respond(asked, not_understood(found))
        else:
            await self._do(asked, found.command, found.args, Manner())

    async def clicked(self, body: Body) -> None:
        """Answer a click by saying the command that its id carries."""
        action = body["actions"][0]
        if not self._seen.first(("click", body["user"]["id"], action["action_id"], action["action_ts"])):
            return
        asked, said = asked_by_click(body), decode(str(action["action_id"]), ACTION_ID)
        command = self._commands.get(said.command) if said else None
        if said is None or command is None:
            await self._answering.respond(asked, OLD_BUTTON)
        elif askable(command, said.ask):
            await self._ask(asked, command, said, str((action.get("text") or {}).get("text", "")))
        else:
            await self._do(asked, command, said.args, _manner(asked, said))

    async def sent(self, body: Body) -> None:
        """Answer a form that was filled in."""
        view = body["view"]
        if not self._seen.first(("form", view["id"], view.get("hash", ""))):
            return
        asked, said = asked_by_form(body), decode(view["callback_id"], ACTION_ID)
        command = self._commands.get(said.command) if said else None
        if said is None or command is None:
            await self._answering.respond(asked, OLD_BUTTON)
        else:
            args: dict[str, Value] = {**said.args, **filled_in(view)}
            await self._do(asked, command, args, _manner(asked, said))

    async def removed(self, body: Body) -> None:
        """The workspace removed the app."""
        if self._seen.first(("event", body["event_id"])):
            await self._teams.removed(body["team_id"])

    async def revoked(self, event: Body, body: Body) -> None:
        """Tokens were revoked: the bot's own, or those of people, of which it has none."""
        if (event.get("tokens") or {}).get("bot") and self._seen.first(("event", body["event_id"])):
            await self._teams.removed(body["team_id"])

    async def _do(self, asked: Asked, command: Command, args: Mapping[str, Value], manner: Manner) -> None:
        request = await self._request(asked, command, args)
        if isinstance(request, Reply):
            await self._answering.respond(asked, request)
        else:
            await self._answering.answer(asked, request, manner)

    async def _request(
        self, asked: Asked, command: Command, args: Mapping[str, Value], ask: tuple[str, ...] = ()
    ) -> Request | Reply:
        try:
            self._teams.lives_at(asked.team, asked.team_name)
            return await request_from(asked, self._people, command, args, ask)
        except (TryLater, *LOST) as error:
            log.warning("Slack does not say who asks", extra={"error": type(error).__name__})
            await self._teams.lost(asked.team, error)
            return UNREACHABLE

    async def _ask(self, asked: Asked, command: Command, said: Clicked, label: str) -> None:
        """Show the form with what the options are now, or say why there is none."""
        asked_for = askable(command, said.ask)
        request = await self._request(asked, command, said.args, tuple(o.name for o in asked_for))
        reply = request if isinstance(request, Reply) else await presented(self._handle, request)
        view = form(said, entries(asked_for, reply.form), asked, label) if reply.form is not None else None
        if view is None:
            await self._answering.respond(asked, reply if reply.form is None else FAULT)
            return
        try:
            token = await self._teams.token(asked.team)
            await self._web.answers.views_open(token=token, trigger_id=asked.trigger, view=view)
        except (TryLater, *LOST) as error:
            log.warning("a form was lost", extra={"error": type(error).__name__, "workspace": asked.team})


def _manner(asked: Asked, said: Clicked) -> Manner:
    if not said.replaces:
        return Manner()
    return Manner(in_place=asked.own, only_private=not asked.own)
