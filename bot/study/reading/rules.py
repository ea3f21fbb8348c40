"""What holds between the parts of a roadmap: keys, prerequisites and the order of study."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from bot.study.reading.completion import check_completion
from bot.study.reading.problems import Mark, Report, quoted
from bot.study.reading.reader import Found

# A hostile file could hold thousands of circles, and each search costs as much as the first.
_MOST_CIRCLES = 20


def check_rules(roadmap: Found, report: Report) -> None:
    """Report every broken rule of a roadmap that was read as far as it goes."""
    topics = list(_topics(roadmap))
    keys = _unique_keys(_items(roadmap), report)
    _renames(_items(roadmap), keys, report)
    for topic in topics:
        _has_main_resource(topic, report)
        check_completion(topic, report)
    known = {_key(topic): topic for topic in reversed(topics) if "key" in topic.value}
    _prerequisites(topics, known, report)
    _order(roadmap, known, report)


def _entries(found: Found, name: str) -> list[Found]:
    entries: list[Found] = found.value[name].value if name in found.value else []
    return entries


def _topics(roadmap: Found) -> Iterator[Found]:
    for section in _entries(roadmap, "sections"):
        yield from _entries(section, "topics")


def _items(roadmap: Found) -> Iterator[Found]:
    """Everything with a key, in the order of the file."""
    for section in _entries(roadmap, "sections"):
        yield section
        for topic in _entries(section, "topics"):
            yield topic
            yield from _entries(topic, "resources")


def _key(item: Found) -> str:
    return str(item.value["key"].value)


def _unique_keys(items: Iterable[Found], report: Report) -> dict[str, Mark]:
    first: dict[str, Mark] = {}
    for item in items:
        if (found := item.value.get("key")) is None:
            continue
        if found.value in first:
            where = f"is already used on line {first[found.value].line}"
            report.add(found.at, f"key {quoted(found.value)} {where}", "keys are unique in the whole roadmap")
        else:
            first[found.value] = found.at
    return first


def _renames(items: Iterable[Found], keys: dict[str, Mark], report: Report) -> None:
    taken: dict[str, Mark] = {}
    for old in (old for item in items for old in _entries(item, "renamed_from")):
        if old.value in keys:
            message = f"renamed_from {quoted(old.value)} is still a key on line {keys[old.value].line}"
            report.add(old.at, message, "an old name must not be in use")
        elif old.value in taken:
            where = f"is already claimed on line {taken[old.value].line}"
            report.add(old.at, f"renamed_from {quoted(old.value)} {where}")
        taken.setdefault(old.value, old.at)


def _has_main_resource(topic: Found, report: Report) -> None:
    resources = topic.value.get("resources")
    if resources is None or not resources.value:
        return
    if all("extra" in r.value and r.value["extra"].value for r in resources.value):
        report.add(resources.at, "all resources of this topic are extra", "at least one has to count")


def _prerequisites(topics: list[Found], known: dict[str, Found], report: Report) -> None:
    graph: dict[str, dict[str, Mark]] = {key: {} for key in reversed(known)}
    for topic in topics:
        for name in ("requires", "helpful"):
            for entry in _entries(topic, name):
                if entry.value not in known:
                    hint = report.nearest(entry.value, known)
                    report.add(entry.at, f"{name} names the unknown topic {quoted(entry.value)}", hint)
                elif name == "requires" and "key" in topic.value:
                    graph[_key(topic)].setdefault(entry.value, entry.at)
    _circles(graph, report)


def _circles(graph: dict[str, dict[str, Mark]], report: Report) -> None:
    """Report each circle where it closes, at the last of its lines in the file."""
    for _ in range(_MOST_CIRCLES):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # graphlib lists what comes first first: each name is required by the next one.
            names: list[str] = error.args[1][::-1]
            steps = [(graph[a][b], a, b) for a, b in pairwise(names)]
            at, topic, needed = max(steps, key=lambda step: (step[0].line, step[0].column))
            start = names.index(topic)
            circle = [*names[start:-1], *names[: start + 1]]
            message = f"prerequisites go in a circle: {' -> '.join(quoted(n)[1:-1] for n in circle)}"
            report.add(at, message, "take one of them out of `requires`")
            del graph[topic][needed]
        else:
            return


def _order(roadmap: Found, known: dict[str, Found], report: Report) -> None:
    if "order" not in roadmap.value:
        return
    seen: dict[str, Mark] = {}
    for entry in _entries(roadmap, "order"):
        if entry.value not in known:
            hint = report.nearest(entry.value, known)
            report.add(entry.at, f"order names the unknown topic {quoted(entry.value)}", hint)
        elif entry.value in seen:
            report.add(entry.at, f"order names {quoted(entry.value)} twice", "name each topic once")
        else:
            _after_its_prerequisites(entry, known, seen, report)
            seen[entry.value] = entry.at
    for key in reversed(known):
        if key not in seen:
            message = f"order leaves out the topic {quoted(key)}"
            report.add(roadmap.value["order"].at, message, "name each topic once")


def _after_its_prerequisites(
    entry: Found, known: dict[str, Found], seen: dict[str, Mark], report: Report
) -> None:
    needed = (r.value for r in _entries(known[entry.value], "requires") if r.value in known)
    for key in needed:
        if key not in seen and key != entry.value:
            message = f"order puts {quoted(entry.value)} before {quoted(key)}, which it requires"
            report.add(entry.at, message)
