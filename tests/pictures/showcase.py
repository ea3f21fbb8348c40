"""Pictures for the README, of the roadmap that comes along: `python -m tests.pictures.showcase`."""

import random
from datetime import date
from pathlib import Path

from bot.core.picture import Certificate, Fact, RoadmapMap, Scene, State, Stop, Stretch, Year
from bot.pictures.drawing import draw
from bot.study.roadmap_files import default_folder, load_folder

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
NAME = "Ada Lovelace"


def scenes() -> dict[str, Scene]:
    """What somebody half-way sees."""
    found = load_folder(default_folder())[0]
    done, skipped, now, begun = set(found.order[:5]), found.order[5], found.order[6], found.order[8]
    state = dict.fromkeys(done, State.DONE) | {
        skipped: State.SKIPPED,
        now: State.NOW,
        begun: State.BEGUN,
    }
    stretches = tuple(
        Stretch(s.title, tuple(Stop(t.title, state.get(t.key, State.OPEN)) for t in s.topics))
        for s in found.sections
    )
    chance = random.Random(5)
    counts = tuple(
        chance.choice((0, 0, 1, 1, 2, 3)) if day % 7 in {1, 3, 5} or day > 300 else 0 for day in range(365)
    )
    year = (Fact(str(sum(counts)), "things done"), Fact(str(sum(c > 0 for c in counts)), "days"))
    hours = sum(topic.hours for topic in found.topics)
    return {
        "progress": RoadmapMap(NAME, found.title, stretches, (Fact("97", "points"), Fact("rank", "2"))),
        "heatmap": Year(NAME, found.title, date(2026, 6, 14), counts, (*year, Fact("Monday", "best day"))),
        "certificate": Certificate(
            NAME, found.title, "#study · MLOps study", date(2026, 1, 5), date(2026, 6, 14), 14, hours
        ),
    }


def main() -> None:
    """Write them."""
    for name, scene in scenes().items():
        (FOLDER / f"{name}.png").write_bytes(draw(scene))


if __name__ == "__main__":
    main()
