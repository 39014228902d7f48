"""The rows of a source without the people who are erased: the same rows, and none of their values."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from crm_migrate.cleansing.contact.mentions import MARK, Mentions
from crm_migrate.connecting.contract import ROW
from crm_migrate.crm.types import TYPES
from crm_migrate.stages.erase.columns import Columns, Redaction
from crm_migrate.stages.erase.outlines import Answer, Answers

NO_HOST = "erased.example"  # nobody is reached there, and a step for mailboxes takes it for one
Cells = dict[str, list[str | None]]  # column -> the cells of a batch


@dataclass(frozen=True, slots=True)
class Redactor:
    """What is taken out of one source.

    `places` are the rows of the erased: row -> object -> its parts. `kept` are rows of an opt-out that the list of
    opt-outs keeps, with their objects: their mailbox becomes what `keeps` makes of it. `token` makes a name for a key
    that names somebody, the same for each writing of it; `links` are the keys of the erased that columns of this source
    may speak, `answers` what their columns name them by otherwise (`by: email`). `alone` are texts of the erased in
    columns that only rules read: a token stands for them, which is as unlike all else. `mentioned` counts the cells of
    other records that spoke of them, by column.
    """

    columns: Columns
    places: Mapping[int, Mapping[str, frozenset[int]]]
    kept: Mapping[int, frozenset[str]]
    keeps: Callable[[str], str]
    token: Callable[[str], str]
    links: Mapping[str, frozenset[str]]
    mentions: Mentions
    answers: Mapping[str, Answers]
    alone: Mapping[str, frozenset[str]]
    mentioned: Counter[str] = field(default_factory=Counter)

    def redact(self, batch: pl.DataFrame) -> pl.DataFrame:
        """A batch of rows as they may stay."""
        cells: Cells = {name: batch[name].to_list() for name in batch.columns if not name.startswith("__")}
        rows = batch[ROW].to_list()
        changed: set[str] = set()
        for at, row in enumerate(rows):
            if row in self.places:
                changed |= self._erase(cells, at, self.places[row])
            elif row in self.kept:
                changed |= self._keep(cells, at, self.kept[row])
        for name in self.links.keys() & cells.keys():
            changed |= self._hide_links(cells[name], name)
        kept = [at for at, row in enumerate(rows) if row in self.kept and row not in self.places]
        for name in self.answers.keys() & cells.keys():
            changed |= self._hide_answers(cells[name], name, set(kept))
        for name in cells:
            changed |= self._forget(cells[name], name, set(kept))
        return batch.with_columns(pl.Series(name, cells[name], dtype=pl.String) for name in cells if name in changed)

    def gone(self, row: int) -> Redaction:
        """What goes of a row, all of its parts taken together."""
        return self.columns.redaction(frozenset(self.places.get(row, {})) | self.kept.get(row, frozenset()))

    def _erase(self, cells: Cells, at: int, there: Mapping[str, frozenset[int]]) -> set[str]:
        some = frozenset(name for name, parts in there.items() if self._remain(cells, at, name, parts))
        redaction = self.columns.redaction(frozenset(there), some)
        for name in redaction.emptied:
            cells[name][at] = None
        for name in redaction.renamed:
            cells[name][at] = _with(self.token, cells[name][at])
        for name, texts in self.alone.items():
            if cells[name][at] in texts:
                cells[name][at] = _with(self.token, cells[name][at])
        gone = {part for parts in there.values() for part in parts}
        for name, split in redaction.parted.items():
            cells[name][at] = _cut(cells[name][at], split.by, gone, leads=name == split.column)
        return redaction.columns | self.alone.keys()

    def _remain(self, cells: Cells, at: int, name: str, parts: frozenset[int]) -> bool:
        """Whether the row is cut into people for the object, and not all of them are erased."""
        leading = next(self.columns.split(name), None)
        if leading is None:
            return False
        column, split = leading
        return len(parts) < sum(1 for part in (cells[column][at] or "").split(split.by) if part.strip())

    def _keep(self, cells: Cells, at: int, objects: frozenset[str]) -> set[str]:
        """An opt-out stays with its mailbox, whatever else its row says of the person goes."""
        redaction, mailboxes = self.columns.redaction(objects), set(self.columns.mailboxes())
        for name in (*redaction.emptied, *redaction.renamed):
            cells[name][at] = _with(self.keeps, cells[name][at]) if name in mailboxes else None
        return redaction.columns

    def _hide_links(self, cells: list[str | None], name: str) -> set[str]:
        hidden, found = self.links[name], False
        for at, cell in enumerate(cells):
            if cell is not None and cell.strip() in hidden:
                cells[at], found = self.token(cell), True
        return {name} if found else set()

    def _hide_answers(self, cells: list[str | None], name: str, spared: set[int]) -> set[str]:
        """Cells by which others refer to the erased: a token stays, so that it is known what the link was."""
        found = False
        for answer in self.answers[name]:
            for at, hidden in enumerate(answer.hidden(cells)):
                if hidden and at not in spared:
                    cells[at], found = self._stands_for(cells[at] or "", answer), True
        return {name} if found else set()

    def _stands_for(self, cell: str, answer: Answer) -> str:
        token = self.token(cell)
        return f"{token}@{NO_HOST}" if TYPES[answer.kind].key == "mailbox" else token

    def _forget(self, cells: list[str | None], name: str, spared: set[int]) -> set[str]:
        """Texts of other records that speak of the erased."""
        if not self.mentions:
            return set()
        found = False
        for at in self.mentions.maybe(pl.Series(cells, dtype=pl.String)).arg_true().to_list():
            text = cells[at]
            if text is not None and at not in spared and self.mentions.found(text):
                cells[at], found = self.mentions.without(text), True
                self.mentioned[name] += 1
        return {name} if found else set()


def _with(change: Callable[[str], str], cell: str | None) -> str | None:
    return change(cell) if cell is not None and cell.strip() else cell


def _cut(cell: str | None, by: str, gone: set[int], *, leads: bool) -> str | None:
    """A cell of several people without the parts of some: of the leading column a mark stays, so that the others are
    the same parts as before. Only parts that say something are counted there."""
    if cell is None:
        return None
    parts, number = [], 0
    for at, part in enumerate(cell.split(by)):
        place = number if leads else at
        number += bool(part.strip())
        parts.append(part if place not in gone or not part.strip() else MARK if leads else "")
    return by.join(parts)
