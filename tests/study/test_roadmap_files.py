"""Roadmaps are found in a folder, and what is wrong with any of them is said with its file."""

import os
from pathlib import Path

import pytest

from bot.study.reading import MOST_BYTES, RoadmapInvalid
from bot.study.roadmap_files import default_folder, load_file, load_folder, roadmap_files

GOOD = """\
# a comment
roadmap: bread
title: Bread
summary: Bake it.
sections:
  - key: basics
    title: Basics
    topics:
      - key: loaf
        title: Loaf
        goal: Bake it.
        summary: Bake.
        hours: 2
        exercise: Bake.
        resources: [{key: guide, title: Guide, kind: article, url: "https://bread.example.org"}]
"""


def problems(folder: Path) -> list[str]:
    """Collect the problems of a folder, with file names instead of paths."""
    with pytest.raises(RoadmapInvalid) as refused:
        load_folder(folder)
    return str(refused.value).replace(f"{folder}{os.sep}", "").splitlines()


def test_the_default_folder_holds_the_roadmaps_of_the_project() -> None:
    """Without a setting the bot finds the roadmaps that it came with."""
    assert "mlops" in [roadmap.key for roadmap in load_folder(default_folder())]


def test_lists_yaml_files_by_name(tmp_path: Path) -> None:
    """Only YAML files directly in the folder are roadmaps, in the order of their names."""
    for name in ("b.yaml", "a.yml", "c.json", "d.yaml.bak"):
        (tmp_path / name).write_text(GOOD)
    (tmp_path / "e.yaml").mkdir()
    assert [path.name for path in roadmap_files(tmp_path)] == ["a.yml", "b.yaml"]


def test_loads_one_file(tmp_path: Path) -> None:
    """A file gives its roadmap and the text that it was read from."""
    path = tmp_path / "bread.yaml"
    path.write_text(GOOD)
    roadmap, text = load_file(path)
    assert (roadmap.key, text) == ("bread", GOOD)


def test_reports_the_problems_of_all_files(tmp_path: Path) -> None:
    """One bad file does not hide what is wrong with the next."""
    (tmp_path / "a.yaml").write_text(GOOD.replace("hours: 2", "hours: two"))
    (tmp_path / "b.yaml").write_text("[")
    (tmp_path / "c.yaml").write_text(GOOD)
    assert problems(tmp_path) == [
        "a.yaml:13:16: hours must be a whole number from 1 to 500",
        "b.yaml:1:2: expected the node content, but found '<stream end>'",
    ]


def test_two_files_must_not_be_the_same_roadmap(tmp_path: Path) -> None:
    """The second file with a roadmap's key is refused where it states the key."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    assert problems(tmp_path) == [
        'b.yaml:2:10: another file here is already the roadmap "bread" (every roadmap has its own key)'
    ]


def test_a_file_must_be_utf8(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is reported at its line and column, counted in characters."""
    (tmp_path / "a.yaml").write_bytes("roadmap: bread\ntitle: Bröd ".encode() + b"\xff\n")
    assert problems(tmp_path) == ["a.yaml:2:13: byte 0xFF is not UTF-8 (save the file as UTF-8)"]


def test_a_byte_order_mark_is_harmless(tmp_path: Path) -> None:
    """A file saved with a byte order mark and Windows line ends reads like any other."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert [roadmap.title for roadmap in load_folder(tmp_path)] == ["Bread"]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A file over the limit is refused by its size, whatever is in it."""
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(MOST_BYTES * 4000)
    assert problems(tmp_path) == ["a.yaml:1:1: the file is larger than 256 KiB"]


def test_an_empty_or_missing_folder_is_a_problem(tmp_path: Path) -> None:
    """A folder without a roadmap is reported, so a wrong path is noticed at start."""
    for folder, advice in (
        (tmp_path, "add a file that ends in .yaml"),
        (tmp_path / "missing", "there is no such folder"),
    ):
        assert problems(folder) == [f"{folder}:1:1: no roadmap here ({advice})"]


def test_a_file_that_vanished_is_a_problem(tmp_path: Path) -> None:
    """A file that cannot be opened is reported like any other problem."""
    with pytest.raises(RoadmapInvalid, match="No such file"):
        load_file(tmp_path / "gone.yaml")
