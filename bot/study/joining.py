"""Two memberships of one person become one: what both have recorded counts once."""

from collections.abc import Iterable

from bot.study.catalog import Edition
from bot.study.points import award_resource, award_topic
from bot.study.progress import Act, Mark, standing_marks


def counted_once(marks: Iterable[Mark], edition: Edition) -> dict[int, int]:
    """The points of each standing finish, by mark id, as if one person had recorded them all in that order.

    Nothing brings more than it did; of what was finished twice, the first brings its points.
    """
    earned: dict[str, int] = {}
    retired: set[int] = set()
    found: dict[int, int] = {}
    finished = [mark for mark in standing_marks(tuple(marks)) if mark.act is Act.FINISHED]
    for mark in sorted(finished, key=lambda mark: (mark.at, mark.id)):
        key = edition.keys.get(mark.item)
        if key is None:
            found[mark.id] = 0 if mark.item in retired else mark.points
            retired.add(mark.item)
        else:
            found[mark.id] = 0 if key in earned else min(mark.points, _worth(edition, key, earned))
            earned[key] = earned.get(key, 0) + found[mark.id]
    return found


def _worth(edition: Edition, key: str, earned: dict[str, int]) -> int:
    topic, resource = edition.items[key]
    return award_topic(topic, earned) if resource is None else award_resource(topic, resource, earned)
