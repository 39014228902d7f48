"""What is listed of every exception in the run, and the index of keys that the search of the page reads."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
from markupsafe import Markup

from crm_migrate.reports.hiding import known_privacy
from crm_migrate.reports.naming import Names
from crm_migrate.reports.visible import visible
from crm_migrate.workspace.figures import ExceptionGroup, Figures
from crm_migrate.workspace.parts import MANIFEST, paths
from crm_migrate.workspace.row_keys import separated

LIMIT = 50_000  # keys in one page, so that it stays around 1 MB


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


class Listed(NamedTuple):
    """A line of `reconcile/exceptions`: the key `source:key` as it is in the run, and whose and what it concerns."""

    record: str
    owner: str = ""
    amount: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What is listed of each cause (by its id), at most `LIMIT` lines; `whole` counts those of all causes."""

    lines: Mapping[str, list[Listed]]
    whole: int

    def of(self, group: ExceptionGroup) -> list[Listed] | None:
        """Those of a cause; None where the table of the run does not have it."""
        return self.lines.get(group.id)


def found(ledger: Path | None, groups: Iterable[ExceptionGroup]) -> Found:
    """What is listed of the causes, from the folder `reconcile` of a run."""
    wanted = {group.id for group in groups if group.id}
    lines: dict[str, list[Listed]] = {}
    whole = 0
    for id, line in listed(ledger):
        whole += 1
        if id in wanted and len(known := lines.setdefault(id, [])) < LIMIT:
            known.append(line)
    return Found(lines, whole)


def listed(ledger: Path | None) -> Iterator[tuple[str, Listed]]:
    """Every line of a run with the id of its cause; none where it has no list, or one of before there were ids."""
    folder = ledger / "exceptions" if ledger else None
    for path in paths(folder) if folder and (folder / MANIFEST).is_file() else ():
        file = pq.ParquetFile(path)
        if "id" in file.schema_arrow.names:
            for batch in file.iter_batches(columns=["id", *Listed._fields]):
                columns = (batch.column(name).to_pylist() for name in ("id", *Listed._fields))
                for id, *line in zip(*columns, strict=True):
                    yield id, Listed(*(value or "" for value in line))


def index(figures: Figures, groups: list[ExceptionGroup], known: Found, *, reveal: bool) -> Index:
    """The keys behind the causes; of a cause that is not in the table of the run those of its examples."""
    names = None if reveal else Names(known_privacy(figures))
    keys, left, whole = [], LIMIT, known.whole
    for group in groups:
        lines = known.of(group)
        if lines is None:
            records = [example.record for example in group.examples]
            whole += len(records)
            shown = records[:left]
        else:
            shown = [shown_key(line.record, names) for line in lines[:left]]
        keys.append(tuple(shown))
        left -= len(shown)
    return Index(tuple(keys), whole)


def shown_key(record: str, names: Names | None) -> str:
    """A key as reports have it, masked by `names`."""
    return visible(separated(names.record(record) if names else record))
