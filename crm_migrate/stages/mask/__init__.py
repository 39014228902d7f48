"""Mask: what is loaded instead of values that reach or name people, in an environment that says so.

It comes last, when all is matched, merged, checked and completed by what the records really say, so that a rehearsal
has the figures of the real run; only what is sent, and what is expected in the target, are pseudonyms.
"""

from collections.abc import Iterator

import pyarrow as pa

from crm_migrate.crm.types import Pseudonym
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.pseudonyms.masks import Masks
from crm_migrate.pseudonyms.reach import Allowed
from crm_migrate.quoting import quoted
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.mask_key import mask_key
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.sql import stream, write_batches
from crm_migrate.workspace.tables import COMPLETED, MASKED, texts

ROWS = 65_536


def mask(plan: Plan, project: Project, run: Run) -> None:
    """Leave `mask/<object>/cells` of every object with masked fields; nothing where the environment masks nothing."""
    if not plan.environment.mask:
        return
    masks = Masks(mask_key(project), Allowed.of(plan.environment.allow))
    with relations(run, "mask") as tables:
        for object_plan in plan.objects:
            kinds = plan.environment.mask.get(object_plan.name)
            if kinds:
                _write(tables, object_plan, kinds, masks)


def _write(tables: Relations, object_plan: ObjectPlan, kinds: dict[str, Pseudonym], masks: Masks) -> None:
    records = tables.scan(COMPLETED, object_plan.name, also=texts(*kinds))
    listed = ", ".join(map(quoted, kinds))
    query = f"SELECT __cluster, {listed} FROM {records} ORDER BY __cluster"
    schema = pa.schema([*MASKED.schema, *((name, pa.string()) for name in kinds)])
    batches = _masked(stream(tables.connection, query, ROWS), schema, kinds, masks)
    write_batches(tables.folder(MASKED, object_plan.name), schema, batches)


def _masked(
    batches: pa.RecordBatchReader, schema: pa.Schema, kinds: dict[str, Pseudonym], masks: Masks
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        cells = [
            pa.array([_mask(masks, value, kind) for value in batch[name].to_pylist()], pa.string())
            for name, kind in kinds.items()
        ]
        yield pa.record_batch([batch["__cluster"], *cells], schema=schema)


def _mask(masks: Masks, value: str | None, kind: Pseudonym) -> str | None:
    """The pseudonym; None where the value stays."""
    mask = masks.of(value, kind) if value is not None else None
    return mask if mask != value else None
