"""Whose a record may be: a user who is not disabled, has a role, and may read such records; a team that owns.

A user of the schema may say which `privileges` its roles give it; who says nothing has all of them.
"""

import json
from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.dynamics.binding import record_of
from crm_migrate_simulators.dynamics.problems import Failure, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.store import Record

ASKED = "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)"
ACCESS = 1  # the type of a team that shares records and owns none
_ACTIVITY, _NAMES = "prvReadActivity", {"annotation": "prvReadNote"}


def reading(work: Work, table: str) -> str:
    """The privilege to read records of a table."""
    return _ACTIVITY if work.store.words(table).get("activity") else _NAMES.get(table, f"prvRead{table.capitalize()}")


def owned(work: Work, table: str, values: Mapping[str, Any]) -> None:
    """Raises Failure where the owner that a body names may not be it."""
    id = values.get("ownerid")
    user, team = work.store.get("systemuser", str(id)), work.store.get("team", str(id))
    if team is not None and team.values.get("teamtype") == ACCESS:
        raise Failure(400, "0x80048340", "You cannot assign a record to the access team. "
                      "You can assign a record to the owner team.")  # fmt: skip
    if user is None or user.id == work.user:
        return
    if user.values.get("isdisabled"):
        words = f"The specified user(Id = {user.id}) is disabled. Consider enabling this user."
        raise Failure(403, "0x80040225", words)
    privileges, wanted = _privileges(work, user), reading(work, table)
    if privileges is None or wanted in privileges:
        return
    if not privileges:
        raise Failure(403, "0x80042f09", f"The user with id {user.id} has not been assigned any roles.")
    words = f"Principal user (Id={user.id}, type=8, roleCount=1, privilegeCount={len(privileges)}, accessMode=0), is "
    raise Failure(403, "0x80040220", f"{words}missing {wanted} privilege on OTC=1 for entity '{table}'.")


def held(work: Work, what: str) -> list[dict[str, str]]:
    """Those of the privileges that are asked for which a user has."""
    user = record_of(work, "systemuser", what)
    if not work.habits.rights_told:
        raise Failure(403, "0x80040220", f"Principal user (Id={work.user}, type=8) is missing prvReadRole privilege.")
    try:
        names = json.loads(work.request.query.get("@p", ""))
    except ValueError:
        raise unreadable("@p is a list of names") from None
    mine = _privileges(work, user)
    return [{"PrivilegeName": name, "Depth": "Basic"} for name in names if mine is None or name in mine]


def _privileges(work: Work, user: Record) -> list[str] | None:
    """What the roles of a user give; None: everything."""
    mailbox = user.values.get("internalemailaddress")
    users = work.store.schema.more.get("users", [])
    return next((each.get("privileges") for each in users if each.get("internalemailaddress") == mailbox), None)
