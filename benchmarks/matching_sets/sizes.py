"""How many rows an entity has."""

import random
from bisect import bisect
from itertools import accumulate

SHAPES = {
    "few": (0.86, 0.11, 0.02, 0.01),  # a CRM that somebody looks after
    "zipf": tuple(k**-2.3 for k in range(1, 31)),  # most once, some dozens of times
    "flat": (0.2, 0.2, 0.2, 0.2, 0.2),  # as in files merged from five systems
}


def size(random_: random.Random, shape: str) -> int:
    """Rows of one entity, 1 or more."""
    steps = list(accumulate(SHAPES[shape]))
    return 1 + bisect(steps, random_.random() * steps[-1])
