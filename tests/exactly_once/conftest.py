"""One warm parent for the tests of this folder that need nothing special of it."""

from collections.abc import Iterator

import pytest

from exactly_once.warm import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A warm parent for the whole session of a worker."""
    with Warm() as parent:
        yield parent
