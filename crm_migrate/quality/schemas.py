"""Rules of single cells as pandera schemas, built from the plan and from what the target says of its fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import Storage, type_of

INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"
_TRUTH = ("true", "false")


@dataclass(frozen=True, slots=True)
class Breach:
    """One cell that breaks a rule: `index` is the row's place in the table that was checked."""

    index: int
    field: str
    code: str
    message: str


def merged_field(planned: TargetField, described: TargetObject | None) -> TargetField:
    """What both sides ask of a field: the plan's type, and the narrower limits that the target adds."""
    there = described.field(planned.name) if described else None
    if there is None:
        return planned
    return replace(
        planned,
        required=planned.required or there.required,
        unique=planned.unique or there.unique,
        length=min((n for n in (planned.length, there.length) if n is not None), default=None),
        choices=planned.choices or there.choices,
        read_only=there.read_only,
    )


def schema_of(fields: Sequence[TargetField]) -> pandera.DataFrameSchema:
    """A schema over columns of canonical text; every check has the code of its finding as its name."""
    return pandera.DataFrameSchema(
        {field.name: pandera.Column(None, list(_checks(field)), nullable=not field.required) for field in fields}
    )


def ruled(fields: Sequence[TargetField]) -> list[TargetField]:
    """The fields whose cells can break a rule."""
    return [field for field in fields if field.required or _checks(field)]


def _checks(field: TargetField) -> list[pandera.Check]:
    checks: dict[str, Callable[[pd.Series], pd.Series]] = {}
    length, choices = field.length, field.choices
    if length is not None:
        checks["too_long"] = lambda cells: cells.str.len() <= length
    if choices:
        checks["not_a_choice"] = lambda cells: cells.isin(choices)
    storage = type_of(field.type).storage
    if storage in _SHAPES and field.reference is None:
        checks["wrong_shape"] = _SHAPES[storage]
    return [pandera.Check(check, name=code, ignore_na=True) for code, check in checks.items()]


def _is_date(cells: pd.Series) -> pd.Series:
    read = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
    return cells.str.fullmatch(r"\d{4}-\d\d-\d\d") & read.notna()


_SHAPES: dict[Storage, Callable[[pd.Series], pd.Series]] = {
    "decimal": lambda cells: cells.str.fullmatch(r"-?\d+(\.\d+)?"),
    "integer": lambda cells: cells.str.fullmatch(r"-?\d+"),
    "boolean": lambda cells: cells.isin(_TRUTH),
    "date": _is_date,
    "instant": lambda cells: cells.str.fullmatch(INSTANT),
    "list": lambda cells: cells.str.startswith("[") & cells.str.endswith("]"),
}

MESSAGES = {
    "required_empty": "is required and empty",
    "too_long": "is longer than {length} characters",
    "not_a_choice": "is not one of the values that the target takes",
    "wrong_shape": "is no {type} in canonical form",
}


def breaches(rows: pa.Table, fields: Sequence[TargetField]) -> list[Breach]:
    """The cells of a batch that break a rule, in the order of rows and fields. Values are not repeated."""
    names = {field.name: field for field in fields if field.name in rows.column_names}
    frame = rows.select(list(names)).to_pandas()
    try:
        schema_of(list(names.values())).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    found = [
        _breach(names[column], check, int(index))
        for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True)
    ]
    order = {name: number for number, name in enumerate(names)}
    return sorted(found, key=lambda breach: (breach.index, order[breach.field], breach.code))


def _breach(field: TargetField, check: str, index: int) -> Breach:
    code = "required_empty" if check == "not_nullable" else check
    message = MESSAGES[code].format(length=field.length, type=field.type.replace("_", " "))
    return Breach(index, field.name, code, f"{field.name} {message}")
