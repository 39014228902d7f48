"""Which records that a load would write are over: closed deals, done tasks, past calls. Nobody changes them any more,
so they can be loaded before anybody stops working. In doubt a record is not over."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from crm_migrate.crm.work import DATED, ENDED_AT, HAPPENED_AT, PAST
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.deriving import ended
from crm_migrate.stages.load.keys import plan_columns
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import PLANNED


class History(BaseModel):
    """Of one object: records that would be written, and those of them that are over."""

    model_config = ConfigDict(frozen=True)

    object: str
    writes: int
    over: int


def history(tables: Relations, objects: Sequence[ObjectPlan], at: str) -> tuple[History, ...]:
    """Every object that is written; `at` is the moment (UTC, ISO 8601) from which on nobody works."""
    return tuple(_history(tables, each, at) for each in objects if not each.existing.only)


def _history(tables: Relations, object_plan: ObjectPlan, at: str) -> History:
    lines = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    writes, over = tables.one(
        f"SELECT count(*), count(*) FILTER (WHERE {_over(object_plan, at)}) FROM {lines}"
        " WHERE __action IN ('create', 'update')"
    )
    return History(object=object_plan.name, writes=writes, over=over)


def _over(object_plan: ObjectPlan, at: str) -> str:
    """SQL: this record is over."""
    columns = {field.name: quoted(str(field.target)) for field in loaded_fields(object_plan)}
    before = literal(at)
    said = [f"coalesce({ended(columns[name])}, FALSE)" for name in ("stage", "status") if name in columns]
    said += [f"coalesce({columns[name]} < {before}, FALSE)" for name in ENDED_AT if name in columns]
    when = [columns[name] for name in HAPPENED_AT if name in columns]
    if object_plan.name in DATED and when:
        said.append(f"coalesce(greatest({', '.join(when)}) < {before}, FALSE)")
    if object_plan.name in PAST:
        said.append("TRUE")
    return f"({' OR '.join(said) or 'FALSE'})"
