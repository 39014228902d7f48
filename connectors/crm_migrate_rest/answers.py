"""What the CRM's answers say. Pure: matched by our key, never by position, and read strictly.

Who is not named clearly is not named at all: the loader then asks for it by our key. A gateway before the CRM speaks
otherwise: of what it refuses or answers nobody knows what became.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Allowance, By, Refusal
from crm_migrate.connecting.contract import Answer as Outcome
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE, without_values
from crm_migrate.errors import TargetError
from crm_migrate_rest.describe import Described

LOCKED = "UNABLE_TO_LOCK"
DUPLICATE = "DUPLICATE_VALUE"
LOCK_PAUSE = timedelta(seconds=1)  # a record that another request holds is sent again after this
_DONE = {"create": frozenset({"created"}), "update": frozenset({"updated", "unchanged"})}
_WHOLE = 422  # one of them is wrong: nothing of the request was done
_ALONE = ("TWICE_IN_BATCH",)  # ... and so is this, though it comes with 400

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class About:
    """The organisation, how many records a batch and a page hold, its objects, and what it takes of us now."""

    organisation: str
    batch: int
    page: int
    objects: tuple[str, ...] = ()
    allowance: Allowance = field(default_factory=Allowance)


Record = tuple[str, Mapping[str, Any]]  # id, values by field


@dataclass(frozen=True, slots=True)
class Found:
    """Records of one answer, and the id behind which there are more."""

    records: tuple[Record, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write was answered. `nameless` were written, and the answer does not say under which id."""

    outcome: Outcome
    nameless: frozenset[str] = field(default_factory=frozenset)


# ---------------------------------------------------------------------------------------------------- errors


def error_of(answer: Answer) -> tuple[str, str, Any]:
    """Code, message and `until` of an answer that is an error of the CRM; empty words where it is something else."""
    try:
        error = _own_error(answer)
    except TargetError:
        return "", "", None
    return _text(error.get("code")), _text(error.get("message")), error.get("until")


def _own_error(answer: Answer) -> dict[str, Any]:
    """An error of the CRM itself. InDoubt or Retryable where it is somebody else's."""
    return dict(answer.own("the CRM", _is_own)["error"])


def _is_own(said: Any) -> bool:
    error = said.get("error") if isinstance(said, dict) else None
    return isinstance(error, dict) and bool(_text(error.get("code")))


def refused(answer: Answer) -> TargetError:
    """The error of an answer of 4xx that is about the request itself. InDoubt or Retryable where it is not the
    CRM's."""
    error = _own_error(answer)
    words = ": ".join(part for part in (error["code"], _text(error.get("message"))) if part)
    return TargetError(f"the CRM refuses {answer.request} ({answer.status}): {words}")


def _body(answer: Answer) -> dict[str, Any]:
    """The JSON object of a success. Raises what it is where it is none."""
    return answer.object(refused)


def _results(answer: Answer) -> list[dict[str, Any]]:
    results = _body(answer).get("results")
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise answer.unreadable("without a list of results")
    return results


# ---------------------------------------------------------------------------------------------------- looking


def about(answer: Answer) -> About:
    """Who it is. Retryable where it cannot be read."""
    said = _body(answer)
    name, batch, page = _text(said.get("organisation")), _count(said.get("batch")), _count(said.get("page"))
    if not name or not batch or not page:
        raise answer.unreadable("without organisation, batch and page")
    objects = said.get("objects")
    named = objects if isinstance(objects, list) else []
    listed = tuple(each for each in named if isinstance(each, str) and each)
    return About(name, batch, page, listed, _allowance(said.get("usage"), page))


def _allowance(usage: Any, page: int) -> Allowance:
    """What is left today, as far as it is said and makes sense."""
    said = usage if isinstance(usage, dict) else {}
    per_day, used, window = _count(said.get("per_day")), said.get("used_today"), said.get("window")
    left = max(0, per_day - used) if per_day and isinstance(used, int) and used >= 0 else None
    seconds = float(window) if isinstance(window, int | float) and window > 0 else None
    return Allowance(per_day or None, left, _count(said.get("per_window")) or None, seconds, page)


def described(answer: Answer, object: str) -> Described | None:
    """The fields of an object, None where there is no such object."""
    if answer.status == 404 and error_of(answer)[0] == "UNKNOWN_OBJECT":
        return None
    said = _body(answer)
    fields = said.get("fields")
    if said.get("name") != object or not isinstance(fields, list):
        raise answer.unreadable("no description of what was asked for")
    words = [(each.get("name"), each) for each in fields if isinstance(each, dict)]
    if len(words) != len(fields) or not all(isinstance(name, str) and name for name, _ in words):
        raise answer.unreadable("without names of fields")
    return Described(object, {str(name): said for name, said in words})


def found(answer: Answer, key_field: str, by: By = "all", wanted: Collection[str] = ()) -> Found:
    """The records of a page; or those whose id or key of ours is one of `wanted`.

    Raises Retryable where the answer lists a record or a key of ours twice, or a record that nobody asked for.
    """
    records = tuple(_record(answer, each, key_field) for each in _results(answer))
    for says in ([id for id, _ in records], [key for _, values in records if (key := values.get(key_field))]):
        if len(set(map(str, says))) != len(says):
            raise answer.unreadable("a list with a record twice")
    if by != "all" and any((id if by == "id" else values.get(key_field)) not in wanted for id, values in records):
        raise answer.unreadable("a list with a record that nobody asked for")
    after = _body(answer).get("after")
    if after is not None and (not isinstance(after, str) or not after):
        raise answer.unreadable("a page that does not say where the next one begins")
    return Found(records, after)


def became(answer: Answer, id: str) -> str | None:
    """The id of the record that a record was merged into; its own while it is there, None where it was deleted or never
    was. Retryable where the answer cannot be read."""
    if answer.status == 404 and error_of(answer)[0] == "NOT_FOUND":
        return None
    if answer.status == 410:
        into = _own_error(answer).get("merged_into")
        return into if isinstance(into, str) and into else None
    if _body(answer).get("id") != id:
        raise answer.unreadable("another record than was asked for")
    return id


def _record(answer: Answer, said: Mapping[str, Any], key_field: str) -> Record:
    """Id and values. The key that the CRM names beside them is that among them, or it is about somebody else."""
    id, values, key = said.get("id"), said.get("fields"), said.get("key")
    if not isinstance(id, str) or not id or not isinstance(values, dict):
        raise answer.unreadable("a list of something else than records")
    if key_field in values and key != values[key_field]:
        raise answer.unreadable("a list with two keys for one record")
    return id, values


# ---------------------------------------------------------------------------------------------------- writing


def written(answer: Answer, rows: Sequence[Row], key_field: str, action: str, now: datetime) -> Written:
    """An outcome per entity of a write; `rows` are those that were sent, with `__target_id` where they change one.

    InDoubt where the answer does not say what became of them, TargetError where the request itself is wrong.
    """
    if answer.too_large or answer.status == _WHOLE or (answer.status == 400 and error_of(answer)[0] in _ALONE):
        return Written(_refused_whole(answer, rows, now))
    sent = {str(row[ENTITY]): row for row in rows}
    said: dict[str, list[_Said]] = {}
    for result in _results(answer):
        key = result.get("key")
        if isinstance(key, str) and key:
            said.setdefault(key, []).append(_judged(result, sent.get(key, {}), key_field, action, now))
    clear = _clear(said)
    return Written(_outcome(said, clear), frozenset(k for k, each in clear.items() if each.nameless and k in sent))


def by_id(answer: Answer, rows: Sequence[Row], done: Collection[str], now: datetime) -> Outcome:
    """An outcome per entity of records that were named by their ids (`__target_id`), as far as the answer names them.

    `done` are the words for what was asked; where they say that records were deleted, who is not there is `gone`.
    """
    if answer.too_large or answer.status == _WHOLE or (answer.status == 400 and error_of(answer)[0] in _ALONE):
        return _refused_whole(answer, rows, now)
    entities = {str(row[TARGET_ID]): str(row[ENTITY]) for row in rows}
    said: dict[str, list[_Said]] = {}
    for result in _results(answer):
        id, key = _text(result.get("id")), _text(result.get("key"))
        entity = entities.get(id) or key or id
        told = _of_id(result, {e: i for i, e in entities.items()}.get(entity, ""), entity, done, now)
        if entity:
            said.setdefault(entity, []).append(told)
    return _outcome(said, _clear(said))


_ABSENT = ("NOT_FOUND", "DELETED")


def _of_id(result: Mapping[str, Any], id: str, entity: str, done: Collection[str], now: datetime) -> "_Said":
    status, deletes = _text(result.get("status")), "deleted" in done
    if _text(result.get("id")) not in ("", id) or _text(result.get("key")) not in ("", entity):
        return _Said(unclear=True)  # two names that do not fit each other
    if not id:
        return _Said(unclear=True)  # somebody whom nobody asked for
    if status in done:
        return _Said(id=id)
    if status != "refused":
        return _Said(unclear=True)
    error = result.get("error")
    error = error if isinstance(error, dict) else {}
    code = _text(error.get("code"))
    if code == LOCKED:
        return _Said(later=now + LOCK_PAUSE)
    if deletes and code in _ABSENT:
        return _Said(id=id, gone=True)
    return _Said(refusal=Refusal(_text(error.get("message")) or "the CRM gives no reason", code))


def _clear(said: "Mapping[str, Sequence[_Said]]") -> "dict[str, _Said]":
    """Twice the same is said once; two different words about one record are none."""
    return {key: words[0] for key, words in said.items() if all(each == words[0] for each in words)}


def _outcome(said: "Mapping[str, Sequence[_Said]]", clear: "Mapping[str, _Said]") -> Outcome:
    return Outcome(
        loaded={key: each.id for key, each in clear.items() if each.id},
        refused={key: each.refusal for key, each in clear.items() if each.refusal},
        in_doubt=frozenset(key for key in said if key not in clear or clear[key].unclear),
        later={key: each.later for key, each in clear.items() if each.later},
        gone=frozenset(key for key, each in clear.items() if each.gone),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What one result says: exactly one of these."""

    id: str = ""
    refusal: Refusal | None = None
    later: datetime | None = None
    nameless: bool = False
    unclear: bool = False
    gone: bool = False  # beside `id`: it was not there any more


def _judged(result: Mapping[str, Any], row: Row, key_field: str, action: str, now: datetime) -> _Said:
    status, id = _text(result.get("status")), result.get("id")
    if status in _DONE[action]:
        return _identified(id, row.get(TARGET_ID))
    if status != "refused":
        return _Said(unclear=True)
    error = result.get("error")
    error = error if isinstance(error, dict) else {}
    code, name = _text(error.get("code")), _text(error.get("field"))
    if code == LOCKED:
        return _Said(later=now + LOCK_PAUSE)
    if action == "create" and code == DUPLICATE and name == key_field:
        return _identified(error.get("existing"), None)  # an earlier try of ours, which nobody had answered
    words = without_values(_text(error.get("message")), [row]) or "the CRM gives no reason"
    return _Said(refusal=Refusal(words, code, name))


def _identified(id: Any, expected: str | None) -> _Said:
    if id is None:
        return _Said(id=expected) if expected else _Said(nameless=True)
    if not isinstance(id, str) or not id or (expected and id != expected):
        return _Said(unclear=True)
    return _Said(id=id)


def _refused_whole(answer: Answer, rows: Sequence[Row], now: datetime) -> Outcome:
    """Nothing was done; the message of an atomic batch begins with the code of the record that spoiled it."""
    if answer.too_large and not error_of(answer)[0]:
        return Outcome(refused_whole=OVERSIZE)
    error = _own_error(answer)
    code, message = error["code"], _text(error.get("message"))
    inner, separated, words = message.partition(": ")
    if not separated or not inner.isupper():
        inner, words = code, message
    if inner == LOCKED:
        return Outcome(later={str(row[ENTITY]): now + LOCK_PAUSE for row in rows})
    return Outcome(refused_whole=Refusal(without_values(words, rows) or "the CRM gives no reason", inner))


def _count(said: Any) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""
