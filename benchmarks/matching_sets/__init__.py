"""Labelled sets that no matcher has seen: made from a seed, each with its truth, for persons and organisations.

`specs()`: the sets of `python -m benchmarks matching --unseen`; `make(spec)` gives one. Another seed is another file
with other dirt: languages, columns, systems and their habits are drawn anew. Written without a look at the matcher.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import pandas as pd

from benchmarks.matching_sets import business, households, international, organisations, scripts, sites, views
from benchmarks.matching_sets.columns import chatter, framed
from benchmarks.matching_sets.draws import Draws
from benchmarks.matching_sets.sizes import size
from benchmarks.matching_sets.systems import systems

LANGUAGES = ("en", "de", "tr", "es", "id")


@dataclass(frozen=True, slots=True)
class Kind:
    """Who is in a set and what a system says about them."""

    entity: str
    who: Callable[[Draws, str], Iterator[Any]]
    row: Callable[..., dict[str, str]]
    fields: tuple[str, ...]


KINDS = {
    "households": Kind("person", households.households, views.private, views.PERSONAL),
    "international": Kind("person", international.strangers, views.private, views.PERSONAL),
    "contacts": Kind("person", business.contacts, views.business, views.WORKING),
    "organisations": Kind("organisation", organisations.organisations, organisations.account, organisations.FIELDS),
    "sparse": Kind("organisation", organisations.organisations, organisations.sparse, organisations.FIELDS),
    "link_households": Kind("person", households.households, views.private, views.PERSONAL),
    "link_organisations": Kind(
        "organisation", organisations.organisations, organisations.account, organisations.FIELDS
    ),
    "companies": Kind("organisation", sites.companies, sites.at_a_door, organisations.FIELDS),
}


SCRIPT_KINDS = {
    "scripts": Kind("person", scripts.writers, scripts.spelled_row, views.PERSONAL),
    "scripts_firms": Kind("organisation", scripts.houses, scripts.housed_row, organisations.FIELDS),
}
OF_ONE_LANGUAGE = ("en", "de", "tr", "es", "fr", "it", "pt", "pl", "nl", "id")


@dataclass(frozen=True, slots=True)
class Spec:
    """One set: its kind, rows, how rows spread over entities (`sizes.SHAPES`), mean share of empty cells, seed."""

    kind: str
    rows: int
    shape: str
    missing: float
    seed: int = 1
    language: str = ""  # the file's language; drawn if empty
    part: str = ""  # the half of the words (`draws.PARTS`), of sets of one language and of scripts

    @property
    def name(self) -> str:
        """What the set is called in tables."""
        own = f"_{self.language}_{self.part}" if self.part else ""
        return f"{self.kind}{own}_{self.rows}_{self.shape}_m{round(self.missing * 100):02}_s{self.seed}"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A frame indexed by record, its truth (cluster per record); for a link task, the records of the second source."""

    name: str
    entity: str
    frame: pd.DataFrame
    truth: pd.Series
    second: pd.Index | None = None

    def sources(self) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """The frame, or for a link task the frames of both sources."""
        if self.second is None:
            return self.frame, None
        return self.frame.drop(index=self.second), self.frame.loc[self.second]


def specs(rows: tuple[int, ...] = (200, 5_000, 50_000), seed: int = 1) -> list[Spec]:
    """The sets of the table; shapes and missing shares walk through the sizes, each comes with each."""
    shapes = ("few", "zipf", "flat")
    shares = (0.25, 0.1, 0.4)
    made = []
    for nr, kind in enumerate(KINDS):
        for at, number in enumerate(rows):
            made.append(Spec(kind, number, shapes[(nr + at) % 3], shares[(nr + at + seed) % 3], seed))
    return made


def of_one_language(rows: int, seed: int, part: str) -> list[Spec]:
    """Persons and companies of each of ten languages, and of five scripts, out of one half of the words."""
    kinds = (("households", "flat"), ("contacts", "zipf"), ("organisations", "flat"))
    found = [Spec(kind, rows, shape, 0.35, seed, lang, part) for lang in OF_ONE_LANGUAGE for kind, shape in kinds]
    return found + [Spec(kind, rows, "flat", 0.35, seed, "en", part) for kind in SCRIPT_KINDS]


def make(spec: Spec) -> Labelled:
    """The set of a specification, always the same for the same one."""
    random_ = Draws(spec.name, spec.part)
    kind = (KINDS | SCRIPT_KINDS)[spec.kind]
    language = spec.language or random_.choice(LANGUAGES)
    one_name = kind.entity == "person" and random_.random() < 0.3
    linked = spec.kind.startswith("link_")
    habits = systems(random_, spec.missing, kind.fields, count=2 if linked else random_.choice((1, 2, 3, 5)))
    drawn = (
        _linked(random_, kind, language, habits, one_name)
        if linked
        else _doubled(random_, kind, language, habits, one_name, spec.shape)
    )
    rows = list(islice(drawn, spec.rows))
    random_.shuffle(rows)
    hidden = tuple(f for f in kind.fields if f not in _backbone(kind) and random_.random() < 0.25)
    frame = framed(random_, language, [row | chatter(random_, n) for n, (row, _, _) in enumerate(rows)], hidden)
    truth = pd.Series([f"c{entity:06}" for _, entity, _ in rows], index=frame.index, name="cluster")
    second = frame.index[[source == 1 for _, _, source in rows]] if linked else None
    return Labelled(spec.name, kind.entity, frame, truth, second)


def _backbone(kind: Kind) -> tuple[str, ...]:
    """What no export leaves out: the name, a mailbox or a number."""
    return ("given", "family", "company", "email", "phone", "city") + (("birth",) if kind.row is views.private else ())


Row = tuple[dict[str, str], int, int]


def _doubled(random_: Draws, kind: Kind, language: str, habits: list[Any], one_name: bool, shape: str) -> Iterator[Row]:
    for number, who in zip(count(), kind.who(random_, language)):
        for _ in range(size(random_, shape)):
            yield kind.row(random_, random_.choice(habits), who, language, one_name), number, 0


def _linked(random_: Draws, kind: Kind, language: str, habits: list[Any], one_name: bool) -> Iterator[Row]:
    """Two sources, each without doubles: six in ten stand in both."""
    for number, who in zip(count(), kind.who(random_, language)):
        sources = random_.choices(((0, 1), (0,), (1,)), (6, 2, 2))[0]
        for source in sources:
            yield kind.row(random_, habits[source], who, language, one_name), number, source
