"""What is asked of Zoho CRM, as data. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crm_migrate.connecting.http import Request

ROOT = "/crm/v8"
USERS = 200  # of a page
RECORDS = f"{ROOT}/{{module}}"
PART = f"{RECORDS}/{{id}}/Contact_Roles/{{contact}}"
Record = Mapping[str, Any]


def query(text: str) -> Request:
    """The records of a query."""
    return Request("POST", f"{ROOT}/coql", json={"select_query": text}, writes=False)


def organisation() -> Request:
    """The organisation itself."""
    return Request("GET", f"{ROOT}/org")


def users(kind: str, page: int) -> Request:
    """A page of users of a kind: AllUsers, CurrentUser."""
    return Request("GET", f"{ROOT}/users", query={"type": kind, "page": str(page), "per_page": str(USERS)})


def modules() -> Request:
    """All modules, without their fields."""
    return Request("GET", f"{ROOT}/settings/modules")


def module(name: str) -> Request:
    """What is said of one."""
    return Request("GET", f"{ROOT}/settings/modules/{{module}}", {"module": name})


def fields(module: str) -> Request:
    """The fields of a module."""
    return Request("GET", f"{ROOT}/settings/fields", query={"module": module})


def adding(module: str, words: Sequence[Record]) -> Request:
    """Custom fields that a module lacks. Asked for twice they are there once."""
    body = {"fields": list(words)}
    return Request("POST", f"{ROOT}/settings/fields", query={"module": module}, json=body, writes=False)


def creating(module: str, records: Sequence[Record]) -> Request:
    """Records, each by itself. No workflow, approval, blueprint or cadence is begun for them."""
    body = _quiet(records) | {"skip_feature_execution": [{"name": "cadences"}]}
    return Request("POST", RECORDS, {"module": module}, json=body)


def changing(module: str, records: Sequence[Record]) -> Request:
    """Changes of records by their ids, each by itself."""
    return Request("PUT", RECORDS, {"module": module}, json=_quiet(records))


def deleting(module: str, ids: Sequence[str]) -> Request:
    """Records that go into the recycle bin, each by itself."""
    return Request("DELETE", RECORDS, {"module": module}, {"ids": ",".join(ids), "wf_trigger": "false"})


def tagging(module: str, ids: Sequence[str], names: Sequence[str]) -> Request:
    """These tags and no others for records; there has to be one."""
    body = {"tags": _tags(names), "ids": list(ids), "over_write": True}
    return Request("POST", f"{RECORDS}/actions/add_tags", {"module": module}, json=body)


def untagging(module: str, ids: Sequence[str], names: Sequence[str]) -> Request:
    """Tags that are taken from records."""
    body = {"tags": _tags(names), "ids": list(ids)}
    return Request("POST", f"{RECORDS}/actions/remove_tags", {"module": module}, json=body)


def contact_roles() -> Request:
    """The names of contact roles."""
    return Request("GET", f"{ROOT}/Contacts/roles")


def parts(deal: str, page: int) -> Request:
    """A page of who has which role in a deal."""
    query = {"fields": "Contact_Role", "page": str(page), "per_page": "200"}
    return Request("GET", f"{RECORDS}/{{id}}/Contact_Roles", {"module": "Deals", "id": deal}, query)


def giving(deal: str, contact: str, role: str, id: str) -> Request:
    """A role of a contact in a deal, in the place of the one that it has."""
    body = {"data": [{"Contact_Role": {"name": role, "id": id}}]}
    return Request("PUT", PART, {"module": "Deals", "id": deal, "contact": contact}, json=body)


def taking(deal: str, contact: str) -> Request:
    """A contact has no part in a deal any more."""
    return Request("DELETE", PART, {"module": "Deals", "id": deal, "contact": contact})


def listing(module: str, ids: Sequence[str], fields: Sequence[str]) -> Request:
    """Fields of records that a query does not tell, and of which module that is what activities are about."""
    query = {"ids": ",".join(ids), "fields": ",".join(fields), "per_page": "200"}
    return Request("GET", RECORDS, {"module": module}, query)


def deleted(module: str, since: datetime, page: int) -> Request:
    """A page of who was deleted since then, into the recycle bin, out of it, or by a merge."""
    query = {"type": "all", "page": str(page), "per_page": "200"}
    headers = {"If-Modified-Since": since.isoformat(timespec="seconds")}
    return Request("GET", f"{RECORDS}/deleted", {"module": module}, query, headers=headers)


def _tags(names: Sequence[str]) -> list[Record]:
    return [{"name": each} for each in names]


def _quiet(records: Sequence[Record]) -> dict[str, Any]:
    return {"data": list(records), "trigger": []}
