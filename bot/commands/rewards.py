"""Roles for what members reach: /rewards."""

from collections.abc import Sequence
from typing import Annotated

from bot.commands.context import Context
from bot.commands.givable import LABEL, check_givable
from bot.commands.items import find_topic
from bot.commands.memory import Memory
from bot.commands.options import MOST, RowId
from bot.commands.scope import NOT_FOUND, edition_of, find_rows, learner
from bot.core.command import Choice, Option, Takes
from bot.core.markup import bold, escape
from bot.core.reply import Button, Field, Reply, Style, Tone, refuse
from bot.core.request import Request, Role
from bot.core.text import clean, plural
from bot.store import rewards as store
from bot.store.tables import Group, Reward, RewardKind
from bot.study.catalog import Edition
from bot.study.rewards import section_of

TITLE, NONE = (
    "Roles as rewards",
    (
        "No role is given yet. Say `/rewards` with a **role** and what it is for: an **item** (a section or a topic), "
        "or **weeks** in a row."
    ),
)
HOW = (
    "Roles come within a minute or so of a record, and are taken back when it is. A change of the roadmap, or a streak "
    "that ends later, takes nothing from anyone."
)
MADE, MADE_TEXT = "{} is given for {}", "Whoever has reached it already gets it now."
REPLACED = "Before, it was {}; whoever has that one keeps it."
WHICH = "What is it for?", "Choose an **item**, a section or a topic, or **weeks** in a row; one of the two."
WHO = "Which role?", "Choose the **role** that is given for it."
TOO_MANY = "Too many rewards", "A group may have {}. Take one away first."
TAKE_AWAY, TAKE_AWAY_TEXT = "Give {} no more for {}?", "{} it. Should they keep it?"
KEEP, TAKE = "They keep it", "Take it from them"
GONE, GONE_KEPT, GONE_TAKEN = (
    "{} is given no more for {}",
    "Whoever has it keeps it.",
    "It is taken from who has it.",
)
AGAIN, HELD, ENDING = "It is tried again", "⚠️ on hold: {}", "being taken back"
MOST_REWARDS = 20


def _milestones(memory: Memory, request: Request, typed: str) -> Sequence[Choice]:
    seat = memory.seat(request)
    edition = memory.edition_for(seat)
    if edition is None:
        return ()
    wanted = typed.strip().lower()
    sections = [
        Choice(clean(f"Section: {s.title}", LABEL), s.key)
        for s in edition.roadmap.sections
        if wanted in s.title.lower() or wanted in s.key
    ]
    keys = edition.matcher.suggest(typed, seat.first if seat else (), len(edition.ids))
    topics = [edition.roadmap.by_key[key] for key in keys if key in edition.roadmap.by_key]
    return [*sections, *(Choice(clean(topic.title, LABEL), topic.key) for topic in topics)][:MOST]


ARole = Annotated[
    Role | None, Option("The role to give; left empty, it shows what is given for what", Takes.ROLE)
]
Milestone = Annotated[
    str, Option("A section or topic that must be finished for it", maximum=100, suggest=_milestones)
]
Weeks = Annotated[int, Option("Or weeks in a row", Takes.INTEGER, minimum=2, maximum=520)]
Keep = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2, hidden=True)]


def rewards(
    ctx: Context,
    role: ARole = None,
    item: Milestone = "",
    weeks: Weeks = 0,
    remove: RowId = 0,
    keep: Keep = 0,
    again: RowId = 0,
) -> Reply:
    """Show or choose roles that members get for a section, a topic or weeks in a row.

    Roles come and go with what people record. Only roles without dangerous permissions can be given, by a bot that may
    manage roles and stands above them; what is missing is said.
    """
    group, row = find_rows(ctx)
    if remove:
        return _remove(ctx, group, _found(ctx, group, row, remove), keep)
    if again:
        store.retry(ctx.session, _found(ctx, group, row, again).id or 0, ctx.now)
        return _shown(ctx, group, row, AGAIN)
    if role is None:
        if item or weeks:
            raise refuse(*WHO)
        return _shown(ctx, group, row)
    if bool(item) == bool(weeks):
        raise refuse(*WHICH)
    check_givable(role)
    return _make(ctx, group, row, role, *_target(ctx, group, item, weeks))


def _found(ctx: Context, group: Group, row: Group, reward_id: int) -> Reward:
    here = store.of_group(ctx.session, group.id or 0, row.workspace_id)
    found = next((reward for reward in here if reward.id == reward_id), None)
    if found is None:
        raise refuse(*NOT_FOUND)
    return found


def _target(ctx: Context, group: Group, item: str, weeks: int) -> tuple[RewardKind, str]:
    if weeks:
        return RewardKind.STREAK, str(weeks)
    edition, typed = edition_of(ctx, group), item.strip().lower()
    for section in edition.roadmap.sections:
        if typed in (section.key, section.title.lower()):
            return RewardKind.SECTION, section.key
    topic = find_topic(ctx, learner(ctx), item)
    return RewardKind.TOPIC, str(edition.ids[topic.key])


def _make(ctx: Context, group: Group, row: Group, role: Role, kind: RewardKind, target: str) -> Reply:
    here = store.of_group(ctx.session, group.id or 0, row.workspace_id)
    before = next((reward for reward in here if (reward.kind, reward.target) == (kind, target)), None)
    if before is None and len(here) >= MOST_REWARDS:
        raise refuse(TOO_MANY[0], TOO_MANY[1].format(plural(MOST_REWARDS, "reward")))
    text = MADE_TEXT
    if before is not None:
        if before.role != role.id:
            text += f"\n{REPLACED.format(bold(before.role_name))}"
        store.drop(ctx.session, before.id or 0)
    made = Reward(
        group_id=group.id or 0,
        workspace_id=row.workspace_id,
        kind=kind,
        target=target,
        role=role.id,
        role_name=clean(role.name, LABEL) or "role",
        made_at=ctx.now,
    )
    store.make(ctx.session, made)
    title = MADE.format(escape(made.role_name), _for(edition_of(ctx, group), made))
    return Reply(title, f"{text}\n{HOW}", buttons=(_show_button(group),), tone=Tone.GOOD)


def _for(edition: Edition, reward: Reward) -> str:
    """What a reward is for, in words."""
    if reward.kind == RewardKind.STREAK:
        return f"{reward.target} weeks in a row"
    if reward.kind == RewardKind.SECTION:
        section = section_of(edition, reward.target)
        return f"the section {escape(section.title)}" if section else "a section that is gone"
    topic = edition.roadmap.by_key.get(edition.keys.get(int(reward.target), ""))
    return escape(topic.title) if topic else "a topic that is gone"


def _shown(ctx: Context, group: Group, row: Group, title: str = TITLE) -> Reply:
    here, edition = store.of_group(ctx.session, group.id or 0, row.workspace_id), edition_of(ctx, group)
    if not here:
        return Reply(title, NONE, buttons=(_show_button(group),))
    lines = "\n".join(_line(ctx, edition, reward) for reward in here)
    buttons = [
        _button(group, f"Stop giving {_role_name(r)}", Style.DANGER, remove=r.id or 0)
        for r in here
        if not r.ending
    ]
    held = [
        _button(group, f"Try {_role_name(r)} again", Style.PRIMARY, again=r.id or 0)
        for r in here
        if r.held_reason
    ]
    return Reply(title, lines, (Field("How it goes", HOW),), tuple([*held, *buttons][:MOST_REWARDS]))


def _role_name(reward: Reward) -> str:
    return clean(reward.role_name, 40)


def _line(ctx: Context, edition: Edition, reward: Reward) -> str:
    have = plural(store.holders(ctx.session, reward.id or 0), "member")
    facts = [f"{bold(reward.role_name)} for {_for(edition, reward)}", have]
    if reward.ending:
        facts.append(ENDING)
    if reward.held_reason:
        facts.append(HELD.format(escape(reward.held_reason)))
    return "• " + " · ".join(facts)


def _button(group: Group, label: str, style: Style = Style.PLAIN, **args: int) -> Button:
    return Button(label, "rewards", {"group": group.id or 0, **args}, style)


def _show_button(group: Group) -> Button:
    return _button(group, "Show all")


def _remove(ctx: Context, group: Group, reward: Reward, keep: int) -> Reply:
    """Ask whether those who have the role keep it, then forget the reward."""
    what = escape(reward.role_name), _for(edition_of(ctx, group), reward)
    have = store.holders(ctx.session, reward.id or 0)
    if have and not keep:
        text = TAKE_AWAY_TEXT.format("1 member has" if have == 1 else f"{have} members have")
        buttons = (
            _button(group, KEEP, Style.PRIMARY, remove=reward.id or 0, keep=1),
            _button(group, TAKE, Style.DANGER, remove=reward.id or 0, keep=2),
        )
        return Reply(TAKE_AWAY.format(*what), text, buttons=buttons, tone=Tone.WARN)
    if have and keep == 2:  # noqa: PLR2004 - what its button says
        store.end(ctx.session, reward.id or 0, ctx.now)
    else:
        store.drop(ctx.session, reward.id or 0)
    text = "" if not have else GONE_TAKEN if keep == 2 else GONE_KEPT  # noqa: PLR2004 - what its button says
    return Reply(GONE.format(*what), text, buttons=(_show_button(group),), tone=Tone.GOOD)


def held_field(ctx: Context, group: Group, row: Group) -> Field | None:
    """What keeps roles from being given, for /status."""
    here = store.of_group(ctx.session, group.id or 0, row.workspace_id)
    lines = [f"⚠️ {bold(r.role_name)}: {escape(r.held_reason)}" for r in here if r.held_reason]
    return Field("Roles on hold", "\n".join(lines)) if lines else None
