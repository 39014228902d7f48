"""What a SuiteCRM's answers say. Pure.

It says no with 400 and `{"errors": {"status", "title", "detail"}}`, whatever it is about (its ErrorResponse and
ParamsMiddleware); the detail alone tells what. Any other shape is of somebody before it, and nobody knows what became
of the request.
"""

import re
from collections.abc import Mapping
from typing import Any

from crm_migrate.connecting.contract import NOT_FOUND, Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import TargetError
from crm_migrate_opencrm.dialect import ID, Record

_NO_MODULE = "NO_MODULE"
EXISTS, UNCLEAR = "EXISTS", "ERROR"  # there is a record of that id, perhaps a deleted one; raised at any moment of it
_ABOUT_RECORDS = (
    (re.compile(r"Bean \S+ with id \S+ is already exist"), EXISTS),
    (re.compile(r"\S+ module with id \S+ is not found"), NOT_FOUND),
    (re.compile(r"Property (?P<field>\S+) in \S+ module is invalid"), "INVALID"),
    (re.compile(r'The option "\w+" with value .* is invalid.*', re.DOTALL), "INVALID"),
    (re.compile(r"The API user does not have access to this module\.|Module \S+ does not exist"), _NO_MODULE),
)


def page(answer: Answer) -> list[Record]:
    """Records. A list fails while one of its records goes."""
    why = refusal(answer)
    if why and why.code == NOT_FOUND:
        raise answer.unreadable("about a record that has gone")
    data = _data(answer)
    if not isinstance(data, list) or not all(_is_record(each) for each in data):
        raise answer.unreadable("no list of records")
    return [_flat(each) for each in data]


def deleted_there(answer: Answer) -> bool:
    """Whether a list of deleted records has one: it is found, and then not to be read, which is told as `not found`."""
    why = refusal(answer)
    return why.code == NOT_FOUND if why else bool(page(answer))


def fields(answer: Answer) -> Mapping[str, Mapping[str, Any]] | None:
    """The fields of a module by name; None where there is no such module for us."""
    why = refusal(answer)
    if why and why.code == _NO_MODULE:
        return None
    data = _data(answer)
    found = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise answer.unreadable("no list of fields")
    return found


def told(answer: Answer) -> Record:
    """A record. TargetError where it is refused."""
    return _about(answer, _data(answer), "")


def one(answer: Answer, id: str) -> Record | None:
    """A record; None where it is not there."""
    why = refusal(answer)
    return None if why and why.code == NOT_FOUND else _about(answer, _data(answer), id)


def written(answer: Answer, id: str) -> Record | Refusal:
    """A record as it is there now; why it is not. InDoubt where that is unclear."""
    return refusal(answer) or _about(answer, _data(answer), id)


def deleted(answer: Answer) -> Refusal | None:
    """Why a record stays; None where it went."""
    why = refusal(answer)
    if why is None and not isinstance(_document(answer).get("meta"), dict):
        raise answer.unreadable("no word about what became of it")
    return why


def refusal(answer: Answer) -> Refusal | None:
    """Why something was refused, by the words of SuiteCRM itself; None where it was not."""
    if answer.too_large:
        return OVERSIZE
    if 200 <= answer.status < 300:
        return None
    words = str(answer.own("SuiteCRM", _is_error)["errors"]["detail"])
    for pattern, code in _ABOUT_RECORDS:
        found = pattern.fullmatch(words)
        if found:
            return Refusal(f"SuiteCRM refuses it: {words}", code, found.groupdict().get("field") or "")
    return Refusal(f"SuiteCRM refuses it: {words}", UNCLEAR)


def _data(answer: Answer) -> Any:
    why = refusal(answer)
    if why:
        raise TargetError(f"SuiteCRM refuses {answer.request} ({answer.status}): {why.words}")
    return _document(answer).get("data")


def _document(answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = answer.own("SuiteCRM", lambda each: isinstance(each, dict))
    return said


def _is_error(said: Any) -> bool:
    errors = said.get("errors") if isinstance(said, dict) else None
    return isinstance(errors, dict) and isinstance(errors.get("detail"), str)


def _about(answer: Answer, data: Any, id: str) -> Record:
    if not _is_record(data) or (id and data[ID] != id):
        raise answer.unreadable("not about the record that was asked for")
    return _flat(data)


def _is_record(data: Any) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("attributes"), dict):
        return False
    return isinstance(data.get(ID), str) and bool(data[ID])


def _flat(data: Mapping[str, Any]) -> Record:
    return {**data["attributes"], ID: data[ID]}
