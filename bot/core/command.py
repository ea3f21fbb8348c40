"""What a command is: a typed function with a description of its options.

A command is written once, as `def done(ctx: Context, item: Item = "") -> Reply`, and `command(done)` reads
its schema from the signature. Platforms compile that schema to their native construct.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bot.core.reply import Draft, Reply
from bot.core.request import Request


class Audience(StrEnum):
    """Who may say a command; checked at run time on every platform."""

    MEMBER = "member"
    ORGANIZER = "organizer"


class Takes(StrEnum):
    """What an option takes."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    CHANNEL = "channel"
    PERSON = "person"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that an option offers: what is read and what is sent."""

    label: str
    value: str


Suggest = Callable[[Any, Request, str], Sequence[Choice]]
"""(what the process remembers, who asks where, the text typed so far) -> at most 25 choices."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command. `name` and `required` are filled in from the function's signature.

    `minimum` and `maximum` bound a number, or the length of a text in characters. `check` raises ValueError with a
    sentence for whoever typed a text that means nothing.
    """

    help: str
    takes: Takes = Takes.TEXT
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    suggest: Suggest | None = None
    check: Callable[[str], object] | None = None
    hidden: bool = False
    """Only buttons fill it in; it is not part of what people type."""
    looks: Callable[[str], bool] | None = None
    """Whether a text that was typed without the option's name is one of its values."""
    example: str = ""
    """A value as somebody might type it."""
    label: str = ""
    """Its name above a field of a form, where that is not the option's own."""
    name: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command as every platform sees it. A `name` may have two words, as in `/mydata export`.

    `writes` decides between the one writer and the readers of the database; `private` is the privacy of an
    answer that had to be deferred; `typed` is False for what only buttons can say. `present` tells the values that
    options have now, for a form that changes them. `cost` is what it takes of a person's allowance: 1 for what is
    quick, more for what is drawn, written to a file or posted. `only` names its platforms; empty means all. `direct`
    says that its buttons work in a direct message too, for members of the group that they name.
    """

    name: str
    help: str
    details: str
    options: tuple[Option, ...]
    run: Callable[..., Reply | Draft]
    audience: Audience = Audience.MEMBER
    writes: bool = False
    private: bool = True
    typed: bool = True
    present: Callable[..., Mapping[str, str]] | None = None
    cost: int = 1
    only: frozenset[str] = frozenset()
    direct: bool = False

    def on(self, platform: str) -> bool:
        """Whether people can say it on a platform."""
        return self.typed and (not self.only or platform in self.only)

    @property
    def public_options(self) -> tuple[Option, ...]:
        """What people can type, in the order of the signature."""
        return tuple(option for option in self.options if not option.hidden)

    def option(self, name: str) -> Option | None:
        """The option of that name, or None."""
        return next((option for option in self.options if option.name == name), None)


def command(
    run: Callable[..., Reply | Draft],
    *,
    audience: Audience = Audience.MEMBER,
    writes: bool = False,
    private: bool = True,
    typed: bool = True,
    present: Callable[..., Mapping[str, str]] | None = None,
    under: str = "",
    cost: int = 1,
    only: Iterable[str] = (),
    direct: bool = False,
) -> Command:
    """Read a command from a function: its name, its docstring (the help) and its annotated options.

    A trailing underscore in the name is dropped (`next_` is `/next`); `under` is its first word, if it has two.
    Raises TypeError when the docstring or an option's description is missing.
    """
    name = f"{under} {run.__name__.rstrip('_')}".strip()
    doc = inspect.getdoc(run)
    if not doc:
        message = f"/{name} has no docstring, and its docstring is its help"
        raise TypeError(message)
    first, _, rest = doc.partition("\n")
    hints = get_type_hints(run, include_extras=True)
    parameters = list(inspect.signature(run).parameters.values())[1:]
    options = tuple(_option(name, parameter, hints[parameter.name]) for parameter in parameters)
    return Command(
        name,
        first,
        rest.strip(),
        options,
        run,
        audience,
        writes,
        private,
        typed,
        present,
        cost,
        frozenset(only),
        direct,
    )


def _option(command_name: str, parameter: inspect.Parameter, hint: object) -> Option:
    found = _described(hint)
    if found is None:
        message = f"/{command_name} {parameter.name} is not Annotated with an Option"
        raise TypeError(message)
    return replace(found, name=parameter.name, required=parameter.default is inspect.Parameter.empty)


def _described(hint: object) -> Option | None:
    if get_origin(hint) is Annotated:
        return next((extra for extra in get_args(hint)[1:] if isinstance(extra, Option)), None)
    return next(filter(None, map(_described, get_args(hint))), None)
