"""Whatever people write, it stays text."""

import re
import unicodedata
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.markup import BREAK
from bot.core.text import bar, bold, clean, code, escape, hours_text, join_words, link, plural

thorough = settings(max_examples=500, deadline=None)

ODD = (
    "\u0301\u0308\u0344\u0489\u064b\u094d\u09be\u09c7\u20e3\ufe0f\u200b\u200c\u200d\u200e\u202e\u2066\u2060\ufeff"
    "\u00ad\u061c\U000e0041\ue000\ufffe\U0001ffff\ud800\x00\x07\x1b\r\n\t\x85\u2028\u3164\u2800\u034f"
    "aéكक한1 👩💻🏽🇩🇪❤\U0001d160\u0958\u1100\u1161\u11a8…"
)
SPECIAL = "\\*_~`|>#[]()<-+!&=.:@/ 1a\n"
PIECES = (
    "@everyone", "@here", "<@1>", "<@&1>", "<#1>", "<!channel>", "<t:1:R>", "</a:1>", "<:a:1>", "https://a.example",
    "HTTP://x", "discord.gg/x", "discord.com/invite/x", "www.a.example", "a@b.example", "[x](https://y.example)",
    "![x](y)", "```", "~~~", "||", "**", "__", "# ", "-# ", "> ", ">>> ", "- ", "+ ", "* ", "1. ", "1) ",
    "---", "===", "***", "<b>", "<!--", "&lt;", "&#64;", "    ", "\n", "\n\n", "|a|b|\n|-|-|\n", "[x]: /url\n",
    "\\", "<https://x>",
)  # fmt: skip

odd_texts = st.one_of(st.text(st.sampled_from(ODD)), st.text())
hostile = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.sampled_from(SPECIAL), max_size=6)), max_size=8
)
hostile_texts = st.one_of(hostile.map("".join), st.text(st.sampled_from(SPECIAL)), st.text())


def unescape(text: str) -> str:
    """Read markdown escapes back, without the breakers."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace(BREAK, ""))


@cache
def markdown() -> Any:
    """Make a parser with tables, strikethrough and link detection; bare domains and e-mail stay text."""
    pytest.importorskip("linkify_it")
    parser = pytest.importorskip("markdown_it").MarkdownIt("gfm-like")
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return parser


@thorough
@given(odd_texts, st.integers(0, 40), st.booleans())
def test_clean_text(text: str, limit: int, lines: bool) -> None:
    """Clean text is short, normal, visible, stays clean, and is cut only when it must be."""
    found = clean(text, limit, lines=lines)
    whole = clean(text, 10**6, lines=lines)
    assert len(found) <= limit
    assert clean(found, limit, lines=lines) == found
    assert clean(whole, 10**6, lines=lines) == whole
    assert unicodedata.is_normalized("NFC", found)
    assert found == found.strip()
    assert found == whole if len(whole) <= limit else found.endswith("…"[:limit])
    assert not re.search(r"\s\s" if not lines else r"\n{3}|  | \n|\n ", found)
    assert not {unicodedata.category(c) for c in found if c not in "\n\u200c\u200d"} & {
        "Cc",
        "Cs",
        "Co",
        "Zl",
        "Zp",
    }
    assert lines or "\n" not in found
    found.encode()


@thorough
@given(st.text(st.sampled_from("ae\u0301\u0302\u0344\u20e3\ufe0f\u200b\u200d\u064b\u0627\ue000\x00")))
def test_marks_are_counted(text: str) -> None:
    """No character keeps more than four combining marks, whatever is put between them."""
    visible = clean(text, 10**6).replace("\u200d", "")
    runs = re.findall("[\u0301\u0302\u0308\u20e3\ufe0f\u064b]+", visible)
    assert all(len(run) <= 4 for run in runs)


@pytest.mark.parametrize(
    "text,expected",
    [
        ("  a \t b\r\n c ", "a b c"),
        ("e\u0301", "é"),
        ("a\u202eb\u2066c\u200ed\u200be\ufefff\u2060g", "abcdefg"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("a\ud800b\ue000c\U000e0041d\ufdd0e", "abcde"),
        ("👩\u200d💻 ❤\ufe0f\u200d🔥 👍🏽", "👩\u200d💻 ❤\ufe0f\u200d🔥 👍🏽"),
        ("a\u200db\u200c", "ab"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("עִבְרִית العربية", "עִבְרִית العربية"),
        ("\u3164\u2800 \u115f", ""),
        ("Zoë\u2028日本語", "Zoë 日本語"),
    ],
)
def test_clean_examples(text: str, expected: str) -> None:
    """What cannot be seen goes; what a script or an emoji needs stays."""
    assert clean(text, 100) == unicodedata.normalize("NFC", expected)


def test_clean_keeps_lines() -> None:
    """Paragraphs survive when lines are asked for, with one empty line between them."""
    assert clean(" a  b \r\n\r\n\n\n c\u2028d ", 100, lines=True) == "a b\n\nc\nd"


@pytest.mark.parametrize(
    "text,limit,expected",
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("ab👩\u200d💻cdef", 5, "ab…"),
        ("ab👍🏽cdef", 4, "ab…"),
        ("a🇩🇪🇫🇷b", 5, "a🇩🇪…"),
        ("abx\u0323\u0302cdef", 5, "ab…"),
        ("👩\u200d👩\u200d👧", 3, "…"),
        ("ab", 1, "…"),
        ("ab", 0, ""),
    ],
)
def test_cuts_between_characters(text: str, limit: int, expected: str) -> None:
    """A cut never tears an emoji, a flag or an accent from its letter."""
    assert clean(text, limit) == expected


def test_clean_is_quick_on_long_runs_of_marks() -> None:
    """Ordering marks takes quadratic time, so a long run of them is cut before that."""
    assert len(clean("a" + "\u0301\u0323" * 200_000, 100)) <= 5


@thorough
@given(hostile_texts)
def test_escape_reads_the_same(text: str) -> None:
    """Without escapes and breakers an escaped text is the clean text."""
    plain = clean(text, 10**6, lines=True)
    assert unescape(escape(plain)) == plain


@thorough
@given(hostile_texts)
def test_nothing_special_is_left(text: str) -> None:
    """No markup, mention or address can be found in an escaped text, clean or not."""
    found = escape(text)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", ":", found)  # no letter, which could make a name of what is around it
    assert not re.search(r"[\\*_~`|\[\]<>]|&#?\w+;", bare)
    assert not re.search(r"^[ \t]*([#+=-]|\d+[.)])", bare, re.MULTILINE)
    assert not re.search(r"@(everyone|here|[!&]?\d)|<[@#!/:at]|//|discord\.gg|www\.", found, re.IGNORECASE)


@thorough
@given(hostile_texts)
def test_markdown_renders_only_text(text: str) -> None:
    """A markdown parser finds nothing but paragraphs of the same text."""
    plain = clean(text, 10**6, lines=True)
    tokens = markdown().parse(escape(plain))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    leaves = [leaf for token in tokens if token.children for leaf in token.children]
    assert {leaf.type for leaf in leaves} <= {"text", "softbreak", "text_special"}
    shown = "".join(leaf.content for leaf in leaves).replace(BREAK, "")
    assert "".join(shown.split()) == "".join(plain.split())


@pytest.mark.parametrize(
    "text,expected",
    [
        ("feature_store *v2*", r"feature\_store \*v2\*"),
        ("# a\n- b\n1. c\n-# d", "\\# a\n\\- b\n1\\. c\n\\-# d"),
        ("C# and a - b, 1.5", "C# and a - b, 1.5"),
        ("<@1> @everyone", f"\\<{BREAK}@{BREAK}1\\> @{BREAK}everyone"),
        ("https://x.example", f"https:/{BREAK}/x.example"),
        ("Discord.GG/abc", f"Discord{BREAK}.GG/abc"),
        ("[a](b)", r"\[a\](b)"),
    ],
)
def test_escape_examples(text: str, expected: str) -> None:
    """Escapes stand where they are needed, and ordinary text is left alone."""
    assert escape(text) == expected


@pytest.mark.parametrize(
    "title,url,expected",
    [
        ("A [b] *c*", "https://x.example/a b", r"[A \[b\] \*c\*](https://x.example/a%20b)"),
        ("A", "https://x.example/a_(b)?q=<c>#d", "[A](https://x.example/a_%28b%29?q=%3Cc%3E#d)"),
        ("A", "HTTPS://X.example:8080/%20é", "[A](https://x.example:8080/%20%C3%A9)"),
        ("A", "https://bücher.example", "[A](https://xn--bcher-kva.example)"),
        ("A", "javascript:alert(1)", "A"),
        ("A", "https://user:secret@x.example", "A"),
        ("A", "https://x.example:99999", "A"),
        ("A", "//x.example", "A"),
        ("A", "https://", "A"),
        ("A", "https://[x](y)", "A"),
        ("A", "https://x.example/" + "a" * 3000, "A"),
        ("A\n# b", "https://x.example/\n)", "[A # b](https://x.example/%29)"),
        ("https://a.example", "https://b.example", f"[https:/{BREAK}/a.example](https://b.example)"),
        ("", "https://b.example", ""),
    ],
)
def test_link(title: str, url: str, expected: str) -> None:
    """A link shows its title as text and leads to an http address, or is no link."""
    assert link(title, url) == expected


@thorough
@given(hostile_texts, st.one_of(hostile_texts, hostile_texts.map("https://x.example/".__add__)))
def test_a_link_is_all_that_a_link_makes(title: str, url: str) -> None:
    """Whatever title and address are, at most one link comes out, of plain text, that leads to the web."""
    found = link(clean(title, 100), url)
    tokens = markdown().parseInline(found)[0].children
    links = [token for token in tokens if token.type == "link_open"]
    assert len(links) == found.endswith(")") * found.startswith("[")
    assert all(re.match("https?://", str(token.attrs["href"])) for token in links)
    assert {token.type for token in tokens} <= {"text", "text_special", "link_open", "link_close"}


@thorough
@given(hostile_texts)
def test_bold_is_only_bold(text: str) -> None:
    """Bold text holds no markup of its own and cannot end before its end."""
    plain = clean(text, 100)
    tokens = markdown().parseInline(bold(plain))[0].children if plain else []
    assert {token.type for token in tokens} <= {"text", "text_special", "strong_open", "strong_close"}
    assert sum(token.type == "strong_open" for token in tokens) == bool(plain)


@thorough
@given(hostile_texts)
def test_code_is_only_code(text: str) -> None:
    """Code is one piece of code: no backtick ends it early and no mention is in it."""
    plain = clean(text, 100)
    found = code(plain)
    assert "@everyone" not in found
    assert not re.search("<[@#!/:]", found)
    tokens = markdown().parseInline(found)[0].children if plain else []
    assert [token.type for token in tokens] == ["code_inline"] * bool(plain)


def test_words() -> None:
    """Counts agree with their nouns, and lists read as sentences do."""
    assert [plural(n, "topic") for n in (0, 1, 2)] == ["0 topics", "1 topic", "2 topics"]
    assert [join_words("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    "done,total,expected",
    [
        (0, 4, "▱▱▱▱"),
        (1, 4, "▰▱▱▱"),
        (1, 100, "▰▱▱▱"),
        (99, 100, "▰▰▰▱"),
        (4, 4, "▰▰▰▰"),
        (9, 4, "▰▰▰▰"),
        (0, 0, "▱▱▱▱"),
    ],
)
def test_bar(done: int, total: int, expected: str) -> None:
    """A bar shows a first step at once and is full only at the end."""
    assert bar(done, total, 4) == expected


@pytest.mark.parametrize(
    "hours,expected",
    [
        (0, "0 min"),
        (0.001, "1 min"),
        (0.1, "6 min"),
        (0.5, "30 min"),
        (0.999, "1 h"),
        (1.5, "1.5 h"),
        (3.0, "3 h"),
        (1200, "1200 h"),
    ],
)
def test_hours(hours: float, expected: str) -> None:
    """Short times are minutes, long ones hours, and neither has needless digits."""
    assert hours_text(hours) == expected
