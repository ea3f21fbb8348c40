"""What the pictures of answers show, and what they say in words."""

from collections.abc import Mapping, Sequence

from bot.commands.board_parts import Board
from bot.commands.scope import Learner
from bot.core.picture import Board as BoardScene
from bot.core.picture import Crowd, Fact, Halt, Picture, Place, RoadmapMap, State, Stop, Stretch
from bot.core.text import plural
from bot.study.boards import Line, Part
from bot.study.progress import Standing, tally, tally_sections
from bot.study.roadmap import Roadmap, Topic

FACES = 6
"""Initials that are drawn beside a topic."""
BESIDE = 3
"""Lines that are drawn before and after the one who asks: with the first three there are ten."""
CROWD_ALT = "Where {members} of {title} are on {roadmap}. {halts}{finished}."
BOARD_ALT = "{title} of {roadmap}. {places}."
MAP_ALT = "The roadmap {roadmap} as a map{of}. {done} of {topics} done. {sections}.{now}"


def state_of(topic: Topic, at: Standing, current: Topic | None) -> State:
    """How far a topic is for somebody."""
    if at.topic_done(topic):
        return State.DONE
    if current is not None and topic.key == current.key:
        return State.NOW
    if topic.key in at.skipped:
        return State.SKIPPED
    return State.BEGUN if at.begun(topic) else State.OPEN


def map_of(who: Learner, name: str, facts: Sequence[Fact]) -> Picture:
    """The roadmap as a map of where somebody stands; `name` is "" for who has recorded nothing."""
    found = who.edition.roadmap
    stretches = tuple(
        Stretch(s.title, tuple(Stop(t.title, state_of(t, who.at, who.current)) for t in s.topics))
        for s in found.sections
    )
    counted = tally(found.topics, who.at)
    alt = MAP_ALT.format(
        roadmap=found.title,
        of=f" of {name}'s progress" if name else "",
        done=counted.topics_done,
        topics=plural(counted.topics, "topic"),
        sections=", ".join(
            f"{section.title} {part.topics_done} of {part.topics}"
            for section, part in tally_sections(found, who.at)
        ),
        now=f" On now: {who.current.title}." if who.current else "",
    )
    return Picture(RoadmapMap(name, found.title, stretches, tuple(facts)), alt, "progress")


def board_of(title: str, roadmap: str, board: Board, part: Part) -> Picture:
    """A part of a board, with who leads above it and who asks below it, where the part does not show them."""
    if part.page is None and not set(board.podium) & set(part.lines):
        above, below = board.podium, _near(part.lines)
    else:
        above = part.lines
        below = () if part.has_me else tuple(line for line in board.neighbours if line not in above)
    alt = BOARD_ALT.format(
        title=title,
        roadmap=roadmap,
        places=", ".join(f"{line.rank}. {line.name} {line.points}" for line in (*above, *below)),
    )
    # Who is hidden is in no step, and may be the best of all to themselves.
    best = max(line.points for line in (*board.podium, *above, *below))
    return Picture(BoardScene(title, roadmap, _places(above), best, _places(below)), alt, "board")


def crowd_of(
    title: str,
    roadmap: Roadmap,
    on: Mapping[str, Sequence[str]],
    now: Topic | None,
    finished: int,
    facts: Sequence[Fact] = (),
    unseen: Mapping[str, int] | None = None,
) -> Picture:
    """Where the members of a group are: by topic key, the names of those who let themselves be seen.

    `unseen` counts the others, `finished` all who are through; `now` is the topic that the group is on.
    """
    hidden = unseen or {}
    halts = tuple(
        Halt(
            topic.title,
            len(on.get(topic.key, ())) + hidden.get(topic.key, 0),
            now is not None and topic.key == now.key,
            tuple(on.get(topic.key, ())[:FACES]),
        )
        for topic in roadmap.topics
    )
    alt = CROWD_ALT.format(
        members=plural(sum(halt.members for halt in halts) + finished, "member"),
        title=title,
        roadmap=roadmap.title,
        halts=", ".join(f"{halt.title} {halt.members}" for halt in halts if halt.members),
        finished=f", finished {finished}" if finished else "",
    )
    return Picture(Crowd(title, roadmap.title, halts, finished, tuple(facts)), alt, "group")


def _near(shown: Sequence[Line]) -> tuple[Line, ...]:
    """The lines around the one who asks."""
    at = next((at for at, line in enumerate(shown) if line.mine), 0)
    start = max(0, min(at - BESIDE, len(shown) - 2 * BESIDE - 1))
    return tuple(shown[start : start + 2 * BESIDE + 1])


def _places(shown: Sequence[Line]) -> tuple[Place, ...]:
    return tuple(Place(line.rank, line.name, line.points, line.mine) for line in shown)
