"""Batches: the rows of one kind, cut once and kept on disk, so that whoever goes on sends the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import ENTITY, Action, TargetObject
from crm_migrate.errors import InternalError
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import Part, read_manifest, verified, write_manifest, write_parts

Kind = Literal["create", "adopt", "update", "link", "release", "remove", "relink"]
KINDS: tuple[Kind, ...] = ("create", "adopt", "update", "link")  # what a load writes
ACTIONS: Mapping[Kind, Action] = {
    "create": "create", "adopt": "update", "update": "update", "link": "update", "release": "release",
    "remove": "remove", "relink": "update",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one object that are treated alike, as one part of the run."""

    run: Run
    object_name: str
    object: TargetObject
    kind: Kind
    part: Part

    @property
    def name(self) -> str:
        """How ledger and target know it: `contacts/create/00003`."""
        return f"{self.object_name}/{self.kind}/{self.part.name}"

    @property
    def action(self) -> Action:
        """What is done with its rows."""
        return ACTIONS[self.kind]

    @property
    def place(self) -> str:
        """Its file, below the run's folder."""
        return f"load/{self.object_name}/batches/{self.kind}/{self.part.name}.parquet"

    def rows(self) -> pa.Table:
        """What is sent. DamagedFile where it is not what was cut."""
        file = verified(self.run.table("load", self.object_name, "batches", self.kind), self.part)
        return pq.ParquetFile(file).read(use_threads=False)  # `read_table` looks for a folder of files, twice as long


def cut(
    run: Run, object_name: str, object: TargetObject, kind: Kind, rows: Callable[[], Iterator[pa.Table]]
) -> list[Batch]:
    """Write the batches of one kind as parts. What was cut before stays, and `rows` is not asked again."""
    folder = run.table("load", object_name, "batches", kind)
    parts = read_manifest(folder)
    if parts is None:
        parts = write_parts((folder, f"{number:05d}", _sendable(table)) for number, table in enumerate(rows()))
        write_manifest(folder, parts)
    return [Batch(run, object_name, object, kind, part) for part in parts]


def _sendable(table: pa.Table) -> pa.Table:
    """A record without our key, or one that comes twice in a batch, never leaves the house."""
    keys = table[ENTITY]
    if pc.count_distinct(keys).as_py() != table.num_rows or keys.null_count or pc.any(pc.equal(keys, "")).as_py():
        raise InternalError("a record is to be sent without our key, or twice in one batch")
    return table


def slices(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of exactly `rows` rows, the last one shorter."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        while batch.num_rows:
            taken = batch.slice(0, rows - count)
            waiting.append(taken)
            count += taken.num_rows
            batch = batch.slice(taken.num_rows)
            if count == rows:
                yield pa.Table.from_batches(waiting).combine_chunks()
                waiting, count = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting).combine_chunks()
