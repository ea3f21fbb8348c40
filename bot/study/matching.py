"""Finding the topic or resource that somebody means by what they typed, mistakes included."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.core.text import clean
from bot.study.roadmap import Roadmap, Topic

LONGEST = 100
"""Characters of a typed text that are looked at."""
MOST_CANDIDATES = 5
ALIKE = 60.0
"""Similarity, of 100, from which a name is a candidate. "banana bread" is like "bandit" by 56."""
SHORTEST_PART = 4
"""Letters of a part of a name that may stand for the whole; "go" or "api" would be a guess."""

_MORE_EDITS_FROM = (4, 8)
"""Characters from which one, then two edits still mean the same name; in a shorter word they make another."""

_EXERCISE = "exer"
"""Who types so much of the word means an exercise, and not its topic."""

# Above any similarity, so that what was typed without a mistake comes first.
_EXACT, _SLIP, _PREFIX, _WORD, _WITHIN = 500.0, 400.0, 300.0, 250.0, 200.0


@dataclass(frozen=True, slots=True)
class Match:
    """What a typed text may mean: one `key`, else up to five `candidates`, best first, else nothing."""

    key: str | None = None
    candidates: tuple[str, ...] = ()


class Matcher:
    """Looks up the topics and resources of one roadmap. Never changes, so any thread may use it."""

    def __init__(self, roadmap: Roadmap) -> None:
        items = list(roadmap.items())
        self._keys = tuple(key for key, _ in items)
        self._topics = tuple(key for key, item in items if isinstance(item, Topic))
        self._is_resource = tuple(not isinstance(item, Topic) for _, item in items)
        places = {key: index for index, key in enumerate(self._keys)}
        self._tasks = {places[key]: places[item.task.key] for key, item in items if isinstance(item, Topic)}
        """Where a topic fits, its exercise does too, and is not what is meant."""
        names = [tuple(dict.fromkeys((_plain(key), _plain(item.title)))) for key, item in items]
        self._names = tuple(name for both in names for name in both)
        self._owners = tuple(index for index, both in enumerate(names) for _ in both)
        self._texts = tuple("".join(f"\n {name}" for name in both) for both in names)
        titles = Counter(both[-1] for both in names)
        self._exact = {
            both[-1]: key for both, key in zip(names, self._keys, strict=True) if titles[both[-1]] == 1
        }
        self._exact |= {_plain(old): key for key, item in items for old in item.renamed_from}
        self._exact |= {_plain(key): key for key in self._keys}
        # A whole group types the same first letters.
        self._rated = lru_cache(maxsize=512)(self._rate)

    def suggest(self, text: str, first: Sequence[str] = (), limit: int = 25) -> list[str]:
        """Find keys that fit what was typed so far, best first; nothing typed fits `first` and topics.

        Exact names and names with one slip come first, then those that begin with the text or contain it,
        then those that resemble it. Of equals, topics come first, then those in `first`, then study order.
        """
        typed = _plain(text)
        if not typed:
            return list(dict.fromkeys((*first, *self._topics)))[:limit]
        return self._ranked(typed, frozenset(first))[:limit]

    def resolve(self, text: str) -> Match:
        """Find what a text means: an exact key (or former key) or title, a clear winner, or candidates.

        A clear winner is the only item whose name is within one edit (from 4 characters on) or two (from 8
        on), or else the only one that has the text at the start of a word. What is found goes on record, so
        of two that come close the member chooses.
        """
        typed = _plain(text)
        if not typed:
            return Match()
        if typed in self._exact:
            return Match(self._exact[typed])
        near = {self._owners[i] for i in self._misspelt(typed, _edits(typed))}
        if not near and len(typed) >= SHORTEST_PART:
            near = {i for i, names in enumerate(self._texts) if f" {typed}" in names}
        near -= {self._tasks[i] for i in near if i in self._tasks}
        if len(near) == 1:
            return Match(self._keys[near.pop()])
        return Match(candidates=tuple(self._ranked(typed, frozenset())[:MOST_CANDIDATES]))

    def _ranked(self, typed: str, first: frozenset[str]) -> list[str]:
        rated = self._rated(typed)
        if not first.isdisjoint([key for _, key in rated]):
            rated = tuple(sorted(rated, key=lambda one: (one[0], one[1] not in first)))
        return [key for _, key in rated]

    def _rate(self, typed: str) -> tuple[tuple[tuple[float, bool], str], ...]:
        """What fits, best first: (less is better, key)."""
        scores = self._scores(typed)
        order = sorted(((-scores[i], self._is_resource[i]), i) for i in scores)
        return tuple([(rank, self._keys[i]) for rank, i in order])

    def _scores(self, typed: str) -> dict[int, float]:
        """Rate how well each item fits, by its index: the better of its key and its title."""
        scores: dict[int, float] = {}
        for name, score in self._alike(typed):
            item = self._owners[name]
            scores[item] = max(score, scores.get(item, 0.0))
        for index, names in enumerate(self._texts):
            if typed in names:
                scores[index] = _literal(typed, names)
        for name in self._misspelt(typed, min(1, _edits(typed))):
            scores[self._owners[name]] = _SLIP
        if typed in self._exact:
            scores[self._keys.index(self._exact[typed])] = _EXACT
        if _EXERCISE not in typed:
            for topic in [i for i in scores if i in self._tasks]:
                scores.pop(self._tasks[topic], None)
        return scores

    def _alike(self, typed: str) -> list[tuple[int, float]]:
        """Rate each name by its likest part and by all its words in any order, half each; drop unlike ones.

        Quicker than WRatio and better at order: that gives 85.5 to every name that shares one longer word.
        """
        # Below this cutoff even a perfect part would not make a name alike.
        words = process.extract(
            typed, self._names, scorer=fuzz.token_sort_ratio, score_cutoff=2 * ALIKE - 100, limit=None
        )
        whole = {name: score for _, score, name in words}
        names = {name: self._names[name] for name in whole}
        parts = process.extract(typed, names, scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=None)
        rated = ((name, (score + whole[name]) / 2) for _, score, name in parts)
        return [(name, score) for name, score in rated if score >= ALIKE]

    def _misspelt(self, typed: str, edits: int) -> list[int]:
        """Find indexes of names within so many letters dropped, added, replaced, or swapped as neighbours."""
        found = process.extract(typed, self._names, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return [name for _, _, name in found]


def _edits(typed: str) -> int:
    return bisect(_MORE_EDITS_FROM, len(typed))


def _literal(typed: str, names: str) -> float:
    if f"\n {typed}" in names:
        return _PREFIX
    return _WORD if f" {typed}" in names else _WITHIN


def _plain(text: str) -> str:
    """Lower-case words with single spaces: `CI/CD`, `ci-cd` and `ci cd` are the same."""
    return re.sub(r"[\W_]+", " ", clean(text, LONGEST).casefold()).strip()
