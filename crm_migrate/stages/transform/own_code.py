"""The project's own functions (`python:`): called once for each different input, and held to their contract.

What runs is the text that stands in the plan, and no file: a run does what was frozen, in every process and on every
machine. What a function prints goes to the error stream, and it has nothing to read; what it raises, or returns and
should not, becomes a flag of the cell. Ctrl-C stops it, as it stops everything.
"""

import contextlib
import io
import json
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from crm_migrate.cleansing.steps import cleaned
from crm_migrate.crm.types import TYPES, Storage
from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan, StepPlan

FAILED, RESULT, UNSTEADY = "python_failed", "python_result", "python_unsteady"
OWN_FLAGS = (FAILED, RESULT, UNSTEADY)
_ASKED_AGAIN = 20  # different inputs of a batch that are asked twice

_Answer = tuple[str | None, str | None, str | None]  # value, flag, note
_NOTHING: _Answer = (None, None, None)


def call_own_code(step: StepPlan, values: pl.Series, beside: Sequence[pl.Series], plan: Plan) -> pl.DataFrame:
    """What the function of a step makes of a column; `beside` are the columns of its `with:`, in that order."""
    call, type_name = step.args
    function = _loaded(call, plan)
    known: dict[tuple[str | None, ...], _Answer] = {}
    answers = []
    with _apart():
        for row in zip(values, *beside, strict=True):
            if row not in known:
                known[row] = _asked(
                    function, call, row, tuple(step.options), type_name, again=len(known) < _ASKED_AGAIN
                )
            answers.append(known[row])
    columns = (pl.Series([answer[at] for answer in answers], dtype=pl.String) for at in range(3))
    return cleaned(*columns)


def load_all(plan: Plan) -> None:
    """Load every function that the plan calls, before there is a row. UsageError where one cannot be loaded."""
    for one in plan.objects:
        for field in one.fields:
            for cell in field.cells.values():
                for step in cell.steps:
                    if step.is_own_code:
                        _loaded(step.args[0], plan)


def _loaded(call: str, plan: Plan) -> Callable[..., Any]:
    file, _, name = call.rpartition(":")
    function = _module(file, plan.python[file]).get(name)
    if not callable(function):
        raise UsageError(f"`{call}` is no function", hint=f"write `def {name}(value):` in {file}")
    return function  # type: ignore[no-any-return]  # what a module defines


@cache
def _module(file: str, text: str) -> Mapping[str, Any]:
    """The names that a file defines, once it has run."""
    names: dict[str, Any] = {"__name__": "own_code", "__file__": file}
    with _apart():
        try:
            exec(compile(text, file, "exec"), names)  # noqa: S102 -- that is what the mapping asks for
        except (Exception, SystemExit) as error:
            where = _where(error, file)
            said = f"{type(error).__name__}: {error}"
            raise UsageError(f"`{file}` cannot be loaded (line {where}): {said}", hint="mend the file") from error
    return names


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    """Printing does not disturb what a verb prints, and nothing waits for somebody to type."""
    typed, sys.stdin = sys.stdin, io.StringIO()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdin = typed


def _asked(
    function: Callable[..., Any],
    call: str,
    row: tuple[str | None, ...],
    names: tuple[str, ...],
    type_name: str,
    *,
    again: bool,
) -> _Answer:
    """The answer to one input."""
    if all(text is None for text in row):
        return _NOTHING
    first = _answer(function, call, row, names, type_name)
    if again and (second := _answer(function, call, row, names, type_name)) != first:
        note = f"{call} gave something else when it was asked again: {_shown(first)}, then {_shown(second)}"
        return None, UNSTEADY, note
    return first


def _shown(answer: _Answer) -> str:
    value, flag, _ = answer
    return flag or ("nothing" if value is None else f"'{value}'")


def _answer(
    function: Callable[..., Any], call: str, row: tuple[str | None, ...], names: tuple[str, ...], type_name: str
) -> _Answer:
    value, *others = row
    try:
        result = function(value, **dict(zip(names, others, strict=True)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- whatever it is, it is told of the row
        line = _where(error, call.rpartition(":")[0])
        return None, FAILED, f"{call} stopped at line {line} with {type(error).__name__}: {_one_line(str(error))}"
    try:
        return _text(result, TYPES[type_name].storage), None, None
    except ValueError as error:
        return None, RESULT, f"{call} gave {type(result).__name__} '{_one_line(str(result))}', and {error} is wanted"


def _where(error: BaseException, file: str) -> int:
    """The line of the file in which it went wrong: the last one that is in it."""
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    at = error.lineno if isinstance(error, SyntaxError) else None
    return (frames[-1:] or [at or 0])[0] or 0


def _one_line(text: str, most: int = 120) -> str:
    text = " ".join(text.split()) or "(no words)"
    return text if len(text) <= most else f"{text[:most]}…"


# ------------------------------------------------------------------------------------------------------- results

_NUMBER, _WHOLE = re.compile(r"-?[0-9]+(\.[0-9]+)?"), re.compile(r"-?[0-9]+")


def _text(result: Any, storage: Storage) -> str | None:
    """The canonical text of what a function returned. ValueError, with what is wanted, where it is none of the type."""
    if result is None:
        return None
    if isinstance(result, str):
        return _said(result.strip(), storage) if result.strip() else None
    return _RESULTS[storage](result)


def _said(text: str, storage: Storage) -> str:
    """A text that a function returned: as it is, or as the type is written."""
    if storage in ("text", "reference"):
        return text
    if storage == "decimal" and _NUMBER.fullmatch(text):
        return text
    if storage == "integer" and _WHOLE.fullmatch(text):
        return text
    if storage == "boolean" and text in ("true", "false"):
        return text
    if storage == "list":
        return _json([text])
    if storage == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(text).isoformat()
    if storage == "instant" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
        with contextlib.suppress(ValueError):
            return _instant(datetime.fromisoformat(text))
    raise ValueError(_WANTED[storage])


def _decimal(result: Any) -> str:
    if isinstance(result, int) and not isinstance(result, bool):
        return str(result)
    if isinstance(result, Decimal) and result.is_finite():
        return format(result, "f")
    raise ValueError(_WANTED["decimal"])


def _integer(result: Any) -> str:
    if isinstance(result, int) and not isinstance(result, bool):
        return str(result)
    raise ValueError(_WANTED["integer"])


def _date(result: Any) -> str:
    if isinstance(result, date) and not isinstance(result, datetime):
        return result.isoformat()
    raise ValueError(_WANTED["date"])


def _instant(result: Any) -> str:
    if isinstance(result, datetime) and result.tzinfo is not None:
        return result.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    raise ValueError(_WANTED["instant"])


def _boolean(result: Any) -> str:
    if isinstance(result, bool):
        return "true" if result else "false"
    raise ValueError(_WANTED["boolean"])


def _list(result: Any) -> str | None:
    if isinstance(result, list | tuple) and all(isinstance(each, str) for each in result):
        kept = [each.strip() for each in result if each.strip()]
        return _json(kept) if kept else None
    raise ValueError(_WANTED["list"])


def _json(texts: list[str]) -> str:
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def _no_text(result: Any) -> str:  # noqa: ARG001 -- one shape for all types
    raise ValueError(_WANTED["text"])


_WANTED: dict[Storage, str] = {
    "text": "a text",
    "reference": "a text",
    "decimal": "an int or Decimal",
    "integer": "an int",
    "date": "a date",
    "instant": "a datetime with its zone",
    "boolean": "True or False",
    "list": "a list of texts",
}
_RESULTS: dict[Storage, Callable[[Any], str | None]] = {
    "text": _no_text,
    "reference": _no_text,
    "decimal": _decimal,
    "integer": _integer,
    "date": _date,
    "instant": _instant,
    "boolean": _boolean,
    "list": _list,
}
