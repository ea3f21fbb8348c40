"""Shards as they are typed, and who serves which server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.shards import ALL, HOW, Shards, shard_key


@pytest.mark.parametrize(
    "typed,ids,count", [("0-3/16", [0, 1, 2, 3], 16), ("5/16", [5], 16), (" 0/1 ", [0], 1)]
)
def test_parts_are_read_as_they_are_written(typed: str, ids: list[int], count: int) -> None:
    """First, last and number are read, and written back the same."""
    found = Shards.parse(typed)
    assert (list(found.ids), found.count, str(found)) == (ids, count, typed.strip())


@pytest.mark.parametrize(
    "typed",
    ["", "0", "0-3", "3-0/16", "0-16/16", "16/16", "0-3/0", "-1/4", "a/b", "٠/١", "0-3/16/2", "1e3/4"],
)
def test_what_makes_no_sense_is_refused_with_an_example(typed: str) -> None:
    """Shards that do not exist, or a text that is none, are answered by how to write it."""
    with pytest.raises(ValueError, match="0-3/16") as refused:
        Shards.parse(typed)
    assert str(refused.value) == HOW


def test_one_process_serves_everything() -> None:
    """Without sharding there is one shard, and it is all of them; so is a whole range."""
    assert ALL.is_all
    assert Shards(0, 15, 16).is_all
    assert not Shards(0, 14, 16).is_all


@given(st.integers(0, 2**63 - 1), st.integers(1, 64))
def test_every_server_has_the_shard_that_discord_gives_it(guild: int, count: int) -> None:
    """The shard is (id >> 22) modulo their number, and exactly one of them serves a server."""
    shard = shard_key(str(guild)) % count
    assert shard == (guild >> 22) % count
    assert [n for n in range(count) if shard in Shards(n, n, count).ids] == [shard]


@pytest.mark.parametrize("name", ["T012AB3C4", "", "²", "1.5", "-4"])
def test_what_is_no_number_is_of_the_first_shard(name: str) -> None:
    """Workspaces of platforms without shards are served by whoever has the first one."""
    assert shard_key(name) == 0
