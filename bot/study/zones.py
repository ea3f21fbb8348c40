"""Time zones by the names people give them. Names and rules come from the `tzdata` package."""

import zoneinfo
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from bot.study.spoken import NotUnderstood

_LONGEST = 64
"""Characters of a typed zone that are looked at; the longest name has 32."""
_ALIKE = 0.8
"""Jaro-Winkler similarity of a typing mistake: one slip in a city of five letters still reaches it."""

_TYPE = "Type a city, for example Berlin, or a name like Europe/Berlin."

_COUNTRIES = {"cs": "CZ", "da": "DK", "el": "GR", "hi": "IN", "ja": "JP", "ko": "KR", "uk": "UA", "vi": "VN"}
_NAMESAKES = "bg de fi fr hr hu id it lt nl no pl ro ru th tr"
"""Discord's locales without a region: the ISO 3166 country of each, and those coded like their country."""


class UnknownZone(NotUnderstood):
    """No time zone has that name; `str()` suggests some that come close."""


def use_packaged_zones() -> None:
    """Read every zone from the `tzdata` package from now on, so that all machines agree on the rules."""
    zoneinfo.reset_tzpath(to=[])
    ZoneInfo.clear_cache()
    zone.cache_clear()


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Look up the zone of an exact IANA name, old names included. Raises UnknownZone."""
    if name not in _every_name():
        raise UnknownZone(_sorry(find_zones(name, 3)))
    return ZoneInfo(name)


@cache
def zone_names() -> tuple[str, ...]:
    """List the names to choose from, sorted: one for each row of IANA's zone.tab, and UTC."""
    return tuple(sorted({name for _, name in _rows()} | {"UTC"}))


def find_zones(text: str, limit: int = 25) -> list[str]:
    """Find names that fit what was typed so far, best first: by city, by name, by any part, then misspelt."""
    typed = _plain(text)
    if not typed:
        return list(zone_names()[:limit])
    ranked = sorted((rank, name) for name in zone_names() if (rank := _rank(typed, name)) is not None)
    found = [name for _, name in ranked[:limit]]
    if len(found) < limit:
        alike = process.extract(
            typed, _cities(), scorer=JaroWinkler.normalized_similarity, score_cutoff=_ALIKE, limit=limit
        )
        found += [name for _, _, name in alike if name not in found]
    return found[:limit]


def _rank(typed: str, name: str) -> int | None:
    full, city = _offered()[name], _cities()[name]
    if typed in (full, city):
        return 0
    if city.startswith(typed):
        return 1
    if full.startswith(typed):
        return 2
    return 3 if typed in full else None


def parse_zone(text: str) -> str:
    """Read a zone's name in any case, or the city of exactly one zone. Raises UnknownZone."""
    typed = _plain(text)
    for names in (_offered(), _old()):
        found = [name for name, full in names.items() if full == typed]
        found = found or [name for name, full in names.items() if full.endswith("/" + typed)]
        if len(found) == 1:
            return found[0]
    if typed.upper() in _abbreviations():
        raise UnknownZone(f"{typed.upper()} alone does not say when clocks change. {_TYPE}")
    raise UnknownZone(_sorry(find_zones(typed, 3) if typed else []))


def zone_for_locale(locale: str | None) -> str | None:
    """Look up the zone of a Discord locale whose one country has a single row in zone.tab, else None."""
    language, _, region = (locale or "").partition("-")
    country = (
        region or _COUNTRIES.get(language) or (language.upper() if language in _NAMESAKES.split() else None)
    )
    found = [name for code, name in _rows() if code == country]
    return found[0] if len(found) == 1 else None


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    """List (country code, zone name) of each row of zone.tab; a row is one area of one country."""
    text = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("ascii")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((code, name) for code, _, name, *_ in lines)


@cache
def _every_name() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split())


@cache
def _old() -> dict[str, str]:
    # EST is a fixed offset and Etc/GMT+5 lies west of Greenwich: who types them means something else.
    known = set(zone_names())
    old = sorted(n for n in _every_name() - known if "/" in n and not n.startswith("Etc/"))
    return {name: _plain(name) for name in old}


@cache
def _abbreviations() -> frozenset[str]:
    """The letters that clocks are called by, like EST and CEST, in winter and in summer."""
    times = [datetime(2026, month, 1) for month in (1, 7)]  # noqa: DTZ001 - local everywhere
    every = map(ZoneInfo.no_cache, zone_names())
    return frozenset(str(zone.tzname(time)) for zone in every for time in times)


@cache
def _offered() -> dict[str, str]:
    """Each name to choose from, and what a person types for it: worked out for each letter, that took a millisecond."""
    return {name: _plain(name) for name in zone_names()}


@cache
def _cities() -> dict[str, str]:
    return {name: _plain(name.rpartition("/")[2]) for name in zone_names()}


def _plain(text: str) -> str:
    return " ".join(text[:_LONGEST].casefold().replace("_", " ").split())


def _sorry(near: list[str]) -> str:
    if not near:
        return f"I do not know that time zone. {_TYPE}"
    *others, last = near
    guess = f"{', '.join(others)} or {last}" if others else last
    return f"I do not know that time zone. Did you mean {guess}?"
