"""Whose a record may be: a user who is not disabled, has a role, and may read such records; a team that owns and may.

A user or a team of the schema may say which `privileges` its roles give it; who says nothing has all of them.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from crm_migrate_simulators.dynamics.binding import record_of
from crm_migrate_simulators.dynamics.problems import Failure, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record

ASKED = "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)"
ASKED_OF_TEAM = "Microsoft.Dynamics.CRM.RetrieveTeamPrivileges()"
ACCESS = 1  # the type of a team that shares records and owns none
_USERS = ("users", "internalemailaddress")  # where the schema tells of them, and by what
_ACTIVITY, _NAMES = "prvReadActivity", {"annotation": "prvReadNote"}


def reading(work: Work, table: str) -> str:
    """The privilege to read records of a table."""
    return _ACTIVITY if work.store.words(table).get("activity") else _NAMES.get(table, f"prvRead{table.capitalize()}")


def owned(work: Work, table: str, values: Mapping[str, Any]) -> None:
    """Raises Failure where the owner that a body names may not be it."""
    id = str(values.get("ownerid"))
    user, team = work.store.get("systemuser", id), work.store.get("team", id)
    if team is not None:
        _team_owns(work, table, team)
    elif user is not None and user.id != work.user:
        _user_owns(work, table, user)


def _team_owns(work: Work, table: str, team: Record) -> None:
    if team.values.get("teamtype") == ACCESS:
        raise Failure(400, "0x80048340", "You cannot assign a record to the access team. "
                      "You can assign a record to the owner team.")  # fmt: skip
    privileges, wanted = _privileges(work, team, "teams", "name"), reading(work, table)
    if privileges is not None and wanted not in privileges:
        who = f"Principal team (Id={team.id}, type=9, teamType=0, privilegeCount={len(privileges)})"
        words = f"{who}, is missing {wanted} privilege on OTC=1 for entity '{table}'."
        raise Failure(403, "0x80040299", f"Read Privilege Check For Owner failed with exception: {words}")


def _user_owns(work: Work, table: str, user: Record) -> None:
    if user.values.get("isdisabled"):
        words = f"The specified user(Id = {user.id}) is disabled. Consider enabling this user."
        raise Failure(403, "0x80040225", words)
    privileges, wanted = _privileges(work, user, *_USERS), reading(work, table)
    if privileges is None or wanted in privileges:
        return
    if not privileges:
        raise Failure(403, "0x80042f09", f"The user with id {user.id} has not been assigned any roles.")
    words = f"Principal user (Id={user.id}, type=8, roleCount=1, privilegeCount={len(privileges)}, accessMode=0), is "
    raise Failure(403, "0x80040220", f"{words}missing {wanted} privilege on OTC=1 for entity '{table}'.")


def unit(work: Work, columns: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """A record that gets an owner comes into the owner's business unit."""
    id = str(values.get("ownerid"))
    owner = work.store.get("systemuser", id) or work.store.get("team", id)
    if owner is None or "owningbusinessunit" not in columns:
        return {}
    return {"owningbusinessunit": owner.values.get("businessunitid")}


def held(work: Work, what: str) -> list[dict[str, str]]:
    """Those of the privileges that are asked for which a user has."""
    user = record_of(work, "systemuser", what)
    _told(work)
    try:
        names = json.loads(work.request.query.get("@p", ""))
    except ValueError:
        raise unreadable("@p is a list of names") from None
    mine = _privileges(work, user, *_USERS)
    return [{"PrivilegeName": name, "Depth": "Basic"} for name in names if mine is None or name in mine]


def held_by_team(work: Work, what: str) -> list[dict[str, str]]:
    """The privileges of a team to read records."""
    team = record_of(work, "team", what)
    _told(work)
    mine = _privileges(work, team, "teams", "name")
    names = [reading(work, table) for table in work.store.schema.objects] if mine is None else mine
    return [{"PrivilegeName": name, "Depth": "Basic"} for name in names]


def _told(work: Work) -> None:
    if not work.habits.rights_told:
        raise Failure(403, "0x80040220", f"Principal user (Id={work.user}, type=8) is missing prvReadRole privilege.")


def _privileges(work: Work, owner: Record, among: str, by: str) -> list[str] | None:
    """What the roles of a user or a team give; None: everything."""
    said = work.store.schema.more.get(among, [])
    return next((each.get("privileges") for each in said if each.get(by) == owner.values.get(by)), None)
