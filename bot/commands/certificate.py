"""That somebody finished the roadmap: /certificate."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from bot.commands.context import Context
from bot.commands.options import Flag
from bot.commands.scope import Learner, learner
from bot.core.command import Option
from bot.core.custom_ids import encode
from bot.core.markup import escape
from bot.core.picture import Certificate, Picture
from bot.core.reply import Button, Reply, Style, Tone, refuse
from bot.core.text import clean, plural
from bot.study.progress import tally
from bot.study.years import finished_on

LONGEST_NAME = 60
NOT_YET = "Not finished yet"
NOT_YET_TEXT = (
    "{} of {} still to do. The certificate comes with the last one; skipped topics count when they are done."
)
TITLE = "🎓 {} finished {}"
TEXT = "{} · about {} hours of study · {} to {}"
WITH = "Studied with {}"
SHARE, AGAIN = "Show everyone", "Another name"
ASKED_AGAIN = "A button can't carry a name as long as this: Show everyone asks for it once more."

AName = Annotated[
    str, Option("The name to put on it; left empty, the one that you have here", maximum=LONGEST_NAME)
]


def certificate(ctx: Context, name: AName = "", shared: Flag = 0) -> Reply:
    """Your certificate, once you have finished the roadmap: a picture to show around.

    Only you see it, until you press Show everyone.
    """
    who = learner(ctx)
    found = _earned(ctx, who, clean(name, LONGEST_NAME))
    share = _share(who, name)
    return Reply(
        TITLE.format(escape(found.name), escape(found.roadmap)),
        f"{_text(found)}\n{WITH.format(escape(found.group))}",
        buttons=() if shared else (share, *_buttons(who)),
        footer=ASKED_AGAIN if share.ask and not shared else "",
        tone=Tone.GOOD,
        private=not shared,
        picture=Picture(
            found, f"Certificate: {found.name} finished {found.roadmap}. {_text(found)}", "certificate"
        ),
    )


def present_name(ctx: Context) -> dict[str, str]:
    """The name that a form begins with. Raises Refused before the roadmap is finished."""
    return {"name": _earned(ctx, learner(ctx), "").name}


def _earned(ctx: Context, who: Learner, name: str) -> Certificate:
    """What the certificate says. Raises Refused before the roadmap is finished."""
    finished = finished_on(who.edition.roadmap, who.standing_marks, who.edition.keys)
    if finished is None or who.member is None:
        raise _not_yet(who)
    began = min(mark.day for mark in who.standing_marks)
    return _filled_in(ctx, who, name or who.member.name, began, finished)


def _not_yet(who: Learner) -> Exception:
    counted = tally(who.edition.roadmap.topics, who.at)
    text = NOT_YET_TEXT.format(counted.topics - counted.topics_done, plural(counted.topics, "topic"))
    return refuse(
        NOT_YET, text, who.button("Next", "next", Style.PRIMARY), who.button("Progress", "progress")
    )


def _filled_in(ctx: Context, who: Learner, name: str, began: date, finished: date) -> Certificate:
    topics = who.edition.roadmap.topics
    place = [f"#{who.group.channel_name}" if who.group.channel_name else "", ctx.request.workspace_name]
    return Certificate(
        name,
        who.edition.roadmap.title,
        clean(" · ".join(filter(None, place)), 120),
        began,
        finished,
        len(topics),
        sum(topic.hours for topic in topics),
    )


def _text(found: Certificate) -> str:
    dates = (f"{day.day} {day:%B %Y}" for day in (found.began, found.finished))
    return TEXT.format(plural(found.topics, "topic"), found.hours, *dates)


def _share(who: Learner, name: str) -> Button:
    """Shows it to everyone under the same name; one that is too long for a button is asked for in a form."""
    carried = {"name": name} if name else {}
    share = who.button(SHARE, "certificate", Style.PRIMARY, "📣", shared=1, **carried)
    return (
        share if encode(share) else replace(share, args={"group": who.group_id, "shared": 1}, ask=("name",))
    )


def _buttons(who: Learner) -> tuple[Button, ...]:
    other = Button(AGAIN, "certificate", {"group": who.group_id}, ask=("name",), replaces=True)
    return (other, who.button("Progress", "progress"))
