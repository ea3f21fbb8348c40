"""The rules of a board: ranks and places from nothing but how many have how many points."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.study.boards import Steps


def test_equal_points_share_a_rank_by_example() -> None:
    """Equal points share a rank and the next one counts everybody above: 1, 2, 2, 4."""
    steps = Steps.of(Counter([9, 5, 5, 1]).items())
    assert [steps.rank(points) for points in (9, 5, 5, 1)] == [1, 2, 2, 4]
    assert (Steps().size, Steps().rank(3), Steps().locate(0)) == (0, 1, None)


@given(st.lists(st.integers(1, 6), max_size=30), st.integers(-2, 32))
def test_every_rank_and_place_is_that_of_the_whole_board(points: list[int], place: int) -> None:
    """A rank is one more than how many have more points, and a place is found by its points and its equals before."""
    points.sort(reverse=True)
    steps = Steps.of([*Counter(points).items(), (7, 0)])
    assert steps.size == len(points)
    for asked in range(8):
        assert steps.rank(asked) == 1 + sum(other > asked for other in points)
    if 0 <= place < len(points):
        assert steps.locate(place) == (points[place], place - points.index(points[place]))
    else:
        assert steps.locate(place) is None
