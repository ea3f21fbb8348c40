"""A group that is set up, for the tests that begin after that."""

import pytest

from tests.commands.asking import FIRST_PROMPT, days
from tests.conftest import World
from tests.talk import say


@pytest.fixture
async def group(world: World) -> World:
    """The world with a study group in #study: MLOps, a topic a week, Mondays at 09:00 in UTC."""
    await say(world.olivia, "/setup")
    return world


@pytest.fixture
async def prompted(group: World) -> World:
    """The group on its first Monday at 09:00, with the first topic in the channel."""
    await days(group, FIRST_PROMPT)
    return group
