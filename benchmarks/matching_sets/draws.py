"""Chance with a memory: what life gives out once (mailboxes, numbers, domains) is given out once."""

import random
from collections.abc import Callable, Sequence

TRIES = 60
PARTS = ("open", "held")


class Draws(random.Random):
    """Random draws of one set; `part`: the half of every list that words are taken from, all of it if empty."""

    def __init__(self, seed: str, part: str = "") -> None:
        super().__init__(seed)
        self.given_out: set[str] = set()
        self.part = part

    def part_of(self, words: Sequence[str]) -> Sequence[str]:
        """The words of this set: every other one, for what is looked at and what is held back."""
        return words[PARTS.index(self.part) :: 2] if self.part else words

    def once(self, draw: Callable[[], str]) -> str:
        """The first draw that nobody has yet; after many tries one that somebody has."""
        for _ in range(TRIES):
            drawn = draw()
            if drawn not in self.given_out:
                break
        self.given_out.add(drawn)
        return drawn
