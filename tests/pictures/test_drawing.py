"""What is drawn looks as it did, whatever it is about, and takes no time."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from bot.core.picture import (
    Board,
    Certificate,
    Crowd,
    Fact,
    Halt,
    Place,
    RoadmapMap,
    Scene,
    State,
    Stop,
    Stretch,
    Year,
)
from bot.pictures import fonts, palette
from bot.pictures.drawing import draw
from bot.pictures.parts import initials
from tests.pictures.golden import FOLDER, small
from tests.pictures.scenes import NAMES, SCENES, a_board, a_map

TILE, FAR = 20, 11.0
"""Pixels of a tile of a golden image, and how far its mean colour may be off: what another FreeType may change."""


def difference(found: Image.Image, golden: Image.Image) -> float:
    """How far the tile that differs most is off, from 0 to 255; infinite for another size."""
    if found.size != golden.size:
        return float("inf")
    tiles = [
        image.convert("RGB").resize((image.width // TILE, image.height // TILE), Image.Resampling.BOX)
        for image in (found, golden)
    ]
    return float(max(high for _, high in ImageStat.Stat(ImageChops.difference(*tiles)).extrema))


needs_raqm = pytest.mark.skipif(
    not fonts.shapes(), reason="Pillow finds no FriBiDi here, so Hindi is drawn unjoined"
)


@needs_raqm
@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_picture_looks_as_it_did(name: str) -> None:
    """Each kind of picture is close to its golden image; after a wanted change, write them anew and look."""
    with Image.open(FOLDER / f"{name}.png") as golden:
        assert difference(small(SCENES[name]), golden) < FAR


def other(name: str, instead: str) -> Scene:
    """The board with another name in place of one."""
    return a_board(tuple(instead if known == name else known for known in NAMES))


@needs_raqm
@pytest.mark.parametrize(
    "scene",
    [
        other(NAMES[4], NAMES[4][::-1]),
        other(NAMES[5], NAMES[5][::-1]),
        other(NAMES[0], NAMES[0].replace("🦊", "🌸")),
        other(NAMES[1], "□□□ □□"),
        replace(a_board(), around=(Place(31, "Bob", 3),)),
        replace(a_board(), best=2000),
    ],
    ids=["arabic reversed", "hebrew reversed", "another emoji", "boxes", "not me", "other bars"],
)
def test_the_golden_image_sees_what_a_person_would(scene: Scene) -> None:
    """The tolerance for other versions of FreeType hides no wrong order, no box and no missing colour."""
    with Image.open(FOLDER / "board.png") as golden:
        assert difference(small(scene), golden) > FAR


def test_the_golden_image_of_the_map_sees_a_state() -> None:
    """One topic in another state is another picture."""
    first, *others = a_map().stretches
    changed = Stretch(first.title, (Stop(first.stops[0].title, State.OPEN), *first.stops[1:]))
    with Image.open(FOLDER / "map.png") as golden:
        assert difference(small(replace(a_map(), stretches=(changed, *others))), golden) > FAR


texts = st.text(max_size=40) | st.sampled_from(
    [*NAMES, "", "@everyone <@&1> **x**", "x" * 300, "\u202e\u200b"]
)
numbers = st.integers(-5, 10**9)
facts = st.lists(st.builds(Fact, texts, texts), max_size=4).map(tuple)
stops = st.lists(st.builds(Stop, texts, st.sampled_from(State)), max_size=9).map(tuple)
places = st.lists(st.builds(Place, numbers, texts, numbers, st.booleans()), max_size=12).map(tuple)
halts = st.lists(st.builds(Halt, texts, st.integers(0, 10**6), st.booleans()), max_size=20).map(tuple)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
scenes = (
    st.builds(
        RoadmapMap, texts, texts, st.lists(st.builds(Stretch, texts, stops), max_size=6).map(tuple), facts
    )
    | st.builds(Board, texts, texts, places, numbers, places)
    | st.builds(Year, texts, texts, days, st.lists(numbers, max_size=400).map(tuple), facts)
    | st.builds(Crowd, texts, texts, halts, st.integers(0, 99), facts)
    | st.builds(Certificate, texts, texts, texts, days, days, numbers, numbers)
)


@given(scenes)
def test_anything_can_be_drawn(scene: Scene) -> None:
    """Whatever people are called and whatever the numbers are, there is a picture that a chat takes."""
    drawn = draw(scene)
    with Image.open(io.BytesIO(drawn)) as found:
        assert found.format == "PNG"
        assert found.width >= 1000
        assert found.height <= 3000
    assert len(drawn) < 1_000_000


@pytest.mark.parametrize(
    "name, shown",
    [
        ("Alice Müller", "AM"),
        ("bob", "B"),
        ("🦊 zoe", "Z"),
        ("🦊🌸", "🦊"),
        ("李小龍", "李"),
        ("محمد عبد", "م"),
        ("- _", "-"),
        ("", "?"),
        ("x y z", "XZ"),
    ],
)
def test_an_avatar_shows_initials(name: str, shown: str) -> None:
    """Of the first and last word, where the script has capitals; of an emoji alone the emoji."""
    assert initials(name) == shown


def contrast(one: str, two: str) -> float:
    """How well one colour is read on another, as WCAG counts it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((light(one), light(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_text_is_easy_to_read() -> None:
    """At least 4.5 to 1 for every text on every ground that it stands on."""
    grounds = (palette.GROUND, palette.PANEL, palette.NOW_GROUND)
    assert min(contrast(text, ground) for text in (palette.TEXT, palette.SOFT) for ground in grounds) >= 4.5
    assert min(contrast(palette.QUIET, ground) for ground in grounds[:2]) >= 4.5
    assert min(contrast("#ffffff", palette.avatar_colour(str(n))) for n in range(200)) >= 4.5
    assert min(contrast(palette.GROUND, medal) for medal in palette.MEDALS.values()) >= 4.5


def test_a_name_keeps_its_colour() -> None:
    """The colour of an avatar follows from the name alone, in every process."""
    assert palette.avatar_colour("Alice") == palette.avatar_colour("Alice")
    assert len({palette.avatar_colour(str(n)) for n in range(200)}) == 10
