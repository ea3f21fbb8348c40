"""What `complete` of a topic must hold: it names what is there, once, and can be done with what is free."""

from bot.study.reading.problems import Report, quoted
from bot.study.reading.reader import Found
from bot.study.roadmap import ALL, EXERCISE, Cost

_INSTEAD = "mark it extra, or name alternatives with one_of"


def check_completion(topic: Found, report: Report) -> None:
    """Report what is wrong with what finishes a topic.

    A topic that has free resources must not need others: whoever pays nothing can finish it too.
    """
    resources, complete = topic.value.get("resources"), topic.value.get("complete")
    if resources is None or complete is None:
        return
    main = {_text(r, "key"): _text(r, "cost") in ("", Cost.FREE) for r in resources.value if not _extra(r)}
    if isinstance(complete.value, list):
        extras = {_text(r, "key") for r in resources.value if _extra(r)}
        _groups(complete, main, extras, report)
    elif complete.value == ALL and any(main.values()):
        for key in (key for key, free in main.items() if not free):
            report.add(complete.at, f"complete: all needs {quoted(key)}, which is not free", _INSTEAD)
    elif isinstance(complete.value, int):
        _number(complete, main, report)


def _text(found: Found, name: str) -> str:
    return str(found.value[name].value) if name in found.value else ""


def _extra(resource: Found) -> bool:
    return "extra" in resource.value and bool(resource.value["extra"].value)


def _number(complete: Found, main: dict[str, bool], report: Report) -> None:
    ways, free = len(main) + 1, sum(main.values()) + 1
    if complete.value > ways:
        report.add(
            complete.at,
            f"complete: {complete.value} is more than the {ways} things that count",
            "all of them: all",
        )
    elif free > 1 and complete.value > free:
        message = f"complete: {complete.value} needs something that is not free"
        report.add(complete.at, message, f"at most {free} can be done for free, the exercise among them")


def _groups(complete: Found, main: dict[str, bool], extras: set[str], report: Report) -> None:
    seen: dict[str, int] = {}
    for group in complete.value:
        names = group.value["one_of"].value if "one_of" in group.value else []
        for name in names:
            if name.value in extras:
                report.add(
                    name.at, f"one_of names {quoted(name.value)}, which is extra", "extras never count"
                )
            elif name.value not in main and name.value != EXERCISE:
                hint = report.nearest(name.value, [*main, EXERCISE])
                report.add(name.at, f"one_of names the unknown resource {quoted(name.value)}", hint)
            elif name.value in seen:
                where = f"is already named on line {seen[name.value]}"
                report.add(name.at, f"{quoted(name.value)} {where}", "name each thing in one group")
            seen.setdefault(name.value, name.at.line)
        known = [name.value for name in names if name.value in main or name.value == EXERCISE]
        if known and any(main.values()) and not any(main.get(name, True) for name in known):
            message = "nothing in this group is free, though the topic has free resources"
            report.add(group.at, message, "add a free one, or the word exercise")
