"""Rows before and after the mapping with personal values hidden, as reports hide them."""

from dataclasses import replace

from crm_migrate.inspecting.previewing import CellView, Preview, RecordView
from crm_migrate.mapping.plan import Plan
from crm_migrate.reports.masking import hidden, scrub
from crm_migrate.reports.naming import Names
from crm_migrate.stages.reconcile.privacy import privacy


def names_of(plan: Plan) -> Names:
    """What is known of the fields and keys of a plan: by that a value is hidden or shown."""
    return Names(privacy(plan))


def masked(found: Preview, plan: Plan) -> Preview:
    """The same with personal values hidden."""
    names = names_of(plan)
    return replace(
        found,
        records=tuple(_record(found.object, record, names) for record in found.records),
        findings=tuple(replace(each, message=scrub(each.message)) for each in found.findings),
    )


def _record(object_name: str, record: RecordView, names: Names) -> RecordView:
    cells = tuple(_cell(object_name, cell, names) for cell in record.cells)
    key = names.key(record.source, record.key)
    return replace(record, key=key, message=scrub(record.message), cells=cells)


def _cell(object_name: str, cell: CellView, names: Names) -> CellView:
    return replace(
        cell,
        before=hidden(cell.before, raw_type(names, object_name, cell.field)),
        after=hidden(cell.after, names.type_of(object_name, cell.field)),
        message=scrub(cell.message),
    )


def raw_type(names: Names, object_name: str, field: str) -> str:
    """What the source says may hold more than the field does: a name, and a title."""
    return names.raw_type_of(object_name, field) or names.type_of(object_name, field)
