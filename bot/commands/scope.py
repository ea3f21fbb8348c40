"""Whose group a command is about, and where the person stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.commands.carrying import note_lost, portable
from bot.commands.context import Context
from bot.commands.memory import Seat
from bot.commands.names import notice
from bot.core.reply import Button, Refused, Reply, Style, Tone, refuse
from bot.store import groups, members, twins
from bot.store.places import Membership, Place, places_of
from bot.store.tables import Group, GroupState
from bot.study import progress
from bot.study.calendar import local
from bot.study.catalog import Catalog, Edition
from bot.study.pace import Pace, Week
from bot.study.preferences import Study
from bot.study.progress import Act, Mark, Standing
from bot.study.roadmap import Topic
from bot.study.zones import zone

IN_A_DM = (
    "Study groups live in servers",
    "Say this in the channel of your study group. In a server without one, an organizer can begin with `/setup`.",
)
NO_GROUP = (
    "No study group here yet",
    "Someone who may manage the server can start one with `/setup`. It takes a minute.",
)
NOT_FOUND = (
    "Not found",
    "That belongs to another group or is gone. Say the command again to get fresh buttons.",
)
WHICH_GROUP = "Which group do you mean?"
WHICH_GROUP_TEXT = "This channel has no group of its own. Choose one, or say it in the group's channel."
MOST_BUTTONS = 20

AnyGroup = TypeVar("AnyGroup", Group, Place)


def find_groups(ctx: Context) -> Sequence[Group]:
    """Every group of the request's workspace. Raises Refused in a direct message."""
    return groups.groups_of(ctx.session, ctx.request.platform, _workspace(ctx))


def _workspace(ctx: Context) -> str:
    if ctx.request.workspace is None:
        raise refuse(*IN_A_DM)
    return ctx.request.workspace


def find_group(ctx: Context) -> Group:
    """The group that a button named, else the one of this channel, else the workspace's only one.

    Raises Refused: with buttons where several are possible.
    """
    return find_rows(ctx)[0]


def find_rows(ctx: Context) -> tuple[Group, Group]:
    """The same, and the row of its channel that is meant: another one where the group has several channels."""
    row = _meant(ctx, find_groups(ctx))
    return twins.home_of(ctx.session, row), row


def any_group(ctx: Context) -> Group:
    """The row of the channel that is meant, or the workspace's first: for what is about a person in all of it."""
    found = find_groups(ctx)
    if ctx.group_id is None:
        found = [group for group in found if group.channel == ctx.request.channel.home] or found[:1]
    return _meant(ctx, found)


def _meant(ctx: Context, found: Sequence[AnyGroup]) -> AnyGroup:
    if ctx.group_id is not None:
        found = [group for group in found if group.home_id == ctx.group_id]
        if not found:
            raise refuse(*NOT_FOUND)
    home = ctx.request.channel.home
    for group in found:
        if group.channel == home:
            return group
    if not found:
        raise refuse(*NO_GROUP, _setup_button(ctx))
    if len({group.home_id for group in found}) == 1:
        return found[0]
    raise Refused(_which(ctx, found))


def _setup_button(ctx: Context) -> Button:
    label = "Set up a group here" if ctx.request.organizer else "How to start"
    return Button(label, "setup" if ctx.request.organizer else "help", style=Style.PRIMARY)


def _which(ctx: Context, found: Sequence[Group | Place]) -> Reply:
    carried = portable(ctx.request.args)
    buttons = tuple(
        Button(
            f"#{group.channel_name or group.channel}",
            ctx.request.command,
            {**carried, "group": group.home_id},
        )
        for group in found[:MOST_BUTTONS]
    )
    text = WHICH_GROUP_TEXT + note_lost(ctx.request.args)
    return Reply(WHICH_GROUP, text, buttons=buttons, tone=Tone.WARN)


def edition_of(ctx: Context, group: Group | Place) -> Edition:
    """The roadmap that a group studies."""
    return ctx.catalog.editions[group.roadmap_id]


def weeks_of(ctx: Context, group: Group | Place) -> Sequence[Week]:
    """The group's plan."""
    return edition_of(ctx, group).weeks(Pace(group.pace_hours))


def group_topic(ctx: Context, group: Group | Place) -> Topic | None:
    """What the group is on: the topic of its last prompt, None before the first and when the plan is through."""
    weeks = weeks_of(ctx, group)
    is_on = group.step and group.state != GroupState.FINISHED
    return weeks[min(group.step, len(weeks)) - 1].topic if is_on else None


@dataclass(frozen=True)
class Learner:
    """A person in a group: where they stand. `member` is None for someone who only looks."""

    group: Place
    edition: Edition
    member: Membership | None
    marks: tuple[Mark, ...]

    @property
    def group_id(self) -> int:
        """The group's id, for buttons and queries."""
        return self.group.id

    @property
    def zone(self) -> ZoneInfo:
        """The group's zone."""
        return zone(self.group.zone)

    @property
    def own_zone(self) -> ZoneInfo:
        """The person's zone; where they chose none, the group's."""
        return zone(self.group.own_zone or self.group.zone)

    @property
    def study(self) -> Study:
        """What the person learns from best."""
        return Study(self.group.study)

    def today(self, now: datetime) -> date:
        """The day that it is where the person lives."""
        return local(now, self.own_zone).date()

    @cached_property
    def standing_marks(self) -> tuple[Mark, ...]:
        """Marks that were not taken back."""
        return progress.standing_marks(self.marks)

    @cached_property
    def at(self) -> Standing:
        """Where the person stands on the roadmap as it is now."""
        return progress.standing(self.standing_marks, self.edition.keys)

    @cached_property
    def current(self) -> Topic | None:
        """The topic that they are on."""
        return progress.current_topic(self.edition.roadmap, self.at)

    @cached_property
    def earned(self) -> dict[str, int]:
        """Points that finished items brought, by key."""
        keys, finished = self.edition.keys, Act.FINISHED
        return {
            keys[mark.item]: mark.points
            for mark in self.standing_marks
            if mark.act is finished and mark.item in keys
        }

    def with_marks(self, member: Membership, *new: Mark) -> "Learner":
        """The same person after more marks."""
        return Learner(self.group, self.edition, member, (*self.marks, *new))

    def button(
        self, label: str, command: str, style: Style = Style.PLAIN, emoji: str = "", **args: str | int
    ) -> Button:
        """A button that stays with this group."""
        return Button(label, command, {"group": self.group_id, **args}, style, emoji)


def learner(ctx: Context, person: str | None = None) -> Learner:
    """The person who asks, or another one by id, in the group that the request is about."""
    found = find_learner(ctx, person or ctx.request.person.id)
    if person is None:
        remember(ctx, found)
        notice(ctx, found.member)
    return found


def find_learner(ctx: Context, person: str) -> Learner:
    """The same, for a command that changes where the person stands and remembers that."""
    places = places_of(ctx.session, ctx.request.platform, _workspace(ctx), person)
    group = _meant(ctx, list(places))
    return seated(ctx.session, ctx.catalog, group, places[group])


def seated(session: Session, catalog: Catalog, group: Place, member: Membership | None) -> Learner:
    """A person in a group, with what they have recorded there."""
    marks = members.marks_of(session, member.id) if member else ()
    return Learner(group, catalog.editions[group.roadmap_id], member, marks)


def remember(ctx: Context, found: Learner) -> None:
    """Let autocomplete begin with what the person is on."""
    ctx.afterwards.append(lambda: ctx.memory.take_seat(ctx.request, seat_of(found)))


def seat_of(found: Learner) -> Seat:
    """Keys of what a person is on: the current topic and what remains of it."""
    topic = found.current
    first = (topic.key, *(r.key for r in progress.remaining(topic, found.at, found.study))) if topic else ()
    return Seat(found.group_id, found.edition.id, first)
