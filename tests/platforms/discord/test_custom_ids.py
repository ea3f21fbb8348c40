"""What buttons carry, and what is read from ids that come back from anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reply import Button
from bot.platforms.discord.custom_ids import LONGEST, Clicked, decode, encode

names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
values = st.one_of(st.text(min_size=1, max_size=200), st.integers())
buttons = st.builds(
    Button,
    label=st.just("Done"),
    command=names,
    args=st.dictionaries(names | st.sampled_from(["group", "item", "post", "person"]), values, max_size=5),
    ask=st.lists(names, max_size=5, unique=True).map(tuple),
    replaces=st.booleans(),
)


@given(buttons)
def test_an_id_fits_and_reads_back_as_part_of_the_button(button: Button) -> None:
    """Every id has 1 to 100 characters and says nothing that the button did not."""
    custom_id = encode(button)
    if custom_id is None:
        return
    assert 1 <= len(custom_id) <= LONGEST
    said = decode(custom_id)
    assert said is not None
    assert (said.command, said.ask, said.replaces) == (button.command, button.ask, button.replaces)
    assert said.args.items() <= {key: str(value) for key, value in button.args.items()}.items()


def test_a_short_button_loses_nothing() -> None:
    """What fits comes back whole, whatever characters are in it."""
    args = {"item": "ci|cd=100% ü", "group": 7, "zone": "Europe/Berlin", "time": "09:00", "empty": ""}
    custom_id = encode(Button("Done", "done", args, ask=("note", "hours"), replaces=True))
    said = Clicked(
        "done",
        {"item": "ci|cd=100% ü", "group": "7", "zone": "Europe/Berlin", "time": "09:00"},
        ("note", "hours"),
        replaces=True,
    )
    assert custom_id is not None
    assert decode(custom_id) == said


def test_the_longest_free_text_goes_first() -> None:
    """A button that is too long loses its longest text, and never what it is about."""
    long = Button(
        "Done", "done", {"item": "docker", "hours": "2", "note": "x" * 90, "group": 1, "post": "m" * 20}
    )
    said = decode(encode(long) or "")
    assert said is not None
    assert said.args == {"item": "docker", "hours": "2", "group": "1", "post": "m" * 20}


def test_a_button_that_cannot_say_what_it_is_about_is_not_made() -> None:
    """An item is never cut: half a name would be another item."""
    assert encode(Button("Done", "done", {"item": "x" * 100})) is None


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading an id never fails, and accepts only what would be written."""
    decode(text)
    decode("r1|" + text)


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "r1|",
        "r1||item=x",
        "r2|done",
        "r1|done|",
        "r1|done|item",
        "r1|done|item=",
        "r1|done|item=a|item=b",
        "r1|done|item=%zz",
        "r1|done|item=%ff",
        "r1|done|item=%64ocker",
        "r1|Done",
        "r1|done|item=a b",
        "r1?|done",
        "r1?note,|done",
        "r1?a,b,c,d,e,f|done",
        "r1|done\n",
        "r1|dönе",
        "r1|done|item=" + "x" * 100,
    ],
)
def test_what_we_would_not_write_is_refused(hostile: str) -> None:
    """An id that was made up, cut or changed means nothing."""
    assert decode(hostile) is None
