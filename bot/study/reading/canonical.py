"""A roadmap as plain data: one JSON text for each content, to store and to compare."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

from bot.study.roadmap import Cost, Kind, Link, OneOf, Resource, Roadmap, Section, Topic


def canonical(roadmap: Roadmap) -> str:
    """Write JSON that is the same text whenever the content is the same; `from_canonical` reads it back.

    What has its default value is left out, so a field added later changes no stored text.
    """
    return json.dumps(_data(roadmap), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the SHA-256 of a canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def from_canonical(text: str) -> Roadmap:
    """Return the roadmap that `canonical` wrote. Raises ValueError when the text is not one."""
    try:
        return build(json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not the canonical text of a roadmap") from error


def build(data: dict[str, Any]) -> Roadmap:
    """Make a roadmap from plain data in the shape of the file."""
    sections = tuple(_section(section) for section in data["sections"])
    in_file = [topic.key for section in sections for topic in section.topics]
    return Roadmap(
        key=data["roadmap"],
        title=data["title"],
        summary=data["summary"],
        sections=sections,
        order=tuple(data.get("order", in_file)),
        credits=_links(data, "credits"),
    )


def _section(data: dict[str, Any]) -> Section:
    topics = tuple(_topic(topic, data["key"]) for topic in data["topics"])
    return Section(data["key"], data["title"], topics, tuple(data.get("renamed_from", ())))


def _topic(data: dict[str, Any], section: str) -> Topic:
    known = {**data, "section": section, "tools": _links(data, "tools")}
    known["resources"] = tuple(_resource(resource) for resource in data["resources"])
    for name in ("questions", "focus", "requires", "helpful", "renamed_from"):
        known[name] = tuple(data.get(name, ()))
    if isinstance(complete := data.get("complete"), list):
        known["complete"] = tuple(OneOf(tuple(group["one_of"])) for group in complete)
    return Topic(**known)


def _resource(data: dict[str, Any]) -> Resource:
    known = {**data, "kind": Kind(data["kind"]), "cost": Cost(data.get("cost", Cost.FREE))}
    for name in ("authors", "renamed_from"):
        known[name] = tuple(data.get(name, ()))
    return Resource(**known)


def _links(data: dict[str, Any], name: str) -> tuple[Link, ...]:
    return tuple(
        Link(link["name"], link.get("url", ""), link.get("author", "")) for link in data.get(name, ())
    )


def _data(value: Any) -> Any:
    """Turn dataclasses to dicts without defaults; tuples to lists."""
    if isinstance(value, tuple):
        return [_data(entry) for entry in value]
    if not is_dataclass(value):
        return value
    given = ((f, getattr(value, f.name)) for f in fields(value))
    data = {f.name: _data(entry) for f, entry in given if entry != f.default}
    if isinstance(value, Roadmap):
        data["roadmap"] = data.pop("key")
    if isinstance(value, Topic):
        del data["section"]
    return data
