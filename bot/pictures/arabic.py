"""Arabic letters joined without a shaper, for machines where Pillow finds no FriBiDi and so has no Raqm.

The joined forms are in Unicode's compatibility block, and Python's own table says which letter each is a form of.
"""

import unicodedata
from functools import cache

_FIRST, _LAM_ALEF, _LAST = 0xFB50, 0xFEF5, 0xFEFC
_WAYS = {"<isolated>": 0, "<final>": 1, "<initial>": 2, "<medial>": 3}


@cache
def _forms() -> dict[str, list[str]]:
    """For each letter, and for lam with alef: alone, at the end, at the beginning, in the middle."""
    found: dict[str, list[str]] = {}
    for code in range(_FIRST, _LAST + 1):
        way, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        # Other ligatures are ornaments; lam with alef is how the two are written.
        if way in _WAYS and (len(letters) == 1 or code >= _LAM_ALEF):
            forms = found.setdefault("".join(chr(int(one, 16)) for one in letters), [""] * 4)
            forms[_WAYS[way]] = chr(code)
    return found


def joined(text: str) -> str:
    """The same text in forms that need no shaper, still in the order in which it is read."""
    forms, letters = _forms(), _letters(text)
    found: list[str] = []
    for at, letter in enumerate(letters):
        shapes = forms.get(letter)
        if shapes is None:
            found.append(letter)
            continue
        before = _next_letter(letters[:at][::-1])
        after = _next_letter(letters[at + 1 :])
        left, right = before in forms and forms[before][2] != "", after in forms and forms[after][1] != ""
        way = int(left and shapes[1] != "") + 2 * int(right and shapes[2] != "")
        found.append(shapes[way] or letter)
    return "".join(found)


def _letters(text: str) -> list[str]:
    found: list[str] = []
    for char in text:
        if found and found[-1] + char in _forms():
            found[-1] += char
        else:
            found.append(char)
    return found


def _next_letter(letters: list[str]) -> str:
    return next((letter for letter in letters if unicodedata.category(letter[0])[0] != "M"), "")
