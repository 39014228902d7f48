"""Two bare files as a project that compares them: a mapping that brings every column that both have as it is.

What a column holds (numbers, days, moments, yes and no) is said only where all values of both files say so, at most the
first thousands of each; anything else is text. How the second file writes days and numbers is part of its layout.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from crm_migrate.cleansing import Context
from crm_migrate.cleansing.evidence import decimal_facts
from crm_migrate.errors import InputError, UsageError
from crm_migrate.suggesting.exports import Export, found_in

OBJECT = "records"
_DAYS = {
    "YYYY-MM-DD": r"\d{4}-\d{2}-\d{2}",
    "DD.MM.YYYY": r"(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.\d{4}",
    "DD/MM/YYYY": r"(0[1-9]|[12]\d|3[01])/(0[1-9]|1[0-2])/\d{4}",
    "MM/DD/YYYY": r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])/\d{4}",
}
_MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?"
_NUMBER = r"[-+]?(0|[1-9]\d{0,14})(\.\d+)?"
_COMMA = r"[-+]?(0|[1-9]\d{0,14})(,\d+)?"
# Also with marks between thousands, as the first file may have them.
_WRITTEN = (
    r"[-+]?([1-9]\d{0,2}(\.\d{3}){1,4}|0|[1-9]\d{0,14})(,\d+)?",
    r"[-+]?([1-9]\d{0,2}(,\d{3}){1,4}|0|[1-9]\d{0,14})(\.\d+)?",
)
# With the code of a country, or its region would be a guess.
_PHONE = r"\+[1-9][\d ()./\-]{6,20}"
_MAILBOX = r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+"
_YES = {"true": "false", "yes": "no"}


@dataclass(frozen=True, slots=True)
class Pair:
    """The columns that both files have, and those that one of them has alone."""

    common: tuple[str, ...]
    source_only: tuple[str, ...]
    target_only: tuple[str, ...]
    types: Mapping[str, str]
    layout: Mapping[str, str]


def pair(source: Path, target: Path, key: str) -> Pair:
    """Look at both files. UsageError where one of them lacks the key; InputError where one cannot be read."""
    old, new = _export(source), _export(target)
    for path, each in ((source, old), (target, new)):
        if key not in each.study.table.columns:
            hint = f"--key COLUMN, of: {', '.join(each.study.table.columns[:20])}"
            raise UsageError(f"{path.name} has no column `{key}`", hint=hint)
    common = tuple(c for c in old.study.table.columns if c in set(new.study.table.columns))
    days = _days([_filled(new, c) for c in common if _is_days(_filled(old, c)) and _is_days(_filled(new, c))])
    numbers = [c for c in common if c != key and _are_numbers(_filled(old, c))]
    commas = all(_are(_filled(new, c), _COMMA) for c in numbers)
    ticked = {_yes_of(_filled(new, c)) for c in common if _is_yes_or_no(_filled(old, c))} - {""}
    types = {c: _type(_filled(old, c), _filled(new, c), days, commas=commas) for c in common if c != key}
    layout = {"decimal": "," if commas and not all(_are(_filled(new, c), _NUMBER) for c in numbers) else "."}
    return Pair(
        common,
        tuple(c for c in old.study.table.columns if c not in common),
        tuple(c for c in new.study.table.columns if c not in common),
        types,
        layout | ({"days": days} if days else {}) | _boxes(ticked),
    )


def _boxes(words: set[str]) -> dict[str, str]:
    """How ticked boxes are written, where all columns write them alike."""
    return {"yes": (yes := words.pop()), "no": _YES[yes]} if len(words) == 1 else {}


def mapping(source: str, key: str, said: Pair) -> str:
    """The mapping of that project, as YAML."""
    lines = [
        "# Every column that both files have, as it is: change what was meant to change, and compare again.",
        "crm_migrate: 1",
        "sources:",
        f"  source: {{file: {_quoted(source)}, key: {_quoted(key)}{_left(said)}}}",
        "environments:",
        "  compared: {connector: files, profile: compared}",
        "objects:",
        f"  {OBJECT}:",
        "    from: source",
        "    fields:",
        *(f"      {name}: {line}" for name, line in _fields(said)),
    ]
    return "\n".join(lines) + "\n"


def profile(target: str, said: Pair) -> str:
    """The profile of the second file, as YAML: how it is written."""
    files = json.dumps(dict(said.layout))
    return (
        f"crm_migrate_target: 1\ntitle: {_quoted(target)}\nlast_verified: {date.today().isoformat()}\n"
        f"files: {files}\nobjects:\n  {OBJECT}: {{name: {OBJECT}}}\n"
    )


def _quoted(value: str | list[str]) -> str:
    """As YAML has it on a line: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)


def _left(said: Pair) -> str:
    if not said.source_only:
        return ""
    return f", unmapped: {{archive: {_quoted(list(said.source_only))}}}"


def _fields(said: Pair) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for column in said.common:
        name = re.sub(r"\W+", "_", column.lower(), flags=re.ASCII).strip("_") or "column"
        name = name if not name[0].isdigit() else f"c_{name}"
        while name in taken:
            name += "_"
        taken.add(name)
        cell = _quoted(column)
        yield name, f"{{source: {cell}, type: {said.types.get(column, 'id')}, to: {cell}}}"


def _export(path: Path) -> Export:
    found = found_in(path.parent, [path], {}, {})
    if found.exports:
        return found.exports[0]
    told = found.skipped[0].message if found.skipped else "it holds no table"
    raise InputError(f"{path} cannot be read: {told}", hint="name a CSV, XLSX or another format of docs/sources.md")


def _filled(export: Export, column: str) -> pl.Series:
    return export.study.table.values[column].drop_nulls().cast(pl.String)


def _are(values: pl.Series, *patterns: str) -> bool:
    """Whether all values have one of these forms, and there is one."""
    return len(values) > 0 and any(bool(values.str.contains(f"^(?:{each})$").all()) for each in patterns)


def _are_numbers(values: pl.Series) -> bool:
    """Whether all values are numbers of one writing, and a run would know which mark is the decimal one."""
    return _are(values, *_WRITTEN) and "decimal_undecided" not in decimal_facts(values, Context())


def _is_days(values: pl.Series) -> bool:
    return _are(values, *_DAYS.values())


def _days(columns: Sequence[pl.Series]) -> str:
    """The only pattern by which all days of the second file can be read; "" where there is none, or more than one."""
    fitting = [name for name, pattern in _DAYS.items() if columns and all(_are(each, pattern) for each in columns)]
    return fitting[0] if len(fitting) == 1 else ""


def _type(old: pl.Series, new: pl.Series, days: str, *, commas: bool) -> str:
    if days and _is_days(old) and _is_days(new):
        return "date"
    if _are(old, _MOMENT) and _are(new, _MOMENT):
        return "instant"
    if _are_numbers(old) and _are(new, _COMMA if commas else _NUMBER):
        return "number"
    if _are(old, _PHONE) and _are(new, _PHONE):
        return "phone"
    if _are(old, _MAILBOX) and _are(new, _MAILBOX):
        return "email"
    return "boolean" if _is_yes_or_no(old) and _yes_of(new) else "text"


def _is_yes_or_no(values: pl.Series) -> bool:
    return any(_are(values, rf"(?i){yes}|{no}") for yes, no in _YES.items())


def _yes_of(values: pl.Series) -> str:
    """By which word its ticked boxes are written; "" where they are none."""
    return next((yes for yes, no in _YES.items() if _are(values, rf"(?i){yes}|{no}")), "")
