"""The format is told three times, to the loader, to editors and to authors, and always the same."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.study.reading import check, roadmap_schema
from bot.study.reading.fields import Many, Table
from bot.study.reading.shape import ROADMAP
from bot.study.roadmap_files import default_folder

DOCUMENT = Path(__file__).parents[2] / "docs" / "roadmap-format.md"
BLOCK = re.compile(
    r"^```yaml\n(?P<yaml>.*?)^```\n(?:\nhas these:\n\n```text\n(?P<problems>.*?)^```)?",
    re.DOTALL | re.MULTILINE,
)


def examples() -> list[tuple[str, list[str]]]:
    """Each YAML example of the document with the problems that it is said to have."""
    found = BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8"))
    return [(block["yaml"], (block["problems"] or "").splitlines()) for block in found]


def tables(kind: object) -> list[Table]:
    """Every table of the format, from the file down to the resource."""
    if isinstance(kind, Many):
        return tables(kind.of)
    if not isinstance(kind, Table):
        return []
    return [kind, *(table for field in kind.fields.values() for table in tables(field.type))]


def schema_of(text: str) -> list[str]:
    """Say what the JSON schema finds wrong with a file, as the paths of its errors."""
    errors = Draft202012Validator(roadmap_schema()).iter_errors(yaml.safe_load(text))
    return sorted(error.json_path for error in errors)


def test_the_schema_file_is_the_loaders_own() -> None:
    """roadmap.schema.json is what the loader's table of fields says, character for character."""
    written = (default_folder() / "roadmap.schema.json").read_text(encoding="utf-8")
    assert written == json.dumps(roadmap_schema(), indent=2) + "\n"


def test_the_schema_is_valid_and_accepts_mlops() -> None:
    """The schema is correct JSON schema and the MLOps roadmap satisfies it."""
    Draft202012Validator.check_schema(roadmap_schema())
    assert schema_of((default_folder() / "mlops.yaml").read_text(encoding="utf-8")) == []


def test_the_schema_describes_every_key() -> None:
    """An editor has a sentence to show for each key."""
    abouts = [field.about for table in tables(ROADMAP) for field in table.fields.values()]
    assert len(abouts) > 30
    assert [about for about in abouts if not about.endswith(".")] == []


def test_mlops_names_its_schema() -> None:
    """The first line of the MLOps roadmap tells editors which schema to use."""
    first = (default_folder() / "mlops.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=roadmap.schema.json"


@pytest.mark.parametrize(
    "path, value",
    [
        ("$.title", 1984),
        ("$.roadmap", "Not A Key"),
        ("$.sections", []),
        ("$.order", "starter"),
    ],
)
def test_schema_and_loader_refuse_the_same(path: str, value: Any) -> None:
    """What the schema underlines in an editor, the loader refuses too."""
    data = yaml.safe_load(examples()[0][0])
    data[path.removeprefix("$.")] = value
    text = yaml.safe_dump(data)
    assert schema_of(text) == [path]
    assert check(text, "x.yaml")[0] is None


def test_the_examples_of_the_document_are_true() -> None:
    """Each example of the document reads as it says: without a problem, or with exactly those shown."""
    found = examples()
    assert len(found) == 3
    for text, expected in found:
        assert [str(problem) for problem in check(text, "sourdough.yaml")[1]] == expected


def test_the_grown_up_example_uses_every_key() -> None:
    """The second example shows each key of the format, so an author sees it once in use."""
    used = examples()[1][0]
    keys = {key for table in tables(ROADMAP) for key in table.fields}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}:", used)] == []


def test_the_document_names_every_key() -> None:
    """No key of the format is missing from the document's tables."""
    prose = BLOCK.sub("", DOCUMENT.read_text(encoding="utf-8"))
    keys = {key for table in tables(ROADMAP) for key in table.fields}
    assert [key for key in sorted(keys) if f"`{key}`" not in prose] == []
