"""Contact roles: the names that an organisation has, and who has which in a deal; of a contact one."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply
from crm_migrate_simulators.zoho.listing import page
from crm_migrate_simulators.zoho.modules import IN_DEALS
from crm_migrate_simulators.zoho.org_store import BASE
from crm_migrate_simulators.zoho.problems import Problem, Wrong, param
from crm_migrate_simulators.zoho.telling import whole
from crm_migrate_simulators.zoho.visit import Visit
from crm_migrate_simulators.zoho.writing import each

RELATED = "the related id given seems to be invalid"


def _names(visit: Visit) -> dict[str, str]:
    """Id -> name of every role."""
    return {str(BASE - 4000 + at): name for at, name in enumerate(visit.store.schema.more["contact_roles"])}


def named(visit: Visit) -> Reply:
    """The roles of the organisation."""
    told = [{"name": name, "id": id, "sequence_number": at + 1} for at, (id, name) in enumerate(_names(visit).items())]
    return Reply(200, {"contact_roles": told}) if told else Reply(204)


def listed(visit: Visit) -> Reply:
    """The contacts who have a part in a deal, with their roles."""
    deal = _deal(visit)
    if not visit.query.get("fields"):
        raise param("fields")
    names, ids = visit.query["fields"].split(","), {name: id for id, name in _names(visit).items()}

    def tell(link: Record) -> dict[str, Any]:
        contact, role = visit.store.get("Contacts", link.values["Contact"]), link.values.get("Role")
        assert contact is not None, "it takes its links along"
        said = {"Contact_Role": {"name": role, "id": ids[role]} if role else None}
        return {**whole(visit, contact, names), **{name: said[name] for name in names if name in said}}

    return page(visit, _links(visit, deal), tell)


def given(visit: Visit) -> Reply:
    """A role of a contact in a deal: a new one, or in the place of the one that it had."""
    deal = _deal(visit)

    def one(said: Mapping[str, Any]) -> dict[str, Any]:
        contact = visit.store.get("Contacts", visit.at["contact"])
        if contact is None or contact.deleted:
            raise Wrong("INVALID_DATA", RELATED, resource_path_index=3)
        role = said.get("Contact_Role")
        if role is None:
            raise Wrong("MANDATORY_NOT_FOUND", "required field not found", "Contact_Role")
        name = _names(visit).get(str(role.get("id"))) if isinstance(role, dict) else None
        if name is None:
            raise Wrong("INVALID_DATA", "invalid data", "Contact_Role")
        with visit.store.lock:
            there = _link(visit, deal, contact.id)
            if there is None:
                values = {"Deal": deal, "Contact": contact.id, "Role": name}
                visit.store.create(IN_DEALS, values, visit.now, visit.call.bent)
            else:
                visit.store.update(IN_DEALS, there.id, {"Role": name}, visit.now, visit.call.bent)
        return _done(contact.id, "relation added" if there is None else "relation updated")

    return each(visit, visit.member("data", 1), one)


def taken(visit: Visit) -> Reply:
    """A contact has no part in a deal any more."""
    deal = _deal(visit)

    def one(said: Mapping[str, Any]) -> dict[str, Any]:
        with visit.store.lock:
            there = _link(visit, deal, said["id"])
            if there is None:
                raise Wrong("INVALID_DATA", RELATED, resource_path_index=3)
            visit.store.let_go(IN_DEALS, there.id, visit.now)
        return _done(said["id"], "relation removed")

    return each(visit, [{"id": visit.at["contact"]}], one)


def _deal(visit: Visit) -> str:
    if visit.module() != "Deals":
        raise Problem(400, "INVALID_DATA", "the relation name given seems to be invalid", resource_path_index=2)
    deal = visit.store.get("Deals", visit.at["id"])
    if deal is None or deal.deleted:
        raise Problem(400, "INVALID_DATA", RELATED, resource_path_index=1)
    return deal.id


def _links(visit: Visit, deal: str) -> list[Record]:
    return [link for link in visit.store.all(IN_DEALS) if link.values["Deal"] == deal and link.seen(visit.now)]


def _link(visit: Visit, deal: str, contact: str) -> Record | None:
    found = (link for link in visit.store.all(IN_DEALS) if link.values["Deal"] == deal)
    return next((link for link in found if link.values["Contact"] == contact), None)


def _done(id: str, words: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"id": id}, "message": words, "status": "success"}
