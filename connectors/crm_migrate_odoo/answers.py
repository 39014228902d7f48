"""What an Odoo's answers say. Pure: read strictly.

A call that was an error left nothing behind: a request is one transaction. Only where the connection to its own
database broke, nobody knows. A gateway before it speaks otherwise: of what it refuses nobody knows what became.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE, without_values
from crm_migrate.errors import AuthExpired, TargetError

Record = Mapping[str, Any]
Row = Mapping[str, str | None]
_DENIED = "odoo.exceptions.AccessDenied"
_RIGHTS = "odoo.exceptions.AccessError"
_UNKNOWN = ("builtins.KeyError", "builtins.AttributeError", "odoo.exceptions.UserError")  # what no model is called
# Kinds of errors after which the transaction is certainly undone; what else begins with psycopg2 is a broken
# connection, and the commit may have been under way.
_UNDONE = ("odoo.", "builtins.", "werkzeug.")
_VIOLATED = ("psycopg2.IntegrityError", "psycopg2.errors.", "psycopg2.DataError", "psycopg2.ProgrammingError")
_CONFLICTS = ("SerializationFailure", "DeadlockDetected", "LockNotAvailable", "TransactionRollbackError")


@dataclass(frozen=True, slots=True)
class Failed:
    """An error of Odoo: the name of its exception, and its words."""

    name: str
    words: str

    @property
    def about_records(self) -> bool:
        """Whether it is about what was sent, and not about the call, its rights or a name."""
        return self.name.startswith(("odoo.exceptions.", *_VIOLATED)) and self.name not in (_DENIED, _RIGHTS)

    @property
    def conflict(self) -> bool:
        """Whether somebody else changed the record at this moment: worth another try."""
        return self.name.endswith(_CONFLICTS)


def result(answer: Answer) -> Any:
    """What a call gave, or how it failed. InDoubt or Retryable where the answer cannot be read, or nobody knows."""
    if answer.too_large:
        return Failed("odoo.exceptions.TooLarge", OVERSIZE.words)
    if answer.status != 200:
        raise answer.unreadable("no word of Odoo")
    said = answer.json()
    if not isinstance(said, dict) or ("result" in said) == ("error" in said):
        raise answer.unreadable("neither a result nor an error")
    if said.get("id") != answer.request.json["id"]:
        raise answer.unreadable("that to another request")
    return _failed(answer, said["error"]) if "error" in said else said["result"]


def _failed(answer: Answer, error: Any) -> Failed:
    data = error.get("data") if isinstance(error, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise answer.unreadable("an error without a name")
    said = Failed(data["name"], str(data.get("message") or ""))
    if not said.name.startswith((*_UNDONE, *_VIOLATED)) and not said.conflict:
        raise answer.unreadable(f"an error of the server ({said.name})")
    return said


def told(answer: Answer) -> Any:
    """What a question gave. TargetError where it failed."""
    said = result(answer)
    if isinstance(said, Failed):
        raise refused(answer, said)
    return said


def refused(answer: Answer, said: Failed) -> TargetError:
    """The error of a call that is refused for its own sake. No word of it is repeated that may hold a value."""
    if said.name == _DENIED:
        return AuthExpired(
            "Odoo refuses this user or key", hint="check user and token of the environment, then: crm-migrate resume"
        )
    model, method = answer.request.json["params"]["args"][3:5]
    hint = "give our user the right to it" if said.name == _RIGHTS else ""
    return TargetError(f"Odoo refuses {method} of {model}: {said.name}: {said.words[:200]}", hint=hint)


def signed_in(answer: Answer) -> int | None:
    """The id of our user; None where the login is refused."""
    said = result(answer)
    if said is False:
        return None
    if isinstance(said, Failed):
        raise TargetError(f"Odoo refuses the login: {said.name}: {said.words[:200]}", hint="look at `database`")
    if not _is_id(said):
        raise answer.unreadable("no id of a user")
    return int(said)


def fields(answer: Answer) -> dict[str, Record] | None:
    """The fields of a model; None where there is no such model."""
    said = result(answer)
    if isinstance(said, Failed) and said.name in _UNKNOWN:
        return None
    if isinstance(said, Failed):
        raise refused(answer, said)
    if not isinstance(said, dict) or not all(isinstance(each, dict) for each in said.values()):
        raise answer.unreadable("no fields of a model")
    return said


def values(answer: Answer) -> dict[str, Any]:
    """Values by field."""
    said = told(answer)
    if not isinstance(said, dict):
        raise answer.unreadable("no values")
    return said


def records(answer: Answer) -> list[Record]:
    """The records of a search, each once."""
    said = told(answer)
    if not isinstance(said, list) or not all(isinstance(each, dict) and _is_id(each.get("id")) for each in said):
        raise answer.unreadable("a list of something else than records")
    if len({each["id"] for each in said}) != len(said):
        raise answer.unreadable("a list with a record twice")
    return said


def searched(answer: Answer) -> list[Record] | None:
    """The records of a search in a model that we perhaps may not see, or that is not there: None then."""
    said = result(answer)
    if isinstance(said, Failed) and (said.name == _RIGHTS or said.name.startswith("builtins.")):
        return None
    return records(answer)


def _is_id(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and said > 0


# ---------------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is said of an import: the ids of its records, in the order of its lines, or none where nothing was done;
    then `why` tells of some of the lines, by their places, why they cannot be taken."""

    ids: tuple[int, ...] = ()
    why: Mapping[int, Refusal] = field(default_factory=dict)


def loaded(answer: Answer, rows: Sequence[Row], field_of: Mapping[str, str]) -> Loaded | Failed:
    """What is said of an import of these rows, or how the call failed. `field_of`: column -> field of ours."""
    said = result(answer)
    if isinstance(said, Failed):
        if not (said.about_records or said.conflict):
            raise refused(answer, said)
        return said
    ids, messages = (said.get("ids"), said.get("messages")) if isinstance(said, dict) else (None, None)
    if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        raise answer.unreadable("no outcome of an import")
    if ids is False:
        return Loaded(why=_accused(messages, rows, field_of))
    if not isinstance(ids, list) or not all(_is_id(id) for id in ids):
        raise answer.unreadable("no outcome of an import")
    return Loaded(tuple(ids))


def _accused(messages: Sequence[Record], rows: Sequence[Row], field_of: Mapping[str, str]) -> dict[int, Refusal]:
    """Place -> why, of lines that a message names. What spoiled the import as a whole is told of the first line,
    whichever it was, so no word about the first line counts that another one is named by as well, or that stands
    beside words about others without a cell."""
    found: dict[int, tuple[bool, Refusal]] = {}
    for each in messages:
        place, column = each.get("record"), str(each.get("field") or "")
        if each.get("type") == "error" and isinstance(place, int) and 0 <= place < len(rows):
            words = without_values(str(each.get("message") or ""), rows[place : place + 1])
            why = Refusal(words or "Odoo gives no reason", "LOAD", field_of.get(column, column))
            if place not in found or (column and not found[place][0]):
                found[place] = bool(column), why
    if len(found) > 1 and 0 in found and not found[0][0]:
        del found[0]
    return {place: why for place, (_, why) in found.items()}


def done(answer: Answer, rows: Collection[Row]) -> Refusal | None:
    """Why a change was not done. TargetError where that is not about the records."""
    said = result(answer)
    if not isinstance(said, Failed):
        if said is not True and not (isinstance(said, list) and said and all(_is_id(id) for id in said)):
            raise answer.unreadable("no outcome of a change")
        return None
    if not (said.about_records or said.conflict):
        raise refused(answer, said)
    return refusal(said, rows)


def refusal(said: Failed, rows: Collection[Row]) -> Refusal:
    """Its words, without any value of the rows."""
    words = without_values(said.words, rows)
    return Refusal(words or "Odoo gives no reason", said.name.rpartition(".")[2])
