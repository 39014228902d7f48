"""An organisation of Zoho CRM is left for a database: records with links, owners and consent; what changed since."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from moved import left
from zohos import served

SOURCE = (
    'connector: zoho, url: "env:CRM_URL", login_url: "env:CRM_URL", client_id: crm-migrate, '
    'client_secret: "env:CRM_SECRET", refresh_token: "env:CRM_SECRET"'
)
MAPPING = f"""\
crm_migrate: 1
sources:
  firms: {{{SOURCE}, table: Accounts, key: id, changed: Modified_Time, unmapped: {{archive: ["*"]}}}}
  people: {{{SOURCE}, table: Contacts, key: id, changed: Modified_Time, unmapped: {{archive: ["*"]}}}}
environments:
  crm: {{connector: sql, url: "sqlite:///crm.db"}}
value_maps:
  opted: {{unmapped: hold, map: {{"true": withdrawn, "false": unknown, "": unknown}}}}
objects:
  accounts:
    from: firms
    fields:
      name: Account_Name
      revenue: Annual_Revenue | number
      created_at: Created_Time
      parent: {{firms: Parent_Account, ref: accounts.firms}}
  contacts:
    from: people
    fields:
      last_name: Last_Name
      email: Email
      consent: Email_Opt_Out | map(opted)
      legacy_owner: Owner.email
      company: {{people: Account_Name, ref: accounts.firms}}
"""
SELLER = {"email": "ayse@firma.example", "first_name": "Ayşe", "last_name": "K."}


LINKED = "SELECT c.last_name, a.name, c.consent, c.legacy_owner FROM contacts c JOIN accounts a ON a.id = c.company"


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "crm.db") as there:
        return there.execute(query).fetchall()


def test_an_organisation_goes_into_a_database_and_what_changed_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
    with served(monkeypatch, schema={"users": [SELLER]}) as server:
        store, clock = server.engine.store, server.engine.clock
        seller = store.all("users")[1].id

        def put(module: str, **values: Any) -> str:
            return str(store.create(module, {"Owner": seller, **values}, clock.now()).id)

        mother = put("Accounts", Account_Name="Işık Holding", Annual_Revenue=1250000.5)
        firms = [mother, *(put("Accounts", Account_Name=f"Işık {n}", Parent_Account=mother) for n in range(4))]
        people = [
            put("Contacts", Last_Name=f"Yılmaz-{n}", Email=f"p{n}@isik.example", Account_Name=firms[n % 5],
                Email_Opt_Out=n == 3)
            for n in range(12)
        ]  # fmt: skip
        assert left("run", tmp_path) == 0
        assert rows(tmp_path, "SELECT name, revenue FROM accounts WHERE revenue IS NOT NULL") == [
            ("Işık Holding", "1250000.5")
        ]
        told = rows(tmp_path, LINKED)
        assert len(told) == 12 and {row[3] for row in told} == {SELLER["email"]}
        assert {row[0] for row in told if row[2] == "withdrawn"} == {"Yılmaz-3"}
        assert all(row[1] == ("Işık Holding" if (n := int(row[0][7:]) % 5) == 0 else f"Işık {n - 1}") for row in told)
        store.update("Contacts", people[0], {"Last_Name": "Kaya", "Account_Name": firms[4]}, clock.now())
        store.let_go("Contacts", people[1], clock.now())
        put("Contacts", Last_Name="Yeni", Account_Name=mother)
        left("run", tmp_path)
        names = {row[0]: row[1] for row in rows(tmp_path, LINKED)}
        assert (names["Kaya"], names["Yeni"]) == ("Işık 3", "Işık Holding") and "Yılmaz-0" not in names
        assert len(names) == 13, "who was deleted there is told as gone, and stays"
