"""What Dataverse's answers say. Pure: read strictly, and matched by id or by our key.

A message about many records says nothing of each; a batch answers in the order of the request. So who was created is
known from a query for the keys afterwards: a place only says why somebody is *not* there. A change names its record.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeGuard

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.wording import OVERSIZE, without_values
from crm_migrate.errors import TargetError
from crm_migrate_dynamics.multipart import Part, Step, read

Row = Mapping[str, str | None]
Record = Mapping[str, Any]
LOOKUP_OF = "@Microsoft.Dynamics.CRM.lookuplogicalname"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE = re.compile(r"(0x[0-9a-fA-F]{1,8})?")
_PLACE = re.compile(r"\(([0-9a-fA-F-]{36})\)$")
_ABSENT = frozenset({"0x80040217"})
_NO_ROLE = "0x80042f09"  # a user has no security role
_TIMED_OUT = "0x80044151"  # a record was held too long; the statement was rolled back
_PAUSE = timedelta(seconds=2)
_THERE = frozenset({"0x80048403", "0x80048416", "0x80044153", "0x80047013"})  # a column, key or table of that name


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, each with its id, and the address of the next page, "" where there is none."""

    records: tuple[Record, ...]
    following: str = ""


# ---------------------------------------------------------------------------------------------------- errors


def own_error(answer: Answer) -> tuple[str, str]:
    """Code and words of an error of Dataverse itself. InDoubt or Retryable where it is somebody else's."""
    return _error(answer.own("Dataverse", _is_own))


def _is_own(said: Any) -> bool:
    """Its codes are numbers in hexadecimal, or nothing; those of gateways of its vendor are words."""
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return False
    return isinstance(error.get("code"), str) and _CODE.fullmatch(error["code"]) is not None


def _error(said: Mapping[str, Any]) -> tuple[str, str]:
    return str(said["error"]["code"]).lower(), str(said["error"]["message"])


def refused(answer: Answer) -> TargetError:
    """The error of an answer of 4xx that is about the request itself. InDoubt or Retryable where it is not
    Dataverse's."""
    code, words = own_error(answer)
    said = ": ".join(part for part in (code, words.partition("\n")[0][:200]) if part)
    hint = "look at the security roles of the application user" if answer.status == 403 else ""
    return TargetError(f"Dataverse refuses {answer.request} ({answer.status}): {said}", hint=hint)


# ---------------------------------------------------------------------------------------------------- looking


def who(answer: Answer) -> tuple[str, str]:
    """The ids of the organisation and of the user that we are."""
    said = answer.object(refused)
    organisation, user = said.get("OrganizationId"), said.get("UserId")
    if not (isinstance(organisation, str) and isinstance(user, str) and organisation and user):
        raise answer.unreadable("no organisation and user")
    return organisation, user


def parts(answer: Answer, count: int) -> list[Part]:
    """The answers within the answer to a batch of so many. Raises like `Answer.json` where it is no such answer."""
    if answer.too_large or not 200 <= answer.status < 300:
        raise refused(answer)
    try:
        found = read(answer.body)
    except (ValueError, RecursionError):
        raise answer.unreadable("no answer to a batch") from None
    if len(found) != count:
        raise answer.unreadable(f"an answer to {len(found)} requests of {count}")
    return found


def described(answer: Answer, wanted: Sequence[str]) -> list[list[Record]] | None:
    """What is said of a table, in the order of `wanted`: the last words of the contexts by which answers say what they
    are about, the definition (`$entity`) first; None where there is no such table."""
    found = parts(answer, len(wanted))
    told = {_context(part.said): part for part in found if part.status == 200}
    if wanted[0] not in told and any(part.status == 404 for part in found):
        return None
    bad = next((part for part in found if part.status != 200), None)
    if bad is not None:
        code, words = _error(bad.said) if _is_own(bad.said) else ("", "")
        raise TargetError(f"Dataverse does not describe a table to us ({bad.status}): {code} {words[:200]}".strip())
    if set(told) != set(wanted):
        raise answer.unreadable("no description of a table")
    return [[told[wanted[0]].said], *(_listed(answer, told[each].said) for each in wanted[1:])]


def _context(said: Any) -> str:
    """`Keys` of `...$metadata#EntityDefinitions('account')/Keys(...)`."""
    context = said.get("@odata.context") if isinstance(said, dict) else None
    return _text(context).partition("#")[2].rpartition("/")[2].partition("(")[0]


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def tables(answer: Answer) -> dict[str, tuple[str, str]]:
    """Table -> its entity set and its key, of those that have both."""
    found = _listed(answer, answer.object(refused))
    names = ("LogicalName", "EntitySetName", "PrimaryIdAttribute")
    said = [tuple(str(each.get(name) or "") for name in names) for each in found]
    return {name: (set, key) for name, set, key in said if name and set and key}


def page(answer: Answer, key: str) -> Page:
    """The records of a page, each with an id and once."""
    return _page(answer, answer.object(refused), key)


def pages(answer: Answer, count: int, key: str) -> list[Page]:
    """The pages that answer a batch of questions."""
    found = parts(answer, count)
    bad = next((part for part in found if part.status != 200 or not isinstance(part.said, dict)), None)
    if bad is not None:
        code, words = _error(bad.said) if _is_own(bad.said) else ("", "no answer")
        raise TargetError(f"Dataverse refuses to be asked ({bad.status}): {code} {words[:200]}".strip())
    return [_page(answer, part.said, key) for part in found]


def privileges(answer: Answer, count: int) -> list[frozenset[str] | None]:
    """The privileges that each of a batch of questions found; None where we may not ask."""
    return [_held(answer, part) for part in parts(answer, count)]


def _held(answer: Answer, part: Part) -> frozenset[str] | None:
    if _is_own(part.said):
        return frozenset() if _error(part.said)[0] == _NO_ROLE else None
    found = part.said.get("RolePrivileges") if isinstance(part.said, dict) else None
    if part.status != 200 or not _dicts(found):
        raise answer.unreadable("no list of privileges")
    return frozenset(str(each.get("PrivilegeName")) for each in found)


def _page(answer: Answer, said: Mapping[str, Any], key: str) -> Page:
    records = _listed(answer, said)
    ids = [each.get(key) for each in records]
    if not all(isinstance(id, str) and GUID.fullmatch(id) for id in ids) or len(set(ids)) != len(ids):
        raise answer.unreadable("a list of something else than records, or with one twice")
    link = said.get("@odata.nextLink", "")
    if not isinstance(link, str) or (link and not records):
        raise answer.unreadable("an empty page that says that there is more")
    return Page(tuple(records), link)


def _listed(answer: Answer, said: Any) -> list[Record]:
    found = said.get("value") if isinstance(said, dict) else None
    if not _dicts(found):
        raise answer.unreadable("no list")
    return list(found)


def made(answer: Answer) -> None:
    """That a column, key or table was made, now or by an earlier try. TargetError where it is refused."""
    if not 200 <= answer.status < 300 and own_error(answer)[0] not in _THERE:
        raise refused(answer)


# ---------------------------------------------------------------------------------------------------- writing


def many(answer: Answer, rows: Collection[Row], we: Callable[[], str]) -> list[str] | Refusal:
    """The ids that a message for many records gives ([]: it gives none), or why it did none of them. `rows` are those
    that were sent: no value of theirs is repeated. `we` tells the id of our user: what is forbidden to another one, to
    whom a record would belong, is no word about us."""
    if answer.too_large:
        return OVERSIZE
    if answer.status == 204:
        return []
    if answer.status == 200:
        ids = answer.object(refused).get("Ids")
        if not isinstance(ids, list) or not all(isinstance(each, str) and GUID.fullmatch(each) for each in ids):
            raise answer.unreadable("no list of ids")
        return list(ids)
    if answer.status == 401 or (answer.status == 403 and _about_us(answer, we)):
        raise refused(answer)
    return _refusal(own_error(answer), rows)


def _about_us(answer: Answer, we: Callable[[], str]) -> bool:
    """The first id in what is said of a principal is theirs."""
    found = GUID.search(own_error(answer)[1].lower())
    return found is None or found[0] == we()


def results(answer: Answer, groups: Sequence[Sequence[Step]], rows: Sequence[Row]) -> list[Result] | Refusal:
    """What a batch says of its groups, in its own order; or why it was refused as a whole."""
    if answer.too_large:
        return OVERSIZE
    told = zip(groups, parts(answer, len(groups)), strict=True)
    return [_result(_about(group, part), rows[at : at + 1]) for at, (group, part) in enumerate(told)]


def _about(group: Sequence[Step], part: Part) -> Part:
    """Of a change set that was done the part about the record of its row; it may begin with another record."""
    at = next((n for n, step in enumerate(group) if not step.beside), 0)
    return (part, *part.behind)[at] if at <= len(part.behind) else part


def _result(part: Part, rows: Collection[Row]) -> Result:
    if 200 <= part.status < 300:
        found = _PLACE.search(part.headers.get("odata-entityid", ""))
        return Result(found[1].lower() if found else "", done=True)
    if part.status == 429:
        wait = part.headers.get("retry-after", "")
        return Result(again=timedelta(seconds=int(wait)) if wait.isdigit() else _PAUSE)
    if not _is_own(part.said):
        return Result()
    code, words = _error(part.said)
    if code == _TIMED_OUT:
        return Result(again=_PAUSE)
    if part.status >= 500:
        return Result()
    return Result(refusal=_refusal((code, words), rows), absent=code in _ABSENT)


def _refusal(said: tuple[str, str], rows: Collection[Row]) -> Refusal:
    code, words = said
    return Refusal(without_values(words, rows) or "Dataverse gives no reason", code)


def _dicts(said: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(said, list) and all(isinstance(each, dict) for each in said)
