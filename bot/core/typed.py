"""A command as people type it where nothing fills in its options for them: `done docker 3h great course`.

Options may be named (`hours:3`, `note:"great course"`) or not: then what a word looks like says which option it is
for, in the order in which the command has them. Quotes keep words together.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.core.arguments import checked
from bot.core.command import Command, Option, Takes
from bot.core.reply import Refused
from bot.core.request import Channel, Person, Value

Mention = Callable[[str], Channel | Person | None]
"""Reads how a platform writes a channel or a person into what was typed; None for anything else."""

LONGEST_PHRASE = 5
"""Words of the longest value that is recognised without its name, as in `6 hours a week`."""
NEAR_NAME, NEAR_COMMAND = 0.75, 0.5
MOST_OFFERED = 3
_NUMBERS = (Takes.INTEGER, Takes.NUMBER)
_PLACES = (Takes.CHANNEL, Takes.PERSON)
_WORD = re.compile(r'"([^"]*)"|“([^“”]*)”|([^\s"“]+:)(?=["“])|(\S+)')
_NAMED = re.compile(r"([a-z_]{2,30}):(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was understood: `rest` is what fits no option, `wrong` says of each value what does not fit."""

    command: Command
    args: Mapping[str, Value] = field(default_factory=dict)
    rest: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, or several in quotes; `names` is the option whose value begins after it."""

    text: str
    quoted: bool = False
    names: Option | None = None


def find_command(commands: Sequence[Command], text: str) -> tuple[Command | None, str]:
    """The command that a text begins with, and what follows; None where there is no such command."""
    words = text.strip().split(maxsplit=2)
    for count in (2, 1):
        said = " ".join(words[:count]).lower().removeprefix("/")
        found = next((command for command in commands if command.name == said), None)
        if found is not None and len(words) >= count:
            return found, text.strip().split(maxsplit=count)[count] if len(words) > count else ""
    return None, text.strip()


def near_commands(commands: Sequence[Command], text: str) -> list[Command]:
    """Those that may have been meant, the likeliest first."""
    by_name = {command.name: command for command in commands}
    words = text.lower().removeprefix("/").split()[:2]
    tries = dict.fromkeys([" ".join(words), *words[:1]])
    names = [name for said in tries for name in get_close_matches(said, by_name, MOST_OFFERED, NEAR_COMMAND)]
    return [by_name[name] for name in list(dict.fromkeys(names))[:MOST_OFFERED]]


def understand(command: Command, text: str, mention: Mention) -> Typed:
    """Read what follows a command's name. Raises nothing: what is not understood is said in the answer."""
    words = list(_words(command, text))
    args, left = _take_named(words, mention)
    open_options = [option for option in command.public_options if option.name not in args]
    free, rest = _take_unnamed(open_options, left, mention)
    args |= free
    found = {o.name: args[o.name] for o in command.public_options if o.name in args}
    try:
        return Typed(command, checked(command, found), rest)
    except Refused as refused:
        good = {o.name: found[o.name] for o in command.options if o.name in found and _is_good(o, found)}
        return Typed(command, good, rest, refused.reply.text)


def example(command: Command) -> str:
    """How a command with some of its options is typed."""
    shown = [option for option in command.public_options if option.example][:MOST_OFFERED]
    values = (f'"{o.example}"' if " " in o.example else o.example for o in shown)
    return " ".join([command.name, *(f"{o.name}:{value}" for o, value in zip(shown, values, strict=True))])


def usage(command: Command) -> str:
    """The options of a command, those in brackets that may be left out."""
    return " ".join(o.name if o.required else f"[{o.name}]" for o in command.public_options)


def _words(command: Command, text: str) -> Iterator[_Word]:
    names = {option.name: option for option in command.public_options}
    for straight, curly, before_quote, plain in _WORD.findall(text):
        if straight or curly:
            yield _Word(straight or curly, quoted=True)
            continue
        named = _NAMED.fullmatch(before_quote or plain)
        near = get_close_matches(named[1].lower(), names, 1, NEAR_NAME) if named else []
        if named is None or not near:
            if before_quote or plain:
                yield _Word(before_quote or plain)
            continue
        yield _Word("", names=names[near[0]])
        if named[2]:
            yield _Word(named[2])


def _take_named(words: list[_Word], mention: Mention) -> tuple[dict[str, Value], list[_Word]]:
    """The values that follow a name, and the words that follow none."""
    args: dict[str, Value] = {}
    left: list[_Word] = []
    at = 0
    while at < len(words):
        option = words[at].names
        at += 1
        if option is None:
            left.append(words[at - 1])
            continue
        end = next((n for n in range(at, len(words)) if words[n].names), len(words))
        count = _length(option, words[at:end], mention)
        if count:
            args[option.name] = _value(option, _joined(words[at : at + count]), mention)
        at += count
    return args, left


def _length(option: Option, words: list[_Word], mention: Mention) -> int:
    """How many words belong to a named option: all for a free text, else as many as fit, or one that does not."""
    if not words or words[0].quoted:
        return min(1, len(words))
    if _is_free(option):
        return next((n for n, word in enumerate(words) if word.quoted), len(words))
    counts = range(min(LONGEST_PHRASE, len(words)), 0, -1)
    return next((n for n in counts if _fits(option, _joined(words[:n]), mention)), 1)


def _take_unnamed(
    options: Sequence[Option], words: list[_Word], mention: Mention
) -> tuple[dict[str, Value], str]:
    """Values by what they look like; what looks like none is text for the options that take any."""
    args: dict[str, Value] = {}
    runs: list[list[str]] = []
    at, joins = 0, False
    while at < len(words):
        option, count = _recognised(
            [o for o in options if o.name not in args], words[at:], len(runs), mention
        )
        if option is not None:
            args[option.name] = _value(option, _joined(words[at : at + count]), mention)
            joins = False
        elif joins and not words[at].quoted:
            runs[-1].append(words[at].text)
        else:
            runs.append([words[at].text])
            joins = not words[at].quoted
        at += max(count, 1)
    open_to_any = [option.name for option in options if _is_free(option)]
    texts = [" ".join(run) for run in runs]
    return args | dict(zip(open_to_any, texts, strict=False)), " ".join(texts[len(open_to_any) :])


def _recognised(
    options: Sequence[Option], words: list[_Word], runs: int, mention: Mention
) -> tuple[Option | None, int]:
    if words[0].quoted:
        return None, 1
    end = next((n for n, word in enumerate(words) if word.quoted), len(words))
    for count in range(min(LONGEST_PHRASE, end), 0, -1):
        phrase = _joined(words[:count])
        for place, option in enumerate(options):
            # A bare number may as well belong to a title: only after the texts that come before it.
            before = sum(map(_is_free, options[:place]))
            if option.takes in _NUMBERS and phrase[-1:].isdigit() and runs < before:
                continue
            if count > 1 and option.choices and phrase.lower() not in _spellings(option):
                continue
            if not _is_free(option) and _fits(option, phrase, mention):
                return option, count
    return None, 1


def _spellings(option: Option) -> set[str]:
    return {name.lower() for choice in option.choices for name in (choice.label, choice.value)}


def _is_free(option: Option) -> bool:
    read = option.choices or option.check or option.looks
    return option.takes is Takes.TEXT and not read


def _fits(option: Option, phrase: str, mention: Mention) -> bool:
    if option.takes in _PLACES:
        found = mention(phrase)
        return isinstance(found, Channel if option.takes is Takes.CHANNEL else Person)
    return (option.looks is None or option.looks(phrase)) and _is_good(option, {option.name: phrase})


def _is_good(option: Option, args: Mapping[str, Value]) -> bool:
    alone = Command("", "", "", (option,), lambda: None)  # type: ignore[arg-type,return-value]
    try:
        return bool(checked(alone, args))
    except Refused:
        return False


def _value(option: Option, phrase: str, mention: Mention) -> Value:
    return (mention(phrase) if option.takes in _PLACES else None) or phrase


def _joined(words: Sequence[_Word]) -> str:
    return " ".join(word.text for word in words)
