"""Names in whatever script, in the order in which they are read, within the room that there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures import fonts
from bot.pictures.arabic import joined
from bot.pictures.bidi import levels, visual_order
from bot.pictures.clusters import clusters
from bot.pictures.text import Style, fitted, laid_out, shrunk, wrapped

BODY = Style(28, 500)
words = st.text(
    st.characters(codec="utf-8") | st.sampled_from("a שלםأبت李🦊👍🏽\u200d\ufe0f\u0301\u202e<@&1>…"),
    max_size=60,
)


def seen(text: str) -> str:
    """A line as it stands from left to right."""
    order = visual_order(levels(list(text)))
    return "".join(text[index] for index in order)


@pytest.mark.parametrize(
    "text, shown",
    [
        ("abc", "abc"),
        ("אבג", "גבא"),
        ("abc אבג def", "abc גבא def"),
        ("אבג abc", "abc גבא"),
        ("אבג 123", "123 גבא"),
        ("abc אבג 123", "abc 123 גבא"),
        ("אבג 1,234.5!", "!1,234.5 גבא"),
        ("(אבג)", ")גבא("),
        ("ابت ١٢", "١٢ تبا"),
        ("اب 12/3", "12/3 با"),
        ("a (אב)", "a (בא)"),
        ("אב #1", "#1 בא"),
        ("אב $2.50 100%", "100% $2.50 בא"),
        ("ا ١٢.٣٤/٥", "١٢.٣٤/٥ ا"),
    ],
)
def test_text_runs_as_it_is_read(text: str, shown: str) -> None:
    """Right-to-left words, numbers within them and brackets stand where UAX 9 puts them."""
    assert seen(text) == shown


@given(words)
def test_ordering_loses_nothing(text: str) -> None:
    """Every piece stands in a line once, whatever is in it."""
    pieces = [piece for piece, _ in clusters(text)]
    found = levels(pieces)
    assert sorted(visual_order(found)) == list(range(len(pieces)))
    assert set(found) <= {0, 1, 2}


@pytest.mark.parametrize(
    "text, pictures",
    [
        ("👩‍💻", 1),
        ("👍🏽", 1),
        ("🇧🇷🇩🇪", 2),
        ("1️⃣", 1),
        ("🏳️‍🌈", 1),
        ("🦊🦊", 2),
        ("©", 0),
        ("12 #*", 0),
        ("→", 0),
    ],
)
def test_an_emoji_is_one_picture(text: str, pictures: int) -> None:
    """Tones, families, flags and keycaps are drawn as a whole; signs that are text stay text."""
    found = clusters(text)
    assert sum(picture is not None for _, picture in found) == pictures
    assert len(found) == pictures or not pictures


def test_arabic_letters_join_without_a_shaper() -> None:
    """Beginning, middle, end, alone, and lam with alef as one."""
    assert joined("سلام") == "\ufeb3\ufefc\ufee1"
    assert joined("بب ب") == "\ufe91\ufe90 \ufe8f"
    assert joined("abc") == "abc"


@pytest.mark.parametrize(
    "text, face",
    [
        ("Ж", fonts.SANS),
        ("א", "NotoSansHebrew"),
        ("م", "NotoSansArabic"),
        ("नम", "NotoSansDevanagari"),
        ("李", fonts.CHINESE),
        ("さ李", fonts.JAPANESE),
        ("김", fonts.KOREAN),
    ],
)
def test_every_script_has_its_font(text: str, face: str) -> None:
    """No letter of these is drawn as an empty box."""
    assert {run.face for run in laid_out(text, BODY).runs} == {face}


def test_what_no_font_has_is_drawn_as_what_it_stands_for() -> None:
    """Letters dressed up as mathematics are read as the letters; what means nothing is shown as unknown."""
    assert [run.text for run in laid_out("𝓐𝓵𝓲", BODY).runs] == ["Ali"]
    assert [run.text for run in laid_out("\U0001e900", BODY).runs] == [fonts.MISSING]


@given(words, st.integers(40, 400))
def test_a_line_has_room(text: str, room: int) -> None:
    """Whatever a name is, it is drawn within its room, cut with an ellipsis."""
    assert fitted(text, BODY, room).width <= room


@given(words, st.integers(1, 3))
def test_wrapping_loses_no_word(text: str, most: int) -> None:
    """Lines are broken between words only, and there are never more than there is room for."""
    lines = wrapped(text, BODY, 200, most)
    assert 1 <= len(lines) <= most
    assert "".join("".join(lines).split()) == "".join("".join(wrapped(text, BODY, 10**6, 1)).split())


def test_a_long_text_is_drawn_smaller_first() -> None:
    """The first style in which it fits, else the smallest."""
    styles = (Style(40), Style(20))
    assert shrunk("short", styles, 200).size == 40
    assert shrunk("not that short any more", styles, 300).size == 20


def test_without_fribidi_names_are_right_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow can't shape, letters are joined and turned round here."""
    monkeypatch.setattr(fonts, "shapes", lambda: False)
    fonts._opened.cache_clear()
    try:
        assert laid_out("שלום", BODY).runs[0].text == "םולש"
        assert laid_out("سلام", BODY).runs[0].text == "\ufee1\ufefc\ufeb3"
    finally:
        fonts._opened.cache_clear()
