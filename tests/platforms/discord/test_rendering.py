"""How a reply looks on Discord, and that Discord never refuses one."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.core.markup import cut
from bot.core.reply import Button, Field, Reply, Style, Tone
from bot.platforms.discord.rendering import NOTHING, render

long = st.text(alphabet="ab \n*\\é🐍", max_size=40).map(lambda text: text * 130)
replies = st.builds(
    Reply,
    title=long,
    text=long,
    footer=long,
    fields=st.lists(st.builds(Field, long, long, st.booleans()), max_size=30).map(tuple),
    tone=st.sampled_from(Tone),
)


@given(replies)
def test_every_reply_fits(reply: Reply) -> None:
    """Whatever a reply holds, no part and not the whole is longer than Discord takes, and none is empty."""
    embed = render(reply).embed
    assert len(embed) <= 6000
    assert len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert len(embed.footer.text or "") <= 2048
    assert len(embed.fields) <= 25
    assert all(1 <= len((f.name or "").strip()) <= 256 for f in embed.fields)
    assert all(1 <= len((f.value or "").strip()) <= 1024 for f in embed.fields)
    assert embed.title or embed.description


def test_a_reply_shows_all_its_parts() -> None:
    """Title, text, fields, footer and tone are all there."""
    reply = Reply(
        "Title", "Text", (Field("A", "1"), Field("B", "", inline=True)), footer="Foot", tone=Tone.WARN
    )
    embed = render(reply).embed
    assert (embed.title, embed.description, embed.footer.text) == ("Title", "Text", "Foot")
    assert [(f.name, f.value, f.inline) for f in embed.fields] == [("A", "1", False), ("B", NOTHING, True)]
    assert embed.colour != render(Reply("Title")).embed.colour


def test_text_is_cut_where_it_reads_best() -> None:
    """A long text ends with a whole line or a whole word, never in the middle of an escape."""
    assert cut("one two\nthree four", 12) == "one two…"
    assert cut("one two three", 10) == "one two…"
    assert cut("abc\\*def", 5) == "abc…"
    assert cut("short", 5) == "short"


async def test_buttons_keep_to_discords_limits() -> None:
    """At most 25 in rows of five, labels of 80, no two equal ids, an emoji in its own field."""
    buttons = (
        *(Button("x" * 99, "topic", {"item": str(n)}) for n in range(30)),
        Button("Again", "topic", {"item": "0"}),
    )
    view = render(Reply("Topics", buttons=buttons)).view
    assert view is not None
    rows = view.to_components()
    assert [len(row["components"]) for row in rows] == [5] * 5
    assert {len(item["label"]) for row in rows for item in row["components"]} == {80}
    assert len({item["custom_id"] for row in rows for item in row["components"]}) == 25


async def test_a_button_has_its_style_and_emoji() -> None:
    """A label stays exactly as it was given; the emoji stands beside it."""
    button = Button("Done", "done", style=Style.GOOD, emoji="✅")
    view = render(Reply("Docker", buttons=(button, Button("", "next")))).view
    assert view is not None
    done, bare = view.to_components()[0]["components"]
    assert (done["label"], done["emoji"]["name"], done["style"]) == ("Done", "✅", 3)
    assert bare["label"] == "next"


async def test_a_button_that_says_too_much_is_named_instead() -> None:
    """One button too many does not cost the answer, and is not missing without a word."""
    buttons = (Button("*Study*", "done", {"item": "x" * 200}), Button("Next", "next"))
    embed, view = render(Reply("Docker", "Choose.", buttons=buttons))
    assert view is not None
    assert [item["label"] for item in view.to_components()[0]["components"]] == ["Next"]
    assert embed.description is not None
    assert "No button for **\\*Study\\***, because what you sent is too long" in embed.description
    assert embed.description.endswith("\nChoose.")


async def test_no_view_listens() -> None:
    """A view is stopped before it is sent, so that discord.py has nothing to keep."""
    view = render(Reply("Docker", buttons=(Button("Done", "done"),))).view
    assert view is not None
    assert view.is_finished()
    await asyncio.sleep(0)
