"""The tables of one source as the run gets them: `extract/<source>/...` without the people who are erased."""

import shutil
from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.cleansing.contact.mentions import Mentions
from crm_migrate.connecting.contract import ROW
from crm_migrate.stages.erase.redacting import Redactor
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import Part, read_manifest, verified, write_manifest, write_part
from crm_migrate.workspace.sealing import read_sealed, write_sealed
from crm_migrate.workspace.tables import CORRECTED, ERASED, EXTRACTED, QUARANTINE, Table

_FACTS = "facts.json"


def publish_source(source: str, beside: Run, run: Run, redactor: Redactor, marks: pl.DataFrame) -> None:
    """Write the tables of a source; the facts first, the records last."""
    shutil.rmtree(run.table("extract", source), ignore_errors=True)
    facts = read_sealed(beside.table("extract", source) / _FACTS)
    run.table("extract", source).mkdir(parents=True)
    write_sealed(run.table("extract", source) / _FACTS, _without(facts, redactor.mentions))
    write_marks(run, source, marks)
    _publish(CORRECTED, source, beside, run, lambda part: _corrected(part, redactor))
    _publish(QUARANTINE, source, beside, run, lambda part: _quarantined(part, redactor.mentions))
    _publish(EXTRACTED, source, beside, run, lambda part: _records(part, redactor))


def write_marks(run: Run, source: str, marks: pl.DataFrame) -> None:
    """The table of rows that are set aside for being somebody's who is erased."""
    folder = run.folder.joinpath(*ERASED.path(source))
    shaped = marks.select(ERASED.frame.names()).cast(ERASED.frame).sort(list(ERASED.order))
    write_manifest(folder, [write_part(folder, "00000", shaped.to_arrow().cast(ERASED.schema))])


def _publish(table: Table, source: str, beside: Run, run: Run, change: Callable[[pa.Table], pa.Table]) -> None:
    read, write = (each.folder.joinpath(*table.path(source)) for each in (beside, run))
    parts: list[Part] = []
    for part in read_manifest(read) or []:
        rows = change(pq.read_table(verified(read, part)))
        parts.append(write_part(write, part.name, rows, part.key))
    write_manifest(write, parts)


def _records(part: pa.Table, redactor: Redactor) -> pa.Table:
    return redactor.redact(pl.DataFrame(part)).to_arrow().cast(part.schema)


def _corrected(part: pa.Table, redactor: Redactor) -> pa.Table:
    """Corrections without those of cells that are gone."""
    frame = pl.DataFrame(part)
    stays = [name not in redactor.gone(row).columns for row, name in frame.select(ROW, "name").iter_rows()]
    return (
        pl.DataFrame(_texts(frame.filter(pl.Series(stays, dtype=pl.Boolean)), redactor.mentions))
        .to_arrow()
        .cast(part.schema)
    )


def _quarantined(part: pa.Table, mentions: Mentions) -> pa.Table:
    return _texts(pl.DataFrame(part), mentions).to_arrow().cast(part.schema)


def _texts(frame: pl.DataFrame, mentions: Mentions) -> pl.DataFrame:
    """A table whose texts do not speak of them."""
    if not mentions:
        return frame
    names = [name for name, kind in frame.schema.items() if kind == pl.String]
    forget = [frame[name].map_elements(mentions.without, return_dtype=pl.String).alias(name) for name in names]
    return frame.with_columns(forget)


def _without(value: Any, mentions: Mentions) -> Any:
    """A document whose texts do not speak of them."""
    if isinstance(value, dict):
        return {key: _without(each, mentions) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, mentions) for each in value]
    return mentions.without(value) or "" if isinstance(value, str) and mentions else value
