"""What a Tryton server's answers say. Pure.

A call that was an error left nothing behind: Tryton rolls its transaction back. What runs after the commit (tasks of
the queue) may still fail, so who was created is asked for by our key even then. A gateway before it speaks otherwise:
of what it refuses or answers nobody knows what became.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.errors import TargetError

CONFLICT = "ConcurrencyException"  # somebody else changed the record at this moment: worth another try
# A page of the server itself, or of what it is built on: what a gateway says begins otherwise.
_PAGE = re.compile(rb"<!doctype html[^>]*>\s*(<html lang=en>\s*)?<title>\d{3} ", re.IGNORECASE)
_QUOTED = re.compile(r"(\"|')(.*?)(?<!\\)\1(?!\w)", re.DOTALL)
_SHORTEST = 3  # characters; a shorter value may stand in the server's own words by chance

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """An error of the server: its kind and words."""

    kind: str
    words: str


def result(answer: Answer) -> Any:
    """What a call gave, or how it failed. InDoubt or Retryable where the answer cannot be read."""
    if answer.too_large:
        return Failed("TOO_LARGE", "the server takes no request of this size")
    if not 200 <= answer.status < 300:
        if not _PAGE.match(answer.body):
            raise answer.unreadable("no word of Tryton")
        raise TargetError(f"the server refuses {answer.request} ({answer.status})", hint="look at the user's rights")
    said = answer.json()
    if not isinstance(said, dict) or ("result" in said) == ("error" in said):
        raise answer.unreadable("neither a result nor an error")
    if said.get("id") != answer.request.json["id"]:
        raise answer.unreadable("that to another request")
    return _failed(said["error"]) if "error" in said else said["result"]


def _failed(error: Any) -> Failed:
    """`["UserError", [message, description, ...]]`, or `[words, traceback]` of what nobody foresaw."""
    parts = list(error) if isinstance(error, list) else [error]
    inner = parts[1] if len(parts) > 1 and isinstance(parts[1], list) else None
    if inner is None:
        return Failed("ServerError", str(parts[0]) if parts else "")
    return Failed(str(parts[0]), " ".join(str(each) for each in inner[:2] if isinstance(each, str) and each))


def told(answer: Answer) -> Any:
    """What a question gave. TargetError where it failed."""
    said = result(answer)
    if isinstance(said, Failed):
        words = said.words or "without a word"
        hint = "is the database loaded there? trytond -d DATABASE" if "res.user" in words else ""
        raise TargetError(f"the server refuses {answer.request}: {said.kind}: {words}", hint=hint)
    return said


def records(answer: Answer) -> list[Record]:
    """The records of a search, each once."""
    said = told(answer)
    if not isinstance(said, list) or not all(isinstance(each, dict) and _is_id(each.get("id")) for each in said):
        raise answer.unreadable("a list of something else than records")
    if len({each["id"] for each in said}) != len(said):
        raise answer.unreadable("a list with a record twice")
    return said


def searched(answer: Answer) -> list[Record]:
    """The records of a search in a model that perhaps nobody may search: it has none then."""
    if answer.status == 403 and _PAGE.match(answer.body):
        return []
    if isinstance(said := result(answer), Failed) and said.kind == "ServerError":
        return []
    return records(answer)


def refusal(failed: Failed, values: Collection[str], labels: Mapping[str, str]) -> Refusal:
    """The server's words without any value of the records. `labels` are those of fields and models -> field or ""."""
    words = failed.words
    for value in sorted((v for v in values if len(v) >= _SHORTEST), key=len, reverse=True):
        words = words.replace(value, "...")
    field = ""

    def kept(found: re.Match[str]) -> str:
        nonlocal field
        field = field or labels.get(found[2], "")
        return found[0] if found[2] in labels else f"{found[1]}...{found[1]}"

    return Refusal(_QUOTED.sub(kept, words) or "the server gives no reason", failed.kind, field)


def _is_id(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and said >= 0


def session(answer: Answer) -> Sequence[Any] | None:
    """User id and session of a login; None where it was refused."""
    if answer.status == 401:
        return None
    said = told(answer)
    good = isinstance(said, list) and len(said) >= 2 and _is_id(said[0]) and isinstance(said[1], str) and said[1]
    return said[:2] if good else None
