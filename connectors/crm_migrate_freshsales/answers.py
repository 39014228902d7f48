"""What the answers of Freshsales say. Pure.

A refusal left nothing behind. What was taken may be less than what was sent: the answer tells the record as it is now.
A gateway before it speaks otherwise: of what that refuses or answers nobody knows what became.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import Retryable, TargetError
from crm_migrate_freshsales.shapes import CUSTOM, Model

NOT_FOUND, CONFLICT = 404, 409
_CODES = {400: "INVALID", NOT_FOUND: "NOT_FOUND", 422: "INVALID"}  # what is about the record itself

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, and how many there are in all."""

    rows: tuple[Record, ...]
    total: int
    pages: int


def told(answer: Answer) -> dict[str, Any]:
    """What a question gave. TargetError where it was refused."""
    return answer.object(_refused)


def listed(answer: Answer, name: str, *members: str) -> list[Record]:
    """A list of an answer whose entries have these members."""
    said = told(answer).get(name)
    if not isinstance(said, list) or not all(isinstance(e, dict) and set(members) <= set(e) for e in said):
        raise answer.unreadable(f"no list of {name}")
    return said


def page(answer: Answer, model: Model) -> Page:
    """Some of the records of a module."""
    said = told(answer)
    rows = [_record(answer, model, each) for each in listed(answer, model.name, "id")]
    if len({each["id"] for each in rows}) != len(rows):
        raise answer.unreadable("a list with a record twice")
    meta = said.get("meta")
    if not isinstance(meta, dict) or not all(_is_number(meta.get(name)) for name in ("total", "total_pages")):
        raise answer.unreadable(f"no page of {model.name}")
    return Page(tuple(rows), meta["total"], meta["total_pages"])


def one(answer: Answer, model: Model, id: str) -> Record | None:
    """A record; None where it is not there (any more)."""
    if answer.status == NOT_FOUND:
        _error(answer)
        return None
    said = _record(answer, model, told(answer).get(model.one))
    if str(said["id"]) != id:
        raise answer.unreadable("not about the record that was asked for")
    return None if said.get("is_deleted") is True else said


def written(answer: Answer, model: Model) -> Record | Refusal:
    """The record as it is after a creation or a change; why it was not done. InDoubt where that is unclear."""
    if answer.too_large:
        return OVERSIZE
    if answer.status in _CODES:
        return Refusal("; ".join(_error(answer)) or "without a word that we know", _CODES[answer.status])
    return _record(answer, model, told(answer).get(model.one))


def deleted(answer: Answer) -> bool | Refusal:
    """True where a record went, False where it was not there any more; why it stays. InDoubt where that is unclear."""
    if answer.status == NOT_FOUND:
        _error(answer)
        return False
    if answer.status in _CODES:
        return Refusal("; ".join(_error(answer)), _CODES[answer.status])
    if not 200 <= answer.status < 300:
        raise _refused(answer)
    said = answer.json()
    if said is True or (isinstance(said, dict) and str(said.get("success")) == "200"):
        return True
    raise answer.unreadable("no word about what became of it")


def _record(answer: Answer, model: Model, said: Any) -> Record:
    if not isinstance(said, dict) or not _is_number(said.get("id")) or not isinstance(said.get(CUSTOM), dict):
        raise answer.unreadable(f"without a record of {model.name}")
    if any(not isinstance(said.get(name, []), list | None) for name in ("emails", "sales_accounts", "contact_ids")):
        raise answer.unreadable(f"no whole record of {model.name}")
    return said


def _is_number(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool)


def _refused(answer: Answer) -> TargetError:
    words = "; ".join(_error(answer))
    if answer.status == CONFLICT:
        return Retryable(f"Freshsales: {words}", hint="crm-migrate resume")
    hint = "the key has to be that of an administrator" if answer.status == 403 else ""
    return TargetError(f"Freshsales refuses {answer.request} ({answer.status}): {words}", hint=hint)


def _error(answer: Answer) -> list[str]:
    """The words of an error of Freshsales. InDoubt or Retryable where it is none of its own."""
    said = answer.own("Freshsales", _is_own)["errors"]
    found = said.get("message") if isinstance(said, dict) else said
    return [str(each) for each in found] if isinstance(found, list) else [str(found)]


def _is_own(said: Any) -> bool:
    return isinstance(said, dict) and bool(said.get("errors"))
