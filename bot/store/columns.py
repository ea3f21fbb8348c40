"""Column types that behave the same on every database."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite numbers a new row by itself only in a column declared INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment. SQLite would give naive values back, so the zone is taken off and put on here."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """PostgreSQL keeps the zone; SQLite keeps text that sorts by time."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """One plain function for each direction: thousands of times pass through them in one tick."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002 - SQLAlchemy's signature
        """The way back."""
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_utc(value: datetime | None) -> datetime | None:
    """Refuse a naive value: nobody knows which moment it means."""
    if value is None:
        return None
    if value.tzinfo is None:
        message = f"a naive time reached the database: {value!r}"
        raise ValueError(message)
    return value.astimezone(UTC)


_NO_OFFSET = -len("+00:00")


def _to_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it, in text that sorts by time."""
    moment = value if value is None or value.tzinfo is UTC else _to_utc(value)
    return None if moment is None else moment.isoformat(" ", "microseconds")[:_NO_OFFSET]


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")
