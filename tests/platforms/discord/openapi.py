"""What a simulated Discord does not check: every request against Discord's own description of its API."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from simcord import HttpLogEntry

PLACE = Path(os.environ.get("DISCORD_OPENAPI") or Path(__file__).parents[4] / "shared/discord/openapi.json")
MISSING = f"Discord's OpenAPI document is not at {PLACE}; set DISCORD_OPENAPI to check requests against it"
_URI = "urn:discord"


def available() -> bool:
    """Whether the document is there."""
    return PLACE.is_file()


def problems(entry: HttpLogEntry) -> list[str]:
    """What Discord would say against a request that the bot made."""
    body = json.dumps(entry.json, sort_keys=True)
    template = _template(entry.method.lower(), entry.path)
    if template is None:
        return [f"{entry.method} {entry.path} is not in the API"]
    found = list(_against_schema(entry.method.lower(), template, body)) if available() else []
    if template.endswith("/commands") and isinstance(entry.json, list):
        found += command_problems(entry.json)
    return [f"{entry.method} {template}: {problem}" for problem in found]


@cache
def _against_schema(method: str, template: str, body: str) -> tuple[str, ...]:
    """Cached: tests say the same things again and again."""
    payload = json.loads(body)
    validator = _validator(method, template)
    if validator is None or payload is None:
        return ()
    _forgive(payload)
    error = best_match(validator.iter_errors(payload))
    return () if error is None else (f"{error.json_path}: {error.message[:300]}",)


def _forgive(payload: Any) -> None:
    """Discord takes numbers for two ids, as discord.py sends them, which its description leaves out."""
    if isinstance(payload, dict) and "recipient_id" in payload:
        payload["recipient_id"] = str(payload["recipient_id"])
    inner = payload.get("data", payload) if isinstance(payload, dict) else None
    for attachment in (inner.get("attachments") or []) if isinstance(inner, dict) else []:
        attachment["id"] = str(attachment["id"])


@cache
def _document() -> Any:
    return json.loads(PLACE.read_text(encoding="utf-8"))


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resource(
        _URI, Resource.from_contents(_document(), default_specification=DRAFT202012)
    )


@cache
def _validator(method: str, template: str) -> Draft202012Validator | None:
    if "requestBody" not in _document()["paths"][template][method]:
        return None
    path = template.replace("/", "~1")
    pointer = f"/paths/{path}/{method}/requestBody/content/application~1json/schema"
    return Draft202012Validator({"$ref": f"{_URI}#{pointer}"}, registry=_registry())


@cache
def _template(method: str, path: str) -> str | None:
    """The path of the API that a request is for: the one with the most words in common."""
    if not available():
        return path
    segments = path.strip("/").split("/")
    fitting = [
        t for t, operations in _document()["paths"].items() if method in operations and _fits(t, segments)
    ]
    return min(fitting, key=lambda template: template.count("{"), default=None)


def _fits(template: str, segments: list[str]) -> bool:
    parts = template.strip("/").split("/")
    return len(parts) == len(segments) and all(
        part.startswith("{") or part == segment for part, segment in zip(parts, segments, strict=True)
    )


def command_problems(commands: list[dict[str, Any]]) -> Iterator[str]:
    """Rules for commands that Discord enforces and its description does not state."""
    names = [command["name"] for command in commands]
    if len(names) > 100:
        yield f"{len(names)} commands are more than 100"
    if len(set(names)) < len(names):
        yield "two commands have the same name"
    for command in commands:
        for problem in (*_name(command), *_options(command.get("options") or [])):
            yield f"/{command['name']}: {problem}"
        if _length(command) > 8000:
            yield f"/{command['name']}: more than 8,000 characters in all"


def _name(named: dict[str, Any]) -> Iterator[str]:
    name, description = named["name"], named["description"]
    if not 1 <= len(name) <= 32 or name != name.lower() or not all(c.isalnum() or c in "-_" for c in name):
        yield f"{name!r} is no name for a command or an option"
    if not 1 <= len(description.strip()) <= 100:
        yield f"the description of {name} has {len(description)} characters"


def _options(options: list[dict[str, Any]]) -> Iterator[str]:
    if len(options) > 25:
        yield f"{len(options)} options are more than 25"
    if len({option["name"] for option in options}) < len(options):
        yield "two options have the same name"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield "a required option stands after one that is not"
    for option in options:
        yield from _name(option)
        choices = option.get("choices") or []
        if choices and option.get("autocomplete"):
            yield f"{option['name']} has choices and autocomplete"
        if len(choices) > 25 or len({choice["name"] for choice in choices}) < len(choices):
            yield f"{option['name']} has too many choices, or two of one name"


def _length(named: dict[str, Any]) -> int:
    choices = sum(len(c["name"]) + len(str(c["value"])) for c in named.get("choices") or [])
    inner = sum(map(_length, named.get("options") or []))
    return len(named["name"]) + len(named["description"]) + choices + inner
