"""What is about a person alone, in the whole workspace: what they have chosen, and their own calendar."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.commands.context import Context
from bot.commands.scope import any_group
from bot.core.identity import key_of
from bot.core.reply import Button
from bot.store import accounts, preferences, twins
from bot.store.tables import Group
from bot.study.calendar import local
from bot.study.preferences import Away, Preferences
from bot.study.zones import zone


@dataclass(frozen=True, slots=True)
class Own:
    """The person who asks, by their key, with what they have chosen, and a group of the workspace."""

    group: Group
    workspace_id: int
    person: str
    chosen: Preferences
    today: date

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone; where they chose none, the group's."""
        return zone_of(self.chosen, self.group.zone)

    def button(self, label: str, command: str, *ask: str, emoji: str = "", **args: str) -> Button:
        """A button that stays in this workspace."""
        return Button(label, command, {"group": self.group.id or 0, **args}, emoji=emoji, ask=ask)


def own(ctx: Context) -> Own:
    """The person who asks. Raises Refused where there is no group."""
    row = any_group(ctx)
    group = twins.home_of(ctx.session, row)
    person = key_of(ctx.request.platform, ctx.request.person.id)
    found = preferences.preferences_of(ctx.session, row.workspace_id, person)
    today = local(ctx.now, zone_of(found, group.zone)).date()
    return Own(group, row.workspace_id, person, found, today)


def is_linked(ctx: Context, who: Own) -> bool:
    """Whether the person has another account, for which the same holds or does not."""
    return len(accounts.keys_of(ctx.session, who.person)) > 1


def zone_of(chosen: Preferences, group_zone: str) -> ZoneInfo:
    """The zone that somebody lives in."""
    return zone(chosen.zone or group_zone)


def away_now(ctx: Context, who: Own) -> Away | None:
    """The span in which the person is away today, if they are."""
    spans = preferences.aways_of(ctx.session, who.workspace_id, who.person)
    return next((span for span in spans if span.first_day <= who.today < span.back_on), None)
