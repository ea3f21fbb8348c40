"""The core's markdown as Slack's mrkdwn, in which only what we wrote ourselves is ever markup.

Slack knows no escapes but those of `&`, `<` and `>`. A star, tilde or backtick that a person wrote becomes a sign that
reads the same and means nothing; so does an underscore at the edge of a word, where alone it would.
"""

import re

from bot.core.markup import BREAK

_TOKEN = re.compile(
    r"\\(?P<plain>.)"
    r"|\*\*(?P<bold>(?:\\.|[^*\\])+)\*\*"
    r"|`(?P<code>[^`\n]+)`"
    r"|\[(?P<title>(?:\\.|[^\[\]\\])*)\]\((?P<url>https?://[^)\s]+)\)"
    r"|(?P<mention><[#@][A-Z0-9]{1,32}>)"
    r"|(?P<char>[&<>*_~`])",
    re.DOTALL,
)
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ALIKE = {"*": "\u2217", "~": "\u223c", "`": "\u02cb"}
UNDERSCORE = "\u02cd"
_QUOTE = re.compile(r"^(?=&gt;)", re.MULTILINE)


def mrkdwn(text: str) -> str:
    """Rewrite markdown for a section. Bold text, code, links and mentions keep their meaning."""
    return _QUOTE.sub(BREAK, _TOKEN.sub(_rewritten, _whole(text)))


def plain(text: str) -> str:
    """The same without any markup, where Slack reads none: headers, labels, alternative texts."""
    return _TOKEN.sub(_unmarked, _whole(text))


def _whole(text: str) -> str:
    """Without what breaks mentions and addresses elsewhere: here escapes do that, and who copies text finds no gap."""
    return text.replace(BREAK, "")


def escaped(text: str) -> str:
    """Text that is no markdown, for where Slack would read mentions and links into it."""
    return "".join(_ESCAPES.get(char, char) for char in text)


def _rewritten(found: re.Match[str]) -> str:
    kind, value = found.lastgroup, found[found.lastgroup or 0]
    match kind:
        case "plain" | "char":
            return _inert(value, found)
        case "bold":
            return _at_edges(f"*{_TOKEN.sub(_rewritten, value)}*", found)
        case "code":
            return _at_edges(f"`{escaped(value)}`", found)
        case "url":
            address = escaped(value).replace("|", "%7C")
            return f"<{address}|{_TOKEN.sub(_rewritten, found['title'])}>"
    return value


def _inert(char: str, found: re.Match[str]) -> str:
    if char == "_":
        return char if _in_word(found.string, found.start(), found.end()) else UNDERSCORE
    return _ALIKE.get(char) or _ESCAPES.get(char, char)


def _in_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()


def _at_edges(marked: str, found: re.Match[str]) -> str:
    """Slack reads marks at the edges of words only, so a letter right beside them is kept apart."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return (BREAK if before.isalnum() else "") + marked + (BREAK if after.isalnum() else "")


def _unmarked(found: re.Match[str]) -> str:
    if found.lastgroup in ("bold", "url"):
        return _TOKEN.sub(_unmarked, found["bold"] or found["title"])
    return found[found.lastgroup or 0]
