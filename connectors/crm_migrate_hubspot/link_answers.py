"""What HubSpot answers about links between records. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate_hubspot.answers import NOT_FOUND, body, next_of, own_error, reason, results, said_in

Type = tuple[str, int]  # category and id
Pair = tuple[str, str]
_LONELY = "NO_ASSOCIATIONS_FOUND"


@dataclass(frozen=True, slots=True)
class Linked:
    """A record at the other end, and the types of links that lead to it, with their labels in small letters."""

    id: str
    types: tuple[tuple[Type, str], ...]

    def has(self, type: Type) -> bool:
        """Whether a link of that type leads to it."""
        return any(each == type for each, _ in self.types)

    def labels(self) -> list[str]:
        """The labels of its links, without the empty one."""
        return sorted({label for _, label in self.types if label})


def links(answer: Answer, wanted: Collection[str]) -> tuple[dict[str, list[Linked]], dict[str, str]]:
    """Record -> who is linked with it, and where its next page begins, if it has one.

    Who has no link is an *error* in HubSpot's words. Retryable where it is about a record that nobody asked for, or
    where the links of one could not be read.
    """
    found: dict[str, list[Linked]] = {}
    lonely = {id for id in _lonely(answer, body(answer).get("errors")) if id in wanted}
    more: dict[str, str] = {}
    for each in results(answer):
        one, to = each.get("from"), each.get("to")
        id = str(one.get("id")) if isinstance(one, dict) else ""
        if id not in wanted or not isinstance(to, list) or id in found:
            raise answer.unreadable("links that nobody asked for")
        found[id] = [_linked(answer, other) for other in to]
        following = next_of(answer, each.get("paging"))
        if following is not None:
            more[id] = following
    return {id: [] for id in lonely - found.keys()} | found, more


def _lonely(answer: Answer, errors: Any) -> Iterator[str]:
    """Who is said to have no link. Any other error is no word about links."""
    for each in errors if isinstance(errors, list) else ():
        said = each if isinstance(each, dict) else {}
        if _LONELY not in str(said.get("subCategory")) and said.get("category") != NOT_FOUND:
            raise answer.unreadable(f"links that could not be read: {said.get('category') or 'without a reason'}")
        context = said.get("context")
        ids = context.get("fromObjectId") if isinstance(context, dict) else None
        yield from (str(id) for id in ids or () if isinstance(ids, list))


def _linked(answer: Answer, said: Any) -> Linked:
    id = str(said.get("toObjectId") or "") if isinstance(said, dict) else ""
    types = said.get("associationTypes") if isinstance(said, dict) else None
    if not id or not isinstance(types, list):
        raise answer.unreadable("links that lead nowhere")
    return Linked(id, tuple(_types(types)))


def _types(said: list[Any]) -> Iterator[tuple[Type, str]]:
    for each in said:
        if isinstance(each, dict) and isinstance(each.get("typeId"), int):
            yield (str(each.get("category")), each["typeId"]), str(each.get("label") or "").strip().lower()


@dataclass(frozen=True, slots=True)
class Made:
    """Which links an answer says were made, and why others were not; HubSpot rarely says which."""

    pairs: frozenset[Pair]
    refusal: Refusal | None


def made(answer: Answer) -> Made:
    """What became of links. Whoever is not named has to be looked at: HubSpot takes links, and makes none."""
    if answer.too_large:
        return Made(frozenset(), OVERSIZE)
    if not 200 <= answer.status < 300:
        if answer.status in (401, 403, 404):
            body(answer)  # raises
        return Made(frozenset(), reason(own_error(answer), ()))
    said = said_in(answer)
    listed, errors = said.get("results"), said.get("errors")
    pairs = {pair for each in (listed if isinstance(listed, list) else ()) if (pair := _pair(each)) is not None}
    first = next((each for each in (errors if isinstance(errors, list) else ()) if isinstance(each, dict)), None)
    return Made(frozenset(pairs), reason(first, ()) if first is not None else None)


def _pair(said: Any) -> Pair | None:
    if not isinstance(said, dict):
        return None
    one, other = said.get("fromObjectId"), said.get("toObjectId")
    if one is None and isinstance(said.get("from"), dict) and isinstance(said.get("to"), dict):
        one, other = said["from"].get("id"), said["to"].get("id")
    return (str(one), str(other)) if one and other else None
