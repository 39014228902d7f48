"""What a vtiger's answers say. Pure.

It answers 200 with `{"success": true, "result": ...}` or `{"success": false, "error": {"code", "message"}}`; whatever
else comes is of somebody before it, and nobody knows what became of the request.
"""

from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import AuthExpired, TargetError
from crm_migrate_opencrm.dialect import ID, Record

GONE = "RECORD_NOT_FOUND"
_STALE = ("INVALID_SESSIONID", "SESSION_EXPIRED", "SESSION_LEFT_IDLE", "AUTHENTICATION_REQUIRED")
_OURS = ("ACCESS_DENIED", "INVALID_USER_CREDENTIALS", "INVALID_AUTH_TOKEN", "AUTHENTICATION_FAILURE")
_ABOUT_RECORDS = (
    GONE,
    "MANDATORY_FIELDS_MISSING",
    "REFERENCE_INVALID",
    "INVALID_ID_ATTRIBUTE",
    "DUPLICATE_RECORD_FOUND",
)


class Stale(AuthExpired):
    """The session has ended: nothing was done, and a new one may be had."""


def result(answer: Answer) -> Any:
    """What was answered. Stale, and TargetError where it was refused."""
    said = _own(answer)
    if said["success"] is True:
        return said.get("result")
    raise _refused(answer, *_error(said))


def rows(answer: Answer) -> list[Record]:
    """The rows of a query."""
    said = result(answer)
    if not isinstance(said, list) or not all(_is_record(each) for each in said):
        raise answer.unreadable("no list of records")
    return said


def one(answer: Answer, id: str) -> Record | None:
    """A record; None where it is not there."""
    said = _own(answer)
    if said["success"] is not True and _error(said)[0] == GONE:
        return None
    return _about(answer, result(answer), id)


def written(answer: Answer, id: str = "") -> Record | Refusal:
    """A record as it is there now; why it is not. InDoubt where that is unclear."""
    why = refusal(answer)
    return why or _about(answer, result(answer), id)


def deleted(answer: Answer) -> bool | Refusal:
    """True where a record went, False where it was not there any more; why it stays."""
    why = refusal(answer)
    if why is not None:
        return False if why.code == GONE else why
    said = result(answer)
    if not isinstance(said, dict) or said.get("status") != "successful":
        raise answer.unreadable("no word about what became of it")
    return True


def refusal(answer: Answer) -> Refusal | None:
    """Why a record was not taken, where that is about the record."""
    if answer.too_large:
        return OVERSIZE
    said = _own(answer)
    code, words = _error(said) if said["success"] is not True else ("", "")
    return Refusal(f"vtiger refuses it: {words}", code) if code in _ABOUT_RECORDS else None


def _own(answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = answer.own("vtiger", _is_own)
    return said


def _is_own(said: Any) -> bool:
    if not isinstance(said, dict) or not isinstance(said.get("success"), bool):
        return False
    return "result" in said if said["success"] else isinstance(said.get("error"), dict)


def _error(said: dict[str, Any]) -> tuple[str, str]:
    return str(said["error"].get("code") or ""), str(said["error"].get("message") or "without a word")


def _refused(answer: Answer, code: str, words: str) -> TargetError:
    if code in _STALE:
        return Stale("the session with vtiger has ended", hint="crm-migrate resume")
    if code in _OURS:
        return AuthExpired(f"vtiger refuses us ({code}): {words}", hint="an administrator and their access key")
    if answer.request.changes:  # DATABASE_QUERY_ERROR and the like: a transaction that failed, or one behind it
        return answer.unreadable(f"an error of vtiger ({code})")
    return TargetError(f"vtiger refuses {answer.request} ({code}): {words}")


def _about(answer: Answer, said: Any, id: str) -> Record:
    if not _is_record(said) or (id and said[ID] != id):
        raise answer.unreadable("not about the record that was asked for")
    record: Record = said
    return record


def _is_record(said: Any) -> bool:
    return isinstance(said, dict) and isinstance(said.get(ID), str) and "x" in said[ID]
