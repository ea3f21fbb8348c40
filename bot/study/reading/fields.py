"""The types a value in a roadmap file can have: data only, read by `reader`, shown by `schema`."""

from collections.abc import Mapping
from dataclasses import dataclass

KEY = "^[a-z0-9]+(-[a-z0-9]+)*$"
LONGEST_KEY = 40
# Host names with a dot and no user name; the rest is printable ASCII that RFC 3986 allows.
ADDRESS = (
    r"^https?://[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+(:[1-5]?[0-9]{1,4})?"
    r"([/?#][!#-;=?-\[\]_a-z~]*)?$"
)
LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, at most `longest` characters; `lines` when paragraphs are welcome."""

    longest: int
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key that never changes once published: lower-case words joined by hyphens."""

    longest: int = LONGEST_KEY


@dataclass(frozen=True, slots=True)
class Reference:
    """The key of a topic; whether it exists is checked when all keys are known."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address that anybody may open: http or https, no user name, no odd characters."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`; `whole` when a fraction makes no sense."""

    low: float
    high: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of a few words, or a whole number, or a list."""

    words: Choice
    number: Number
    many: "Many"


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list of at most `most` entries; `some` when it must not be empty."""

    of: "Type"
    most: int
    some: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a table: what it is for, what it holds, whether it may be left out."""

    about: str
    type: "Type"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with known keys; `name` is what messages call it."""

    name: str
    about: str
    fields: Mapping[str, Field]

    @property
    def required(self) -> list[str]:
        """The keys that must not be left out."""
        return [key for key, field in self.fields.items() if field.required]


Type = Text | Key | Reference | Address | Number | Choice | Either | Flag | Many | Table
