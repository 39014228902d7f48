"""The images of a record that an undo compares: before the load, as it was sent, as it was read back, and as it is now.

All of them are canonical text by the target's field names, references as target ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.connecting.contract import ENTITY, Limits
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import plan_columns, text_columns
from crm_migrate.stages.load.objects import loaded_fields, target_object
from crm_migrate.stages.load.sending import KINDS, Batch, Kind
from crm_migrate.stages.load.sending.answers import files
from crm_migrate.stages.load.sending.requests import standing
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.ledger import BatchLine, Intent
from crm_migrate.workspace.parts import Part, verified
from crm_migrate.workspace.relations import Relations, scan_folder
from crm_migrate.workspace.tables import ACTUAL, OTHERS, PLANNED, THEIRS

Lines = Mapping[str, BatchLine]


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is undone: a run with its frozen plan and its lines of the ledger, and the starts of its undo before this
    one with theirs. `validated` says that the run was read back after its load."""

    plan: Plan
    run: Run
    lines: Lines
    earlier: Sequence[tuple[Run, Lines]]
    validated: bool


def planned(undoing: Undoing, object_plan: ObjectPlan) -> str:
    """A FROM item: what the load was to do with every entity."""
    return _of(undoing.run, PLANNED.path(object_plan.name), {**PLANNED.columns, **plan_columns(object_plan)})


def before(undoing: Undoing, object_plan: ObjectPlan) -> str:
    """A FROM item: all that the target held before the load, by `target_id`."""
    return _of(undoing.run, THEIRS.path(object_plan.name), text_columns(object_plan, "target_id", "__entity"))


def after(undoing: Undoing, object_plan: ObjectPlan) -> str:
    """A FROM item: what was read back after the load; nothing where the run ended before."""
    columns = text_columns(object_plan, "target_id", "__entity", OTHERS)
    path = ACTUAL.path(object_plan.name)
    return _of(undoing.run, path if undoing.validated else ("never",), columns)


def _of(run: Run, path: Sequence[str], columns: Mapping[str, str]) -> str:
    return scan_folder(run.folder.joinpath(*path), columns)


def answered_ids(undoing: Undoing, object_plan: ObjectPlan) -> str:
    """A FROM item: `__entity`, `target_id` of the records that the target has said it took."""
    found = [literal(str(file)) for file in files(undoing.run, undoing.lines, object_plan.name, KINDS)]
    if not found:
        return "(SELECT NULL::VARCHAR AS __entity, NULL::VARCHAR AS target_id WHERE FALSE)"
    return (
        f"(SELECT __entity, min(target_id) AS target_id FROM read_parquet([{', '.join(found)}])"
        " WHERE outcome = 'loaded' GROUP BY __entity)"
    )


def create_sent(
    tables: Relations, table: str, undoing: Undoing, object_plan: ObjectPlan,
    sent: Sequence[tuple[Run, Lines]], kinds: Sequence[Kind],
) -> None:  # fmt: skip
    """Create a table of what was sent of each entity in batches of these kinds, as far as the target may have taken it.

    `__entity`, `__doubt` (nobody has said what became of it), every field and beside it, as `?field`, whether it was
    sent.
    """
    names = [str(field.target) for field in loaded_fields(object_plan)]
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    apart: list[tuple[str, str, bool]] = []
    for run, lines in sent:
        for name, line in lines.items():
            object_name, kind, part = name.rsplit("/", 2)
            if object_name == object_plan.name and kind in kinds:
                batch = _batch(undoing.plan, object_plan, run, kind, part, line)
                file = str(verified(run.folder.joinpath(batch.place).parent, batch.part))
                fields, place = tuple(n for n in names if n in pq.read_schema(file).names), f"{run.id}/{kind}/"
                alike.setdefault((place, fields), []).append(file)
                apart += [(f"{place}{part}", entity, doubtful) for entity, doubtful in _apart(batch, line)]
    _register(tables, "apart_", apart)
    pieces = [_piece(names, *key, found) for key, found in alike.items()] or [_piece(names, "", (), ())]
    cells = "".join(f", max({quoted(n)}) AS {quoted(n)}, bool_or({_flag(n)}) AS {_flag(n)}" for n in names)
    tables.execute(f"""CREATE OR REPLACE TEMP TABLE {table} AS
    SELECT p.__entity, bool_or(coalesce(a.doubtful, FALSE)) AS __doubt{cells} FROM ({" UNION ALL ".join(pieces)}) p
    LEFT JOIN apart_ a ON a.batch = p.__batch AND a.__entity = p.__entity
    WHERE a.doubtful IS DISTINCT FROM FALSE GROUP BY p.__entity""")


def _flag(name: str) -> str:
    return quoted(f"?{name}")


def _batch(plan: Plan, object_plan: ObjectPlan, run: Run, kind: str, part: str, line: BatchLine) -> Batch:
    intent = line.intent
    object = target_object(plan, object_plan)
    return Batch(run, object_plan.name, object, kind, Part(part, "", intent.count, intent.digest))  # type: ignore[arg-type]


def _apart(batch: Batch, line: BatchLine) -> list[tuple[str, bool]]:
    """Who of a batch was not taken for certain (False), and who may or may not have been (True).

    A change in doubt is put off to be written again, without anybody having asked what became of it.
    """
    apart = [(entity, False) for entity in line.rejected]
    if line.settled:
        return apart
    asked = batch.action in ("create", "remove")
    tried = set() if asked else {entity for each in line.attempts for entity in _entities(batch, each.intent)}
    for request in standing(batch, line, Limits(rows=1)):
        apart += [(entity, request.state == "in_doubt" or entity in tried) for entity in request.listed()]
    return apart


def _entities(batch: Batch, intent: Intent) -> Sequence[str]:
    return intent.entities or batch.rows()[ENTITY].to_pylist()


def _piece(names: Sequence[str], place: str, fields: Sequence[str], found: Sequence[str]) -> str:
    """Query: the rows of files that have the same fields and lie in the same place."""
    cells = "".join(
        f", {quoted(n) if n in fields else 'NULL'}::VARCHAR AS {quoted(n)}, {n in fields} AS {_flag(n)}" for n in names
    )
    if not found:
        return f"SELECT NULL::VARCHAR AS __entity, '' AS __batch{cells} WHERE FALSE"
    files = f"[{', '.join(map(literal, found))}]"
    batch = f"{literal(place)} || parse_filename(__file, true)"
    return f"SELECT __entity, {batch} AS __batch{cells} FROM read_parquet({files}, filename = '__file')"


def _register(tables: Relations, name: str, rows: Sequence[tuple[str, str, bool]]) -> None:
    batch, entity, doubtful = zip(*rows, strict=True) if rows else ((), (), ())
    table = pa.table(
        [pa.array(batch, pa.string()), pa.array(entity, pa.string()), pa.array(doubtful, pa.bool_())],
        names=["batch", "__entity", "doubtful"],
    )
    tables.connection.register("given_", table)
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given_")
    tables.connection.unregister("given_")
