"""The shape of a roadmap file as JSON schema, so that editors complete and check it."""

from typing import Any

from bot.study.reading.fields import (
    ADDRESS,
    KEY,
    LONGEST_ADDRESS,
    LONGEST_KEY,
    Address,
    Choice,
    Either,
    Flag,
    Key,
    Many,
    Number,
    Reference,
    Table,
    Text,
    Type,
)
from bot.study.reading.shape import ROADMAP


def roadmap_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12); the loader checks more than it can say."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Roadmap", **_schema(ROADMAP)}


def _schema(kind: Type) -> dict[str, Any]:
    match kind:
        case Table():
            return _table(kind)
        case Many():
            return {
                "type": "array",
                "items": _schema(kind.of),
                "minItems": int(kind.some),
                "maxItems": kind.most,
            }
        case Either():
            return {"anyOf": [_schema(part) for part in (kind.words, kind.number, kind.many)]}
        case _:
            return _value(kind)


def _value(kind: Text | Key | Reference | Address | Number | Choice | Flag) -> dict[str, Any]:
    match kind:
        case Text():
            rule = {"type": "string", "minLength": 1, "maxLength": kind.longest}
        case Key() | Reference():
            longest = kind.longest if isinstance(kind, Key) else LONGEST_KEY
            rule = {"type": "string", "pattern": KEY, "maxLength": longest}
        case Address():
            rule = {"type": "string", "format": "uri", "pattern": ADDRESS, "maxLength": LONGEST_ADDRESS}
        case Number():
            name = "integer" if kind.whole else "number"
            rule = {"type": name, "minimum": kind.low, "maximum": kind.high}
        case Choice():
            rule = {"enum": list(kind.words)}
        case Flag():
            rule = {"type": "boolean"}
    return rule


def _table(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "description": table.about,
        "properties": {
            key: {"description": field.about, **_schema(field.type)} for key, field in table.fields.items()
        },
        "required": table.required,
        "additionalProperties": False,
    }
