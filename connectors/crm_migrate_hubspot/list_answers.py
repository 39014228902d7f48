"""What HubSpot answers about lists and their members. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate_hubspot.answers import body, is_missing, next_of, own_error, reason, results
from crm_migrate_hubspot.rosters import Roster

_REFUSALS = frozenset({400, 409, 422})
_ADDED = ("recordsIdsAdded", "recordIdsAdded")  # HubSpot writes the first one
_REMOVED = ("recordIdsRemoved", "recordsIdsRemoved")
_MISSING = ("recordIdsMissing", "recordsIdsMissing")


def roster(answer: Answer) -> Roster | None:
    """The list that was asked for; None where HubSpot says that there is none, or that it was deleted."""
    if is_missing(answer):
        return None
    said = body(answer).get("list")
    return None if isinstance(said, dict) and said.get("deletedAt") else _roster(answer, said)


def made(answer: Answer, name: str) -> Roster | Refusal:
    """The list that was made, or renamed; why it was not, without its name."""
    if answer.status in _REFUSALS:
        return reason(own_error(answer), (name,))
    said = body(answer)
    return _roster(answer, said.get("list", said.get("updatedList")))


@dataclass(frozen=True, slots=True)
class Page:
    """Lists, by how many records of others each is used, and where the next page begins."""

    rosters: tuple[Roster, ...]
    used: Mapping[str, int]
    following: int | None


def page(answer: Answer) -> Page:
    """A page of lists. Retryable where it does not say whether it is the last one."""
    said = body(answer)
    found = said.get("lists")
    if not isinstance(found, list) or not isinstance(said.get("hasMore"), bool):
        raise answer.unreadable("without a list of lists")
    rosters = tuple(_roster(answer, each) for each in found)
    offset = said.get("offset")
    if said["hasMore"] and (isinstance(offset, bool) or not isinstance(offset, int)):
        raise answer.unreadable("a page that does not say where the next one begins")
    used = {one.id: _used(each) for one, each in zip(rosters, found, strict=True)}
    return Page(rosters, used, offset if said["hasMore"] else None)


def _used(said: Mapping[str, Any]) -> int:
    more = said.get("additionalProperties")
    count = str(more.get("hs_list_reference_count") or "0") if isinstance(more, dict) else "0"
    return int(count) if count.isascii() and count.isdigit() else 1  # what cannot be read is not said to be unused


def _roster(answer: Answer, said: Any) -> Roster:
    texts = [said.get(name) for name in ("listId", "name", "objectTypeId", "processingType")] if _is(said) else []
    if len(texts) != 4 or not all(isinstance(each, str) and each for each in texts):
        raise answer.unreadable("a list without its id, name or kind")
    return Roster(*texts)


def _is(said: Any) -> bool:
    return isinstance(said, dict)


@dataclass(frozen=True, slots=True)
class Members:
    """Members of a page with the instants at which they came, where the next page begins, and how many all are."""

    since: Mapping[str, str]
    after: str | None
    total: int | None


def members(answer: Answer) -> Members:
    """A page of members. Retryable where one is named twice."""
    found = results(answer)
    since = {str(each.get("recordId") or ""): str(each.get("membershipTimestamp") or "") for each in found}
    if "" in since or len(since) != len(found):
        raise answer.unreadable("members without ids, or twice")
    said = body(answer)
    total = said.get("total")
    return Members(since, next_of(answer, said.get("paging")), total if isinstance(total, int) else None)


def lists_of(answer: Answer, wanted: Collection[str]) -> dict[str, list[str]]:
    """Record -> the lists that it is a member of. Who is not named is a member of none.

    Retryable where it is about a record that nobody asked for, or where some could not be read.
    """
    said, found = body(answer), dict[str, list[str]]()
    if said.get("errors"):
        raise answer.unreadable("memberships that could not be read")
    for each in results(answer):
        id, of = str(each.get("recordId") or ""), each.get("recordListMemberships")
        if id not in wanted or id in found or not isinstance(of, list) or not all(map(_is, of)):
            raise answer.unreadable("memberships that nobody asked for")
        found[id] = [str(one.get("listId")) for one in of]
    return found


@dataclass(frozen=True, slots=True)
class Moved:
    """Who was put into a list, or taken out; whom HubSpot does not have; why nobody was.

    Who is in none of these was there, or was not, before: that is looked at.
    """

    done: frozenset[str]
    missing: frozenset[str] = frozenset()
    refusal: Refusal | None = None


def moved(answer: Answer) -> Moved:
    """What became of members; a list that is not there refuses all of them."""
    if answer.status in _REFUSALS or answer.status == 404:
        return Moved(frozenset(), refusal=reason(own_error(answer), ()))
    said = body(answer)
    return Moved(_ids(said, (*_ADDED, *_REMOVED)), _ids(said, _MISSING))


def _ids(said: Mapping[str, Any], names: Collection[str]) -> frozenset[str]:
    return frozenset(str(id) for name in names for id in said.get(name) or ())


def definition(answer: Answer) -> Mapping[str, Any] | None:
    """The definition of a property; None where there is none."""
    return None if is_missing(answer) else body(answer)
