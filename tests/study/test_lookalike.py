"""Which names could be taken for one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.lookalike import _CAPITALS, _SMALL, alike, skeleton

LATIN = "abcdefghijklmnopqrstuvwxyz"
names = st.text(st.sampled_from(LATIN + LATIN.upper() + " -'"), max_size=20)


@st.composite
def disguised(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and the same with some of its letters taken from elsewhere."""
    name = draw(names)
    other = ""
    for char in name:
        small = [twin for twin, letter in _SMALL.items() if letter == char]
        capital = [twin for twin, letter in _CAPITALS.items() if letter == char.lower() and char.isupper()]
        other += draw(st.sampled_from([char, *small, *capital]))
    return name, other


@given(disguised())
def test_letters_of_another_script_do_not_make_another_name(pair: tuple[str, str]) -> None:
    """Whichever letters are exchanged for those that look like them, it is the same name."""
    assert skeleton(pair[0]) == skeleton(pair[1])


@given(names, st.sampled_from(["\u0301", "\u0308", ".", "_", " ", "—"]))
def test_case_accents_and_punctuation_do_not_make_another_name(name: str, more: str) -> None:
    """What is easily overlooked sets no two names apart."""
    assert skeleton(more.join(name.upper())) == skeleton(name)


@given(st.text(st.sampled_from("abcdefghjkmnopq"), min_size=1), st.text(st.sampled_from("abcdefghjkmnopq")))
def test_other_letters_make_another_name(one: str, other: str) -> None:
    """Nobody is refused a name that is nobody's."""
    assert (skeleton(one) == skeleton(other)) == (one == other)


@given(st.text(max_size=30), st.text(max_size=30))
def test_it_holds_in_both_directions_for_any_text(one: str, other: str) -> None:
    """Whatever somebody types, it is alike to itself, and to another one as that is to it."""
    assert list(alike(one, [one])) == [one]
    assert bool(list(alike(one, [other]))) == bool(list(alike(other, [one])))


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("alice", "\u0430lice", True),
        ("Alice", "AIice", True),
        ("Νίκος", "ΝΙΚΟΣ", True),
        ("Ηanna", "Hanna", True),
        ("fi", "ﬁ", True),
        ("alice", "ali\u03f2e", True),
        ("কি", "কা", False),
        ("李", "王", False),
        ("😀", "😁", False),
        ("...", "???", False),
        ("Анна", "Инна", False),
    ],
)
def test_names_as_people_have_them(one: str, other: str, *, same: bool) -> None:
    """A vowel sign of another script, an emoji or a letter of one's own sets names apart."""
    assert bool(list(alike(one, [other]))) == same
