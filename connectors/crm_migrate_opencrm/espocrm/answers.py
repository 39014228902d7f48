"""What an EspoCRM's answers say. Pure.

EspoCRM says no with 400, 403, 404 or 409 and the header `X-Status-Reason` (its ErrorOutput); a refused value has a body
`{"messageTranslation": {"data": {"field", "type"}}}` besides. Without that header it is somebody before it who speaks,
and nobody knows what became of the request.
"""

from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import AuthExpired, TargetError
from crm_migrate_opencrm.dialect import ID, Record

REASON = "x-status-reason"
_CODES = {400: "INVALID", 404: "NOT_FOUND", 409: "CONFLICT"}
_UNRELATED = "cannotRelate"  # so begins what a 403 says of a record that a link names
_ROLE = "the role of the API user: create yes, read all, edit all, delete all, and User read all"


def told(answer: Answer) -> Any:
    """What a question gave. TargetError where it was refused."""
    if not 200 <= answer.status < 300:
        raise _refused(answer)
    return answer.json()


def page(answer: Answer) -> tuple[list[Record], int]:
    """Records, and how many there are in all: -1 for more, -2 for no more, where nobody counts them."""
    said = told(answer)
    records, total = (said.get("list"), said.get("total")) if isinstance(said, dict) else (None, None)
    if not isinstance(records, list) or not isinstance(total, int) or not all(_is_record(each) for each in records):
        raise answer.unreadable("no list of records")
    return records, total


def one(answer: Answer, id: str) -> Record | None:
    """A record; None where it is not there."""
    if answer.status == 404 and REASON in answer.headers:
        return None
    return _about(answer, told(answer), id)


def written(answer: Answer, id: str = "") -> Record | Refusal:
    """A record as it is there now; why it is not. InDoubt where that is unclear."""
    why = refusal(answer)
    return why or _about(answer, told(answer), id)


def deleted(answer: Answer) -> bool | Refusal:
    """True where a record went, False where it was not there any more; why it stays."""
    why = refusal(answer)
    if why is not None:
        return False if why.code == "NOT_FOUND" else why
    if told(answer) is not True:
        raise answer.unreadable("no word about what became of it")
    return True


def refusal(answer: Answer) -> Refusal | None:
    """Why a record was not taken, where that is about the record. TargetError where it is about us."""
    if answer.too_large:
        return OVERSIZE
    about, field, type = _said(answer) if answer.status in (*_CODES, 403) else ("", "", "")
    if answer.status not in _CODES and not about.startswith(_UNRELATED):
        return None
    if REASON not in answer.headers:
        raise answer.unreadable("no word of EspoCRM")
    words = f"{field}: {type}" if field else about or answer.headers[REASON] or "it gives no reason"
    return Refusal(f"EspoCRM refuses it: {words}", _CODES.get(answer.status, "FORBIDDEN"), field)


def _said(answer: Answer) -> tuple[str, str, str]:
    """What an error is about, and of a refused value its field and the rule; "" for what is not said."""
    try:
        said = answer.json()
    except TargetError:
        return "", "", ""  # without a body, or a list of doubles
    words = said.get("messageTranslation") if isinstance(said, dict) else None
    data = words.get("data") if isinstance(words, dict) else None
    data = data if isinstance(data, dict) else {}
    return str((words or {}).get("label") or ""), str(data.get("field") or ""), str(data.get("type") or "")


def _refused(answer: Answer) -> TargetError:
    if answer.status == 401:
        return AuthExpired(
            "EspoCRM does not accept our key",
            hint="look at the API user there (Administration, API Users), then: crm-migrate resume",
        )
    if answer.status == 403 and REASON in answer.headers:
        return TargetError(f"EspoCRM refuses {answer.request}: our role may not ({answer.headers[REASON]})", hint=_ROLE)
    if REASON not in answer.headers:
        return answer.unreadable("no word of EspoCRM")
    return TargetError(f"EspoCRM refuses {answer.request} ({answer.status}): {answer.headers[REASON]}")


def _about(answer: Answer, said: Any, id: str) -> Record:
    if not _is_record(said) or (id and said[ID] != id):
        raise answer.unreadable("not about the record that was asked for")
    record: Record = said
    return record


def _is_record(said: Any) -> bool:
    return isinstance(said, dict) and isinstance(said.get(ID), str) and bool(said[ID])
