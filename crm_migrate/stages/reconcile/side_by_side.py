"""Single records with all their sides: cells as the source has them, as they are expected, as the target gives them.

What a reviewer checks by hand, and the digest by which it is known that a record is still the one that was checked.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.examples import name_entities
from crm_migrate.stages.reconcile.fields import add_source_values
from crm_migrate.stages.reconcile.sides import (
    actual_links,
    actual_side,
    expected_links,
    expected_side,
    link_fields,
    loaded_fields,
)
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EXTRACTED

Raw = Mapping[tuple[str, int], Mapping[str, str | None]]  # (source, row) -> its cells by column


@dataclass(frozen=True, slots=True)
class Sides:
    """One field of a record: source, expected and actual value; the empty text is an empty cell."""

    field: str
    source: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record that arrived: our key, its id in the target, the name of its first row, its fields in their order."""

    object: str
    entity: str
    target_id: str
    name: str
    sides: tuple[Sides, ...]

    @property
    def digest(self) -> str:
        """Of all sides of all fields."""
        told = [[each.field, each.source, each.expected, each.actual] for each in self.sides]
        return hashlib.sha256(json.dumps([self.object, *told], ensure_ascii=False).encode()).hexdigest()[:16]


def lay_out(tables: Relations, plan: Plan) -> None:
    """Create names and both sides of all objects; `arrived/<object>` has the keys of those that must be there."""
    for each in plan.objects:
        name_entities(tables, each.name)
        expected_side(tables, plan, each)
        actual_side(tables, each)
        if fields := link_fields(plan, each):
            expected_links(tables, each, fields)
            actual_links(tables, each, fields)


def records_of(tables: Relations, plan: Plan, object_plan: ObjectPlan, entities: Collection[str]) -> list[Record]:
    """These records of an object, in the order of their keys; those that did not arrive are left out.

    Call after `lay_out`.
    """
    if not entities:
        return []
    name = object_plan.name
    chosen, cells = quoted(f"chosen/{name}"), quoted(f"sides/{name}")
    listed = ", ".join(f"({literal(each)})" for each in sorted(entities))
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {chosen} AS SELECT * FROM (VALUES {listed}) v(__entity)")
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {cells} AS {_cells(tables, plan, object_plan, chosen)}")
    sourced = add_source_values(tables, object_plan, cells, quoted(f"names/{name}"))
    rows = tables.rows(
        f"""SELECT __entity, coalesce(target_id, ''), record, name, coalesce(source, ''), coalesce(row, -1),
          coalesce(expected, ''), coalesce(actual, '') FROM {sourced} ORDER BY __entity"""
    )
    tables.execute(f"DROP TABLE {sourced}")
    raw = _raw(tables, {(str(row[4]), int(row[5])) for row in rows if row[4]})
    return list(_records(object_plan, rows, raw))


def _cells(tables: Relations, plan: Plan, object_plan: ObjectPlan, chosen: str) -> str:
    """Query of all cells of the chosen records; links by the names of the records that they lead to."""
    name, links = object_plan.name, link_fields(plan, object_plan)
    parts = [_plain(tables, name, "", loaded_fields(object_plan), chosen)]
    parts += [_link(tables, name, field, chosen) for field in links]
    return " UNION ALL ".join(part for part in parts if part)


def _plain(tables: Relations, name: str, side: str, fields: list[FieldPlan], chosen: str) -> str:
    ours, theirs = quoted(f"expected/{name}{side}"), quoted(f"actual/{name}{side}")
    there = set(tables.kinds(theirs))
    pairs = ", ".join(
        f"({literal(target)}, e.{quoted(target)}, {f'a.{quoted(target)}' if target in there else 'NULL'})"
        for target in (str(field.target) for field in fields)
    )
    cell = "STRUCT(field VARCHAR, expected VARCHAR, actual VARCHAR)[]"
    if not pairs:
        return ""
    return f"""SELECT __entity, target_id, cell.field AS field, NULL::VARCHAR AS class, NULL::VARCHAR AS cause,
      cell.expected AS expected, cell.actual AS actual
    FROM (SELECT e.__entity, a.target_id, unnest([{pairs}]::{cell}) AS cell FROM {ours} e SEMI JOIN {chosen}
      USING (__entity) LEFT JOIN {theirs} a USING (__entity))"""


def _link(tables: Relations, name: str, field: FieldPlan, chosen: str) -> str:
    assert field.ref is not None
    ours, theirs = quoted(f"expected/{name}/links"), quoted(f"actual/{name}/links")
    names, target = quoted(f"names/{field.ref.object}"), quoted(str(field.target))
    there = f"a.{target}" if str(field.target) in set(tables.kinds(theirs)) else "NULL::VARCHAR"
    return f"""SELECT e.__entity, a.target_id, {literal(str(field.target))}, NULL::VARCHAR, NULL::VARCHAR,
      coalesce(n.record, e.{target}), coalesce(m.record, {there})
    FROM {ours} e SEMI JOIN {chosen} USING (__entity) LEFT JOIN {theirs} a USING (__entity)
    LEFT JOIN {names} n ON n.__entity = e.{target} LEFT JOIN {names} m ON m.__entity = {there}"""


def _raw(tables: Relations, wanted: set[tuple[str, int]]) -> Raw:
    found: dict[tuple[str, int], dict[str, str | None]] = {}
    for source in sorted({source for source, _ in wanted}):
        numbers = ", ".join(str(row) for of, row in sorted(wanted) if of == source)
        view = tables.whole(EXTRACTED, source)
        names = list(tables.kinds(view))
        for row in tables.rows(f"SELECT * FROM {view} WHERE __row IN ({numbers})"):
            cells = dict(zip(names, row, strict=True))
            found[source, int(cells["__row"])] = cells
    return found


def _records(object_plan: ObjectPlan, rows: list[tuple[object, ...]], raw: Raw) -> Iterator[Record]:
    order = {field.name: number for number, field in enumerate(object_plan.fields)}
    found: dict[tuple[str, str, str], dict[str, Sides]] = {}
    for entity, target_id, record, name, source, row, expected, actual in rows:
        key = (str(entity), str(target_id), str(record))
        before = _source(object_plan.field(str(name)), str(source), raw.get((str(source), int(str(row))), {}))
        found.setdefault(key, {})[str(name)] = Sides(str(name), before, str(expected), str(actual))
    for (entity, target_id, record), sides in found.items():
        told = tuple(sides[name] for name in sorted(sides, key=order.__getitem__))
        yield Record(object_plan.name, entity, target_id, record, told)


def _source(field: FieldPlan, source: str, cells: Mapping[str, str | None]) -> str:
    """The cell that a field is read from; of an expression each cell that it reads, by name."""
    cell = field.cells.get(source)
    if cell is None:
        return ""
    if cell.column is not None:
        return cells.get(cell.column) or ""
    names = dict.fromkeys(name.name for name in parse(cell.expression).names()) if cell.expression else ()
    return "; ".join(f"{name}: {cells[name] or ''}" for name in names if name in cells)
