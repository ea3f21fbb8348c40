"""Nodes to values: every value is checked against its type, and keeps its place."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import yaml

from bot.study.reading.fields import (
    ADDRESS,
    KEY,
    LONGEST_ADDRESS,
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
from bot.study.reading.problems import Mark, Report, quoted
from bot.study.reading.tree import ODD_CHARACTER, Mapping, Node, Refused, Scalar, Sequence

_GUESSED = {"null": "nothing", "bool": "true or false", "int": "a number", "float": "a number"}


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was read, and where: text, number, bool, list of Found or dict of Found."""

    value: Any
    at: Mark


def read(kind: Type, node: Node, name: str, report: Report) -> Found | None:
    """Return the value, or None with a problem in `report`; `name` is what messages call it."""
    if isinstance(node, Refused):
        return None
    value: Any
    match kind:
        case Number():
            value = _number(kind, node, name, report)
        case Flag():
            value = _flag(node, name, report)
        case Either():
            value = _either(kind, node, name, report)
        case Many():
            value = _many(kind, node, name, report)
        case Table():
            value = _table(kind, node, report)
        case _:
            value = _words(kind, node, name, report)
    return None if value is None else Found(value, node.at)


def _words(
    kind: Text | Key | Reference | Address | Choice, node: Node, name: str, report: Report
) -> str | None:
    text = _written(node, name, report)
    if text is None:
        return None
    match kind:
        case Text():
            return _text(kind, text, node, name, report)
        case Key():
            return _key(kind, text, node, name, report)
        case Address():
            return _address(text, node, name, report)
        case Choice():
            return _choice(kind, text, node, name, report)
        case Reference():
            return text


def _text(kind: Text, text: str, node: Node, name: str, report: Report) -> str | None:
    problem = ""
    if all(unicodedata.category(c)[0] in "CZ" for c in text):
        problem = "is empty"
    elif len(text) > kind.longest:
        problem = f"is {len(text):,} characters long, at most {kind.longest:,} fit"
    elif odd := ODD_CHARACTER.search(text):
        problem = f"contains the character U+{ord(odd.group()):04X}, which is not allowed"
    elif "\r" in text or (not kind.lines and re.search("[\t\n]", text)):
        problem = "must be one line without tabs"
    if problem:
        report.add(node.at, f"{name} {problem}")
    return None if problem else text


def _key(kind: Key, text: str, node: Node, name: str, report: Report) -> str:
    """Report a misspelt key here only: it is still the one that others refer to."""
    if len(text) > kind.longest:
        report.add(node.at, f"{name} {quoted(text)} is longer than {kind.longest} characters")
    elif not re.fullmatch(KEY, text):
        slug = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
        hint = f'write "{slug}"' if slug else ""
        report.add(node.at, f"{name} {quoted(text)} must be lower-case words joined by hyphens", hint)
    return text


def _address(text: str, node: Node, name: str, report: Report) -> str | None:
    if len(text) > LONGEST_ADDRESS:
        report.add(node.at, f"{name} is longer than {LONGEST_ADDRESS} characters")
        return None
    if not re.fullmatch(ADDRESS, text):
        better = f"https://{text}"
        fits = re.fullmatch(ADDRESS, better)
        hint = f"did you mean {quoted(better)}?" if fits else "for example https://example.org/page"
        message = f"{name} must be an http or https address with a host, without spaces or a user name"
        report.add(node.at, message, hint)
        return None
    return text


def _choice(kind: Choice, text: str, node: Node, name: str, report: Report) -> str | None:
    if text in kind.words:
        return text
    hint = report.nearest(text, kind.words, f"one of: {', '.join(kind.words)}")
    report.add(node.at, f"{name} {quoted(text)} is not known", hint)
    return None


def _number(kind: Number, node: Node, name: str, report: Report) -> float | None:
    wanted = f"{name} must be a {'whole ' if kind.whole else ''}number from {kind.low:g} to {kind.high}"
    digits = "[0-9]{1,9}" if kind.whole else r"[0-9]{1,9}(\.[0-9]{1,9})?"
    if not (isinstance(node, Scalar) and re.fullmatch(digits, node.text)):
        report.add(node.at, wanted)
    elif not node.plain:
        report.add(node.at, wanted, "remove the quotes")
    elif not kind.low <= float(node.text) <= kind.high:
        report.add(node.at, f"{wanted}, not {node.text}")
    else:
        return int(node.text) if kind.whole else float(node.text)
    return None


def _flag(node: Node, name: str, report: Report) -> bool | None:
    if isinstance(node, Scalar) and node.plain and node.text in {"true", "false"}:
        return node.text == "true"
    report.add(node.at, f"{name} must be true or false")
    return None


def _either(kind: Either, node: Node, name: str, report: Report) -> Any:
    """Read what the node looks most like, so that a problem is told in the right words."""
    if isinstance(node, Sequence):
        return _many(kind.many, node, name, report)
    if isinstance(node, Scalar) and re.fullmatch("-?[0-9.]+", node.text):
        return _number(kind.number, node, name, report)
    return _words(kind.words, node, name, report)


def _many(kind: Many, node: Node, name: str, report: Report) -> list[Found] | None:
    if not isinstance(node, Sequence):
        report.add(node.at, f"{name} must be a list", _as_list(node, name))
        return None
    if kind.some and not node.items:
        report.add(node.at, f"{name} needs at least one entry", "start each entry with `- `")
    if len(node.items) > kind.most:
        report.add(node.at, f"{name} has {len(node.items):,} entries, at most {kind.most} fit")
    entries = (read(kind.of, item, f"an entry of {name}", report) for item in node.items[: kind.most])
    return [entry for entry in entries if entry is not None]


def _as_list(node: Node, name: str) -> str:
    if not isinstance(node, Scalar):
        return f"start each entry of {name} with `- `"
    if not node.text:
        return f"leave {name} out, or write [] after it"
    return f"write {name}: [{quoted(node.text)[1:-1]}]"


def _table(kind: Table, node: Node, report: Report) -> dict[str, Found] | None:
    if not isinstance(node, Mapping):
        report.add(node.at, f"a {kind.name} must be a mapping with the keys {', '.join(kind.required)}")
        return None
    given = {key.text for key, _ in node.pairs}
    for missing in (key for key in kind.required if key not in given):
        report.add(node.at, f"this {kind.name} has no {missing}", f"add a line `{missing}: …`")
    values = {key.text: _field(kind, key, value, report) for key, value in node.pairs}
    return {key: found for key, found in values.items() if found is not None}


def _field(table: Table, key: Scalar, value: Node, report: Report) -> Found | None:
    if field := table.fields.get(key.text):
        return read(field.type, value, key.text, report)
    hint = report.nearest(key.text, table.fields, f"known keys: {', '.join(table.fields)}")
    report.add(key.at, f"unknown key {quoted(key.text)} in this {table.name}", hint)
    return None


def _written(node: Node, name: str, report: Report) -> str | None:
    """Return the text of a scalar that YAML too would take for text; report anything else."""
    if not isinstance(node, Scalar):
        what = "a list" if isinstance(node, Sequence) else "a mapping"
        report.add(node.at, f"{name} must be text, not {what}")
    elif not node.text.strip():
        report.add(node.at, f"{name} is empty")
    elif guess := _guess(node):
        message = f"{name} must be text, but YAML reads {quoted(node.text)[1:-1]} as {guess}"
        report.add(node.at, message, f"quote it: {quoted(node.text)}")
    else:
        return node.text.strip()
    return None


def _guess(scalar: Scalar) -> str:
    """Return what YAML 1.1 would silently turn an unquoted scalar into; empty for text."""
    if not scalar.plain:
        return ""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(scalar.text[:1], ())
    tags = (tag.rpartition(":")[2] for tag, pattern in resolvers if pattern.match(scalar.text))
    tag = next(tags, "")
    return _GUESSED.get(tag, f"a {tag}") if tag else ""
