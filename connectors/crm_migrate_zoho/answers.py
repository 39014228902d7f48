"""What Zoho CRM's answers say. Pure: read strictly, and matched by id or by our key.

The status of an answer says little: 207, 202 and 400 carry records that were taken beside others, so each record is
judged by its own words. A gateway before Zoho speaks otherwise: of what it refuses or answers nobody knows what became.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeGuard

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.wording import OVERSIZE, without_values
from crm_migrate.errors import TargetError
from crm_migrate_zoho.describe import Words

PAUSE = timedelta(seconds=5)  # a record that another process holds is sent again after this
_LOCKED = frozenset({"RECORD_LOCKED", "LOCKED"})
_HINTS = {
    "DUPLICATE_DATA": " (a field of the organisation that takes each value once)",
    "RECORD_IN_BLUEPRINT": " (a blueprint of the organisation holds it)",
}
_DETAILS = ("maximum_length", "expected_data_type", "limit")  # of a refusal, which say what would be taken

Row = Mapping[str, str | None]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, each with its id; `more` says that there are others behind them."""

    records: tuple[Record, ...]
    more: bool = False


# ---------------------------------------------------------------------------------------------------- errors


def own_error(answer: Answer) -> tuple[str, str]:
    """Code and words of an error of Zoho itself. InDoubt or Retryable where it is somebody else's."""
    said = answer.own("Zoho CRM", _is_own)
    return str(said["code"]), _text(said.get("message"))


def _is_own(said: Any) -> bool:
    return isinstance(said, dict) and said.get("status") == "error" and bool(_text(said.get("code")))


def refused(answer: Answer) -> TargetError:
    """The error of an answer of 4xx that is about the request itself. InDoubt or Retryable where it is not Zoho's."""
    code, words = own_error(answer)
    said = ": ".join(part for part in (code, words.partition("\n")[0][:200]) if part)
    hint = "look at the scopes of the client and the rights of its user" if answer.status in (401, 403) else ""
    return TargetError(f"Zoho CRM refuses {answer.request} ({answer.status}): {said}", hint=hint)


# ---------------------------------------------------------------------------------------------------- looking


def page(answer: Answer) -> Page:
    """The records of a query or list, each with an id and once; an answer without a body has none."""
    if answer.status == 204:
        return Page(())
    said = answer.object(refused)
    records, info = said.get("data"), said.get("info")
    info = info if isinstance(info, dict) else {}
    more = info.get("more_records")
    if not _dicts(records) or not isinstance(more, bool):
        raise answer.unreadable("no page of records")
    ids = [_text(each.get("id")) for each in records]
    if not all(ids) or len(set(ids)) != len(ids):
        raise answer.unreadable("a list of something else than records, or with one twice")
    if info.get("count") not in (None, len(records)):
        raise answer.unreadable("a page that counts other records than it holds")
    if more and not records:
        raise answer.unreadable("an empty page that says that there is more")
    return Page(tuple(records), more)


def counted(answer: Answer) -> int:
    """What a query counts."""
    said = answer.object(refused).get("data")
    number = said[0].get("COUNT(id)") if _dicts(said) and len(said) == 1 else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise answer.unreadable("no count")
    return number


def fields(answer: Answer) -> dict[str, Words] | None:
    """Name -> what is said of each field of a module; None where there is no such module, or none that we may see."""
    if answer.status == 204:
        return {}
    if answer.status == 400 and own_error(answer)[0] == "INVALID_MODULE":
        return None
    said = answer.object(refused).get("fields")
    if not _dicts(said) or not all(_text(each.get("api_name")) and _text(each.get("data_type")) for each in said):
        raise answer.unreadable("no list of fields")
    return {str(each["api_name"]): each for each in said if each["api_name"] != "id"}


def modules(answer: Answer) -> Sequence[Record]:
    """What is said of each module."""
    said = answer.object(refused).get("modules")
    if not _dicts(said) or not all(_text(each.get("api_name")) for each in said):
        raise answer.unreadable("no list of modules")
    return said


def users(answer: Answer) -> Page:
    """A page of users."""
    if answer.status == 204:
        return Page(())
    said = answer.object(refused)
    listed, info = said.get("users"), said.get("info")
    if not _dicts(listed) or not all(_text(each.get("id")) for each in listed):
        raise answer.unreadable("no list of users")
    return Page(tuple(listed), isinstance(info, dict) and info.get("more_records") is True)


def contact_roles(answer: Answer) -> dict[str, str]:
    """Name -> id of the contact roles that there are."""
    listed = [] if answer.status == 204 else answer.object(refused).get("contact_roles")
    if not _dicts(listed) or not all(_text(each.get("name")) and _text(each.get("id")) for each in listed):
        raise answer.unreadable("no list of contact roles")
    return {str(each["name"]): str(each["id"]) for each in listed}


def parts(answer: Answer) -> Page:
    """A page of contacts in a deal; nobody is in one that is not there."""
    if answer.status == 400 and own_error(answer)[0] == "INVALID_DATA":
        return Page(())
    return page(answer)


def role_of(contact: Record) -> str:
    """The role of a contact in a deal; "" where it has none."""
    role = contact.get("Contact_Role")
    return _text(role.get("name")) if isinstance(role, Mapping) else _text(role)


def organisation(answer: Answer) -> str:
    """The number of the organisation."""
    said = answer.object(refused).get("org")
    number = _text(said[0].get("zgid")) or _text(said[0].get("id")) if _dicts(said) and len(said) == 1 else ""
    if not number:
        raise answer.unreadable("no organisation")
    return number


# ---------------------------------------------------------------------------------------------------- writing


def results(answer: Answer, rows: Collection[Row]) -> list[Result] | Refusal:
    """What is said of the records of a request, in its own order; or why it is refused as a whole.

    `rows` are those that were sent: no value of theirs is repeated. TargetError where it is about none of them.
    """
    if answer.too_large:
        return OVERSIZE
    said = answer.json()
    listed = said.get("data") if isinstance(said, dict) else None
    if answer.status in (200, 201, 202, 207, 400) and _dicts(listed):
        return [_result(each, rows) for each in listed]
    if 200 <= answer.status < 300:
        raise answer.unreadable("no list of results")
    if answer.status != 400 or own_error(answer)[0] in ("INVALID_MODULE", "INVALID_REQUEST_METHOD"):
        raise refused(answer)
    code, words = own_error(answer)
    return Refusal(without_values(words, rows) or "Zoho CRM gives no reason", code)


def _result(said: Record, rows: Collection[Row]) -> Result:
    details = said.get("details")
    details = details if isinstance(details, dict) else {}
    if said.get("status") == "success" and said.get("code") == "SUCCESS":
        id = _id(details.get("id"))
        return Result(id, done=True) if id else Result()
    if said.get("status") != "error" or not _text(said.get("code")):
        return Result()
    return _refused(said, details, rows)


def _refused(said: Record, details: Record, rows: Collection[Row]) -> Result:
    """Why a record was not taken; of several reasons the first."""
    several = details.get("errors")
    if _dicts(several) and several and isinstance(several[0].get("details"), dict):
        said, details = several[0], several[0]["details"]
    code = _text(said.get("code"))
    more = [f"{name} {details[name]}" for name in _DETAILS if isinstance(details.get(name), str | int)]
    words = ", ".join([without_values(_text(said.get("message")), rows) or "Zoho CRM gives no reason", *more])
    refusal = Refusal(words + _HINTS.get(code, ""), code, _text(details.get("api_name")))
    return Result(refusal=refusal, again=PAUSE if code in _LOCKED else None)


def made(answer: Answer) -> list[Refusal]:
    """Why custom fields were not made; what is there already was made by a try that nobody had answered."""
    said = answer.json()
    listed = said.get("fields") if isinstance(said, dict) else None
    if not _dicts(listed):
        raise refused(answer)
    wrong = [each for each in listed if each.get("status") != "success" and each.get("code") != "DUPLICATE_DATA"]
    return [Refusal(_text(each.get("message")), _text(each.get("code"))) for each in wrong]


# ---------------------------------------------------------------------------------------------------- shapes of JSON


def _dicts(said: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(said, list) and all(isinstance(each, dict) for each in said)


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def _id(said: Any) -> str:
    """An id, which answers about tags tell as a number."""
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else _text(said)


def ids(records: Sequence[Record]) -> list[str]:
    """Their ids."""
    return [str(each["id"]) for each in records]
