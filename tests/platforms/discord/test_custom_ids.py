"""What buttons carry, and what is read from ids that come back from anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.table import COMMANDS
from bot.core.custom_ids import LONGEST, Clicked, decode, encode, write
from bot.core.reply import Button

OPTIONS = sorted({option.name for command in COMMANDS for option in command.options} | {"group", "post"})
names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
values = st.one_of(st.text(min_size=1, max_size=60), st.integers())
buttons = st.builds(
    Button,
    label=st.just("Done"),
    command=names,
    args=st.dictionaries(names | st.sampled_from(OPTIONS), values, max_size=5),
    ask=st.lists(names, max_size=5, unique=True).map(tuple),
    replaces=st.booleans(),
)


@given(buttons)
def test_an_id_fits_and_reads_back_as_the_whole_button(button: Button) -> None:
    """Every id has 1 to 100 characters and says all that the button does; one that can't is not made."""
    args = {key: str(value) for key, value in button.args.items()}
    said = Clicked(button.command, args, button.ask, button.replaces)
    custom_id = encode(button)
    if custom_id is None:
        assert len(write(said)) > LONGEST
        return
    assert 1 <= len(custom_id) <= LONGEST
    assert decode(custom_id) == said


def test_whatever_characters_are_in_it() -> None:
    """What fits comes back as it was; an argument that is empty says nothing."""
    args = {"item": "ci|cd=100% ü+", "group": 7, "zone": "Europe/Berlin", "time": "09:00", "empty": ""}
    said = Clicked(
        "done",
        {"item": "ci|cd=100% ü+", "group": "7", "zone": "Europe/Berlin", "time": "09:00"},
        ("note", "hours"),
        replaces=True,
    )
    custom_id = encode(Button("Done", "done", args, ask=("note", "hours"), replaces=True))
    assert custom_id is not None
    assert decode(custom_id) == said


def test_a_whole_schedule_fits() -> None:
    """Every option of /schedule at once, with a long zone, fits into the question which group is meant."""
    args = {
        "day": "wednesday",
        "time": "09:00",
        "timezone": "America/Argentina/Buenos_Aires",
        "pace": "5 h a week",
        "reminder_day": "saturday",
        "reminder_time": "18:30",
        "group": 1234567,
    }
    said = decode(encode(Button("#study", "schedule", args)) or "")
    assert said is not None
    assert said.args == {key: str(value) for key, value in args.items()}


def test_a_button_that_would_lose_an_argument_is_not_made() -> None:
    """Nothing is left out or cut so that the rest fits: the click would do something else than the label says."""
    assert encode(Button("Done", "done", {"item": "x" * 100})) is None
    assert encode(Button("Done", "done", {"item": "docker", "hours": "2", "window": "x" * 90})) is None


@pytest.mark.parametrize(
    "custom_id,said",
    [
        ("r1|done|item=docker|group=3", Clicked("done", {"item": "docker", "group": "3"})),
        ("r1!|leaderboard|page=2", Clicked("leaderboard", {"page": "2"}, replaces=True)),
        ("r1?note,hours|done|item=c%20a+b", Clicked("done", {"item": "c a+b"}, ("note", "hours"))),
        ("r1|next|group=1|post=12.0", Clicked("next", {"group": "1", "post": "12.0"})),
    ],
)
def test_ids_of_the_first_version_still_work(custom_id: str, said: Clicked) -> None:
    """Buttons that were sent before the letters came say what they always said."""
    assert decode(custom_id) == said


def test_a_letter_never_changes_its_meaning() -> None:
    """Ids are in channels for years, so that this list only ever grows."""
    said = decode("r2|x|a1|c1|d1|D1|e1|g1|h1|i1|k1|l1|m1|n1|p1|r1|s1|t1|T1|u1|v1|w1|z1")
    assert said is not None
    assert list(said.args) == [
        *(
            "again",
            "time",
            "day",
            "reminder_day",
            "pace",
            "group",
            "hours",
            "item",
            "member",
            "until",
            "more",
        ),
        *(
            "page",
            "post",
            "roadmap",
            "shared",
            "topic",
            "reminder_time",
            "mark",
            "move",
            "window",
            "timezone",
        ),
    ]


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading an id never fails, and accepts only what would be written."""
    decode(text)
    decode("r1|" + text)
    said = decode("r2|done|" + text)
    assert said is None or write(said) == "r2|done|" + text


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "r1|",
        "r1||item=x",
        "r3|done",
        "r2|done|i",
        "r2|done|Zdocker",
        "r2|done|item=docker",
        "r2|done|idocker|ipython",
        "r2|done|i%64ocker",
        "r2|done|ia b",
        "r1|done|idocker",
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
