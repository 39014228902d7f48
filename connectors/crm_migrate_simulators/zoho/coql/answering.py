"""The records that a query asks for. References are followed in columns (`Account_Name.Account_Name`)."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import Any

from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.coql.parsing import Both, Criterion, Query, parse
from crm_migrate_simulators.zoho.modules import SUBFORM, USERS
from crm_migrate_simulators.zoho.problems import Problem
from crm_migrate_simulators.zoho.telling import value
from crm_migrate_simulators.zoho.visit import Visit

_NUMBERS = frozenset({"integer", "bigint", "double", "currency", "percent"})
_EQUAL = ("=", "!=", "in", "not in", "is null", "is not null")
_OPERATORS = {
    "boolean": ("=",),
    "lookup": _EQUAL, "ownerlookup": _EQUAL, "multi_module_lookup": _EQUAL,
    "textarea": (), "tags": (), "multiselectpicklist": _EQUAL,
    **dict.fromkeys(
        (*_NUMBERS, "date", "datetime", "id"), (*_EQUAL, "<", "<=", ">", ">=", "between", "not between")
    ),
}  # fmt: skip
_TEXT = (*_EQUAL, "like", "not like")
Test = Callable[[Record], bool]


def queried(visit: Visit) -> Reply:
    """The records, or how many they are (`COUNT(id)`)."""
    text = visit.body().get("select_query")
    if not isinstance(text, str) or not text.strip():
        details = {"api_name": "select_query", "json_path": "$.select_query"}
        raise Problem(400, "MANDATORY_NOT_FOUND", "required field not found", **details)
    query = parse(text)
    if not visit.knows(query.module):
        raise Problem(400, "INVALID_QUERY", "invalid query formed", module=query.module, reason="invalid module name")
    names = [column for column in query.columns if column not in ("id", "COUNT(id)")]
    told = {name: _teller(visit, query.module, name) for name in names}
    passes = _test(visit, query.module, query.where)
    found = [each for each in visit.store.all(query.module) if each.seen(visit.now) and passes(each)]
    if "COUNT(id)" in query.columns:
        return Reply(200, {"data": [{"COUNT(id)": len(found)}], "info": {"count": 1, "more_records": False}})
    found = _ordered(visit, query, found)
    some = found[query.offset : query.offset + query.limit]
    if not some:
        return Reply(204)
    rows = [{**{name: tell(each) for name, tell in told.items()}, "id": each.id} for each in some]
    info = {"count": len(some), "more_records": len(found) > query.offset + query.limit}
    visit.call.engine.quotas.spend(0 if query.limit <= 200 else 1 if query.limit <= 1000 else 2)
    return Reply(200, {"data": rows, "info": info})


def _teller(visit: Visit, module: str, column: str) -> Callable[[Record], Any]:
    """How a column is told of a record; a reference leads to another record's field."""
    first, dot, rest = column.partition(".")
    if column == "id":
        return lambda record: record.id
    field = _field(visit, module, first, column)
    if field.more["data_type"] in ("tags", SUBFORM):
        raise unknown(column)
    if not dot:
        return lambda record: value(visit, record, field)
    if rest in ("id", "module.api_name"):
        return lambda record: _led(visit, record, field, lambda each: each.id if rest == "id" else each.object)
    if len(field.reference) != 1:
        raise unknown(column)
    (target,) = field.reference
    if target == USERS:
        return lambda record: _led(visit, record, field, lambda each: each.values.get(rest))
    beyond = _teller(visit, target, rest)
    return lambda record: _led(visit, record, field, beyond)


def _led(visit: Visit, record: Record, field: Field, tell: Callable[[Record], Any]) -> Any:
    id = record.values.get(field.name)
    found = visit.store.anyone(id) if id else None
    return None if found is None else tell(found)


def unknown(column: str) -> Problem:
    """A column that there is not."""
    return Problem(
        400, "INVALID_QUERY", "invalid query formed", column_name=column, reason="column given seems to be invalid"
    )


def _field(visit: Visit, module: str, name: str, column: str) -> Field:
    fields = visit.fields(module)
    if name not in fields:
        raise unknown(column)
    return fields[name]


def _test(visit: Visit, module: str, where: Any) -> Test:
    if isinstance(where, Both):
        left, right = (_test(visit, module, each) for each in (where.left, where.right))
        return (lambda r: left(r) and right(r)) if where.join == "and" else (lambda r: left(r) or right(r))
    return _criterion(visit, module, where)


def _criterion(visit: Visit, module: str, said: Criterion) -> Test:
    first = said.column.partition(".")[0]
    kind = "id" if first == "id" else str(_field(visit, module, first, said.column).more["data_type"])
    if "." in said.column:
        kind = "text"
    if said.operator not in _OPERATORS.get(kind, _TEXT):
        details = {"column_name": said.column, "operator": said.operator, "data_type": kind}
        raise Problem(400, "INVALID_QUERY", "invalid query formed", **details)
    tell = _teller(visit, module, said.column)
    wanted = [_comparable(each, kind, said.column) for each in said.values]

    def passes(record: Record) -> bool:
        found = tell(record)
        found = found.get("id") if isinstance(found, dict) else found
        if found is None or found == "":
            return said.operator == "is null"
        return _compared(_comparable(found, kind, said.column), said.operator, wanted)

    return passes


def _compared(found: Any, operator: str, wanted: list[Any]) -> bool:
    first = wanted[0] if wanted else None
    tests: dict[str, Callable[[], bool]] = {
        "is null": lambda: False,
        "is not null": lambda: True,
        "=": lambda: found == first,
        "!=": lambda: found != first,
        "<": lambda: found < first,
        "<=": lambda: found <= first,
        ">": lambda: found > first,
        ">=": lambda: found >= first,
        "in": lambda: found in wanted,
        "not in": lambda: found not in wanted,
        "between": lambda: wanted[0] <= found <= wanted[1],
        "not between": lambda: not wanted[0] <= found <= wanted[1],
        "like": lambda: fnmatchcase(found, str(first).replace("%", "*")),
        "not like": lambda: not fnmatchcase(found, str(first).replace("%", "*")),
    }
    return tests[operator]()


def _comparable(said: Any, kind: str, column: str) -> Any:
    """A value so that two of them compare; texts do so whatever their case. Raises Problem for one of another type."""
    try:
        if kind in _NUMBERS or kind == "id":
            return Decimal(str(said))
        if kind == "datetime":
            at = datetime.fromisoformat(str(said))
            if at.tzinfo is None:
                raise ValueError(said)
            return at.timestamp()
    except (InvalidOperation, ValueError):
        details = {"column_name": column, "expected_data_type": "bigint" if kind == "id" else kind}
        raise Problem(400, "INVALID_QUERY", "value given seems to be invalid for the column", **details) from None
    if isinstance(said, list):
        return ";".join(map(str, said)).casefold()
    return str(said).casefold()


def _ordered(visit: Visit, query: Query, records: list[Record]) -> list[Record]:
    """By the columns that are said, and by their ids."""
    found = sorted(records, key=lambda each: int(each.id))
    for column, falls in reversed(query.order):
        tell = _teller(visit, query.module, column)
        kind = (
            "id"
            if column == "id"
            else str(_field(visit, query.module, column.partition(".")[0], column).more["data_type"])
        )

        def place(record: Record, tell: Callable[[Record], Any] = tell, kind: str = kind) -> tuple[bool, Any]:
            said = tell(record)
            return (said is not None, _comparable(said, kind, "order by") if said is not None else 0)

        found.sort(key=place, reverse=falls)
    return found
