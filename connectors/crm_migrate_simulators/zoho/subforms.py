"""Subforms: rows of a record, which are written through it alone and told with it, or as a module of their own."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.zoho.modules import PARENT, SUBFORM
from crm_migrate_simulators.zoho.problems import INVALID_ID, Problem, Wrong, invalid, of_store
from crm_migrate_simulators.zoho.telling import whole
from crm_migrate_simulators.zoho.visit import Visit

MOST = 100  # rows of a record
Read = Callable[[Visit, str, Mapping[str, Any]], dict[str, Any]]


def is_subform(field: Field) -> bool:
    """Whether a field holds rows."""
    return field.more.get("data_type") == SUBFORM


def by_itself(visit: Visit) -> None:
    """Raises Problem where the module of the path is a subform: its rows are no records that are written."""
    module = visit.module()
    if visit.store.schema.objects[module].more.get("subform_of"):
        words = "The given module is not supported in API"
        raise Problem(400, "INVALID_MODULE", words, resource_path_index=0)


def told(visit: Visit, record: Record, names: list[str]) -> dict[str, Any]:
    """The rows of one record; lists of records tell none."""
    fields = visit.fields(record.object)
    found = [name for name in names if name in fields and is_subform(fields[name])]
    return {name: [whole(visit, row, visit.fields(name)) for row in _rows(visit, name, record.id)] for name in found}


def write(visit: Visit, record: Record, said: Mapping[str, Any], read: Read) -> None:
    """Rows that a record is sent with: one with an id is changed, or goes by `_delete`, one without is added; an empty
    list takes all away. Raises Refused: nothing is done to the record then."""
    for name, field in visit.fields(record.object).items():
        if is_subform(field) and name in said:
            _write(visit, record, name, said[name], read)


def _write(visit: Visit, record: Record, name: str, rows: Any, read: Read) -> None:
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise invalid(name, "jsonarray")
    there = {each.id for each in _rows(visit, name, record.id)}
    named = {str(each["id"]) for each in rows if "id" in each}
    for id in there - named if not rows or visit.habits.rows_replace else ():
        visit.store.let_go(name, id, visit.now)
    for at, row in enumerate(rows):
        try:
            _one(visit, record, name, row, there, read)
        except Refused as refused:
            wrong = of_store(refused)
            wrong.within = f"{name}[{at}]."
            raise wrong from None
    if len(_rows(visit, name, record.id)) > MOST:
        raise Wrong("LIMIT_EXCEEDED", "the limit of rows is exceeded", name, limit=MOST)


def _one(visit: Visit, record: Record, name: str, row: Mapping[str, Any], there: set[str], read: Read) -> None:
    if "id" not in row:
        values = {key: value for key, value in read(visit, name, row).items() if value is not None}
        visit.store.create(name, {**values, PARENT: record.id}, visit.now, visit.call.bent)
        return
    id = str(row["id"])
    if id not in there:
        raise Wrong("INVALID_DATA", INVALID_ID, "id")
    if "_delete" in row:
        visit.store.let_go(name, id, visit.now)
    else:
        visit.store.update(name, id, read(visit, name, row), visit.now, visit.call.bent)


def _rows(visit: Visit, name: str, parent: str) -> list[Record]:
    return [each for each in visit.store.all(name) if each.values[PARENT] == parent]
