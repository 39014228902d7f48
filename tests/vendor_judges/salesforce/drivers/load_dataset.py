"""CumulusCI loads a small company into an org, changes it by upserts, and extracts it.

Arguments: its URL, apis, folder. Prints what it extracted: rows by table.
"""

import contextlib
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

URL, APIS, FOLDER = sys.argv[1], sys.argv[2].split(","), Path(sys.argv[3])
FORM = {"grant_type": "client_credentials", "client_id": "crm-migrate", "client_secret": "not-a-secret"}
PROJECT = "project:\n  name: judged\n  package:\n    name: judged\n    api_version: '62.0'\n"
MAPPING = """
Accounts:
  sf_object: Account
  api: {first}
  {accounts}
  fields: [Name, Phone, BillingCity, NumberOfEmployees]
  lookups:
    ParentId: {{table: Account}}
Contacts:
  sf_object: Contact
  api: {second}
  {contacts}
  fields: [FirstName, LastName, Email, Birthdate]
  lookups:
    AccountId: {{table: Account}}
"""
MORE = """
Deals:
  sf_object: Opportunity
  api: {first}
  fields: [Name, StageName, CloseDate, Amount]
  lookups:
    AccountId: {{table: Account}}
Tasks:
  sf_object: Task
  api: {second}
  fields: [Subject, Status, Priority]
  lookups:
    WhoId: {{table: Contact}}
    WhatId: {{table: Account}}
Campaigns:
  sf_object: Campaign
  fields: [Name, IsActive]
Members:
  sf_object: CampaignMember
  fields: [Status]
  lookups:
    CampaignId: {{table: Campaign}}
    ContactId: {{table: Contact}}
"""
TABLES = {
    "Account": ("Name", "Phone", "BillingCity", "NumberOfEmployees", "ParentId"),
    "Contact": ("FirstName", "LastName", "Email", "Birthdate", "AccountId"),
    "Opportunity": ("Name", "StageName", "CloseDate", "Amount", "AccountId"),
    "Task": ("Subject", "Status", "Priority", "WhoId", "WhatId"),
    "Campaign": ("Name", "IsActive"),
    "CampaignMember": ("Status", "CampaignId", "ContactId"),
}
PEOPLE = 300


def plain(send: Any) -> Any:
    """The client builds `https://` addresses; the simulator speaks plain HTTP on this machine."""

    def sent(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        return send(self, request, *args, **kwargs)

    return sent


def rows() -> dict[str, list[tuple[Any, ...]]]:
    firms = [
        (f"Account-{n}", f'Firma "{n}", İzmir', f"+49 30 {n}", "Köln", "12", "Account-0" if n else "")
        for n in range(60)
    ]
    people = [
        (f"Contact-{n}", "Ayşe", f"Kaya {n}", f"k{n}@firma.example", "1990-02-28", f"Account-{n // 5}")
        for n in range(PEOPLE)
    ]
    deals = [
        (f"Opportunity-{n}", f"Pumpe {n}", "Prospecting", "2030-01-01", f"{n}.5", f"Account-{n}") for n in range(60)
    ]
    tasks = [
        (f"Task-{n}", f"T{n}", "Completed", "Normal", f"Contact-{n}", f"Account-{n // 5}") for n in range(0, PEOPLE, 3)
    ]
    members = [(f"CampaignMember-{n}", "Sent", "Campaign-1", f"Contact-{n}") for n in range(0, PEOPLE, 2)]
    return {"Account": firms, "Contact": people, "Opportunity": deals, "Task": tasks,
            "Campaign": [("Campaign-1", "Messe", "true")], "CampaignMember": members}  # fmt: skip


def database(path: Path) -> str:
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for table, each in rows().items():
            columns = ", ".join(f'"{name}" VARCHAR' for name in TABLES[table])
            connection.execute(f'CREATE TABLE "{table}" (id VARCHAR PRIMARY KEY, {columns})')
            connection.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(each[0]))})', each)
        connection.commit()
    return f"sqlite:///{path}"


def extracted(path: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        told = {table: connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in TABLES}
        pairs = 'SELECT c."LastName", a."Name" FROM "Contact" c JOIN "Account" a ON a.id = c."AccountId"'
        for name, firm in connection.execute(pairs).fetchall():
            number = int(name.split()[1])
            assert firm == f'Firma "{number // 5}", İzmir', (name, firm)
    return told


def main() -> dict[str, Any]:
    from cumulusci.core.config import OrgConfig, TaskConfig
    from cumulusci.core.keychain import BaseProjectKeychain
    from cumulusci.core.runtime import BaseCumulusCI
    from cumulusci.tasks.bulkdata.extract import ExtractData
    from cumulusci.tasks.bulkdata.load import LoadData

    class Org(OrgConfig):  # type: ignore[misc]
        def refresh_oauth_token(self, *_: Any, **__: Any) -> None:
            """The session lasts."""

    said = requests.post(f"{URL}/services/oauth2/token", data=FORM, timeout=5).json()
    runtime = BaseCumulusCI(repo_info={"root": ".", "branch": "main"}, load_keychain=False)
    project = runtime.project_config
    project.set_keychain(BaseProjectKeychain(project, None))
    known = {"instance_url": URL.replace("http:", "https:"), "access_token": said["access_token"], "id": said["id"]}
    org = Org(
        {**known, "scratch": True, "username": "integration@simulated.example"}, "judged", keychain=project.keychain
    )

    def run(task: Any, mapping: str, **options: Any) -> None:
        (FOLDER / "mapping.yml").write_text(mapping, encoding="utf-8")
        task(project, TaskConfig({"options": {"mapping": "mapping.yml", **options}}), org)()

    first, second = APIS
    plain_mapping = MAPPING.format(first=first, second=second, accounts="action: insert", contacts="action: insert")
    plain_mapping += MORE.format(first=first, second=second)
    run(LoadData, plain_mapping, database_url=database(FOLDER / "rows.db"))
    for action in ("etl_upsert", "upsert"):
        by_name, by_mail = "action: etl_upsert\n  update_key: Name", f"action: {action}\n  update_key: Email"
        again = MAPPING.format(first=first, second=second, accounts=by_name, contacts=by_mail)
        run(LoadData, again, database_url=database(FOLDER / "rows.db"))
    run(ExtractData, plain_mapping, database_url=f"sqlite:///{FOLDER / 'out.db'}")
    return extracted(FOLDER / "out.db")


if __name__ == "__main__":
    os.chdir(FOLDER)
    os.environ.setdefault("CUMULUSCI_KEY", "0123456789abcdef")
    (FOLDER / "cumulusci.yml").write_text(PROJECT, encoding="utf-8")
    HTTPAdapter.send = plain(HTTPAdapter.send)
    with contextlib.redirect_stdout(sys.stderr):
        believed = main()
    print(json.dumps(believed))
