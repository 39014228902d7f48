"""Simulated CRMs as targets of these tests: a generic one and those of vendors. The witness is their store and log."""

import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from simulated import KEY

from crm_migrate_simulators.dynamics import SIMULATOR as DYNAMICS
from crm_migrate_simulators.espocrm import SIMULATOR as ESPOCRM
from crm_migrate_simulators.faults import KINDS, Schedule, read_schedule
from crm_migrate_simulators.freshsales import SIMULATOR as FRESHSALES
from crm_migrate_simulators.hubspot import SIMULATOR as HUBSPOT
from crm_migrate_simulators.odoo import SIMULATOR as ODOO
from crm_migrate_simulators.rest import SIMULATOR as REST
from crm_migrate_simulators.salesforce.simulator import SIMULATOR as SALESFORCE
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.suitecrm import SIMULATOR as SUITECRM
from crm_migrate_simulators.vtiger import SIMULATOR as VTIGER
from crm_migrate_simulators.zoho import SIMULATOR as ZOHO
from exactly_once.company import BATCH, TRUTH, Found, Wrong, wrong

TOKEN = "pat-na1-simulated"

# Kinds that leave a load nothing but to go on or to stop; what changes values is told apart by `validate`.
FIGURES = {"late_commit": 0.3, "settling": 0.25, "flickering": 0.12, "parent_locked": 0.1, "slow": 0.1, "throttled": 1}
FAULTS = [
    name
    for name, kind in KINDS.items()
    if kind.family in ("refused", "doubt", "answer", "read")
    and name not in ("duplicate_rule", "gzip_bomb", "hang_before", "hang_after", "dripping", "quota_gone")
    and name not in ("throttled_absurd", "throttled_garbage", "throttled_silent")  # minutes of real waiting
]


class SimulatedCrm:
    """A CRM on its socket, in this process: it outlives whoever loads it, and stays one organisation.

    `patience` are the seconds that a loader waits for an answer: more where a busy machine must not look like a fault.
    """

    name: str
    secret: str

    def __init__(self, *, patience: float = 0.6) -> None:
        self._patience = patience
        self._server: Server | None = None
        self._port = 0

    @property
    def server(self) -> Server:
        """The CRM that runs now."""
        assert self._server is not None
        return self._server

    @property
    def variables(self) -> dict[str, str]:
        return {"CRM_URL": self.server.url, "CRM_SECRET": self.secret, "CRM_PATIENCE": str(self._patience)}

    def empty(self, folder: Path) -> None:
        self.stop()
        self._server = self._at(self._port)
        self._port = int(self._server.url.rpartition(":")[2])

    def _at(self, port: int) -> Server:
        """Where it was before: for a moment somebody else's connection may have the port that was given back."""
        end = time.monotonic() + 20
        while True:
            try:
                return self._started(port)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _started(self, port: int) -> Server:
        raise NotImplementedError

    def stop(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def strike(self, share: float, seed: int) -> None:
        kinds = self.server.engine.kinds
        each = share / len(FAULTS)
        parts = (f"{name}{f'({FIGURES[name]})' if name in FIGURES else ''}:{each:.6f}" for name in FAULTS)
        self.server.engine.schedule = Schedule(read_schedule(", ".join(parts) if share else "", kinds), seed)

    def wrong(self, folder: Path) -> Wrong:
        created = (str(each.key) for each in self.server.engine.log.creations if each.request and each.key)
        return wrong(self._records(), created)

    def missing(self) -> int:
        """How many records of the truth are not there under any name."""
        return len(TRUTH) - len({(each.object, each.name) for each in self._records()})

    def _records(self) -> list[Found]:
        """Every record of the witness."""
        raise NotImplementedError

    def requests(self) -> int:
        return len(self.server.engine.log.requests)


class RestCrm(SimulatedCrm):
    """The generic CRM.

    It says that our key is unique there, and looks only where it is told to: else what is created twice is there twice.
    """

    name, secret = "rest", "not-a-secret"

    def __init__(self, *, unique: bool = False, patience: float = 0.6) -> None:
        super().__init__(patience=patience)
        self._unique = unique

    def _started(self, port: int) -> Server:
        schema: dict[str, Any] = {"objects": {"accounts": {"fields": {}}, "contacts": {"fields": {}}}}
        server = REST.start(schema, port=port, habits={"batch": str(BATCH), "page": "20"})
        if not self._unique:
            server.engine.store._unique = lambda definition, values, id: None  # type: ignore[method-assign]
        return server

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        accounts = {record.id: record for record in store.all("accounts")}
        return [_found(r.object, r.values, accounts) for r in (*accounts.values(), *store.all("contacts"))]


def _found(object: str, values: dict[str, Any], accounts: dict[str, Any]) -> Found:
    above = values.get("parent" if object == "accounts" else "company")
    parent = accounts[above].values["name"] if above in accounts else above
    assert values.get(KEY), "a record without our key"
    name = values.get("name" if object == "accounts" else "last_name")
    return Found(object, str(name), values.get("email"), parent)


class HubSpotPortal(SimulatedCrm):
    """A portal of HubSpot."""

    name, secret = "hubspot", TOKEN

    def _started(self, port: int) -> Server:
        habits = {"requests": "0", "searches": "0", "portal": str(os.getpid())}
        return HUBSPOT.start(None, port=port, habits=habits)

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: str(record.values["name"]) for record in store.all("companies")}
        above = self._linked("companies", "companies", list(firms), "PARENT_COMPANY")
        found = [Found("accounts", name, None, firms.get(above.get(id, ""))) for id, name in firms.items()]
        people = store.all("contacts")
        at = self._linked("contacts", "companies", [record.id for record in people], "PRIMARY")
        for record in people:
            mail = record.values.get("email")
            found.append(Found("contacts", str(record.values["lastname"]), mail, firms.get(at.get(record.id, ""))))
        return found

    def _linked(self, of: str, to: str, ids: list[str], label: str) -> dict[str, str]:
        """Record -> who is at the other end of its link of that label, asked as any client would."""
        if not ids:
            return {}
        body = json.dumps({"inputs": [{"id": id} for id in ids]}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
        url = f"{self.server.url}/crm/v4/associations/{of}/{to}/batch/read"
        with urlopen(Request(url, body, headers)) as answer:
            said: dict[str, Any] = json.load(answer)
        return {
            str(each["from"]["id"]): str(one["toObjectId"])
            for each in said["results"]
            for one in each["to"]
            for kind in one["associationTypes"]
            if _plain(kind["label"]) == _plain(label)
        }


def _plain(label: str | None) -> str:
    return (label or "").replace(" ", "_").upper()


class DynamicsEnvironment(SimulatedCrm):
    """An environment of Dataverse."""

    name, secret = "dynamics", "not-a-secret"

    def _started(self, port: int) -> Server:
        return DYNAMICS.start({"organisation": f"once {os.getpid()}"}, port=port, habits={"requests": "0"})

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: str(record.values["name"]) for record in store.all("account")}
        found = [Found("accounts", record.values["name"], None, _called(firms, record.values.get("parentaccountid")))
                 for record in store.all("account")]  # fmt: skip
        for record in store.all("contact"):
            values, above = record.values, _called(firms, record.values.get("parentcustomerid"))
            found.append(Found("contacts", str(values["lastname"]), values.get("emailaddress1"), above))
        return found


def _called(firms: dict[str, str], id: str | None) -> str | None:
    return firms.get(id, id) if id else None


class SalesforceOrg(SimulatedCrm):
    """An organisation of Salesforce."""

    name, secret = "salesforce", "not-a-secret"

    def _started(self, port: int) -> Server:
        return SALESFORCE.start({"organisation": f"once {os.getpid()}"}, port=port, habits={"latest": "67.0"})

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: record.values for record in store.all("Account")}
        found = []
        for values in firms.values():
            found.append(Found("accounts", str(values["Name"]), None, _name(firms, values.get("ParentId"))))
        for record in store.all("Contact"):
            values, above = record.values, _name(firms, record.values.get("AccountId"))
            found.append(Found("contacts", str(values["LastName"]), values.get("Email"), above))
        return found


class ZohoOrg(SimulatedCrm):
    """An organisation of Zoho CRM."""

    name, secret = "zoho", "not-a-secret"

    def _started(self, port: int) -> Server:
        return ZOHO.start({"organisation": f"once {os.getpid()}"}, port=port, habits={"credits": "0"})

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: record.values for record in store.all("Accounts")}
        found = []
        for values in firms.values():
            above = firms.get(values.get("Parent_Account", ""), {}).get("Account_Name", values.get("Parent_Account"))
            found.append(Found("accounts", str(values["Account_Name"]), None, above))
        for record in store.all("Contacts"):
            at = record.values.get("Account_Name", "")
            above = firms.get(at, {}).get("Account_Name", at or None)
            found.append(Found("contacts", str(record.values["Last_Name"]), record.values.get("Email"), above))
        return found


class FreshsalesAccount(SimulatedCrm):
    """An account of Freshsales, whose lists are as far behind as the mapping says."""

    name, secret = "freshsales", "freshsales-simulated"

    def _started(self, port: int) -> Server:
        schema = {"objects": {name: {"fields": {"cf_crm_migrate_id": {}}} for name in ("sales_accounts", "contacts")}}
        habits = {"per_hour": "0", "per_minute": "0", "account": str(os.getpid()), "index_seconds": "0.1"}
        return FRESHSALES.start(schema, port=port, habits=habits)

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: record.values for record in store.all("sales_accounts")}
        found = []
        for values in firms.values():
            above = values.get("parent_sales_account_id")
            found.append(Found("accounts", str(values["name"]), None, firms.get(above or "", {}).get("name", above)))
        for record in store.all("contacts"):
            at = record.values.get("sales_account_id")
            above = firms.get(at or "", {}).get("name", at)
            found.append(Found("contacts", str(record.values["last_name"]), record.values.get("email"), above))
        return found


class EspoInstallation(SimulatedCrm):
    """An installation of EspoCRM in which an administrator has made the fields."""

    name, secret = "espocrm", "espocrm-simulated"

    def _started(self, port: int) -> Server:
        ours: dict[str, Any] = {"cCrmMigrateId": {"maxLength": 40}}
        firm = {**ours, "cPartOf": {"type": "link", "entity": "Account"}}
        schema: dict[str, Any] = {"objects": {"Account": {"fields": firm}, "Contact": {"fields": ours}}}
        return ESPOCRM.start(schema, port=port)

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: str(record.values["name"]) for record in store.all("Account")}
        found = [
            Found("accounts", firms[record.id], None, _called(firms, record.values.get("cPartOfId")))
            for record in store.all("Account")
        ]
        for record in store.all("Contact"):
            values, above = record.values, _called(firms, record.values.get("accountId"))
            found.append(Found("contacts", str(values["lastName"]), values.get("emailAddress"), above))
        return found


class SuiteInstallation(SimulatedCrm):
    """An installation of SuiteCRM in which an administrator has made the fields."""

    name, secret = "suitecrm", "suitecrm-simulated"

    def _started(self, port: int) -> Server:
        schema: dict[str, Any] = {
            "objects": {name: {"fields": {"crm_migrate_id_c": {}}} for name in ("Accounts", "Contacts")}
        }
        return SUITECRM.start(schema, port=port)

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: str(record.values["name"]) for record in store.all("Accounts")}
        found = [
            Found("accounts", firms[record.id], None, _called(firms, record.values.get("parent_id")))
            for record in store.all("Accounts")
        ]
        for record in store.all("Contacts"):
            values, above = record.values, _called(firms, record.values.get("account_id"))
            found.append(Found("contacts", str(values["last_name"]), values.get("email1"), above))
        return found


class VtigerInstallation(SimulatedCrm):
    """An installation of vtiger in which an administrator has made the fields."""

    name, secret = "vtiger", "vtiger-simulated"

    def _started(self, port: int) -> Server:
        schema: dict[str, Any] = {
            "objects": {name: {"fields": {"crm_migrate_id": {}}} for name in ("Accounts", "Contacts")}
        }
        return VTIGER.start(schema, port=port)

    def _records(self) -> list[Found]:
        store = self.server.engine.store
        firms = {record.id: str(record.values["accountname"]) for record in store.all("Accounts")}
        found = [
            Found("accounts", firms[record.id], None, _called(firms, record.values.get("account_id")))
            for record in store.all("Accounts")
        ]
        for record in store.all("Contacts"):
            values, above = record.values, _called(firms, record.values.get("account_id"))
            found.append(Found("contacts", str(values["lastname"]), values.get("email"), above))
        return found


class OdooDatabase(SimulatedCrm):
    """A database of Odoo."""

    name, secret = "odoo", "not-a-secret"

    def empty(self, folder: Path) -> None:
        """A person has one name there."""
        super().empty(folder)
        mapping = folder / "crm-migrate.yaml"
        if mapping.exists():
            mapping.write_text(mapping.read_text("utf-8").replace("last_name: last", "full_name: last"), "utf-8")

    def _started(self, port: int) -> Server:
        return ODOO.start({"organisation": f"once {os.getpid()}"}, port=port)

    def _records(self) -> list[Found]:
        partners = self.server.engine.store.all("res.partner")
        firms = {record.id: str(record.values["name"]) for record in partners if record.values.get("is_company")}
        found = []
        for record in partners:
            values, above = record.values, _called(firms, record.values.get("parent_id"))
            kind, mail = ("accounts", None) if record.id in firms else ("contacts", values.get("email"))
            found.append(Found(kind, str(values["name"]), mail, above))
        return found


def _name(firms: dict[str, dict[str, Any]], id: str | None) -> str | None:
    return str(firms[id]["Name"]) if id in firms else id
