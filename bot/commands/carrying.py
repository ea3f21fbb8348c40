"""What a button of a question carries of what was asked."""

from collections.abc import Mapping

from bot.core.request import Person, Value

NOTE_LOST = " A button can't carry your note: to keep it, send the command again."


def portable(args: Mapping[str, Value]) -> dict[str, str | int]:
    """The arguments that a button can carry: no note, which is too long for one, and no channel."""
    found = {name: _portable(value) for name, value in args.items() if name != "note"}
    return {name: value for name, value in found.items() if value is not None}


def _portable(value: Value) -> str | int | None:
    match value:
        case Person():
            return value.id
        case float():
            return f"{value:g}"
        case str() | int():
            return value
    return None


def note_lost(args: Mapping[str, Value]) -> str:
    """Says that the buttons of a question leave the note out, if there is one."""
    return NOTE_LOST if args.get("note") else ""
