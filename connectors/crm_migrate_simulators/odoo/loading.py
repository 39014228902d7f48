"""`load`, the import: rows are made or changed by their external ids; one error in any row, and nothing was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.odoo.converting import Cell, Unfit, complete, converted
from crm_migrate_simulators.odoo.models import KEY, LOGGED, XMLIDS
from crm_migrate_simulators.odoo.session import Fault, Json, Session
from crm_migrate_simulators.odoo.writing import create, write
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record

ERRORS = 10  # as many rows that could not be made, and more than one of ten: the rest is not tried
INTERRUPTED = (
    "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing too many errors."
)


class OfAnotherModel(Fault):
    """An external id that is taken; it spoils all rows at once, as Odoo tells it."""

    def __init__(self, name: str, model: str, known: Record) -> None:
        other = f"found record of different model {known.values['model']} ({known.id})"
        words = f"For external id {name} when trying to create/update a record of model {model} {other}"
        super().__init__("odoo.exceptions.ValidationError", words)


class _Undone(Exception):
    """Nothing of an import is done."""


def load(session: Session, model: str, fields: Any, data: Any) -> Json:
    """`ids`, or False where a message is an error; the messages, each with its row."""
    if not isinstance(fields, list) or not isinstance(data, list) or any(not isinstance(row, list) for row in data):
        raise Fault("builtins.TypeError", "load() takes a list of fields and a list of rows")
    columns = [_column(session, model, name) for name in fields]
    heard = _Heard([], [])
    ids: list[int] = []
    try:
        with session.store.all_or_nothing():
            for at, row in enumerate(data):
                if len(row) != len(fields):
                    raise Fault("builtins.IndexError", "list index out of range")
                values, keys = _converted(session, model, columns, row, at, heard.of_cells)
                if not heard.too_many():  # a row with a bad cell is made all the same, without the cell
                    ids += _made(session, model, values, keys, at, heard)
            if heard.bad():
                raise _Undone
    except _Undone:
        return {"ids": False, "messages": heard.all(), "nextrow": 0}
    return {"ids": ids, "messages": heard.all(), "nextrow": 0}


@dataclass
class _Heard:
    """What is told of an import: of cells first, then of rows that could not be made."""

    of_cells: list[Json]
    of_rows: list[Json]
    tried: int = 0
    of_all: str = ""

    def too_many(self) -> bool:
        """Rows are not tried any more."""
        return len(self.of_rows) >= ERRORS and len(self.of_rows) >= self.tried / 10

    def bad(self) -> bool:
        """Nothing is done."""
        return bool(self.of_rows) or any(each["type"] == "error" for each in self.of_cells)

    def all(self) -> list[Json]:
        """The messages. What spoiled all rows at once is told of the first one, whichever it was."""
        first = _message(self.of_all, 0, "error")
        spoiled = [first] if self.of_all and first not in self.of_rows else []
        interrupted = [{"type": "warning", "message": INTERRUPTED}] if self.too_many() else []
        return [*spoiled, *self.of_cells, *self.of_rows, *interrupted]


def _column(session: Session, model: str, name: Any) -> tuple[str, str]:
    """The field and its part: `parent_id/id`. Fault for what is no field."""
    field, _, part = str(name).partition("/")
    if field in ("id", ".id"):
        return field, ""
    known = session.fields(model)
    if (field not in known and field not in LOGGED) or field == KEY or part not in ("", "id", ".id"):
        raise Fault("builtins.ValueError", f"Invalid field {field!r} on model {model!r}")
    return field, part


def _message(words: str, at: int, kind: str, **more: Any) -> Json:
    return {"type": kind, "message": words, "rows": {"from": at, "to": at}, "record": at, **more}


def _converted(
    session: Session, model: str, columns: Sequence[tuple[str, str]], row: Sequence[Any], at: int, messages: list[Json]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of a row, and what names its record; messages about cells that cannot be taken."""
    values: dict[str, Any] = {}
    keys = {"id": "", ".id": ""}
    for (field, part), text in zip(columns, row, strict=True):
        if field in keys:
            keys[field] = str(text or "")
        elif field not in LOGGED:  # dropped without a word
            values |= _cell(session, model, field, part, text, at, messages)
    own = keys[".id"]
    known = session.store.get(model, own) if own.isdecimal() else None
    shown = known and (known.values.get("active", True) or not session.context.get("active_test", True))
    if own and (known is None or known.deleted or not shown):
        messages.append(_message(f"Unknown database identifier '{own}'", at, "error", field=".id"))
        keys[".id"] = ""
    return values, keys


def _made(
    session: Session, model: str, values: dict[str, Any], keys: Mapping[str, str], at: int, heard: _Heard
) -> list[int]:
    """The id of the record of a row; none where a message says why."""
    heard.tried += 1
    try:
        with session.store.all_or_nothing():
            return [_put(session, model, values, keys)]
    except (Fault, Refused) as fault:
        if isinstance(fault, OfAnotherModel):
            heard.of_all = heard.of_all or fault.message
        heard.of_rows.append(_message(fault.message, at, "error"))
        return []


def _cell(
    session: Session, model: str, field: str, part: str, text: Any, at: int, messages: list[Json]
) -> Mapping[str, Any]:
    of = session.fields(model)[field]
    more = {"field": field, "field_name": of.more["label"]}

    def said(words: str, kind: str) -> None:
        messages.append(_message(words.replace("%s", of.more["label"]), at, kind, **more))

    try:
        return {field: converted(Cell(session, of, part, lambda words: said(words, "warning")), text)}
    except Unfit as unfit:
        more |= {"moreinfo": unfit.hint} if unfit.hint else {}
        said(str(unfit), "error")
        return {}


def _put(session: Session, model: str, values: dict[str, Any], keys: Mapping[str, str]) -> int:
    """Change the record of an id, or make it, and remember its external id."""
    if keys[".id"]:
        write(session, model, [int(keys[".id"])], values)
        return int(keys[".id"])
    name = complete(keys["id"]) if keys["id"] else ""
    known = session.store.find(XMLIDS, "complete_name", name) if name else None
    if known is not None:
        if known.values["model"] != model:
            raise OfAnotherModel(name, model, known)
        write(session, model, [known.values["res_id"]], values)
        return int(known.values["res_id"])
    module, _, rest = name.partition(".")
    made = create(session, model, values, key=rest if module == session.habits.module else None)
    if name:
        create(session, XMLIDS, {"module": module, "name": rest, "model": model, "res_id": made})
    return made
