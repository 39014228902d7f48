"""What Salesforce's answers say. Pure: read strictly, and matched by id or by our key.

A collection answers in the order of the request, and without our keys. So who was created is known from a query for the
keys afterwards, not from places in a list: a place only says why somebody is *not* there. A change names its records.

A gateway before Salesforce speaks otherwise: of what it refuses or answers nobody knows what became.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeGuard

from crm_migrate.connecting.contract import Allowance, Refusal, Room
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.wording import OVERSIZE, without_values
from crm_migrate.errors import TargetError
from crm_migrate_salesforce.describe import Described

LIMIT, CONCURRENT = "REQUEST_LIMIT_EXCEEDED", "concurrent"
LOCKED = "UNABLE_TO_LOCK_ROW"
ALIKE_HINT = {"DUPLICATES_DETECTED": " (a duplicate rule; `allow_duplicates: true` passes those that only warn)"}
PAUSE = timedelta(seconds=2)  # a record that another request holds is sent again after this
BUSY = timedelta(seconds=30)  # ... and a request where too many long ones are under way
FILES_A_DAY = 200_000  # versions that are published in 24 hours at most
PAGE = 2000  # records that one query gives at most
# Nothing was done about a record because of others; it may be sent again.
_NOT_TRIED = frozenset({"ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED"})
_ABSENT = frozenset({"ENTITY_IS_DELETED"})
_NO_JOB = frozenset({"NOT_FOUND", "INVALIDJOB", "INVALID_ID_FIELD", "MALFORMED_ID"})

Row = Mapping[str, str | None]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, each with its id; `whole` says that there are no more."""

    records: tuple[Record, ...]
    whole: bool


# ---------------------------------------------------------------------------------------------------- errors


def error_of(answer: Answer) -> tuple[str, str]:
    """Code and words of an answer that is an error of Salesforce; empty where it is something else."""
    try:
        return own_error(answer)
    except TargetError:
        return "", ""


def own_error(answer: Answer) -> tuple[str, str]:
    """Code and words of an error of Salesforce itself. InDoubt or Retryable where it is somebody else's."""
    first = answer.own("Salesforce", _is_own)[0]
    return str(first["errorCode"]), _text(first.get("message"))


def _is_own(said: Any) -> bool:
    return bool(said) and _dicts(said) and all(_text(each.get("errorCode")) for each in said)


def daily_limit(answer: Answer) -> bool:
    """Whether the requests of the day are used up."""
    code, words = error_of(answer) if answer.status == 403 else ("", "")
    return code == LIMIT and CONCURRENT not in words.lower()


def too_many_at_once(answer: Answer) -> bool:
    """Whether too many long requests are under way now."""
    code, words = error_of(answer) if answer.status in (403, 503) else ("", "")
    return code == LIMIT and CONCURRENT in words.lower()


def refused(answer: Answer) -> TargetError:
    """The error of an answer of 4xx that is about the request itself. InDoubt or Retryable where it is not
    Salesforce's."""
    code, words = own_error(answer)
    said = ": ".join(part for part in (code, words.partition("\n")[0][:200]) if part)
    hint = "look at the rights of the user" if answer.status == 403 else ""
    return TargetError(f"Salesforce refuses {answer.request} ({answer.status}): {said}", hint=hint)


# ---------------------------------------------------------------------------------------------------- looking


def page(answer: Answer) -> Page:
    """The records of a query, each with an id and once."""
    said = _object(answer)
    records, whole, total = said.get("records"), said.get("done"), said.get("totalSize")
    if not isinstance(records, list) or not isinstance(whole, bool):
        raise answer.unreadable("no page of records")
    ids = [_text(each.get("Id")) if isinstance(each, dict) else "" for each in records]
    if not all(ids) or len(set(ids)) != len(ids):
        raise answer.unreadable("a list of something else than records, or with one twice")
    if whole and total != len(records):
        raise answer.unreadable("a whole page that counts other records than it holds")
    if not whole and not records:
        raise answer.unreadable("an empty page that says that there is more")
    return Page(tuple(records), whole)


def counted(answer: Answer) -> int:
    """What a query counts."""
    total = _object(answer).get("totalSize")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise answer.unreadable("no count")
    return total


def described(answer: Answer, name: str, object: str) -> Described | None:
    """An object as it is there, None where there is none, or none that we may see."""
    if answer.status == 404 and own_error(answer):
        return None
    said = _object(answer)
    fields, children, types = said.get("fields"), said.get("childRelationships"), said.get("recordTypeInfos")
    if said.get("name") != object or not _dicts(fields):
        raise answer.unreadable("no description of what was asked for")
    if not all(_text(each.get("name")) and _text(each.get("type")) for each in fields):
        raise answer.unreadable("without names or types of fields")
    return Described(
        name,
        {str(each["name"]): each for each in fields},
        tuple(children) if _dicts(children) else (),
        tuple(types) if _dicts(types) else (),
        _text(said.get("keyPrefix")),
        said.get("undeletable") is True,
    )


def versions(answer: Answer) -> list[str]:
    """The versions of the API, `v66.0`, the newest last."""
    if not 200 <= answer.status < 300:
        raise refused(answer)
    said = answer.json()
    if not _dicts(said) or not said or not all(_text(each.get("version")) for each in said):
        raise answer.unreadable("no list of versions")
    return [f"v{each['version']}" for each in said]


def objects(answer: Answer) -> dict[str, Record]:
    """Name -> what is said of each object."""
    said = _object(answer).get("sobjects")
    if not _dicts(said) or not all(_text(each.get("name")) for each in said):
        raise answer.unreadable("no list of objects")
    return {str(each["name"]): each for each in said}


def allowance(answer: Answer) -> Allowance:
    """What is left of the requests of the last day, and of the room for records."""
    storage = _megabytes(answer, "DataStorageMB")
    said = _object(answer).get("DailyApiRequests")
    said = said if isinstance(said, dict) else {}
    most, left = _count(said.get("Max")), said.get("Remaining")
    used, slash, all = answer.headers.get("sforce-limit-info", "").partition("api-usage=")[2].partition("/")
    if slash and used.isdigit() and all.partition(",")[0].isdigit() and int(all.partition(",")[0]):
        most = int(all.partition(",")[0])  # counted with this request; the list is some minutes old
        left = most - int(used)
    if not most or not isinstance(left, int):
        return Allowance(storage=storage)
    return Allowance(most, max(0, min(left, most)), storage=storage)


def made(answer: Answer) -> str:
    """The id of a record of the set-up, "" where there is one already. TargetError where it is refused."""
    code, words = error_of(answer)
    if code.startswith("DUPLICATE") or "already" in words:
        return ""
    if not 200 <= answer.status < 300:
        raise refused(answer)
    said = _object(answer)
    id = _text(said.get("id"))
    if said.get("success") is not True or not id:
        raise answer.unreadable("no record that was made")
    return id


def user(answer: Answer) -> str:
    """The id of the user that we are."""
    id = _text(_object(answer).get("user_id"))
    if not id:
        raise answer.unreadable("no user")
    return id


# ---------------------------------------------------------------------------------------------------- writing


def results(answer: Answer, rows: Collection[Row]) -> list[Result] | Refusal:
    """What a collection says of its records, in its own order; or why it refuses the request as a whole.

    `rows` are those that were sent: no value of theirs is repeated. TargetError where it is about none of them.
    """
    if answer.too_large:
        return OVERSIZE
    said = answer.json()
    told = _dicts(said) and all("success" in each for each in said)
    if 200 <= answer.status < 300 or (answer.status == 400 and told and said):
        if not _dicts(said):
            raise answer.unreadable("no list of results")
        return [_result(each, rows) for each in said]
    if answer.status != 400:
        raise refused(answer)
    code, words = own_error(answer)
    return Refusal(without_values(words, rows) or "Salesforce gives no reason", code)


def file_refused(answer: Answer, rows: Collection[Row]) -> Refusal | None:
    """Why a file was not taken; None where the answer says that it was. TargetError where it is about our rights."""
    if answer.too_large:
        return OVERSIZE
    if 200 <= answer.status < 300:
        return None
    if answer.status != 400:
        raise refused(answer)
    code, words = own_error(answer)
    return Refusal(without_values(words, rows) or "Salesforce gives no reason", code)


def room(answer: Answer) -> Room:
    """The room for files that is left, in whole megabytes as Salesforce counts them."""
    return Room(FILES_A_DAY, _megabytes(answer, "FileStorageMB"))


def _megabytes(answer: Answer, name: str) -> int | None:
    """What is left of a room, in bytes; None where nothing is said of it."""
    said = _object(answer).get(name)
    left = said.get("Remaining") if isinstance(said, dict) else None
    return max(0, left) << 20 if isinstance(left, int) else None


def _result(said: Record, rows: Collection[Row]) -> Result:
    id, success, errors = said.get("id"), said.get("success"), said.get("errors")
    if success is True and isinstance(id, str) and id and errors in (None, []):
        return Result(id, done=True)
    if success is not False or not _dicts(errors) or not errors:
        return Result()
    first = errors[0]
    fields = first.get("fields")
    field = _text(fields[0]) if isinstance(fields, list) and fields else ""
    code = _text(first.get("statusCode")) or _text(first.get("errorCode"))
    words = without_values(_text(first.get("message")), rows) or "Salesforce gives no reason"
    return result_of(_text(id), Refusal(words + ALIKE_HINT.get(code, ""), code, field))


def result_of(id: str, refusal: Refusal) -> Result:
    """A record that was refused: whether it may be sent again because another request held it, or others failed."""
    locked = refusal.code == LOCKED or LOCKED in refusal.words
    again = PAUSE if locked else timedelta(0) if refusal.code in _NOT_TRIED else None
    return Result(id, refusal=refusal, again=again, absent=refusal.code in _ABSENT)


def code_of(text: str) -> bool:
    """Whether a text is one of the codes of Salesforce."""
    return text.isascii() and text.replace("_", "").isalnum() and text == text.upper()


# ---------------------------------------------------------------------------------------------------- jobs


def job(answer: Answer) -> tuple[str, str]:
    """Id and state of a job."""
    said = _object(answer)
    id, state = _text(said.get("id")), _text(said.get("state"))
    if not id or not state:
        raise answer.unreadable("no job")
    return id, state


def job_said(answer: Answer) -> Record | None:
    """What is said of a job; None where Salesforce does not know it, or not any more."""
    if answer.status in (400, 404) and (own_error(answer)[0] in _NO_JOB or answer.status == 404):
        return None
    job(answer)
    return _object(answer)


# ---------------------------------------------------------------------------------------------------- shapes of JSON


def _object(answer: Answer) -> dict[str, Any]:
    """The JSON object of a success. Raises what it is where it is none."""
    return answer.object(refused)


def _dicts(said: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(said, list) and all(isinstance(each, dict) for each in said)


def _count(said: Any) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""
