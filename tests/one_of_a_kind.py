"""Numbers that no other test of this machine has now: organisations of one name lock each other out."""

import itertools
import os

_COUNT = itertools.count(1)


def number() -> int:
    """One that neither this process nor another one that runs beside it has had."""
    return os.getpid() * 10_000 + next(_COUNT) % 10_000
