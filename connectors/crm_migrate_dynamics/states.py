"""The way of a record from one state to another, as the steps of one change set. Pure.

A record begins in its first state; it is closed by a change of its state, or by a message of its own (won, lost,
resolved). What is read-only while it is closed is opened, changed and closed again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.requests import ONLY_THERE
from crm_migrate_dynamics.shapes import CLOSING, READ_ONLY_WHEN_CLOSED, REASON, STATE

Values = Mapping[str, Any]
FIRST = 0  # the state in which records begin
DAYS = ("actualclosedate", "estimatedclosedate")  # of an opportunity: the first known is the day of its closing


@dataclass(frozen=True, slots=True)
class Change:
    """What is written of a record: its values, the reason that it is to have (None: as it is), and who took part, which
    is said when it is made."""

    values: dict[str, Any] = field(default_factory=dict)
    reason: int | None = None
    parties: tuple[Values, ...] = ()


def state_of(described: Described, reason: int | None) -> int | None:
    """The state that a reason belongs to."""
    column = described.columns.get(REASON)
    return None if column is None or reason is None else column.states.get(reason)


def opens(described: Described, change: Change) -> bool:
    """Whether a new record is all said by its values: it begins in its first state, and has no parties."""
    return not change.parties and state_of(described, change.reason) in (None, FIRST)


def made(described: Described, change: Change, id: str) -> list[Step]:
    """The steps that make a record; `id` is one that we give where a message has to name it."""
    parties = {f"{described.table}_activity_parties": list(change.parties)} if change.parties else {}
    if state_of(described, change.reason) in (None, FIRST):
        reason = {} if change.reason is None else {REASON: change.reason}
        return [Step("POST", described.set, {**change.values, **reason, **parties})]
    values = {described.key: id, **change.values, **parties}
    return [Step("POST", described.set, values), *_closed(described, id, change.reason, change.values)]


def changed(described: Described, id: str, change: Change, held: Values) -> list[Step]:
    """The steps that change a record as it is now, the first of them a change; none where all is as it should be."""
    was, reason = held.get(STATE), held.get(REASON)
    wanted = reason if change.reason is None else change.reason
    to = state_of(described, wanted)
    shut = was not in (None, FIRST)
    opened = shut and (to == FIRST or (wanted != reason and described.table in READ_ONLY_WHEN_CLOSED) or (
        bool(change.values) and described.table in READ_ONLY_WHEN_CLOSED))  # fmt: skip
    steps = [_patch(described, id, _open(described, wanted))] if opened else []
    if change.values:
        steps.append(_patch(described, id, change.values))
    if to != FIRST if opened else wanted != reason:
        closing = _closed(described, id, wanted, {**held, **change.values})
        if not steps and closing[0].method == "POST":  # its answer names no record, that of a change does
            steps = [_patch(described, id, {REASON: reason})]
        steps += closing
    return steps


def reopened(described: Described, id: str, held: Values, steps: Sequence[Step]) -> list[Step]:
    """Steps about others between those that open a closed record and close it again as it stands."""
    opening = _patch(described, id, _open(described, held.get(REASON)))
    closing = _closed(described, id, held.get(REASON), held)
    return [replace(opening, beside=True), *steps, *(replace(each, beside=True) for each in closing)]


def _open(described: Described, wanted: int | None) -> Values:
    """Back into the first state, with the wanted reason where that is one of it."""
    reasons = sorted(value for value, state in described.columns[REASON].states.items() if state == FIRST)
    return {STATE: FIRST, REASON: wanted if wanted in reasons else reasons[0]}


def _closed(described: Described, id: str, reason: int | None, known: Values) -> Sequence[Step]:
    state = state_of(described, reason)
    message = CLOSING.get((described.table, state if state is not None else -1))
    if message is None:
        return [_patch(described, id, {STATE: state, REASON: reason})]
    action, member, lookup = message
    told: dict[str, Any] = {"subject": "Closed before the migration", f"{lookup}@odata.bind": f"/{described.set}({id})"}
    if described.table == "opportunity":
        day = next((known[name] for name in DAYS if known.get(name)), None)
        told |= {"actualend": str(day)[:10]} if day else {}
        told |= {"actualrevenue": known["actualvalue"]} if known.get("actualvalue") is not None else {}
    return [Step("POST", action, {"Status": reason, member: told})]


def _patch(described: Described, id: str, values: Values) -> Step:
    return Step("PATCH", f"{described.set}({id})", values, ONLY_THERE)
