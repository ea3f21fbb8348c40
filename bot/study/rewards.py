"""What a role is given for, and when it is taken back. Derived from marks, and only a mark taken back takes it away."""

from collections.abc import Collection, Iterable, Sequence

from bot.study.catalog import Edition
from bot.study.progress import Act, Mark, Standing
from bot.study.roadmap import Section, Topic


def section_of(edition: Edition, key: str) -> Section | None:
    """The section of that key, or of a key that was renamed to it."""
    found = edition.roadmap.sections
    return next((section for section in found if key == section.key or key in section.renamed_from), None)


def all_done(topics: Sequence[Topic], at: Standing) -> bool:
    """Whether each of some topics is finished; what was left out is not."""
    return bool(topics) and all(map(at.topic_done, topics))


def items_of(edition: Edition, topics: Iterable[Topic]) -> frozenset[int]:
    """The ids of everything that counts for some topics."""
    keys = (key for topic in topics for key in (topic.key, *(r.key for r in topic.resources)))
    return frozenset(edition.ids[key] for key in keys if key in edition.ids)


def taken_back(marks: Sequence[Mark], at_mark: int, items: Collection[int] | None) -> bool:
    """Whether something that counted at a mark was undone after it; `items` None: everything counts.

    Whatever else has changed since, such as the roadmap's file, takes nothing away from anyone.
    """
    return any(
        mark.act is Act.UNDONE
        and mark.id > at_mark >= (mark.undoes or 0)
        and (items is None or mark.item in items)
        for mark in marks
    )
