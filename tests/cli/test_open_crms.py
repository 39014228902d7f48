"""A small company in a simulated EspoCRM, SuiteCRM and vtiger: two runs, and an undo that leaves what users had."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import suites
import vtigers
from click.testing import CliRunner
from espos import ENTITIES, KIND, Espo, schema

from crm_migrate.cli import cli

AYSE = "ayse.k@anadolu.example"
FILES = {
    "firma.csv": "id,name,seller\n1,Demir AŞ,ayse\n",
    "haus.csv": "id,name,city\n1,Familie Demir,Bursa\n",
    "kisi.csv": "id,first,last,mail,firma,haus,news\n"
    "7,Ali,Demir,ali@x.example,1,1,no\n8,Ece,Kaya,ece@x.example,1,,yes\n",
    "firsat.csv": "id,name,firma,kisi,amount,day\n5,Roof,1,7,1250.50,2026-12-31\n",
    "gorev.csv": "id,name,kind,of\n1,Ring,Contact,7\n2,Offer,Deal,5\n3,Loose,,\n",
    "owners.csv": f"legacy_login,target_email,status,successor\nayse,{AYSE},active,\n",
}
MAPPING = """crm_migrate: 1
project: {name: elsewhere, locale: tr-TR}
sources:
  firma: {file: firma.csv, key: id}
  haus: {file: haus.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  firsat: {file: firsat.csv, key: id}
  gorev: {file: gorev.csv, key: id}
value_maps: {news: {unmapped: hold, map: {"yes": granted, "no": withdrawn}}}
owners: {from: owners.csv}
environments:
  there: {connector: CONNECTOR, url: "env:THERE_URL", token: "env:THERE_TOKEN"}
objects:
  accounts: {from: firma, fields: {name: name, owner: {firma: seller, then: owner}}}
  households: {from: haus, fields: {name: name, city: city}}
  contacts:
    from: kisi
    fields:
      first_name: first
      last_name: last
      email: mail
      consent: {kisi: news | map(news)}
      company: {kisi: firma, ref: accounts}
      household: {kisi: haus, ref: households}
  deals:
    from: firsat
    fields:
      name: name
      amount: amount
      currency: {constant: EUR}
      close_date: day
      company: {firsat: firma, ref: accounts}
      contact: {firsat: kisi, ref: contacts}
  tasks:
    from: gorev
    fields:
      subject: name
      status: {constant: Not Started}
    about: {ref_by: {type: kind, id: of, map: {Contact: contacts, Deal: deals}}}
"""
# A task wants a first and a last day there.
VTIGER_DAYS = """      due_date: {constant: "2026-12-31", type: date, to: due_date}
      begins: {constant: "2026-12-01", type: date, to: date_start}
"""
FIELDS = schema(
    Contact={"cEmailConsent": {}, "cLivesIn": {"type": "link", "entity": "Account"}},
)
COUNTS = {"accounts": 1, "households": 1, "contacts": 2, "deals": 1, "tasks": 3}


def states(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {line["object"]: {k: n for k, n in line["states"].items() if n} for line in figures["accounting"]}


def wrong(figures: dict[str, Any]) -> list[Any]:
    fields = [(f["object"], f["field"], f["classes"]) for f in figures["fields"] if f["matched"] != f["compared"]]
    links = [line for line in figures["links"] if line["expected"] != line["present"] or line["extra"]]
    return [*fields, *links, *(line for line in figures["accounting"] if line["unexplained"])]


def moved(folder: Path, mapping: str, options: dict[str, str], rows: Callable[[], list[Any]]) -> list[Any]:
    """What the CRM holds after two runs; in between and after an undo it is looked at here."""
    before = rows()
    for name, content in FILES.items():
        (folder / name).write_text(content, "utf-8")
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    runner = CliRunner(env={f"THERE_{name.upper()}": value for name, value in options.items()})
    first = json.loads(runner.invoke(cli, ["run", str(folder), "--json"]).stdout)["figures"]
    assert states(first) == {name: {"created": count} for name, count in COUNTS.items()}
    assert wrong(first) == []
    loaded = rows()
    second = json.loads(runner.invoke(cli, ["run", str(folder), "--json"]).stdout)["figures"]
    assert states(second) == {name: {"unchanged": count} for name, count in COUNTS.items()}
    assert rows() == loaded, "a run of nothing new wrote something"
    run = sorted(path.name for path in (folder / "reports").iterdir())[0]
    undone = runner.invoke(cli, ["undo", str(folder), run, "--apply"])
    assert undone.exit_code == 0, undone.output
    assert rows() == before, undone.output
    return loaded


def test_a_company_goes_into_espocrm_once_and_comes_out_again(tmp_path: Path) -> None:
    espo = Espo(AYSE, fields=FIELDS)
    espo.make("Account", name="Theirs")
    mapping = MAPPING.replace("CONNECTOR", "espocrm")
    loaded = moved(tmp_path, mapping, espo.options, lambda: [each for name in ENTITIES for each in espo.rows(name)])
    assert [each["name"] for each in loaded if each[KIND] == "Household"] == ["Familie Demir"]
    said = {each["lastName"]: each["emailAddressIsOptedOut"] for each in loaded if "lastName" in each}
    assert said == {"Demir": True, "Kaya": False}
    espo.stop()


def test_a_company_goes_into_suitecrm_once_and_comes_out_again(tmp_path: Path) -> None:
    living: dict[str, Any] = {"email_consent_c": {}, "account_id_c": {"type": "id", "to": "Accounts"}}
    deals: dict[str, Any] = {"currency_code_c": {}, "contact_id_c": {"type": "id", "to": "Contacts"}}
    there = suites.Suite(AYSE, fields=suites.schema(Contacts=living, Opportunities=deals))
    there.make("Accounts", name="Theirs")
    ways_in = 'suitecrm, client_id: "env:THERE_CLIENT_ID", client_secret: "env:THERE_CLIENT_SECRET"'
    mapping = MAPPING.replace(
        'CONNECTOR, url: "env:THERE_URL", token: "env:THERE_TOKEN"', f'{ways_in}, url: "env:THERE_URL"'
    )
    mapping = mapping.replace(
        "      close_date: day\n", "      stage: {constant: Prospecting}\n      close_date: day\n"
    )
    mapping = mapping.replace("    about:", "      priority: {constant: High}\n    about:")
    modules = suites.MODULES
    loaded = moved(tmp_path, mapping, there.options, lambda: [each for name in modules for each in there.rows(name)])
    assert [each["name"] for each in loaded if each[suites.KIND] == "Household"] == ["Familie Demir"]
    said = {each["last_name"]: each["email_opt_out"] for each in loaded if "last_name" in each}
    assert said == {"Demir": "1", "Kaya": "0"}
    there.stop()


@pytest.mark.sweep("into EspoCRM it goes through the same room")
def test_a_company_goes_into_vtiger_once_and_comes_out_again(tmp_path: Path) -> None:
    fields = vtigers.schema(
        Contacts={"Email consent": {}, "Lives in": {"type": "to Accounts"}}, Potentials={"Currency": {}}
    )
    there = vtigers.Installation(AYSE, fields=fields)
    there.make("Accounts", accountname="Theirs")
    mapping = MAPPING.replace("CONNECTOR", 'vtiger, user: "env:THERE_USER"')
    mapping = mapping.replace(
        "      close_date: day\n", "      stage: {constant: Prospecting}\n      close_date: day\n"
    )
    mapping = mapping.replace("    about:", VTIGER_DAYS + "    about:")
    modules = vtigers.MODULES
    loaded = moved(tmp_path, mapping, there.options, lambda: [each for name in modules for each in there.rows(name)])
    assert [each["accountname"] for each in loaded if each["crm_migrate_kind"] == "Household"] == ["Familie Demir"]
    said = {each["lastname"]: each["emailoptout"] for each in loaded if "lastname" in each}
    assert said == {"Demir": "1", "Kaya": "0"}
    there.stop()
