"""Derived fields for figures, the same on every side: what `complete` derives, and parts of dates."""

from dataclasses import dataclass

from crm_migrate.crm.types import TYPES, Storage
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.stages.completing import values
from crm_migrate.stages.completing.query import Query, Sql
from crm_migrate.stages.reconciling.database import Tables, quote

LOST = "regexp_replace(lower(coalesce(q.stage, '')), '[^a-z]', '', 'g') IN ('closedlost', 'lost')"


@dataclass(frozen=True, slots=True)
class Side:
    """A sub-query with the canonical and derived fields of one side, how each text is read, and its bound values."""

    relation: str
    storages: dict[str, Storage]
    bound: tuple[str, ...] = ()


def with_derived(tables: Tables, plan: Plan, object_plan: ObjectPlan, relation: str) -> Side:
    """A relation with canonical field names, and beside them the derived fields."""
    if not tables.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rates'"):
        values.create_rates(tables, plan.money)
    own = [f.name for f in object_plan.fields if f.ref is None]
    there = set(tables.columns(relation))
    cells = [f"{quote(name) if name in there else 'NULL'}::VARCHAR AS {quote(name)}" for name in own]
    query = Query(f"SELECT {', '.join(cells)} FROM {relation}", tuple(own))
    query = values.derived(plan, query, object_plan)
    query = query.with_columns(
        {name: Sql(sql) for name, sql in _more(object_plan).items() if name not in query.columns}
    )
    storages = values.DERIVED | dict.fromkeys(_more(object_plan), "text") | {"is_lost": "boolean"}
    storages |= {f.name: TYPES[f.type].storage for f in object_plan.fields if f.type in TYPES}
    known = {name: kind for name, kind in storages.items() if name in query.columns}
    return Side(f"({query.text})", known, query.bound)


def _more(object_plan: ObjectPlan) -> dict[str, str]:
    """SQL of the derived fields that only figures need."""
    found = {}
    for field in object_plan.fields:
        if TYPES[field.type].storage in ("date", "instant"):
            stem, day = (
                field.name.removesuffix("_date").removesuffix("_at").removesuffix("_on"),
                f"q.{quote(field.name)}",
            )
            found[f"{stem}_month"] = f"left({day}, 7)"
            found[f"{stem}_year"] = f"left({day}, 4)"
            found[f"{stem}_quarter"] = f"left({day}, 4) || '-Q' || quarter(TRY_CAST(left({day}, 10) AS DATE))"
        if field.name == "stage":
            found["is_lost"] = f"CASE WHEN {LOST} THEN 'true' ELSE 'false' END"
    return found
