"""What somebody has recorded, told to them alone: /history and /notes."""

import re
from collections.abc import Sequence

from bot.commands.context import Context
from bot.commands.items import find_item, title_of
from bot.commands.lines import page_footer
from bot.commands.options import AnyItem, Page
from bot.commands.plan_texts import day_text
from bot.commands.scope import Learner, learner
from bot.core.markup import bold, escape, link
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import hours_text, plural
from bot.store import members
from bot.store.members import Told
from bot.study.progress import Act, Mark

HISTORY, NOTES, NOTES_ON = "What you recorded", "Your notes", "Your notes on {}"
EMPTY = "Nothing is recorded here yet. `/done` records what you finished, `/next` shows where to begin."
NO_NOTES = "You have kept no note here yet. `/done note:…` keeps one with what you finished."
GONE = "something that is no longer on the roadmap"
SIGNS = {Act.FINISHED: "✅", Act.SKIPPED: "⏭️"}
PER_PAGE, NOTES_PER_PAGE = 8, 4
_EVIDENCE = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\]]")


def history(ctx: Context, page: Page = 1) -> Reply:
    """Everything that you recorded, newest first, each with a button that takes it back."""
    who = learner(ctx)
    marks = who.standing_marks[::-1]
    page, pages, start = _paged(len(marks), page, PER_PAGE)
    shown = marks[start : start + PER_PAGE]
    told = members.told(ctx.session, [mark.id for mark in shown])
    lines = [_line(n, who, mark, told[mark.id]) for n, mark in enumerate(shown, start + 1)]
    undo = [
        who.button(f"Undo {n}", "undo", emoji="↩️", mark=mark.id) for n, mark in enumerate(shown, start + 1)
    ]
    footer = page_footer(page, pages, plural(len(marks), "record")) if marks else ""
    buttons = (*undo, *_turns(who, "history", page, pages)) if marks else (_next(who),)
    return Reply(HISTORY, "\n".join(lines) or EMPTY, buttons=buttons, footer=footer)


def _paged(count: int, page: int, size: int) -> tuple[int, int, int]:
    pages = max(1, -(-count // size))
    page = min(page, pages)
    return page, pages, (page - 1) * size


def _line(number: int, who: Learner, mark: Mark, told: Told) -> str:
    facts = [day_text(mark.day)]
    if mark.points:
        facts.append(plural(mark.points, "point"))
    if told.hours:
        facts.append(hours_text(told.hours))
    if told.note:
        facts.append("with a note")
    return f"`{number:>2}` {SIGNS[mark.act]} {_title(who, mark)} · {' · '.join(facts)}"


def _title(who: Learner, mark: Mark) -> str:
    key = who.edition.keys.get(mark.item)
    return bold(title_of(who.edition.items[key])) if key else GONE


def _turns(who: Learner, command: str, page: int, pages: int, **more: str) -> Sequence[Button]:
    def turn(label: str, to: int) -> Button:
        args: dict[str, str | int] = {"group": who.group_id, "page": to, **more}
        return Button(label, command, args, replaces=True)

    return [
        *([turn("◀ Newer", page - 1)] if page > 1 else []),
        *([turn("Older ▶", page + 1)] if page < pages else []),
    ]


def _next(who: Learner) -> Button:
    return who.button("Next", "next", Style.PRIMARY, "➡️")


def notes(ctx: Context, item: AnyItem = "", page: Page = 1) -> Reply:
    """Your own notes, newest first, or those on one topic with its resources; nobody else sees them."""
    who = learner(ctx)
    about, keys = "", None
    if item:
        topic, resource = find_item(ctx, who, item)
        whole = (topic.key, *(r.key for r in (*topic.resources, topic.task)))
        keys = {resource.key} if resource else set(whole)
        about = title_of((topic, resource))
    marks = [m for m in reversed(who.standing_marks) if keys is None or who.edition.keys.get(m.item) in keys]
    told = members.told(ctx.session, [mark.id for mark in marks])
    noted = [mark for mark in marks if told[mark.id].note]
    page, pages, start = _paged(len(noted), page, NOTES_PER_PAGE)
    fields = tuple(_note(who, mark, told[mark.id]) for mark in noted[start : start + NOTES_PER_PAGE])
    more = {"item": item} if item else {}
    buttons = _turns(who, "notes", page, pages, **more) if noted else [_next(who)]
    title = NOTES_ON.format(escape(about)) if about else NOTES
    footer = page_footer(page, pages, plural(len(noted), "note")) if noted else ""
    return Reply(title, "" if noted else NO_NOTES, fields, tuple(buttons), footer)


def _note(who: Learner, mark: Mark, told: Told) -> Field:
    """A note with the links in it, which are its evidence."""
    key = who.edition.keys.get(mark.item)
    title = escape(title_of(who.edition.items[key])) if key else GONE
    spent = f" · {hours_text(told.hours)}" if told.hours else ""
    links = [link(f"Evidence {n}", url) for n, url in enumerate(_EVIDENCE.findall(told.note)[:3], 1)]
    evidence = f"\n🔗 {', '.join(links)}" if links else ""
    return Field(f"{title} · {day_text(mark.day)}{spent}", f"{escape(told.note)}{evidence}")
