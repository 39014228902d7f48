"""Chance with a memory: what life gives out once (mailboxes, numbers, domains) is given out once."""

import random
from collections.abc import Callable

TRIES = 60


class Draws(random.Random):
    """Random draws of one set."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.given_out: set[str] = set()

    def once(self, draw: Callable[[], str]) -> str:
        """The first draw that nobody has yet; after many tries one that somebody has."""
        for _ in range(TRIES):
            drawn = draw()
            if drawn not in self.given_out:
                break
        self.given_out.add(drawn)
        return drawn
