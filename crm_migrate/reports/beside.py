"""The whole lists of the exceptions, in pages beside the report: it shows the first records of each cause only.

    report-exceptions/0001.html    the records 1 to 1,000 of all the lists, cause by cause

A page is HTML without any script, so that it opens from a disk or a share under the same policy as the report. The
report alone, in an e-mail, still has every cause, its first records and the keys for its search.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from crm_migrate.reports.finding_keys import Found, Index, Listed
from crm_migrate.reports.hiding import known_privacy, owner
from crm_migrate.reports.ledger import said_of_records
from crm_migrate.reports.naming import Names
from crm_migrate.reports.visible import visible
from crm_migrate.words.language import Language
from crm_migrate.workspace.figures import ExceptionGroup, Figures

FOLDER = "report-exceptions"
PAGE = 1_000  # records
_OURS = re.compile(r"\d{4,}\.html")


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its place in all lists and in that of its cause, from 1, its key, its source row, what was said,
    whose it is and what it is worth."""

    place: int
    number: int
    record: str
    row: str
    said: str
    owner: str
    amount: str
    unit: str


@dataclass(frozen=True, slots=True)
class Part:
    """One page, from 1: causes with those of their records that are on it."""

    causes: Sequence[tuple[ExceptionGroup, Sequence[Line]]]
    number: int
    of: int

    @property
    def name(self) -> str:
        """Its file."""
        return file_name(self.number)


def file_name(number: int) -> str:
    """The file of a page, below `FOLDER`."""
    return f"{number:04}.html"


def page_of(place: int) -> int:
    """The page that has a record, by its place in all lists from 1."""
    return (place - 1) // PAGE + 1


def listed(groups: Sequence[ExceptionGroup], keys: Index, shown: int) -> dict[str, tuple[int, int]]:
    """Id -> the place of the first record and how many there are, of causes that have more than the page shows."""
    places, place = {}, 1
    for group, all_ in zip(groups, keys.keys, strict=True):
        if group.id and len(all_) > len(group.examples[:shown]):
            places[group.id] = (place, len(all_))
            place += len(all_)
    return places


def parts(
    figures: Figures, groups: Sequence[ExceptionGroup], keys: Index, known: Found, ledger: Path, words: Language,
    *, wanted: Mapping[str, tuple[int, int]], reveal: bool,
) -> Iterator[Part]:  # fmt: skip
    """The pages of the causes in `wanted`; keys are those of the index, masked as there."""
    listed = [
        (group, line, shown)
        for group, all_ in zip(groups, keys.keys, strict=True)
        if group.id in wanted
        for line, shown in zip(known.of(group) or map(Listed, all_), all_, strict=False)  # the index may have fewer
    ]
    asked = {(group.object, line.record, group.code) for group, line, _ in listed}
    said = said_of_records(ledger, asked, figures, words, reveal=reveal)
    names = Names(known_privacy(figures))
    whole = []
    for place, (group, line, shown) in enumerate(listed, 1):
        row, text = said.get((group.object, line.record, group.code), ("", ""))
        whose = visible(line.owner if reveal else owner(line.owner, group, names))
        number = place - wanted[group.id][0] + 1
        whole.append((group, Line(place, number, shown, row, visible(text), whose, line.amount, line.unit)))
    of = page_of(len(whole))
    for number in range(1, of + 1):
        page = whole[(number - 1) * PAGE : number * PAGE]
        causes = [list(lines) for _, lines in groupby(page, key=lambda each: each[0].id)]
        yield Part([(lines[0][0], [line for _, line in lines]) for lines in causes], number, of)


def remove(folder: Path) -> None:
    """Take away the pages of an earlier report: they may show what this one masks. Files of others stay."""
    if folder.is_dir() and not folder.is_symlink():
        for path in folder.iterdir():
            if _OURS.fullmatch(path.name):
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()
