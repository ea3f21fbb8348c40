"""What somebody typed that is no command, or not quite: what was understood, what not, and an example."""

from collections.abc import Mapping, Sequence

from bot.core.command import Command
from bot.core.markup import bold, code, escape
from bot.core.reply import Button, Reply, Tone
from bot.core.request import Channel, Person, Value
from bot.core.text import clean, join_words
from bot.core.typed import Mention, Typed, example, near_commands, understand
from bot.platforms.slack.words import STUDY, spoken

UNREACHABLE = Reply(
    "Slack could not be asked just now",
    "Nothing was changed: Slack did not say who you are. Please send it again in a moment.",
    tone=Tone.WARN,
)
NO_COMMAND, NO_COMMAND_TEXT = "No command called “{}”", "`{}` shows everything that can be said."
PERHAPS = "Did you mean one of these?"
NOT_QUITE = "Not quite understood"
UNDERSTOOD, LEFT_OVER, NOTHING_DONE = "Understood: {}.", "Not understood: {}.", "So nothing was done yet."
EXAMPLE = "For example: {}"
LONGEST_SAID = 200


def not_a_command(commands: Sequence[Command], text: str, mention: Mention) -> Reply:
    """Offers what may have been meant, with what was said of it filled in."""
    word, _, rest = text.strip().partition(" ")
    near = near_commands(commands, text)
    buttons = tuple(_meant(command, rest, mention) for command in near)
    hint = NO_COMMAND_TEXT.format(f"{STUDY} help")
    lines = [PERHAPS, hint] if near else [hint]
    return Reply(
        NO_COMMAND.format(escape(clean(word, 40))), "\n".join(lines), buttons=buttons, tone=Tone.WARN
    )


def _meant(command: Command, rest: str, mention: Mention) -> Button:
    found = understand(command, rest, mention)
    fits = not found.rest and not found.wrong and all(isinstance(v, str | int) for v in found.args.values())
    args = {name: value for name, value in found.args.items() if isinstance(value, str | int)} if fits else {}
    return Button(spoken(command.name), command.name, args)


def not_understood(found: Typed) -> Reply:
    """Says what was understood, what was not, and how it is typed."""
    lines = [UNDERSTOOD.format(_said(found.command, found.args))]
    if found.rest:
        lines.append(LEFT_OVER.format(escape(clean(f"“{found.rest}”", LONGEST_SAID))))
    lines += [found.wrong] if found.wrong else []
    lines.append(NOTHING_DONE)
    words = example(found.command).removeprefix(found.command.name)
    lines.append(EXAMPLE.format(code(spoken(found.command.name) + words)))
    return Reply(NOT_QUITE, "\n".join(lines), tone=Tone.WARN)


def _said(command: Command, args: Mapping[str, Value]) -> str:
    values = [f"{name} {bold(clean(_shown(value), LONGEST_SAID))}" for name, value in args.items()]
    return " with ".join(filter(None, (code(spoken(command.name)), join_words(values))))


def _shown(value: Value) -> str:
    match value:
        case Channel():
            return f"#{value.name or value.id}"
        case Person():
            return value.name or value.id
        case float():
            return f"{value:g}"
    return str(value)
