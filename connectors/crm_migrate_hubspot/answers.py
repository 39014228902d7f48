"""What HubSpot answers about records. Pure: matched by our key, by trace id or by id, never by position.

A success that does not name a record says nothing of it: HubSpot has answered with an empty list and written nothing.
Who is named twice, or by two names that do not fit each other, is named by none.

A gateway before HubSpot speaks otherwise: of what it refuses or answers nobody knows what became.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import TargetError
from crm_migrate_hubspot.shapes import KEY

CONFLICT, NOT_FOUND = "CONFLICT", "OBJECT_NOT_FOUND"
TRACE = "objectWriteTraceId"
_TRACE_WORDS = (TRACE, "objectWriteTraceIds")
_REFUSALS = frozenset({400, 409, 422})  # about what was sent, of which nothing was done
# HubSpot's own page about what is not there.
_PAGE = re.compile(rb"\s*<html>.*<h2>HTTP ERROR 404</h2>\s*<p>Resource not found</p>", re.DOTALL)
_QUOTED = re.compile(r"(\"|'|“|\[|\{)[^\"'”\]\}]*(\"|'|”|\]|\})")
_EXISTING = re.compile(r"Existing ID: (\d+)")
_SHORTEST = 3  # characters; a shorter value may stand in HubSpot's own words by chance
_WORDLESS = "HubSpot gives no reason"

Record = tuple[str, Mapping[str, Any]]  # id, properties


@dataclass(frozen=True, slots=True)
class Sent:
    """A record as it was sent: which entity it is, the key that was written with it (None: none), its id where it is
    known, and its values, which no refusal may repeat."""

    entity: str
    key: str | None
    id: str | None = None
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the records of a request. Who is in none of these may have been written, or not.

    `clashes` met a record that is there already, by our key or by another value that is there once.
    """

    loaded: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    clashes: Mapping[str, Refusal] = field(default_factory=dict)
    whole: Refusal | None = None

    def is_clash(self) -> bool:
        """Whether all of it was refused for a record that is there already."""
        return self.whole is not None and _clashes(self.whole)


# ---------------------------------------------------------------------------------------------------- errors


def body(answer: Answer) -> dict[str, Any]:
    """The JSON object of a success. TargetError with HubSpot's words where it is an error."""
    return answer.object(refused)


def results(answer: Answer) -> list[dict[str, Any]]:
    """The list of results of a success."""
    said = body(answer).get("results")
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        raise answer.unreadable("without a list of results")
    return said


def refused(answer: Answer) -> TargetError:
    """The error of an answer of 4xx that is about the request itself. InDoubt or Retryable where it is not
    HubSpot's."""
    said = own_error(answer)
    why = reason(said, ())
    scopes = _scopes(said)
    hint = f"give the app of the token one of these scopes: {', '.join(scopes)}" if scopes else ""
    if answer.status == 403 and not hint:
        hint = "the app of the token, or its user, lacks a right"
    told = f"{why.code}: {why.words}" if why.code else why.words
    return TargetError(f"HubSpot refuses {answer.request} ({answer.status}): {told}", hint=hint)


def own_error(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of an error of HubSpot itself. InDoubt or Retryable where it is somebody else's."""
    said: Mapping[str, Any] = answer.own("HubSpot", _is_own)
    return said


def reasons(answer: Answer) -> list[Refusal]:
    """Why parts of a request were refused that succeeded otherwise."""
    return [reason(each, ()) for each in _errors(said_in(answer))]


def _is_own(said: Any) -> bool:
    return isinstance(said, dict) and all(isinstance(said.get(name), str) for name in ("message", "correlationId"))


def said_in(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of a success; empty where it is something else: nobody is named then."""
    try:
        said = answer.json()
    except TargetError:
        return {}
    return said if isinstance(said, dict) else {}


def _scopes(said: Mapping[str, Any]) -> list[str]:
    contexts = [said.get("context"), *(each.get("context") for each in _errors(said))]
    named = [each.get("requiredGranularScopes") for each in contexts if isinstance(each, dict)]
    return [str(scope) for scopes in named if isinstance(scopes, list) for scope in scopes][:6]


def _errors(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = said.get("errors")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def reason(said: Mapping[str, Any], values: Collection[str]) -> Refusal:
    """Why something was refused, without the values: the properties with their codes where HubSpot lists them."""
    listed = list(dict.fromkeys([*_listed(said), *_codes(said)]))
    category = _text(said.get("category"))
    if listed:
        words = "; ".join(f"{name}: {code}" for name, code in listed)
        return Refusal(words, listed[0][1] or category, listed[0][0])
    return Refusal(without_values(_text(said.get("message")), values) or _WORDLESS, category, _named(said))


def _codes(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in _errors(said):
        context = each.get("context")
        names = context.get("propertyName") if isinstance(context, dict) else None
        for name in names if isinstance(names, list) else ():
            yield str(name), _text(each.get("code"))


def _listed(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Property and code of the list that HubSpot writes into its words as JSON."""
    _, found, listed = _text(said.get("message")).partition("Property values were not valid: ")
    try:
        each_of = json.loads(listed) if found else []
    except ValueError:
        return
    for each in each_of if isinstance(each_of, list) else ():
        if isinstance(each, dict) and each.get("name"):
            yield _text(each["name"]), _text(each.get("error"))


def _named(said: Mapping[str, Any]) -> str:
    """The property that the words are about, where they name one."""
    found = re.search(r"propertyName=([a-z0-9_]+)", _text(said.get("message")))
    return found[1] if found else ""


def without_values(words: str, values: Collection[str]) -> str:
    """HubSpot's words without any value of a record; what stands in quotation marks or brackets is one."""
    for value in sorted((v for v in values if len(v) >= _SHORTEST), key=len, reverse=True):
        words = re.sub(re.escape(value), "...", words, flags=re.IGNORECASE)
    return _QUOTED.sub("...", words)


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def _clashes(why: Refusal) -> bool:
    return why.code == CONFLICT or why.field == KEY or "already" in why.words


# ---------------------------------------------------------------------------------------------------- writing


def written(answer: Answer, sent: Sequence[Sent]) -> Told:
    """What became of the records that were created, or changed, by their answer. TargetError where the request itself
    is wrong: the object is not there, or a right is missing."""
    values = frozenset(value for each in sent for value in each.values)
    if answer.too_large:
        return Told(whole=OVERSIZE)
    if answer.status in _REFUSALS:
        return Told(whole=reason(own_error(answer), values))
    if not 200 <= answer.status < 300:
        raise refused(answer)
    said = said_in(answer)
    about = _About(sent)
    found = said.get("results")
    for each in found if isinstance(found, list) else ():
        about.result(each)
    for each in _errors(said):
        about.error(each)
    return about.told()


class _About:
    """Collects what is said of each record."""

    def __init__(self, sent: Sequence[Sent]) -> None:
        self._sent = {each.entity: each for each in sent}
        self._by_key = {each.key: each.entity for each in sent if each.key}
        self._by_id = {each.id: each.entity for each in sent if each.id}
        self._said: dict[str, list[str | Refusal | None]] = {}  # an id, why not, or nothing that is clear

    def result(self, each: Any) -> None:
        """Whom a result is about: all names that it has must be of one entity."""
        if not isinstance(each, dict):
            return
        id, properties = _id(each.get("id")), each.get("properties")
        inside = properties if isinstance(properties, dict) else {}
        key, own = inside.get(KEY), _id(inside.get("hs_object_id")) or id
        traced = [_text(each.get(TRACE))] if each.get(TRACE) is not None else []
        named = {self._by_key.get(key)} if isinstance(key, str) and key and self._by_key else set()
        named |= {trace if trace in self._sent else None for trace in traced}
        named |= {self._by_id[id]} if id in self._by_id else set()
        entities = {entity for entity in named if entity is not None}
        is_clear = len(named) == 1 and None not in named and each.get("archived") is not True and own == id != ""
        for entity in entities:
            expected = self._sent[entity].id
            self._note(entity, id if is_clear and expected in (None, id) else None)

    def error(self, each: Mapping[str, Any]) -> None:
        """Whom an error names by trace id or id; where it names several it is about each of them."""
        context = each.get("context")
        if not isinstance(context, dict):
            return
        traced = [name for word in _TRACE_WORDS for name in _list(context.get(word)) if name in self._sent]
        others = [self._by_id[id] for word in ("ids", "id") for id in _list(context.get(word)) if id in self._by_id]
        for entity in dict.fromkeys([*traced, *others]):
            self._note(entity, self._why(each, context, entity))

    def _why(self, each: Mapping[str, Any], context: Mapping[str, Any], entity: str) -> Refusal:
        why = reason(each, self._sent[entity].values)
        existing = [*_list(context.get("existingId")), *_EXISTING.findall(_text(each.get("message")))]
        if not existing or existing[0] in why.words:
            return why
        return Refusal(f"{why.words.rstrip('. ')} (HubSpot's record {existing[0]})", why.code or CONFLICT, why.field)

    def _note(self, entity: str, said: str | Refusal | None) -> None:
        self._said.setdefault(entity, []).append(said)

    def told(self) -> Told:
        """What is clear; an id that is said to be of two entities is of neither."""
        clear = {entity: words[0] for entity, words in self._said.items() if all(each == words[0] for each in words)}
        ids = [said for said in clear.values() if isinstance(said, str)]
        loaded = {e: said for e, said in clear.items() if isinstance(said, str) and ids.count(said) == 1}
        refusals = {e: said for e, said in clear.items() if isinstance(said, Refusal)}
        clashes = {e: why for e, why in refusals.items() if _clashes(why)}
        return Told(loaded, {e: why for e, why in refusals.items() if e not in clashes}, clashes)


def _list(said: Any) -> list[str]:
    return [str(each) for each in said] if isinstance(said, list) else [said] if isinstance(said, str) else []


def _id(said: Any) -> str:
    if isinstance(said, int) and not isinstance(said, bool):
        return str(said)
    return _text(said)


# ---------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a list, and where the next page begins."""

    records: tuple[Record, ...]
    after: str | None = None


def page(answer: Answer, archived: bool = False) -> Page:
    """A page of a list. Retryable where it lists a record twice, or one that is archived and was not asked for."""
    said = results(answer)
    records = tuple(_record(answer, each) for each in said if bool(each.get("archived")) == archived)
    if len({id for id, _ in records}) != len(records):
        raise answer.unreadable("a list with a record twice")
    return Page(records, after(answer))


def after(answer: Answer) -> str | None:
    """Where the next page begins; None on the last. The address of it is not followed: HubSpot names another path."""
    paging = body(answer).get("paging")
    return next_of(answer, paging)


def next_of(answer: Answer, paging: Any) -> str | None:
    """Where what is paged goes on; None at its end. Retryable where it goes on and does not say where."""
    following = paging.get("next") if isinstance(paging, dict) else None
    if following is None:
        return None
    said = following.get("after") if isinstance(following, dict) else None
    if not isinstance(said, str | int) or said == "":
        raise answer.unreadable("a page that does not say where the next one begins")
    return str(said)


def found(answer: Answer, wanted: Collection[str], by_key: bool) -> tuple[Record, ...]:
    """Records that were asked for by our key, or by id; of those by id also the record that is left of a merged one.

    Retryable where the answer lists one twice, or by a key that nobody asked for, or could not read some of them: only
    who is *said* not to be there is missing.
    """
    failed = [_text(each.get("category")) for each in _errors(body(answer)) if each.get("category") != NOT_FOUND]
    if failed:
        raise answer.unreadable(f"records that could not be read: {failed[0] or _WORDLESS}")
    records = tuple(_record(answer, each) for each in results(answer) if each.get("archived") is not True)
    names = [_text(values.get(KEY)) if by_key else id for id, values in records]
    if by_key and (not set(names) <= set(wanted) or len(set(names)) != len(names)):
        raise answer.unreadable("a list with a record that nobody asked for, or twice")
    return tuple(dict(records).items())


def _record(answer: Answer, said: Mapping[str, Any]) -> Record:
    id, values = _id(said.get("id")), said.get("properties")
    if not id or not isinstance(values, dict):
        raise answer.unreadable("a list of something else than records")
    return id, values


def is_missing(answer: Answer) -> bool:
    """Whether an answer says that what was asked for is not there; HubSpot says so in HTML, too. InDoubt or Retryable
    where somebody else says it."""
    if answer.status != 404:
        return False
    return bool(_PAGE.match(answer.body)) or _is_own(own_error(answer))
