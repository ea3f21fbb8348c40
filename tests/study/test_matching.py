"""People find the topic that they mean, mistyped or not."""

from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.matching import MOST_CANDIDATES, Match, Matcher
from bot.study.roadmap import Kind, Resource, Roadmap, Section, Topic
from bot.study.roadmap_files import default_folder, load_file

ROADMAP, _ = load_file(default_folder() / "mlops.yaml")
MATCHER = Matcher(ROADMAP)


def resource(key: str, title: str, *old: str) -> Resource:
    """Make a resource; `old` are the keys it had before."""
    return Resource(key, title, Kind.ARTICLE, "https://example.com", renamed_from=old)


def small() -> Matcher:
    """Make a roadmap of two topics, in which some names are alike."""
    git = Topic(
        "git",
        "Version control",
        "s",
        "",
        "",
        1,
        "",
        resources=(
            resource("pro-git", "Pro Git", "git-book"),
            resource("feast-part-2", "A Feature Store, part 2"),
            resource("feast-part-3", "A Feature Store, part 3"),
        ),
    )
    bash = Topic("bash", "Bash", "s", "", "", 1, "", resources=(resource("manual", "Version control"),))
    return Matcher(Roadmap("r", "R", "", (Section("s", "S", (git, bash)),), ("git", "bash")))


def slips(key: str) -> set[str]:
    """Make every text that is one slip away: a letter dropped or replaced, or two neighbours swapped."""
    found = set()
    for i in range(len(key)):
        head, tail = key[:i], key[i + 1 :]
        found |= {head + tail, head + tail[:1] + key[i] + tail[1:]}
        found |= {head + letter + tail for letter in ascii_lowercase}
    return found


@pytest.mark.parametrize("key", ROADMAP.order)
def test_every_slip_in_a_topic_finds_it(key: str) -> None:
    """With any one letter of its key dropped, replaced or swapped, a topic is among the first three."""
    missed = [typed for typed in sorted(slips(key)) if key not in MATCHER.suggest(typed)[:3]]
    assert missed == []


@pytest.mark.parametrize("key", ROADMAP.order)
def test_no_slip_means_another_item(key: str) -> None:
    """A mistyped key is resolved to its topic or offered as a candidate, never taken for something else."""
    for typed in sorted(slips(key)):
        found = MATCHER.resolve(typed)
        assert found.key == key or (found.key is None and key in found.candidates), typed


def test_every_name_resolves() -> None:
    """Every key, in any case, and every title that only one item has means that item."""
    titles = [item.title.casefold() for _, item in ROADMAP.items()]
    for key, item in ROADMAP.items():
        assert MATCHER.resolve(key.upper()) == Match(key)
        if titles.count(item.title.casefold()) == 1:
            assert MATCHER.resolve(f" {item.title} ").key == key


def test_nothing_typed() -> None:
    """An empty text offers what the member is on, then the other topics in study order, each once."""
    first = ["docker", "docker-roadmap"]
    rest = [key for key in ROADMAP.order if key != "docker"]
    assert MATCHER.suggest("", first) == first + rest
    assert MATCHER.suggest(" \u200b-", first, limit=3) == [*first, rest[0]]
    assert MATCHER.resolve(" ") == Match()


def test_order_of_suggestions() -> None:
    """Exact, then beginning, then inside; topics before resources, then what the member is on."""
    find = small().suggest
    assert find("git")[:2] == ["git", "pro-git"]
    assert find("version") == ["git", "manual"]
    assert find("version", first=["manual"])[:2] == ["git", "manual"]
    assert find("feast")[:2] == ["feast-part-2", "feast-part-3"]
    assert find("feast", first=["feast-part-3"])[:2] == ["feast-part-3", "feast-part-2"]
    assert find("ro g") == ["pro-git"]
    assert len(find("a", limit=2)) == 2


def test_resolve_takes_only_what_is_clear() -> None:
    """One close name is taken; of two that are as close the member chooses; a far one is nothing."""
    resolve = small().resolve
    assert resolve("GIT") == Match("git")
    assert resolve("git-book") == Match("pro-git")
    assert resolve("pro gti") == Match("pro-git")
    assert resolve("feast part") == Match(candidates=("feast-part-2", "feast-part-3"))
    assert resolve("feast-part-4") == Match(candidates=("feast-part-2", "feast-part-3"))
    assert resolve("Version control") == Match(candidates=("git", "manual"))
    assert resolve("gut").key is None
    assert resolve("zzzz") == Match()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.integers(0, 25))
def test_any_text_is_answered(typed: str, limit: int) -> None:
    """Whatever is typed, suggestions are known keys, each once, and never more than asked for."""
    found = MATCHER.suggest(typed, ["docker"], limit)
    assert len(found) == len(set(found)) <= limit
    assert set(found) <= {key for key, _ in ROADMAP.items()}
    assert len(MATCHER.resolve(typed).candidates) <= MOST_CANDIDATES


def test_long_texts_are_cut() -> None:
    """Only the first 100 characters are looked at, so a huge text costs no more than a long one."""
    assert MATCHER.suggest("docker " + "x" * 10**6) == MATCHER.suggest("docker " + "x" * 200)
