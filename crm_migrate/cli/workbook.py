"""A plan as the workbook that people draw in a workshop: one line per target field, one column per source."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from crm_migrate.mapping.plan import CellPlan, FieldPlan, LinkPlan, ObjectPlan, Plan, RefPlan, StepPlan

if TYPE_CHECKING:
    from crm_migrate.mapping.tree import Document

_Row = tuple[ObjectPlan | None, FieldPlan | None, str]  # a line, and what it is about


def lines(plan: Plan, *, resolved: bool, written: "Document | None" = None) -> Iterator[str]:
    """The objects in load order with their fields; `resolved` adds what was inferred, `written` the place of each."""
    rows = list(_rows(plan, resolved))
    if written is None:
        yield from (text for _, _, text in rows)
        return
    places = [_place(written, one, field) for one, field, _ in rows]
    width = max(map(len, places))
    yield from (f"{place:<{width}} | {text}".rstrip() for place, (_, _, text) in zip(places, rows, strict=True))


def _place(written: "Document", one: ObjectPlan | None, field: FieldPlan | None) -> str:
    from crm_migrate.mapping.origins import of_field, of_object

    if one is None:
        return ""
    return of_object(written, one) if field is None else of_field(written, one, field)


def _rows(plan: Plan, resolved: bool) -> Iterator[_Row]:
    yield None, None, f"{plan.title or plan.project}  ({plan.environment.name}: {plan.environment.connector})"
    for one in plan.objects:
        yield None, None, ""
        feeds = ", ".join(f"{f.source} (trust {f.trust})" for f in one.feeds)
        yield one, None, f"{one.name} -> {one.target}   from {feeds}"
        yield from ((None, None, text) for text in _link(one.link))
        yield from _fields(one, plan.environment.mask.get(one.name, {}), resolved)
    yield None, None, ""
    if plan.environment.needs:
        yield None, None, f"{plan.environment.name} needs {', '.join(plan.environment.needs)}"
    yield None, None, f"plan {plan.hash[:16]}"


def _link(link: LinkPlan | None) -> Iterator[str]:
    """What a link table says of its links."""
    if link is not None:
        one = "one for " + ", ".join((*link.ends, *link.distinct)) + (" in any order" if link.symmetric else "")
        yield f"  links: {one}; to itself: {link.to_itself}"


def _fields(one: ObjectPlan, masked: Collection[str], resolved: bool) -> Iterator[_Row]:
    width = max(len(field.name) for field in one.fields)
    for field in one.fields:
        parts = [*_values(field, resolved)] + (["loaded as a pseudonym"] if field.name in masked else [])
        parts += _inferred(field, one) if resolved else []
        yield one, field, f"  {field.name:<{width}}  {'; '.join(parts)}"


def _values(field: FieldPlan, resolved: bool) -> Iterator[str]:
    for source, cell in field.cells.items():
        yield f"{source}: {_cell(cell, resolved)}"
    if field.ref is not None:
        yield from (f"{source}: same_row" for source in field.ref.same_row)
        yield f"ref: {_ref(field.ref)}"
    calls = {step.args[0]: step for cell in field.cells.values() for step in cell.steps if step.is_own_code}
    yield from (f"python: {call}" for call in calls if not resolved)
    for word in ("constant", "default", "default_from"):
        if (value := getattr(field, word)) is not None:
            yield f"{word}: {value}"
    yield from (f"{f'when {c.when}' if c.when else 'else'}: {c.then}" for c in field.case)


def _cell(cell: CellPlan, resolved: bool) -> str:
    value = cell.column if cell.column is not None else f"= {cell.expression}"
    return " | ".join([value, *map(_step, cell.steps)]) if resolved else value


def _step(step: StepPlan) -> str:
    said = [*step.args, *(f"{key}={value}" for key, value in step.options.items())]
    return f"{step.name}({', '.join(said)})" if said else step.name


def _ref(ref: RefPlan) -> str:
    spaces = sorted(set(ref.spaces.values()))
    if len(spaces) > 1:
        return ", ".join(f"{source} {ref.object}.{space}" for source, space in ref.spaces.items())
    return f"{ref.object}{'.' + spaces[0] if spaces else ''}"


def _inferred(field: FieldPlan, one: ObjectPlan) -> list[str]:
    said = [f"type {field.type}", f"survive {field.survive}", f"-> {field.target or 'not loaded'}"]
    said += ["required"] if field.required else []
    said += ["second pass"] if field.name in one.second_pass else []
    return said
