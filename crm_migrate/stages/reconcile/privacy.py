"""What may name a person, from the mapping: the types of fields, and what the columns of a key are mapped to."""

from collections.abc import Iterator

from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import CellPlan, FieldPlan, ObjectPlan, Plan, RefPlan
from crm_migrate.workspace.figures import Privacy

# Types of values that say nothing about a person by themselves and may still be of one, where the mapping says so.
DECLARED, SENSITIVE = "personal", "sensitive"


def privacy(plan: Plan) -> Privacy:
    """Types of all fields and of all parts of keys."""
    keys = {source.name: _keys(plan, source.name, source.key) for source in plan.sources}
    fields = {f"{o.name}.{f.name}": _own(f) for o in plan.objects for f in o.fields}
    raw = {f"{o.name}.{f.name}": _raw(plan, f, keys) for o in plan.objects for f in o.fields}
    return Privacy(fields=fields, raw={name: found for name, found in raw.items() if found}, keys=keys)


def _raw(plan: Plan, field: FieldPlan, keys: dict[str, tuple[tuple[str, ...], ...]]) -> str:
    """A type that hides more than the field's own: a cell with a name and a title fills both fields."""
    if field.ref is not None:
        return _spoken(plan, field.ref, keys)
    columns = [(s, column) for s, cell in field.cells.items() for column in (cell.column, *cell.beside) if column]
    found = _strictest([name for source, column in columns for name in _mapped(plan, source, column)])
    return found if found and _rank(found) < _rank(_own(field)) else ""


def _spoken(plan: Plan, ref: RefPlan, keys: dict[str, tuple[tuple[str, ...], ...]]) -> str:
    """A reference speaks the keys of its parent, or the values of one of its fields."""
    parent = next((each for each in plan.objects if each.name == ref.object), None)
    if parent is None:
        return ""
    if ref.by:
        return _own(parent.field(ref.by))
    return _strictest([name for feed in parent.feeds for key in keys.get(feed.source, ()) for name in key])


def _own(field: FieldPlan) -> str:
    if field.sensitive:
        return SENSITIVE
    known = field.type in TYPES and TYPES[field.type].personal
    return field.type if known or not field.personal else DECLARED


def _keys(plan: Plan, source: str, columns: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    found = [tuple(_strictest(_mapped(plan, source, column)) for column in columns)]
    for each in plan.objects:
        for feed in each.feeds:
            if feed.source == source and feed.one_per:
                found.append(tuple(_own(each.field(name)) for name in feed.one_per))
    return tuple(dict.fromkeys(found))


def _mapped(plan: Plan, source: str, column: str) -> Iterator[str]:
    """The types of all fields that are filled from the column."""
    for each in plan.objects:
        yield from (_own(field) for field in _fed(each, source, column))


def _fed(each: ObjectPlan, source: str, column: str) -> Iterator[FieldPlan]:
    return (f for f in each.fields if f.ref is None and source in f.cells and _reads(f.cells[source], column))


def _reads(cell: CellPlan, column: str) -> bool:
    if cell.expression is None:
        return column == cell.column
    return any(name.name == column for name in parse(cell.expression).names())


def _strictest(types: Iterator[str] | list[str]) -> str:
    """The type that hides most: one that is personal before a company's name before any other; "" where none is."""
    ranked = sorted(set(types) - {""}, key=lambda name: (_rank(name), name))
    return ranked[0] if ranked else ""


def _rank(name: str) -> int:
    if name not in TYPES or TYPES[name].personal:
        return 0
    return 1 if TYPES[name].mask else 2
