"""What the demo's people did before you came: data, played through the same commands that you can type."""

from dataclasses import dataclass, field

ALICE, BOB, CHARLIE, YOU = "alice", "bob", "charlie", "dana"


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody says a command. `day` counts from the first day, a Thursday."""

    day: int
    who: str
    command: str
    options: dict[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rewards:
    """The server's one role is given for an item from then on."""

    day: int
    who: str
    item: str


@dataclass(frozen=True, slots=True)
class Clicks:
    """Somebody clicks a button under the newest prompt."""

    day: int
    who: str
    label: str


@dataclass(frozen=True, slots=True)
class Writes:
    """Somebody writes into the newest prompt's discussion, or into the channel itself."""

    day: int
    who: str
    text: str
    in_channel: bool = False


Step = Says | Rewards | Clicks | Writes


def _did(day: int, who: str, item: str, **more: str | float) -> Says:
    return Says(day, who, "done", {"item": item, **more})


# bob and charlie end with equal points, so that the board shows a shared rank; you rested in the third week, which
# your streak forgives.
STORY: tuple[Step, ...] = (
    Says(0, YOU, "setup"),
    *(Says(0, who, "join") for who in (ALICE, BOB, CHARLIE, YOU)),
    Rewards(0, YOU, "python"),
    Writes(1, BOB, "Fourteen weeks. I am in if you are.", in_channel=True),
    Writes(1, CHARLIE, "In!", in_channel=True),
    _did(5, ALICE, "python-install-venv-ide", hours=2),
    Writes(
        5, ALICE, "`python -m venv` and `pip list` are the first two things I compare. What is the third?"
    ),
    Writes(5, BOB, "`sys.path`! I had two site-packages in it."),
    _did(6, BOB, "learn-python-3", hours=9),
    _did(6, CHARLIE, "leetcode", hours=4, note="the string ones are fun"),
    _did(8, ALICE, "python-crash-course", hours=20),
    Clicks(10, BOB, "Done"),
    Clicks(10, YOU, "Done"),
    _did(12, CHARLIE, "python"),
    Writes(
        12, CHARLIE, "Late, but Python is done. My partner ran it from the README alone.", in_channel=True
    ),
    _did(12, ALICE, "linux-command-line", hours=12),
    Writes(12, CHARLIE, "set -euo pipefail would have caught it. Took me an hour to find out."),
    _did(13, BOB, "vim-for-beginners", hours=1),
    Writes(13, BOB, "Escape, colon, q, exclamation mark. I am free."),
    Clicks(14, ALICE, "Done"),
    Clicks(15, BOB, "Done"),
    Clicks(15, YOU, "Done"),
    _did(16, CHARLIE, "bash-and-editors"),
    _did(19, ALICE, "docker-by-nana", hours=3),
    Writes(
        19, ALICE, "Copy the lock file before the code, then the layer with the dependencies stays cached."
    ),
    Clicks(21, BOB, "Done"),
    Writes(21, YOU, "Under 200 MB took a slim base and a .dockerignore. Show yours!"),
    Clicks(22, CHARLIE, "Done"),
    Says(26, YOU, "preferences", {"reminders": "dm"}),
    Writes(
        26, ALICE, "Who wants to swap pull requests this week? Break mine, I break yours.", in_channel=True
    ),
    _did(26, ALICE, "git-and-github-for-beginners", hours=1),
    _did(
        27,
        BOB,
        "pre-commit-heaven",
        hours=1,
        note="Run it once over all files first. After that it is quiet.",
        share="true",
    ),
    _did(28, CHARLIE, "pre-commit-heaven", hours=1),
    Clicks(29, ALICE, "Done"),
    Clicks(30, YOU, "Done"),
    Says(33, YOU, "board here"),
    _did(33, ALICE, "kubernetes-roadmap"),
    Writes(33, ALICE, "Show and tell on Friday: bring your curl loop.", in_channel=True),
    Writes(33, BOB, "Pending was my own node selector. `kubectl describe pod` said so in the last line."),
)
LAST_DAY = 33
