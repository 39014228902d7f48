"""A simulated HubSpot portal behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from one_of_a_kind import number

from crm_migrate_simulators.hubspot import SIMULATOR
from crm_migrate_simulators.server import Server

TOKEN = "pat-na1-simulated"
KEY = "crm_migrate_id"
Record = dict[str, Any]


class Portal:
    """A fresh portal with these owners, which takes any number of requests unless its habits say otherwise."""

    def __init__(self, *owners: str, faults: str = "", seed: int = 0, **habits: str) -> None:
        ways = {"requests": "0", "portal": str(number()), **habits}
        self.server: Server = SIMULATOR.start(None, habits=ways, faults=faults, seed=seed)
        self.url = self.server.url
        self.ask("GET", "/crm/v3/owners")  # what stands beside records is there from the first request on
        for place, mailbox in enumerate(owners):
            self.owner(str(7000 + place), mailbox)

    def owner(self, id: str, mailbox: str, *, archived: bool = False) -> None:
        """A user who owns records."""
        said = {"id": id, "email": mailbox, "type": "PERSON", "firstName": "A", "lastName": "B", "userId": int(id)}
        said |= {"userIdIncludingInactive": int(id), "archived": archived}
        said |= {"createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-01T00:00:00Z"}
        self.put("owners", id, said)

    def put(self, kind: str, name: str, value: Any) -> None:
        """Set what stands beside records."""
        self.ask("PUT", "/_simulator/settings", {"kind": kind, "name": name, "value": value})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What an answer says."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
        with urlopen(Request(self.url + path, data, headers, method=method)) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def make(self, of: str, **properties: str) -> str:
        """The id of a record that somebody else made."""
        return str(self.ask("POST", f"/crm/v3/objects/{of}", {"properties": properties})["id"])

    def rows(self, of: str, *properties: str) -> list[Record]:
        """Every record that is not archived, with these properties that have a value."""
        found: list[Record] = []
        after = ""
        while True:
            query = {"limit": "100", "properties": ",".join(properties)} | ({"after": after} if after else {})
            page = self.ask("GET", f"/crm/v3/objects/{of}?{urlencode(query)}")
            for each in page["results"]:
                filled = {name: each["properties"].get(name) for name in properties if each["properties"].get(name)}
                found.append({"id": each["id"], "object": of, **filled})
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return found

    def linked(self, of: str, to: str, ids: list[str], label: str | None = None) -> dict[str, list[str]]:
        """Record -> who is linked with it, by a label where one is said."""
        found: dict[str, list[str]] = {}
        for start in range(0, len(ids), 1000):
            inputs = {"inputs": [{"id": id} for id in ids[start : start + 1000]]}
            for each in self.ask("POST", f"/crm/v4/associations/{of}/{to}/batch/read", inputs)["results"]:
                found[each["from"]["id"]] = [
                    str(one["toObjectId"])
                    for one in each["to"]
                    if label is None or any(type["label"] == label for type in one["associationTypes"])
                ]
        return found

    def opted_out(self, mailbox: str) -> bool:
        """Whether a mailbox takes no mail at all."""
        path = f"/communication-preferences/v4/statuses/{mailbox}/unsubscribe-all?channel=EMAIL"
        return bool(self.ask("GET", path)["results"][0]["status"] == "UNSUBSCRIBED")

    def summary(self) -> Any:
        """What the witness counted."""
        return self.ask("GET", "/_simulator/summary")

    def stop(self) -> None:
        """End it."""
        self.server.stop()
