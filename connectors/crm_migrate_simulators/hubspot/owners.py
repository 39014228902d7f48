"""Routes of owners: /crm/owners."""

from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.hubspot.visit import Visit
from crm_migrate_simulators.wire import Reply


def every(visit: Visit) -> Reply:
    """Those in use, or those that are archived; by e-mail address, too."""
    owners = visit.store.settings("owners").values()
    archived, email = visit.yes("archived"), visit.query.get("email")
    found = [said for said in owners if said["archived"] == archived and email in (None, said["email"])]
    found.sort(key=lambda said: int(said["id"]))
    limit, after = int(visit.query.get("limit", "100")), visit.query.get("after", "0")
    found = [said for said in found if int(said["id"]) > int(after)]
    body: Json = {"results": [_told(said) for said in found[:limit]]}
    if len(found) > limit:
        last = found[limit - 1]["id"]
        body["paging"] = {"next": {"after": last, "link": f"https://api.hubspot.example/crm/v3/owners?after={last}"}}
    return Reply(200, body)


def one(visit: Visit) -> Reply:
    """By its id, or by the id of its user; an archived one only when it is asked for."""
    id, by_user = visit.word("id"), visit.query.get("idProperty") == "userId"
    for said in visit.store.settings("owners").values():
        known = str(said["userIdIncludingInactive"]) if by_user else said["id"]
        if known == id and said["archived"] == visit.yes("archived"):
            return Reply(200, _told(said))
    raise refused(404, f"No owner found for ID {id}", "OBJECT_NOT_FOUND")


def _told(said: Json) -> Json:
    return {name: value for name, value in said.items() if value is not None}
