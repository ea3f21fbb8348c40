"""What a command answers. A command returns a Reply and never sends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.markup import bold
from bot.core.picture import Picture
from bot.core.text import join_words


class Style(StrEnum):
    """How a button looks."""

    PRIMARY = "primary"
    PLAIN = "plain"
    GOOD = "good"
    DANGER = "danger"


class Tone(StrEnum):
    """The colour of a Reply."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Button:
    """A command with its arguments filled in: a click is the same road as typing.

    `ask` names options that the person fills in first, in a small form. `replaces` shows the answer in place of
    the message that carries the button (the next page of a board) where that is the clicker's own.
    """

    label: str
    command: str
    args: Mapping[str, str | int] = field(default_factory=dict)
    style: Style = Style.PLAIN
    emoji: str = ""
    ask: tuple[str, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A titled paragraph of a Reply."""

    title: str
    text: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a Reply; `name` has the ending that says what it is.

    One with an `alt` is a picture that is shown in the message, and `alt` says in words what is on it.
    """

    name: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in markdown in which everything that a person wrote is already escaped.

    `deliver` is the id of a post that is to be sent at once, before the person is told how that went. `form` answers a
    request that asks: what each option is now, as plain text. `picture` is drawn after the commit and reaches the
    platform as the `attachment`; the text is complete without it. `aloud` is said once everything is saved, to all or
    to one person.
    """

    title: str
    text: str = ""
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    tone: Tone = Tone.PLAIN
    private: bool = True
    deliver: int | None = None
    form: Mapping[str, str] | None = None
    attachment: Attachment | None = None
    picture: Picture | None = None
    aloud: "Aloud | Notice | None" = None


@dataclass(frozen=True, slots=True)
class Aloud:
    """What a person lets the bot say for them in a channel or thread.

    The same `nonce` is the same message. `said` is the part of their answer that tells of it, and `otherwise` what
    stands there instead where it could not be said.
    """

    channel: str
    reply: Reply
    nonce: str
    said: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody else, who may be on another platform, is told privately; `person` is their key.

    `said` and `otherwise` are as with Aloud.
    """

    person: str
    reply: Reply
    said: str
    otherwise: str


Draft = Callable[[], Reply]
"""A Reply that is still to be put into words, from what is in memory alone: while what it tells of is being saved."""


class Refused(Exception):
    """Raised by a command to answer with a Reply instead; what was written so far is rolled back."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.title)
        self.reply = reply


def refuse(title: str, text: str, *buttons: Button) -> Refused:
    """A kind, private refusal that says what to do next."""
    return Refused(Reply(title, text, buttons=buttons, tone=Tone.WARN))


FAULT = Reply(
    "Something went wrong on our side",
    "Nothing was lost. Please try again in a moment.",
    tone=Tone.WARN,
)
OLD_BUTTON = Reply(
    "That button is from an older version",
    "What it did has changed since. Say `/next` or `/help` to get fresh buttons.",
    tone=Tone.WARN,
)
TOO_LONG = "✂️ No button for {}, because what you sent is too long for one. Send it again in fewer words."


def left_out_note(labels: Sequence[str]) -> str:
    """Names the buttons whose arguments no id can carry; empty where there are none."""
    return TOO_LONG.format(join_words([bold(label) for label in labels])) if labels else ""
