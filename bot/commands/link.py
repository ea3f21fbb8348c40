"""Being one person on several platforms: /link and /unlink."""

from collections.abc import Sequence

from bot.commands.context import Context
from bot.commands.names import name_of
from bot.commands.options import ACode, Flag
from bot.core.identity import account_of, key_of
from bot.core.markup import bold, escape
from bot.core.reply import Button, Notice, Refused, Reply, Style, Tone, refuse
from bot.core.text import join_words, plural
from bot.store import accounts, members, rewards, scores
from bot.store.accounts import CODE_LIVES
from bot.store.places import Membership
from bot.store.tables import Account, Code, CodeKind, Group
from bot.study.joining import counted_once
from bot.study.preferences import Named

NEW = "Link your other account"
NEW_TEXT = (
    "With the other account, on whatever platform, say this within {} minutes:\n`/link code:{}`\nThen both are one "
    "person, with one progress. The code works once. Give it to nobody: who enters it becomes one person with you."
)
LINKED_NOW = "Linked with this account: {}."
NOT_VALID = (
    "That code does not work",
    "It has a typo, was used already, or is older than ten minutes. `/link` with the other account makes a new one.",
)
YOUR_OWN = "That is your own code", "Enter it with the other account, to show that both are yours."
ALREADY = (
    "These accounts are linked already",
    "They are one person, with one progress. `/unlink` separates them.",
)
TOO_MANY = "That would be too many accounts", "One person can have {} of them."
SURE = "Is that you too?"
SURE_TEXT = (
    "The code was made by {}. Link only an account of your own: each sees the notes of the other, and can export "
    "and delete everything of both."
)
BOTH = (
    "In {} both are members: they become one, where nothing counts twice, and stay together after `/unlink`."
)
YES = "Yes, link them"
LINKED = "Linked: you are one person now"
LINKED_TEXT = "A group in which both can speak has one progress of you, and one place on the board."
TOLD, NOT_TOLD = (
    "The other account was told so.",
    "The other account could not be told: it takes no messages.",
)
NEWS = "Your accounts are linked"
NEWS_TEXT = (
    "{} entered the code that you made with `/link`: you are one person now, with one progress, and each can export "
    "and delete everything of both.\nWas it somebody else? Then separate the accounts now, here or with `/unlink`."
)
NOT_ME = "That was not me"
UNLINK, SEPARATED = "Separate this account?", "This account is on its own again"
NONE, NONE_TEXT = "No other account is linked", "`/link` gives you a code to enter with the other one."
ALONE = "The other account is on its own too."
TOGETHER = "{} stay linked with each other, without this one."
STAYS = "What was recorded stays where it is: {} with this account, {} with the others."
SEPARATE = "Separate it"
MOST = 5


def link(ctx: Context, code: ACode = "", sure: Flag = 0) -> Reply:
    """Be one person on several platforms: get a code here and enter it there, or the other way round.

    From then on a group that lives on both knows you as one, with one progress and one place on the board. /unlink
    separates the accounts.
    """
    if not code:
        return _new(ctx)
    found = accounts.find_code(ctx.session, CodeKind.LINK, code.strip().lower(), ctx.now)
    if found is None:
        raise refuse(*NOT_VALID)
    together = _checked(ctx, found)
    everywhere = members.memberships_of(ctx.session, together)
    shared = {g: m for g, m in everywhere.items() if len(m) > 1}
    if not sure:
        return _ask(found, code, len(shared))
    accounts.use_code(ctx.session, found)
    accounts.link(ctx.session, [(found.person, found.name), (_key(ctx), name_of(ctx))], ctx.now)
    for group_id, same in shared.items():
        _join(ctx, group_id, same)
    # What one account has reached may now bring another a role.
    rewards.walk_again(ctx.session, list(everywhere))
    _forget_seats(ctx, together)
    text = f"{LINKED_TEXT}\n{TOLD}"
    return Reply(LINKED, text, buttons=_next(), tone=Tone.GOOD, aloud=_news(ctx, found.person))


def _key(ctx: Context) -> str:
    return key_of(ctx.request.platform, ctx.request.person.id)


def _new(ctx: Context) -> Reply:
    code = accounts.new_code(ctx.session, CodeKind.LINK, _key(ctx), name_of(ctx), ctx.now)
    lines = [NEW_TEXT.format(int(CODE_LIVES.total_seconds() // 60), code)]
    others = _others(ctx)
    if others:
        lines.append(LINKED_NOW.format(join_words([_shown(a.person, a.name) for a in others])))
    return Reply(NEW, "\n".join(lines))


def _others(ctx: Context) -> Sequence[Account]:
    return [a for a in accounts.accounts_of(ctx.session, _key(ctx)) if a.person != _key(ctx)]


def _shown(key: str, name: str) -> str:
    return f"{bold(name)} on {escape(account_of(key)[0].title())}"


def _checked(ctx: Context, found: Code) -> Sequence[str]:
    """The keys of all accounts that would be one person. Raises Refused."""
    mine, theirs = (accounts.keys_of(ctx.session, key) for key in (_key(ctx), found.person))
    if found.person == _key(ctx):
        raise refuse(*YOUR_OWN)
    if found.person in mine:
        raise refuse(*ALREADY)
    if len(mine) + len(theirs) > MOST:
        raise refuse(TOO_MANY[0], TOO_MANY[1].format(MOST))
    return (*mine, *theirs)


def _ask(found: Code, code: str, shared: int) -> Reply:
    lines = [SURE_TEXT.format(_shown(found.person, found.name))]
    if shared:
        lines.append(BOTH.format(plural(shared, "group")))
    yes = Button(YES, "link", {"code": code, "sure": 1}, Style.PRIMARY, "🔗")
    return Reply(SURE, "\n".join(lines), buttons=(yes,), tone=Tone.WARN)


def _join(ctx: Context, group_id: int, same: Sequence[Membership]) -> None:
    """Make one member of several who are the same person."""
    group = ctx.session.get(Group, group_id)
    assert group is not None, "a membership belongs to a group"
    scores.take_off(ctx.session, [other.id for other in same[1:]])
    marks = members.absorb(ctx.session, same[0], same[1:], ctx.now)
    points = counted_once(marks, ctx.catalog.editions[group.roadmap_id])
    before = {mark.id: mark.points for mark in marks}
    members.change_points(ctx.session, {m: brought for m, brought in points.items() if brought != before[m]})
    # Who was hidden with one of them wanted to be seen with none.
    hidden = any(member.hidden for member in same)
    into = members.show_as(ctx.session, same[0], Named.HIDDEN, "") if hidden else same[0]
    scores.rebuild(ctx.session, into)
    ctx.memory.news.touch(group_id)


def _news(ctx: Context, maker: str) -> Notice:
    """Who made the code hears that it was used: somebody may have taken it from them."""
    undo = Button(NOT_ME, "unlink", style=Style.DANGER)
    text = NEWS_TEXT.format(_shown(_key(ctx), name_of(ctx)))
    news = Reply(NEWS, text, buttons=(undo,), tone=Tone.WARN)
    return Notice(maker, news, TOLD, NOT_TOLD)


def _forget_seats(ctx: Context, keys: Sequence[str]) -> None:
    for key in keys:
        ctx.memory.forget(*account_of(key))


def _next() -> tuple[Button, ...]:
    return (Button("What now?", "next", style=Style.PRIMARY),)


def unlink(ctx: Context, sure: Flag = 0) -> Reply:
    """Separate this account from those that it is linked with; what was recorded stays where it is."""
    others = _others(ctx)
    if not others:
        raise Refused(Reply(NONE, NONE_TEXT))
    mine, theirs = (
        sum(len(found) for found in members.memberships_of(ctx.session, keys).values())
        for keys in ([_key(ctx)], [a.person for a in others])
    )
    remain = join_words([_shown(a.person, a.name) for a in others])
    become = TOGETHER.format(remain) if len(others) > 1 else ALONE
    stays = f"{become}\n{STAYS.format(plural(mine, 'group'), plural(theirs, 'group'))}"
    if not sure:
        yes = Button(SEPARATE, "unlink", {"sure": 1}, Style.DANGER)
        return Reply(UNLINK, f"{LINKED_NOW.format(remain)}\n{stays}", buttons=(yes,), tone=Tone.WARN)
    accounts.unlink(ctx.session, _key(ctx))
    _forget_seats(ctx, [_key(ctx), *(a.person for a in others)])
    return Reply(SEPARATED, stays, buttons=_next(), tone=Tone.GOOD)
