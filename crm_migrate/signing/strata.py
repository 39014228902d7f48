"""What a sample has to cover: every choice, owner, pattern of empty fields, extreme, and size of merge.

Each stratum is one record that stands for it: of all records that could, the one that comes first in the order of the
draw, so that a record that was drawn at random is taken before another one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.sides import link_fields, loaded_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CLUSTERS

VALUES, PATTERNS, SIZES = 50, 20, 20  # of one field, of one object, of one object
_CHOSEN = ("choice", "consent", "currency", "owner")


@dataclass(frozen=True, slots=True)
class Stratum:
    """What is covered, in words of the mapping, and the record that covers it."""

    what: str
    object: str
    entity: str


def population(object_name: str) -> str:
    """The table of the records to draw from: `__entity`, `__cluster`, `__rank` (a text: its order is the draw's)."""
    return quoted(f"population/{object_name}")


def strata(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> tuple[list[Stratum], int]:
    """The strata of an object, and how many are left out. Call after `lay_out`, with a population."""
    found, left = [], 0
    for what, entities, more in _all(tables, plan, object_plan):
        found += [Stratum(f"{what}{value}", object_plan.name, entity) for value, entity in entities]
        left += more
    return found, left


Found = tuple[str, list[tuple[str, str]], int]  # what, (value, entity), how many more there are


def _all(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Iterator[Found]:
    name = object_plan.name
    ours = f"(SELECT * FROM {population(name)} p JOIN {quoted(f'expected/{name}')} e USING (__entity))"
    fields = loaded_fields(object_plan)
    yield _groups(tables, ours, f"{literal(name)}", "", 1)
    for field in fields:
        cell = f"nullif({quoted(str(field.target))}, '')"
        if _is_choice(field):
            yield _groups(tables, f"(FROM {ours} WHERE {cell} IS NOT NULL)", cell, f"{name}.{field.name} = ", VALUES)
        elif field.kind.storage == "text":
            yield _first(tables, ours, f"-length({cell})", cell, f"{name}.{field.name}: longest text")
        elif field.kind.storage in ("date", "instant"):
            yield _first(tables, ours, cell, cell, f"{name}.{field.name}: oldest")
            yield _last(tables, ours, cell, f"{name}.{field.name}: newest")
    if fields:
        yield _groups(tables, ours, _pattern(fields), f"{name} empty: ", PATTERNS)
    yield from _families(tables, plan, object_plan)
    yield _merges(tables, name)


def _is_choice(field: FieldPlan) -> bool:
    if field.personal or field.kind.personal:
        return False
    return field.kind.role in _CHOSEN or field.kind.storage == "boolean" or bool(field.choices)


def _pattern(fields: list[FieldPlan]) -> str:
    """SQL: the names of the fields of a record that are empty."""
    parts = (f"CASE WHEN nullif({quoted(str(f.target))}, '') IS NULL THEN {literal(f.name)} END" for f in fields)
    return f"coalesce(nullif(concat_ws(', ', {', '.join(parts)}), ''), '-')"


def _groups(tables: Relations, relation: str, by: str, what: str, most: int) -> Found:
    """A record of each group, the largest groups first."""
    rows = tables.rows(
        f"""SELECT {by} AS value, arg_min(__entity, __rank), count(*) FROM {relation} GROUP BY ALL
        ORDER BY count(*) DESC, value"""
    )
    return what, [(str(value), str(entity)) for value, entity, _ in rows[:most]], max(0, len(rows) - most)


def _first(tables: Relations, relation: str, by: str, cell: str, what: str) -> Found:
    rows = tables.rows(f"SELECT __entity FROM {relation} WHERE {cell} IS NOT NULL ORDER BY {by}, __rank LIMIT 1")
    return what, [("", str(row[0])) for row in rows], 0


def _last(tables: Relations, relation: str, cell: str, what: str) -> Found:
    rows = tables.rows(f"SELECT __entity FROM {relation} WHERE {cell} IS NOT NULL ORDER BY {cell} DESC, __rank LIMIT 1")
    return what, [("", str(row[0])) for row in rows], 0


def _families(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Iterator[Found]:
    """Of each kind of children the record that has most of them."""
    for child in plan.objects:
        for field in link_fields(plan, child):
            if field.ref is not None and field.ref.object == object_plan.name:
                links, target = quoted(f"expected/{child.name}/links"), quoted(str(field.target))
                rows = tables.rows(
                    f"""SELECT p.__entity FROM {population(object_plan.name)} p JOIN {links} c
                      ON c.{target} = p.__entity GROUP BY p.__entity, p.__rank
                    ORDER BY count(*) DESC, p.__rank LIMIT 1"""
                )
                yield f"{object_plan.name}: largest family of {child.name}", [("", str(r[0])) for r in rows], 0


def _merges(tables: Relations, name: str) -> Found:
    """A record of each size of merge."""
    sizes = f"(SELECT __cluster, count(*) AS size FROM {tables.scan(CLUSTERS, name)} GROUP BY ALL HAVING count(*) > 1)"
    merged = f"(SELECT p.*, s.size FROM {population(name)} p JOIN {sizes} s USING (__cluster))"
    return _groups(tables, merged, "size", f"{name} merged of ", SIZES)
