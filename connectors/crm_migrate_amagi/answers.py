"""What an amagi-crm's answers say. Pure. Whatever is no success left nothing behind: a change and its line of the audit
are one transaction there. A gateway before it speaks otherwise: of what it refuses or answers nobody knows what became.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import TargetError

NOT_FOUND, DELETED = 404, 204
# What is about the record itself.
_CODES = {400: "REFUSED", NOT_FOUND: "NOT_FOUND", 409: "CONFLICT", 422: "INVALID"}
_QUOTED = re.compile(r"(\"|')(.*)\1", re.DOTALL)
_SHORTEST = 3  # characters; a shorter value may stand in the server's own words by chance

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Contacts of one answer, and how many there are in all."""

    records: tuple[Record, ...]
    total: int


def told(answer: Answer) -> Any:
    """What a question gave. TargetError where it was refused."""
    if not 200 <= answer.status < 300:
        raise _refused(answer)
    return answer.json()


def me(answer: Answer) -> str:
    """The user that we are."""
    said = told(answer)
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise answer.unreadable("no user of amagi-crm")
    return str(said["name"])


def stages(answer: Answer) -> dict[str, int]:
    """Stage -> id, in the order of the pipeline."""
    return {str(each.get("name")): int(each["id"]) for each in _records(answer, told(answer))}


def page(answer: Answer) -> Page:
    """Some of the contacts."""
    said = told(answer)
    if not isinstance(said, dict) or not _is_id(said.get("total")):
        raise answer.unreadable("no page of records")
    return Page(tuple(_records(answer, said.get("items"))), said["total"])


def records(answer: Answer) -> list[Record]:
    """All records of a model."""
    return _records(answer, told(answer))


def written(answer: Answer, id: str = "") -> Record | Refusal:
    """The record that was created, or changed where an `id` is said; why it was not. InDoubt where that is unclear."""
    if answer.too_large or answer.status in _CODES:
        return refusal(answer)
    said = told(answer)
    if not isinstance(said, dict) or not _is_id(said.get("id")) or id not in ("", str(said["id"])):
        raise answer.unreadable("not about the record that was written")
    return said


def deleted(answer: Answer) -> bool | Refusal:
    """True where a record went, False where it was not there any more; why it stays."""
    if answer.too_large or answer.status in _CODES:
        said = refusal(answer)
        return False if answer.status == NOT_FOUND else said
    if not 200 <= answer.status < 300:
        raise _refused(answer)
    if answer.status != DELETED:
        raise answer.unreadable("no word about what became of it")
    return True


def refusal(answer: Answer) -> Refusal:
    """The server's words about one record. InDoubt where they are not the server's."""
    if answer.too_large:
        return OVERSIZE
    words, field = _detail(answer)
    return Refusal(words or "amagi-crm gives no reason", _CODES[answer.status], field)


def without_values(refusal: Refusal, values: Collection[str]) -> Refusal:
    """The words without any value of the record."""
    words = refusal.words
    for value in sorted((v for v in values if len(v) >= _SHORTEST), key=len, reverse=True):
        words = words.replace(value, "...")
    return Refusal(_QUOTED.sub(r"\1...\1", words), refusal.code, refusal.field)


def _refused(answer: Answer) -> TargetError:
    words = _detail(answer)[0] or "without a word"
    hint = "the user needs the role member or admin" if answer.status == 403 else ""
    return TargetError(f"amagi-crm refuses {answer.request} ({answer.status}): {words}", hint=hint)


def _detail(answer: Answer) -> tuple[str, str]:
    """Words and field of an error: a text, or what the server's own check of the body found first. InDoubt or Retryable
    where it is no error of the server."""
    detail = answer.own("amagi-crm", _is_own)["detail"]
    if isinstance(detail, str):
        return detail, ""
    place = detail[0].get("loc")
    return str(detail[0].get("msg", "")), str(place[-1]) if isinstance(place, list) and place else ""


def _is_own(said: Any) -> bool:
    detail = said.get("detail") if isinstance(said, dict) else None
    return isinstance(detail, str) or (isinstance(detail, list) and bool(detail) and isinstance(detail[0], dict))


def _records(answer: Answer, said: Any) -> list[Record]:
    if not isinstance(said, list) or not all(isinstance(each, dict) and _is_id(each.get("id")) for each in said):
        raise answer.unreadable("a list of something else than records")
    if len({each["id"] for each in said}) != len(said):
        raise answer.unreadable("a list with a record twice")
    return said


def _is_id(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and said >= 0
