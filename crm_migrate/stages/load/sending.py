"""Batches: cut once and kept on disk, then for each the intent, the request and the outcome, in this order."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import ENTITY, Target, TargetObject, WriteBatch, WriteResult
from crm_migrate.errors import Interrupted, TargetConflict, TargetError
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import BatchLine, Intent, Ledger, Settled
from crm_migrate.workspace.parts import Part, read_manifest, verified, write_manifest, write_part

Kind = Literal["create", "adopt", "update", "link"]
KINDS: tuple[Kind, ...] = ("create", "adopt", "update", "link")


@dataclass(frozen=True, slots=True)
class Sender:
    """What sending needs: the run and its ledger, the target, and whether somebody wants us to stop."""

    project: str
    run: Run
    ledger: Ledger
    target: Target
    lines: dict[str, BatchLine]
    stop: Callable[[], bool]
    progress: Callable[[str, int], None]

    def cut(self, object_name: str, kind: Kind, rows: Callable[[], Iterator[pa.Table]]) -> list[Part]:
        """Write the batches of one kind as parts. What was cut before stays, and `rows` is not asked again."""
        folder = self.run.table("load", object_name, "batches", kind)
        parts = read_manifest(folder)
        if parts is None:
            parts = [write_part(folder, f"{number:05d}", table) for number, table in enumerate(rows())]
            write_manifest(folder, parts)
        return parts

    def send(self, object_name: str, object: TargetObject, kind: Kind, parts: Sequence[Part]) -> None:
        """Send every batch that has no final answer yet. Interrupted between two of them when somebody says stop."""
        for part in parts:
            name = f"{object_name}/{kind}/{part.name}"
            line = self.lines.get(name)
            if line is not None and line.settled:
                continue
            if self.stop():
                raise Interrupted(f"stopped before batch {name}; nothing is in doubt", hint="crm-migrate resume")
            self._send_one(object_name, object, kind, part, name, line)

    def _send_one(
        self, object_name: str, object: TargetObject, kind: Kind, part: Part, name: str, line: BatchLine | None
    ) -> None:
        file = verified(self.run.table("load", object_name, "batches", kind), part)
        rows, action = pq.read_table(file), "create" if kind == "create" else "update"
        batch = WriteBatch(self.project, self.run.id, name, object, action, rows, part.sha256)  # type: ignore[arg-type]
        if line is None:
            place = file.relative_to(self.run.folder).as_posix()
            self.ledger.intend(Intent(self.run.id, object_name, name, batch.action, place, part.rows, part.sha256))
            result = self.target.write(batch)
        else:
            result = self._in_doubt(batch, line)
        self._settle(object_name, name, rows, result)
        self.progress(object_name, rows.num_rows)

    def _in_doubt(self, batch: WriteBatch, line: BatchLine) -> WriteResult:
        """A batch that was intended and never answered: ask the target's journal, or else the target by our key."""
        if line.intent.digest != batch.digest:
            raise TargetConflict(f"batch {batch.batch} is not the one that was intended", hint="start a new run")
        if self.target.capabilities.same_transaction_journal:
            return self.target.write(batch)
        self._wait_out(line)
        if batch.action == "update":  # the same values again
            return self.target.write(batch)
        keys = batch.rows[ENTITY].to_pylist()
        there = {key for table in self.target.lookup(batch.object, keys) for key in table[ENTITY].to_pylist()}
        left = batch.rows.filter(pc.invert(pc.is_in(batch.rows[ENTITY], pa.array(sorted(there), pa.string()))))
        if left.num_rows == 0:
            return WriteResult(replayed=True)
        rest = WriteBatch(batch.project, batch.run, batch.batch, batch.object, batch.action, left, batch.digest)
        return self.target.write(rest)

    def _wait_out(self, line: BatchLine) -> None:
        """A request that was on its way may still land until the target's own longest request time is over."""
        began = datetime.fromisoformat(line.intended_at)
        left = self.target.capabilities.max_request_seconds - (datetime.now(UTC) - began).total_seconds()
        time.sleep(max(0.0, left))

    def _settle(self, object_name: str, name: str, rows: pa.Table, result: WriteResult) -> None:
        loaded = rows.num_rows - len(result.rejected) - len(result.in_doubt)
        self.ledger.settle(
            Settled(
                self.run.id,
                object_name,
                name,
                "in_doubt" if result.in_doubt else "settled",
                loaded,
                dict(sorted(result.rejected.items())),
                tuple(sorted(result.in_doubt)),
                result.replayed,
            )
        )
        if result.in_doubt:
            raise TargetError(
                f"{len(result.in_doubt)} record(s) of batch {name} are in doubt: the target did not answer for them",
                hint="crm-migrate resume (it asks the target by our key before it sends anything again)",
            )


def check_journal(sender: Sender) -> None:
    """TargetConflict when the target has lost batches that the ledger knows as loaded: it was restored or exchanged."""
    if not sender.target.capabilities.same_transaction_journal:
        return
    committed = sender.target.committed(sender.project, sender.run.id)
    lost = sorted(name for name, line in sender.lines.items() if line.settled and name not in committed)
    if lost:
        raise TargetConflict(
            f"the target does not know {len(lost)} batch(es) that were loaded in this run (first: {lost[0]})",
            hint="it was restored from a backup, or is an older copy: bring the newer one back and resume, or go on "
            "with what is there: crm-migrate target adopt, then crm-migrate run",
        )


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


def outcomes_of(lines: Mapping[str, BatchLine], object_name: str) -> dict[str, dict[str, str]]:
    """Batch name -> refused entities and the target's words, of one object."""
    return {
        name: dict(line.outcome.rejected)
        for name, line in lines.items()
        if line.outcome is not None and line.intent.object == object_name
    }
