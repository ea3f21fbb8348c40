"""Scenes that the tests and the benchmark draw."""

from datetime import date
from itertools import cycle

from bot.core.picture import (
    Board,
    Certificate,
    Crowd,
    Fact,
    Halt,
    Place,
    RoadmapMap,
    Scene,
    State,
    Stop,
    Stretch,
    Year,
)

ROADMAP = "MLOps Engineer Skillset"
NAMES = (
    "Alice Müller 🦊",
    "李小龍 学习",
    "さくら 機械学習 🌸",
    "김민준 스터디",
    "محمد عبد الله (12)",
    "שלום כהן — Dana 3",
    "नमस्ते अनुराधा",
    "Владимир Ἀριστοτέλης",
    "สวัสดี 👩‍💻🏳️‍🌈🇧🇷1️⃣",
    "A long name that goes on and on and does not end, really",
)
SECTIONS = (
    ("Programming", ("Python", "Bash Basics & Command Line Editors")),
    ("Containerization and Kubernetes", ("Docker", "Kubernetes")),
    ("البرمجة", ("أساسيات Bash وسطر الأوامر ومحررات النصوص",)),
    ("機械学習の基礎", ("日本語の長い題名がここに入りますがどうでしょうか", "Orchestration")),
    ("MLOps Components", ("Experiment Tracking and Model Registries", "Model Training & Serving")),
)
STATES = (State.DONE, State.SKIPPED, State.DONE, State.DONE, State.NOW, State.BEGUN, State.OPEN)


def a_map(name: str = NAMES[0]) -> RoadmapMap:
    """A map with every state and several scripts."""
    states = iter((*STATES, *(State.OPEN for _ in range(9))))
    stretches = tuple(
        Stretch(title, tuple(Stop(t, next(states)) for t in topics)) for title, topics in SECTIONS
    )
    return RoadmapMap(name, ROADMAP, stretches, (Fact("1,240", "points"), Fact("rank", "3")))


def a_board(of: tuple[str, ...] = NAMES) -> Board:
    """A board with every script, two who share a rank, and who asks below."""
    points = (1240, 980, 980, 700, 650, 400, 320, 200, 90, 20)
    ranks = (1, 2, 2, 4, 5, 6, 7, 8, 9, 10)
    places = tuple(Place(rank, name, most) for rank, name, most in zip(ranks, of, points, strict=True))
    return Board("Leaderboard", ROADMAP, places, 1240, (Place(31, "Bob", 3, you=True),))


def a_year() -> Year:
    """A year in which every day of the week and every shade comes."""
    shades = cycle((0, 1, 0, 2, 0, 0, 3, 1, 4, 0, 5))
    facts = (Fact("589", "things done"), Fact("221", "days"), Fact("Tuesday", "best day"))
    return Year(NAMES[2], ROADMAP, date(2026, 11, 25), tuple(next(shades) for _ in range(365)), facts)


def a_crowd() -> Crowd:
    """A group, most of it on the group's topic."""
    topics = [topic for _, topics in SECTIONS for topic in topics]
    sizes = (3, 1, 7, 0, 0, 2, 0, 0, 1)
    halts = tuple(
        Halt(topic, size, topic == "Docker", NAMES[:size]) for topic, size in zip(topics, sizes, strict=True)
    )
    return Crowd("#study", ROADMAP, halts, 2, (Fact("16", "members"), Fact("41", "marks this week")))


def a_certificate(name: str = "Zoë Müller-Lüdenscheidt 🦊") -> Certificate:
    """A certificate of half a year."""
    group = "#study · MLOps study"
    return Certificate(name, ROADMAP, group, date(2026, 1, 5), date(2026, 6, 14), 14, 182)


SCENES: dict[str, Scene] = {
    "map": a_map(),
    "board": a_board(),
    "year": a_year(),
    "crowd": a_crowd(),
    "certificate": a_certificate(),
}
