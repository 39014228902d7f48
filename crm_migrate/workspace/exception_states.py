"""What people say of exceptions: `exceptions.yaml` in the project, beside the mapping and under version control.

exceptions:
  - id: E-3f9a0c2b41
    status: accepted           # open, assigned, fixed, accepted (by a decision), wont_fix (with a note)
    assignee: Kai
    decision: D-012
    note: the old numbers are dead
    records: '38'              # how many there were when this was said
    run: 00003-20260314T210700Z-1a2b3c
    who: Ayşe Demir
    when: '2026-03-14T21:30:00Z'
    about: contacts phone phone_no_country
    evidence: repair=00004-... cells=38 written=38 ...   # where a repair has put it right

A file in the project keeps nobody from writing into it; who changed it, the version control knows.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from crm_migrate.errors import MappingError
from crm_migrate.workspace.decision_files import read_entries, with_entries, wrong
from crm_migrate.workspace.files import SHARED, write_file

FILE, WORD = "exceptions.yaml", "exceptions"
Status = Literal["open", "assigned", "fixed", "accepted", "wont_fix"]
STATUSES: tuple[Status, ...] = get_args(Status)
SETTLED = frozenset({"fixed", "accepted", "wont_fix"})
EDITABLE = ("status", "assignee", "decision", "note")  # what people may change of an exception
_NEEDS = ("id", "status", "run", "who", "when")


@dataclass(frozen=True, slots=True)
class ExceptionState:
    """What was last said of one exception, by whom, when, and of how many records in which run."""

    id: str
    status: Status
    assignee: str = ""
    decision: str = ""
    note: str = ""
    records: str = "0"
    run: str = ""
    who: str = ""
    when: str = ""
    about: str = ""
    evidence: str = ""

    @property
    def digest(self) -> str:
        """Of all that was said: another one means that somebody has said something since."""
        return hashlib.sha256(json.dumps(asdict(self), ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def lacks(self) -> str:
        """What is missing for its status, in words; nothing where it is complete."""
        match self.status:
            case "accepted" if not self.decision:
                return "`accepted` needs the id of a decision"
            case "assigned" if not self.assignee:
                return "`assigned` needs an assignee"
            case "wont_fix" if not (self.note or self.decision):
                return "`wont_fix` needs a note, or the id of a decision"
        return ""


def read_states(folder: Path) -> dict[str, ExceptionState]:
    """What was said, by id. MappingError, with the lines, where the file is not what it should be."""
    path = folder / FILE
    found, findings = read_entries([path] if path.exists() else [], WORD, "status", _state)
    twice = [name for name, count in Counter(each.id for each in found).items() if count > 1]
    findings += [wrong(path, f"`{name}` is there twice.") for name in sorted(twice)]
    if findings:
        raise MappingError(f"{FILE} cannot be read", findings, hint="mend the lines that are named")
    return {each.id: each for each in found}


def write_states(folder: Path, said: Sequence[ExceptionState]) -> None:
    """Write what was said in place of what was there of the same exceptions; the rest, and comments, stay.

    This is the door for whoever closes exceptions with evidence (`status` fixed, the evidence in `note`).
    """
    if not said:
        return
    read_states(folder)  # nothing is written beside what cannot be read
    fresh = {each.id for each in said}
    entries = ({name: value for name, value in asdict(each).items() if value} for each in said)
    path = folder / FILE
    write_file(path, with_entries(path, WORD, entries, lambda item: item["id"] not in fresh), SHARED)


def digest_of(states: Iterable[ExceptionState]) -> str:
    """sha256 of all that is said of exceptions, in whatever order."""
    text = json.dumps(sorted([asdict(each) for each in states], key=lambda each: each["id"]), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _state(item: Any) -> ExceptionState | str:
    """One entry, or what is wrong with it."""
    if not isinstance(item, dict):
        return "it is no mapping of words."
    known = ExceptionState.__dataclass_fields__
    if unknown := sorted(set(item) - set(known)):
        return f"unknown word `{unknown[0]}`."
    if odd := [word for word in item if not isinstance(item[word], str)]:
        return f"`{odd[0]}` must be one text."
    if missing := [word for word in _NEEDS if not item.get(word)]:
        return f"`{missing[0]}` is missing."
    if item["status"] not in STATUSES:
        return f"`status` must be one of {', '.join(STATUSES)}."
    if not item.get("records", "0").isdigit():
        return "`records` must be a number."
    state = ExceptionState(**{**item, "status": cast("Status", item["status"])})
    return f"{state.lacks}." if state.lacks else state
