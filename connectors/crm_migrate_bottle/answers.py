"""What a BottleCRM's answers say. Pure.

A refusal left nothing behind: BottleCRM checks everything before it writes. What it took may be less than what was
sent, whatever its answer says: only the record itself tells. A gateway before it speaks otherwise: of what it refuses
or answers nobody knows what became.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate.errors import TargetError
from crm_migrate_bottle.auth import refused as token_refused
from crm_migrate_bottle.shapes import CUSTOM, Model

NOT_FOUND = 404
MODULE_OFF = "module_off"  # the code of an answer about a module that is switched off
_CODES = {400: "INVALID", NOT_FOUND: "NOT_FOUND", 409: "CONFLICT"}  # what is about the record itself
_NOBODY = "Organization context is required"  # what it says to a token that it does not know
_QUOTED = re.compile(r"(\"|')(.*)\1", re.DOTALL)
_SHORTEST = 3  # characters; a shorter value may stand in the server's own words by chance

Record = Mapping[str, Any]


class SwitchedOff(TargetError):
    """A module of BottleCRM that is off: what it holds cannot be seen, and is there."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, and how many there are in all, for each lane of a model."""

    lanes: tuple[tuple[tuple[Record, ...], int], ...]


def told(answer: Answer) -> Any:
    """What a question gave. TargetError where it was refused."""
    if not 200 <= answer.status < 300:
        raise _refused(answer)
    return answer.json()


def text(answer: Answer, *path: str) -> str:
    """A text of an answer, at its place."""
    said = _at(told(answer), path)
    if not isinstance(said, str) or not said:
        raise answer.unreadable(f"without {'.'.join(path)}")
    return said


def page(answer: Answer, model: Model) -> Page:
    """Some of the records of a model."""
    said, lanes = told(answer), []
    for rows, count in model.lanes:
        total = _at(said, count)
        if not isinstance(total, int) or isinstance(total, bool):
            raise answer.unreadable(f"no page of {model.name}")
        lanes.append((tuple(_records(answer, _at(said, rows), model)), total))
    return Page(tuple(lanes))


def one(answer: Answer, id: str) -> tuple[Record, Mapping[str, Any]] | None:
    """A record, and the answer that it stands in; None where it is not there."""
    if _missing(answer):
        return None
    said = told(answer)
    for name, each in said.items() if isinstance(said, dict) else ():
        if name.endswith("_obj") and isinstance(each, dict) and each.get("id") == id:
            return each, said
    raise answer.unreadable("not about the record that was asked for")


def definitions(answer: Answer) -> dict[tuple[str, str], Record]:
    """Custom fields by their model and key."""
    return {(str(each["target_model"]), str(each["key"])): each for each in _list(answer, "definitions", "key")}


def people(answer: Answer) -> dict[str, str]:
    """Mailbox of an active user -> what a record is assigned to."""
    found = {}
    for each in _list(answer, "profiles", "user_details"):
        user = each["user_details"]
        if isinstance(user, dict) and each.get("is_active", True):
            found[str(user.get("email", "")).lower()] = str(each["id"])
    return found


def pipelines(answer: Answer) -> tuple[dict[str, str], tuple[str, ...]]:
    """Pipeline -> id, and the stages of all of them."""
    said = _list(answer, "pipelines", "stages")
    stages = dict.fromkeys(str(stage["code"]) for each in said for stage in each["stages"])
    return {str(each["name"]): str(each["id"]) for each in said}, tuple(stages)


def count(answer: Answer) -> int:
    """How many there are."""
    said = _at(told(answer), ("count",))
    if not isinstance(said, int) or isinstance(said, bool):
        raise answer.unreadable("without a count")
    return said


def created(answer: Answer, model: Model) -> str | Refusal:
    """The id of the record that was created, "" where BottleCRM does not say it; why it was not. InDoubt where that is
    unclear."""
    said = _written(answer)
    if isinstance(said, Refusal):
        return said
    id = said.get("id")
    if model.nameless and id is None:
        return ""
    if not isinstance(id, str) or not id:
        raise answer.unreadable("without the record that was created")
    return id


def changed(answer: Answer) -> Refusal | None:
    """Why a record was not changed; None where it was. InDoubt where that is unclear."""
    said = _written(answer)
    return said if isinstance(said, Refusal) else None


def deleted(answer: Answer) -> bool | Refusal:
    """True where a record went, False where it was not there any more; why it stays."""
    if _missing(answer):
        return False
    said = _written(answer)
    return said if isinstance(said, Refusal) else True


def _written(answer: Answer) -> Mapping[str, Any] | Refusal:
    if answer.too_large:
        return OVERSIZE
    if _missing(answer) or answer.status in _CODES:
        return Refusal(*_why(answer))
    said = told(answer)
    if not isinstance(said, dict) or said.get("error") not in (False, None):
        raise answer.unreadable("no word about what became of it")
    return said


def _missing(answer: Answer) -> bool:
    """Whether a record is not there. SwitchedOff where that cannot be said."""
    if answer.status != NOT_FOUND:
        return False
    if _error(answer).get("code") == MODULE_OFF:
        raise _refused(answer)
    return True


def without_values(refusal: Refusal, values: Collection[str]) -> Refusal:
    """The words without any value of the record."""
    words = refusal.words
    for value in sorted((v for v in values if len(v) >= _SHORTEST), key=len, reverse=True):
        words = words.replace(value, "...")
    return Refusal(_QUOTED.sub(r"\1...\1", words), refusal.code, refusal.field)


def _refused(answer: Answer) -> TargetError:
    words, _, _ = _why(answer)
    if _error(answer).get("code") == MODULE_OFF:
        return SwitchedOff(f"BottleCRM: {words}", hint="switch the module on there (settings, modules)")
    if answer.status == 403 and words.startswith(_NOBODY):
        return token_refused()
    hint = "the token wants an administrator's rights, and no scopes" if answer.status == 403 else ""
    return TargetError(f"BottleCRM refuses {answer.request} ({answer.status}): {words}", hint=hint)


def _why(answer: Answer) -> tuple[str, str, str]:
    """Words, code and field of an error. InDoubt or Retryable where it is no error of BottleCRM."""
    said = _error(answer)
    errors: Any = next((said[name] for name in ("errors", "detail", "message") if name in said), said)
    found = list(_errors(errors))
    first = found[0][0] if found else ""
    words = "; ".join(f"{field}: {word}" if field != first else word for field, word in found)
    return words or "without a word that we know", _CODES.get(answer.status, ""), first


def _error(answer: Answer) -> Mapping[str, Any]:
    """An error as BottleCRM tells it: `detail`, `error: true`, or words for each field."""
    return dict(answer.own("BottleCRM", _is_own))


def _is_own(said: Any) -> bool:
    return isinstance(said, dict) and (
        isinstance(said.get("detail"), str | list)
        or said.get("error") is True
        or ("error" not in said and any(isinstance(each, list | dict) for each in said.values()))
    )


def _errors(said: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Field and words of each error, however deep."""
    if isinstance(said, str):
        yield field, said
    for each in said if isinstance(said, list) else ():
        yield from _errors(each, field)
    for name, each in said.items() if isinstance(said, dict) else ():
        place = f"custom.{name}" if field == CUSTOM else str(name)
        yield from _errors(each, "" if place == "non_field_errors" else place)


def _at(said: Any, path: Sequence[str]) -> Any:
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _list(answer: Answer, name: str, member: str) -> list[dict[str, Any]]:
    said = _at(told(answer), (name,))
    if not isinstance(said, list) or not all(isinstance(each, dict) and member in each for each in said):
        raise answer.unreadable(f"no list of {name}")
    return said


def _records(answer: Answer, said: Any, model: Model) -> list[Record]:
    if not isinstance(said, list) or not all(
        isinstance(each, dict) and isinstance(each.get("id"), str) for each in said
    ):
        raise answer.unreadable("a list of something else than records")
    if len({each["id"] for each in said}) != len(said):
        raise answer.unreadable("a list with a record twice")
    if not model.slim and not all(isinstance(each.get(CUSTOM), dict) for each in said):
        raise answer.unreadable("a list of records without their custom fields")
    return said
