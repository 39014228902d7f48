"""A simulated Dataverse environment behind a real socket, and a client of plain `urllib` that knows nothing of ours."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from one_of_a_kind import number

from crm_migrate_simulators.dynamics import SIMULATOR
from crm_migrate_simulators.dynamics.habits import Habits
from crm_migrate_simulators.server import Server

TENANT, CLIENT, SECRET = Habits().tenant, Habits().client_id, Habits().client_secret
KEY = "crm_migrate_id"
DATA = "/api/data/v9.2/"
# What a mapping says of an environment whose address and secret a test sets.
MAPPED = """\
environments:
  dynamics:
    connector: dynamics
    url: "env:CRM_URL"
    login_url: "env:CRM_URL"
    tenant: 11111111-2222-3333-4444-555555555555
    client_id: crm-migrate
    client_secret: "env:CRM_SECRET"
    longest_seconds: "10"
"""
Said = tuple[int, dict[str, str], Any]


class Environment:
    """A fresh environment, which takes any number of requests unless its habits say otherwise."""

    def __init__(self, schema: Any = None, *, faults: str = "", seed: int = 0, **habits: str) -> None:
        named = {"organisation": f"Environment {number()}", **(schema or {})}
        self.server: Server = SIMULATOR.start(named, habits={"requests": "0", **habits}, faults=faults, seed=seed)
        self.url = self.server.url
        self._token = ""

    @property
    def options(self) -> dict[str, str]:
        """What an environment of a mapping says about it."""
        quick = {"longest_seconds": "30", "settle_seconds": "0"}
        return {
            "url": self.url,
            "login_url": self.url,
            "tenant": TENANT,
            "client_id": CLIENT,
            "client_secret": SECRET,
        } | quick

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Said:
        """Status, headers in small letters and what an answer says; `body` is JSON, or bytes as they are."""
        if not self._token:
            self._token = self.signed_in()["access_token"]
        said = {"authorization": f"Bearer {self._token}", "content-type": "application/json"} | headers
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return _sent(Request(self.url + quote(path, safe="/$?=&(),:'\"@[]%;+"), data, said, method=method))

    def signed_in(self, **more: str) -> dict[str, Any]:
        """What the answer for a token says."""
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET,
                "scope": f"{self.url}/.default", **more}  # fmt: skip
        path = f"/{TENANT}/oauth2/v2.0/token"
        said: dict[str, Any] = _sent(Request(self.url + path, urlencode(form).encode(), method="POST"))[2]
        return said

    def make(self, set: str, **values: Any) -> str:
        """The id of a record that somebody else made."""
        bound = {name.replace("__", "@odata."): value for name, value in values.items()}
        status, headers, said = self.ask("POST", DATA + set, bound)
        assert status == 204, said
        return headers["odata-entityid"].rpartition("(")[2].removesuffix(")")

    def rows(self, set: str, *names: str, where: str = "") -> list[dict[str, Any]]:
        """Every record, with these columns, and labels beside them."""
        query = {"$select": ",".join(names)} | ({"$filter": where} if where else {})
        path, found = f"{DATA}{set}?{urlencode(query, safe='$')}", list[dict[str, Any]]()
        while path:
            _, _, page = self.ask("GET", path, Prefer='odata.include-annotations="*"')
            found += page["value"]
            path = page.get("@odata.nextLink", "").removeprefix(self.url)
        return found

    def keyed(self, table: str) -> None:
        """Our column and its key on a table."""
        of = f"{DATA}EntityDefinitions(LogicalName='{table}')"
        words = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": KEY, "MaxLength": 100,
                 "DisplayName": {"LocalizedLabels": [{"Label": "Key", "LanguageCode": 1033}]}}  # fmt: skip
        assert self.ask("POST", f"{of}/Attributes", words)[0] == 204
        assert self.ask("POST", f"{of}/Keys", {"SchemaName": "crm_migrate_key", "KeyAttributes": [KEY]})[0] == 204

    def summary(self) -> Any:
        """What the witness counted."""
        return self.ask("GET", "/_simulator/summary")[2]

    def stop(self) -> None:
        """End it."""
        self.server.stop()


def _sent(request: Request) -> Said:
    try:
        with urlopen(request) as answer:
            status, headers, said = answer.status, answer.headers, answer.read()
    except HTTPError as error:
        with error:
            status, headers, said = error.code, error.headers, error.read()
    lower = {name.lower(): value for name, value in headers.items()}
    return status, lower, json.loads(said) if said[:1] in (b"{", b"[") else said.decode()
