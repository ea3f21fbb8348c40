"""Bots to kill."""

from collections.abc import Iterator

import pytest

from tests.faults.process import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One process that forks every bot of these tests."""
    with Nursery() as found:
        yield found
