"""From what somebody typed to the topic or resource they mean."""

from functools import lru_cache

from bot.commands.carrying import note_lost, portable
from bot.commands.context import Context
from bot.commands.scope import Learner
from bot.core.markup import escape
from bot.core.reply import Button, Refused, Reply, Style, Tone, refuse
from bot.core.text import clean
from bot.study.catalog import Item
from bot.study.roadmap import Topic

ALL_DONE = (
    "You have finished the roadmap",
    "Every topic is done. `/topic` shows any of them again, and `/leaderboard` where you stand.",
)
RETIRED = "{} is no longer part of the roadmap"
RETIRED_TEXT = "What you recorded for it is kept and still counts. `/next` shows what comes now."
UNKNOWN = "Nothing called “{}”"
UNKNOWN_TEXT = "Type a few letters and choose from the list, or see everything with `/roadmap`."
AMBIGUOUS = "Which one do you mean?"
AMBIGUOUS_TEXT, NOT_YET = "“{}” could be one of these.", " Nothing was recorded yet."
LABEL = 80


def find_item(ctx: Context, who: Learner, typed: str) -> Item:
    """The topic or resource that `typed` names; empty means the person's current topic.

    Raises Refused: with buttons where several fit.
    """
    if not typed:
        if who.current is None:
            raise refuse(*ALL_DONE, who.button("See your progress", "progress"))
        return who.current, None
    found = who.edition.item(typed)
    if found is None and typed in who.edition.retired:
        raise refuse(
            RETIRED.format(escape(who.edition.retired[typed])), RETIRED_TEXT, who.button("Next", "next")
        )
    if found is not None:
        return found
    match = who.edition.matcher.resolve(typed)
    if match.key is not None:
        return who.edition.items[match.key]
    if match.candidates:
        raise Refused(_which(ctx, who, typed, match.candidates))
    raise refuse(
        UNKNOWN.format(escape(clean(typed, 60))), UNKNOWN_TEXT, who.button("Show the roadmap", "roadmap")
    )


def find_topic(ctx: Context, who: Learner, typed: str) -> Topic:
    """The topic that `typed` names, or the one that the named resource belongs to."""
    return find_item(ctx, who, typed)[0]


def _which(ctx: Context, who: Learner, typed: str, keys: tuple[str, ...]) -> Reply:
    option = "topic" if "topic" in ctx.request.args else "item"
    carried = portable(ctx.request.args)
    buttons = tuple(
        Button(
            title_of(who.edition.items[key]),
            ctx.request.command,
            {**carried, "group": who.group_id, option: key},
        )
        for key in keys
    )
    text = AMBIGUOUS_TEXT.format(escape(clean(typed, 60)))
    if ctx.commands[ctx.request.command].writes:
        text += NOT_YET + note_lost(ctx.request.args)
    return Reply(AMBIGUOUS, text, buttons=buttons, tone=Tone.WARN)


def title_of(item: Item) -> str:
    """The plain title of an item, short enough for a button."""
    topic, resource = item
    return _short(resource.title if resource else topic.title)


@lru_cache(maxsize=1024)
def _short(title: str) -> str:
    return clean(title, LABEL)


def item_buttons(group_id: int, key: str, done: bool) -> tuple[Button, ...]:
    """Done and Skip for an item; for one that is done both would change nothing, and Next leads on."""
    if done:
        return (Button("Next", "next", {"group": group_id}, Style.PRIMARY, "➡️"),)
    args: dict[str, str | int] = {"group": group_id, "item": key}
    return (Button("Done", "done", args, Style.GOOD, "✅"), Button("Skip", "skip", args, Style.PLAIN, "⏭️"))
