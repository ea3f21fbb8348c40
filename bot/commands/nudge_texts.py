"""What the bot says to one member privately by itself: the reminder that they chose, and a way back."""

from bot.commands.lines import resource_line
from bot.core.arguments import GROUP, POST
from bot.core.markup import bold, escape
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import plural
from bot.store.nudges import About
from bot.store.tables import Nudge, NudgeKind
from bot.study.preferences import Preferences, Reminded
from bot.study.progress import Standing, remaining
from bot.study.roadmap import Topic

REMINDER_TITLE, LAST_DAY = "{}: {} left", "{}: the week ends today"
REMINDER_TEXT = "One step is enough for now. This is the shortest one:"
WAY_BACK_TITLE = "Whenever you like 👋"
WAY_BACK_TEXT = (
    "It has been quiet for three weeks, and that is fine: all that you recorded is still there. "
    "If you would like a way back in, this is a short one:"
)
TOPIC = "From {}"
WHERE = "{} in <#{}> of {}"
CHOSEN, ONLY_ONE = "you chose to be reminded here", "the only message of this kind; nothing follows it"
OFF = {NudgeKind.REMINDER: "No more reminders", NudgeKind.WAY_BACK: "Never again"}


def nudge_mark(nudge: Nudge) -> str:
    """What a message is known by among those to a member; the same for one that is planned anew."""
    return f"n{nudge.member_id}{nudge.kind[0]}{nudge.occurrence:%y%m%d}"


def reminder(found: About, topic: Topic, at: Standing, days: int, roadmap: str, chosen: Preferences) -> Reply:
    """The week's topic, how long it goes on, and one thing to do."""
    title = escape(topic.title)
    head = REMINDER_TITLE.format(title, plural(days, "day")) if days else LAST_DAY.format(title)
    return _said(found, head, REMINDER_TEXT, _step(topic, at, chosen), roadmap, CHOSEN)


def way_back(found: About, topic: Topic, at: Standing, roadmap: str, chosen: Preferences) -> Reply:
    """One short thing to do for somebody who has been silent, and no word about how much is behind."""
    why = CHOSEN if chosen.reminders is Reminded.DM else ONLY_ONE
    return _said(found, WAY_BACK_TITLE, WAY_BACK_TEXT, _step(topic, at, chosen), roadmap, why)


def _step(topic: Topic, at: Standing, chosen: Preferences) -> tuple[Field, str]:
    """The shortest thing that is left of a topic, in words, and its key."""
    left = remaining(topic, at, chosen.study)
    step = resource_line(left[0]) if left else escape(topic.exercise)
    return Field(TOPIC.format(bold(topic.title)), step), left[0].key if left else topic.key


def _said(found: About, title: str, text: str, step: tuple[Field, str], roadmap: str, why: str) -> Reply:
    field, item = step
    home: dict[str, str | int] = {GROUP: found.home.id or 0, POST: nudge_mark(found.nudge)}
    buttons = (
        Button("Done", "done", {**home, "item": item}, Style.GOOD, "✅"),
        Button("Something else", "next", home, Style.PRIMARY, "➡️"),
        Button(
            OFF[NudgeKind(found.nudge.kind)], "preferences", {**home, "reminders": Reminded.OFF}, emoji="🔕"
        ),
    )
    return Reply(title, f"{_where(found, roadmap)}\n{text}", (field,), buttons, footer=why)


def _where(found: About, roadmap: str) -> str:
    """Which group it is about: somebody may be in several, on several servers."""
    server = found.workspace.name if found.workspace else ""
    return WHERE.format(bold(roadmap), found.row.channel, bold(server))
