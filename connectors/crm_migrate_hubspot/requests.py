"""What is asked of a portal, as data. Pure.

Since 2026 a version is a date in the path (`/crm/objects/2026-09/...`); `v3` has the paths of before.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_migrate.connecting.contract import Content
from crm_migrate.connecting.http import Form, Request, multipart
from crm_migrate_hubspot.shapes import GROUP, INVERSE

BATCH = 100  # records of a request
LINKS = 1_000  # records whose links one request asks for
Link = tuple[str, str, tuple[str, int]]  # from, to, category and id of its type


class Requests:
    """The requests of one version of the API."""

    def __init__(self, version: str) -> None:
        dated = version != "v3"
        self._objects = f"/crm/objects/{version}" if dated else "/crm/v3/objects"
        self._links = f"/crm/associations/{version}" if dated else "/crm/v4/associations"
        self._properties = f"/crm/properties/{version}" if dated else "/crm/v3/properties"
        self._pipelines = f"/crm/pipelines/{version}" if dated else "/crm/v3/pipelines"
        self._owners = f"/crm/owners/{version}" if dated else "/crm/v3/owners"
        self._account = f"/account-info/{version}/details" if dated else "/account-info/v3/details"
        self._lists = f"/crm/lists/{version}" if dated else "/crm/v3/lists"
        self._files = f"/files/{version}/files"
        self._consents = f"/communication-preferences/{version if dated else 'v4'}"

    # ------------------------------------------------------------------------------------------------ the portal

    def account(self) -> Request:
        """Which portal it is."""
        return Request("GET", self._account)

    def owners(self, after: str | None, *, archived: bool) -> Request:
        """Users who own records, a page of them."""
        query = {"limit": str(BATCH), "archived": "true" if archived else "false"}
        return Request("GET", self._owners, query=query | ({"after": after} if after else {}))

    def pipelines(self, object: str) -> Request:
        """Pipelines with their stages."""
        return Request("GET", f"{self._pipelines}/{{object}}", {"object": object})

    def properties(self, object: str) -> Request:
        """All properties of an object."""
        return Request("GET", f"{self._properties}/{{object}}", {"object": object})

    def add_group(self, object: str) -> Request:
        """The group of properties that are ours."""
        body = {"name": GROUP, "label": "crm-migrate"}
        return Request("POST", f"{self._properties}/{{object}}/groups", {"object": object}, json=body)

    def add_properties(self, object: str, definitions: Sequence[Mapping[str, Any]]) -> Request:
        """Properties that are made."""
        body = {"inputs": list(definitions)}
        return Request("POST", f"{self._properties}/{{object}}/batch/create", {"object": object}, json=body)

    def property(self, object: str, name: str) -> Request:
        """A property by its name."""
        return Request("GET", f"{self._properties}/{{object}}/{{name}}", {"object": object, "name": name})

    def change_property(self, object: str, name: str, changes: Mapping[str, Any]) -> Request:
        """What a property is to be from now on."""
        at = {"object": object, "name": name}
        return Request("PATCH", f"{self._properties}/{{object}}/{{name}}", at, json=dict(changes))

    # ------------------------------------------------------------------------------------------------ records

    def page(self, object: str, properties: Sequence[str], after: str | None, *, archived: bool = False) -> Request:
        """Records in an order of HubSpot's own."""
        query = {"limit": str(BATCH), "archived": "true" if archived else "false"}
        query |= {"properties": ",".join(properties)} if properties else {}
        query |= {"after": after} if after else {}
        return Request("GET", f"{self._objects}/{{object}}", {"object": object}, query)

    def find(self, object: str, properties: Sequence[str], values: Iterable[str], by: str = "") -> Request:
        """Records by their ids, or by the values of a property that is unique. A question, though it is a POST."""
        body: dict[str, Any] = {"properties": list(properties), "inputs": [{"id": each} for each in values]}
        if by:
            body["idProperty"] = by
        return self._batch(object, "read", body, writes=False)

    def create(self, object: str, inputs: Sequence[Mapping[str, Any]]) -> Request:
        """Records."""
        return self._batch(object, "create", {"inputs": list(inputs)})

    def change(self, object: str, inputs: Sequence[Mapping[str, Any]]) -> Request:
        """Properties of records that are named."""
        return self._batch(object, "update", {"inputs": list(inputs)})

    def archive(self, object: str, ids: Iterable[str]) -> Request:
        """Records that go."""
        return self._batch(object, "archive", {"inputs": [{"id": each} for each in ids]})

    def _batch(self, object: str, verb: str, body: Any, *, writes: bool = True) -> Request:
        route = f"{self._objects}/{{object}}/batch/{verb}"
        return Request("POST", route, {"object": object}, json=body, writes=writes)

    # ------------------------------------------------------------------------------------------------ links

    def labels(self, object: str, to: str) -> Request:
        """The types of links between two objects."""
        return Request("GET", f"{self._links}/{{object}}/{{to}}/labels", {"object": object, "to": to})

    def add_label(self, object: str, to: str, label: str) -> Request:
        """A type of links that is made; between records of one object the other direction has its own label."""
        name = "crm_migrate_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in label.lower())
        body = {"name": name, "label": label}
        if object == to:
            body["inverseLabel"] = label + INVERSE
        at = {"object": object, "to": to}
        return Request("POST", f"{self._links}/{{object}}/{{to}}/labels", at, json=body)

    def links(self, object: str, to: str, asked: Sequence[Mapping[str, str]]) -> Request:
        """The links of records (`id`, perhaps with `after`)."""
        return self._between(object, to, "read", asked, writes=False)

    def link(self, object: str, to: str, links: Sequence[Link]) -> Request:
        """Links that are made; each says its type, as one without a type would be taken and not made."""
        return self._between(object, to, "create", [_link(*each) for each in links])

    def unlink(self, object: str, to: str, pairs: Iterable[tuple[str, str]]) -> Request:
        """Every link between these pairs goes."""
        return self._between(object, to, "archive", [{"from": {"id": a}, "to": [{"id": b}]} for a, b in pairs])

    def unlabel(self, object: str, to: str, links: Sequence[Link]) -> Request:
        """Labels of links that go; the link without a label stays."""
        return self._between(object, to, "labels/archive", [_link(*each) for each in links])

    def _between(self, object: str, to: str, verb: str, inputs: Sequence[Any], *, writes: bool = True) -> Request:
        at = {"object": object, "to": to}
        route = f"{self._links}/{{object}}/{{to}}/batch/{verb}"
        return Request("POST", route, at, json={"inputs": list(inputs)}, writes=writes)

    # ------------------------------------------------------------------------------------------------ lists

    def rosters(self, offset: int, ids: Sequence[str] = ()) -> Request:
        """A page of lists, of all objects, or of these ids. A question, though it is a POST."""
        body: dict[str, Any] = {"query": "", "offset": offset, "count": BATCH}
        body |= {"listIds": list(ids)} if ids else {}
        return Request("POST", f"{self._lists}/search", json=body, writes=False)

    def roster(self, id: str) -> Request:
        """A list by its id."""
        return Request("GET", f"{self._lists}/{{id}}", {"id": id})

    def roster_named(self, number: str, name: str) -> Request:
        """The list of an object that is called so."""
        return Request(
            "GET", f"{self._lists}/object-type-id/{{object}}/name/{{name}}", {"object": number, "name": name}
        )

    def add_roster(self, number: str, name: str, type: str) -> Request:
        """A list that is made."""
        body = {"name": name, "objectTypeId": number, "processingType": type}
        return Request("POST", self._lists, json=body)

    def rename_roster(self, id: str, name: str) -> Request:
        """Another name for a list."""
        return Request("PUT", f"{self._lists}/{{id}}/update-list-name", {"id": id}, {"listName": name})

    def drop_roster(self, id: str) -> Request:
        """A list that goes; its members stay."""
        return Request("DELETE", f"{self._lists}/{{id}}", {"id": id})

    def members(self, id: str, after: str | None) -> Request:
        """A page of members of a list."""
        query = {"limit": str(BATCH)} | ({"after": after} if after else {})
        return Request("GET", f"{self._lists}/{{id}}/memberships", {"id": id}, query)

    def lists_of(self, number: str, ids: Sequence[str]) -> Request:
        """The lists that records are members of. A question, though it is a POST."""
        inputs = [{"objectTypeId": number, "recordId": id} for id in ids]
        return Request("POST", f"{self._lists}/records/memberships/batch/read", json={"inputs": inputs}, writes=False)

    def enrol(self, id: str, records: Sequence[str]) -> Request:
        """Records that become members of a list."""
        return Request("PUT", f"{self._lists}/{{id}}/memberships/add", {"id": id}, json=list(records))

    def strike(self, id: str, records: Sequence[str]) -> Request:
        """Members of a list that are none any more."""
        return Request("PUT", f"{self._lists}/{{id}}/memberships/remove", {"id": id}, json=list(records))

    # ------------------------------------------------------------------------------------------------ files

    def file(self, id: str) -> Request:
        """A file by its id."""
        return Request("GET", f"{self._files}/{{id}}", {"id": id})

    def file_at(self, path: str) -> Request:
        """What lies at a path."""
        return Request("GET", f"{self._files}/stat/{{path}}", {"path": path})

    def send_file(self, path: str, content: Content) -> Request:
        """A file that is made at a path, for users of the portal only. One that is taken gives it another name."""
        folder, _, name = path.rpartition("/")
        texts = {"folderPath": folder, "fileName": name, "options": json.dumps({"access": "PRIVATE"})}
        parts = {each: ("text/plain", text) for each, text in texts.items()}
        kind, stream = multipart(Form(parts, "file", name, content.size, content.chunks))
        return Request("POST", self._files, stream=stream, content_type=kind)

    def drop_file(self, id: str) -> Request:
        """A file that goes."""
        return Request("DELETE", f"{self._files}/{{id}}", {"id": id})

    # ------------------------------------------------------------------------------------------------ consent

    def subscriptions(self) -> Request:
        """The types of subscription that there are."""
        return Request("GET", f"{self._consents}/definitions")

    def opted_out(self, mailboxes: Sequence[str]) -> Request:
        """Which of these mailboxes take no mail at all."""
        return self._consent("statuses/batch/unsubscribe-all/read", mailboxes, {"channel": "EMAIL"}, writes=False)

    def opt_out(self, mailboxes: Sequence[str]) -> Request:
        """That these mailboxes take no mail at all."""
        return self._consent("statuses/batch/unsubscribe-all", mailboxes, {"channel": "EMAIL"})

    def statuses(self, mailboxes: Sequence[str]) -> Request:
        """What these mailboxes are subscribed to."""
        return self._consent("statuses/batch/read", mailboxes, {"channel": "EMAIL"}, writes=False)

    def subscribe(self, inputs: Sequence[Mapping[str, Any]]) -> Request:
        """That mailboxes take a type of subscription, or do not."""
        return self._consent("statuses/batch/write", inputs, {})

    def _consent(self, tail: str, inputs: Sequence[Any], query: Mapping[str, str], *, writes: bool = True) -> Request:
        route = f"{self._consents}/{tail}"
        return Request("POST", route, query=query, json={"inputs": list(inputs)}, writes=writes)


def _link(one: str, other: str, type: tuple[str, int]) -> dict[str, Any]:
    types = [{"associationCategory": type[0], "associationTypeId": type[1]}]
    return {"from": {"id": one}, "to": {"id": other}, "types": types}
