"""The fields of one side of a figure: canonical names, and beside them what is derived, the same on every side."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crm_migrate.crm.types import TYPES, Storage
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.complete import deriving
from crm_migrate.stages.complete.query import Query
from crm_migrate.workspace.relations import Relations


@dataclass(frozen=True, slots=True)
class Side:
    """A sub-query with the canonical and derived fields of one side, how each text is read, and its bound values.

    `origin` are the columns of it that are no fields.
    """

    relation: str
    storages: dict[str, Storage]
    bound: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()


def ensure_rates(tables: Relations, plan: Plan) -> None:
    """The table `rates` is there."""
    if not tables.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'rates'"):
        deriving.create_rates(tables, plan.money)


def with_derived(
    tables: Relations,
    plan: Plan,
    object_plan: ObjectPlan,
    relation: str,
    origin: Mapping[str, str] = MappingProxyType({}),
    links: Collection[str] = (),
) -> Side:
    """A relation with canonical field names, and beside them the derived fields; before them `origin` (name -> SQL).

    `links`: the references that it has, empty where there is no parent.
    """
    ensure_rates(tables, plan)
    own = [f.name for f in object_plan.fields if f.ref is None or f.name in links]
    there = set(tables.kinds(relation))
    cells = [f"{quoted(name) if name in there else 'NULL'}::VARCHAR AS {quoted(name)}" for name in own]
    cells = [*(f"{sql} AS {quoted(name)}" for name, sql in origin.items()), *cells]
    query = Query(f"SELECT {', '.join(cells)} FROM {relation}", (*origin, *own))
    query = deriving.derived(plan, query, object_plan, all_of_them=True)
    storages = deriving.storages(plan, object_plan)
    storages |= {f.name: TYPES[f.type].storage for f in object_plan.fields if f.type in TYPES}
    storages |= dict.fromkeys(links, "text")
    known = {name: kind for name, kind in storages.items() if name in query.columns}
    return Side(f"({query.text})", known, query.bound, tuple(origin))
