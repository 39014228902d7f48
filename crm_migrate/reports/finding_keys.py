"""The index that the search of the page reads: the keys of all exceptions, cause by cause, masked as everywhere."""

import json
from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Found:
    """Keys `source:key` as they are in the run, at most `LIMIT` of a cause; `whole` counts those of all causes."""

    keys: Mapping[_Place, list[str]]
    whole: int

    def of(self, group: ExceptionGroup) -> list[str] | None:
        """Those of a cause; None where the table of the run does not have it."""
        place = _place(group)
        return self.keys.get(place) or self.keys.get((*place[:-1], ""))


def found(ledger: Path | None, groups: Iterable[ExceptionGroup]) -> Found:
    """The keys behind the causes, from the folder `reconcile` of a run."""
    return _read(ledger, {_place(group) for group in groups}) if ledger else Found({}, 0)


def index(figures: Figures, groups: list[ExceptionGroup], known: Found, *, reveal: bool) -> Index:
    """The keys behind the causes; of a cause that is not in the table of the run those of its examples."""
    names = None if reveal else Names(known_privacy(figures))
    keys, left, whole = [], LIMIT, known.whole
    for group in groups:
        listed = known.of(group)
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


def _read(ledger: Path, wanted: set[_Place]) -> Found:
    folder = ledger / "exceptions"
    if not (folder / MANIFEST).is_file():
        return Found({}, 0)
    known = wanted | {(*place[:-1], "") for place in wanted}
    keys: dict[_Place, list[str]] = {}
    whole = 0
    for path in paths(folder):
        for batch in pq.ParquetFile(path).iter_batches(columns=list(_COLUMNS)):
            whole += batch.num_rows
            for *place, record in zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True):
                if tuple(place) in known:
                    listed = keys.setdefault(tuple(place), [])
                    if len(listed) < LIMIT:
                        listed.append(record or "")
    return Found(keys, whole)
