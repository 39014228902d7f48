"""The index that the search of the page reads: the keys of all exceptions, cause by cause, masked as everywhere."""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from markupsafe import Markup

from crm_migrate.reports.hiding import known_privacy
from crm_migrate.reports.naming import Names
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.figures import ExceptionGroup, Figures
from crm_migrate.workspace.parts import MANIFEST, paths
from crm_migrate.workspace.row_keys import separated

LIMIT = 50_000  # keys in one page, so that it stays around 1 MB
_COLUMNS = ("object", "source", "field", "rule", "state", "code", "record")

_Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Keys by cause, in the order of the causes of the page; `whole` counts all that there are."""

    keys: tuple[tuple[str, ...], ...]
    whole: int

    @property
    def kept(self) -> int:
        """The keys that can be searched."""
        return sum(map(len, self.keys))

    def script(self) -> Markup:
        """The keys as JSON, one text per cause; nothing in it can end the element that it stands in."""
        text = json.dumps(["\n".join(keys) for keys in self.keys], ensure_ascii=False)
        return Markup(text.replace("<", "\\u003c"))  # noqa: S704 -- no character of markup is left


def index(figures: Figures, groups: list[ExceptionGroup], ledger: Path | None, *, reveal: bool) -> Index:
    """The keys behind the causes; of a cause that is not in the table of the run those of its examples."""
    found, whole = _read(ledger, {_place(group) for group in groups}) if ledger else ({}, 0)
    names = None if reveal else Names(known_privacy(figures))
    keys, left = [], LIMIT
    for group in groups:
        listed = found.get(_place(group)) or found.get((*_place(group)[:-1], ""))
        if listed is None:
            listed = [example.record for example in group.examples]
            whole += len(listed)
            shown = listed[:left]
        else:
            shown = [visible(separated(names.record(key) if names else key)) for key in listed[:left]]
        keys.append(tuple(shown))
        left -= len(shown)
    return Index(tuple(keys), whole)


def _place(group: ExceptionGroup) -> _Place:
    return (group.object, group.source, group.field, group.rule, group.state, group.code)


def _read(ledger: Path, wanted: set[_Place]) -> tuple[dict[_Place, list[str]], int]:
    """Keys by cause as far as they may be needed, and how many there are."""
    folder = ledger / "exceptions"
    if not (folder / MANIFEST).is_file():
        return {}, 0
    known = wanted | {(*place[:-1], "") for place in wanted}
    found: dict[_Place, list[str]] = {}
    whole = 0
    for path in paths(folder):
        for batch in pq.ParquetFile(path).iter_batches(columns=list(_COLUMNS)):
            whole += batch.num_rows
            for *place, record in zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True):
                if tuple(place) in known:
                    listed = found.setdefault(tuple(place), [])
                    if len(listed) < LIMIT:
                        listed.append(record or "")
    return found, whole
