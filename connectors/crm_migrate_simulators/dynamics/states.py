"""States and their reasons: which go together, which way leads from one to another, and the actions that close.

A record begins in its first state. An update leads on, but an opportunity is won and lost, and a case resolved, by an
action of its own; what is closed is read-only until it is opened again.
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.binding import bound
from crm_migrate_simulators.dynamics.catalogue import Words
from crm_migrate_simulators.dynamics.problems import Failure, no_property, unreadable
from crm_migrate_simulators.dynamics.values import moment
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record

STATE, REASON = "statecode", "statuscode"
_MISFIT = "0x80048408"
FIRST = {"product": 2}  # a product begins as a draft; all others in state 0
# action -> table, the state it leads to, and the member of its body that tells of the closing, and its lookup
ACTIONS: Mapping[str, tuple[str, int, str, str]] = {
    "WinOpportunity": ("opportunity", 1, "OpportunityClose", "opportunityid"),
    "LoseOpportunity": ("opportunity", 2, "OpportunityClose", "opportunityid"),
    "CloseIncident": ("incident", 1, "IncidentResolution", "incidentid"),
}
_BY_ACTION = {(table, state): action for action, (table, state, _, _) in ACTIONS.items()}
_CLOSED = {"opportunity", "incident"}  # tables whose closed records nobody changes


def begun(table: str, columns: Mapping[str, Words], values: dict[str, Any]) -> dict[str, Any]:
    """The state and reason of a new record. Raises Failure where it would not be the first state."""
    if STATE not in columns:
        return values
    first = FIRST.get(table, 0)
    state = values.get(STATE, first)
    reason = values.get(REASON, _default(columns, first))
    if state != first or _state_of(columns, reason) != first:
        raise _misfit(table, reason, state if state != first else first)
    return values | {STATE: first, REASON: reason}


def changed(table: str, columns: Mapping[str, Words], values: dict[str, Any], before: Record) -> dict[str, Any]:
    """A change with its state and reason. Raises Failure where they do not go together, or an action is wanted."""
    held = before.values.get(STATE)
    if STATE not in columns:
        return values
    state = values.get(STATE, held)
    if state is None or (REASON in values and values[REASON] is None):
        raise unreadable(f"{STATE} and {REASON} are never empty")
    reason = values.get(REASON, before.values.get(REASON) if state == held else _default(columns, state))
    if _state_of(columns, reason) != state:
        raise _misfit(table, reason, state)
    if state != held and (table, state) in _BY_ACTION:
        name = _state_name(columns, state)
        raise Failure(
            400,
            "0x80040216",
            f"This message can not be used to set the state of {table} to {name}. In order "
            f"to set state of {table} to {name}, use the {_BY_ACTION[table, state]}Request message instead.",
        )
    others = {name for name in values if name not in (STATE, REASON)}
    if table in _CLOSED and held != 0 and others:
        raise Failure(400, "0x80048531", f"The {table} is closed and cannot be changed until it is opened again")
    opened = {"actualclosedate": None, "actualvalue": None} if table == "opportunity" and held and not state else {}
    return opened | values | {STATE: state, REASON: reason}


def closed(
    work: Work, action: str, body: Mapping[str, Any], columns: Mapping[str, Words]
) -> tuple[str, dict[str, Any]]:
    """The id of the record that an action closes, and how it is changed. Raises Failure."""
    table, state, member, lookup = ACTIONS[action]
    told = body.get(member)
    if not isinstance(told, Mapping) or not isinstance(body.get("Status"), int):
        raise unreadable(f"{action} has a Status and a {member}")
    _known(told, action, member, lookup)
    id = bound(work, told.get(f"{lookup}@odata.bind"), {table: None})
    record = work.store.get(table, id)
    if record is None or record.values.get(STATE) != 0:
        raise Failure(400, "0x80040216", f"The {table} has already been closed")
    reason = body["Status"] if body["Status"] != -1 else _default(columns, state)
    if _state_of(columns, reason) != state:
        raise _misfit(table, reason, state)
    values: dict[str, Any] = {STATE: state, REASON: reason}
    if table == "opportunity":
        values["actualclosedate"] = str(told.get("actualend") or _today(work))[:10]
        revenue = told.get("actualrevenue", record.values.get("estimatedvalue"))
        values |= {"actualvalue": revenue} if revenue is not None else {}
    return id, values


def _known(told: Mapping[str, Any], action: str, member: str, lookup: str) -> None:
    known = {"subject", "description", "actualend", "actualrevenue", f"{lookup}@odata.bind", "@odata.type"}
    if unknown := sorted(set(told) - known):
        raise no_property(unknown[0], member.lower())
    if not told.get("subject") and action == "CloseIncident":
        raise unreadable("an incident resolution has a subject")


def _today(work: Work) -> str:
    return moment(work.now)


def _default(columns: Mapping[str, Words], state: int) -> int:
    return min((option[0] for option in columns[REASON]["options"] if option[2] == state), default=-1)


def _state_of(columns: Mapping[str, Words], reason: Any) -> int | None:
    return next((option[2] for option in columns[REASON]["options"] if option[0] == reason), None)


def _state_name(columns: Mapping[str, Words], state: int) -> str:
    return next((str(option[1]) for option in columns[STATE]["options"] if option[0] == state), str(state))


def _misfit(table: str, reason: Any, state: int) -> Failure:
    return Failure(400, _MISFIT, f"{reason} is not a valid status code for state code {state} on {table}", REASON)
