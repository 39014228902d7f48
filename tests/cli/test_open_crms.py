"""A small company in a simulated EspoCRM: two runs, and an undo that leaves what users had."""

import json
from pathlib import Path
from typing import Any

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
  there: {connector: espocrm, url: "env:ESPOCRM_URL", token: "env:ESPOCRM_TOKEN"}
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


def test_a_company_goes_in_once_and_comes_out_again(tmp_path: Path) -> None:
    espo = Espo(AYSE, fields=FIELDS)
    theirs = espo.make("Account", name="Theirs")
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    runner = CliRunner(env={"ESPOCRM_URL": espo.url, "ESPOCRM_TOKEN": espo.options["token"]})
    first = json.loads(runner.invoke(cli, ["run", str(tmp_path), "--json"]).stdout)["figures"]
    assert states(first) == {name: {"created": count} for name, count in COUNTS.items()}
    assert wrong(first) == []
    loaded = {name: espo.rows(name) for name in ENTITIES}
    assert [each["name"] for each in loaded["Account"] if each[KIND] == "Household"] == ["Familie Demir"]
    assert [each["emailAddressIsOptedOut"] for each in loaded["Contact"]] == [True, False]
    second = json.loads(runner.invoke(cli, ["run", str(tmp_path), "--json"]).stdout)["figures"]
    assert states(second) == {name: {"unchanged": count} for name, count in COUNTS.items()}
    assert {name: espo.rows(name) for name in ENTITIES} == loaded, "a run of nothing new wrote something"
    run = sorted(path.name for path in (tmp_path / "reports").iterdir())[0]
    undone = runner.invoke(cli, ["undo", str(tmp_path), run, "--apply"])
    assert undone.exit_code == 0, undone.output
    left = [each["id"] for name in ENTITIES for each in espo.rows(name)]
    assert left == [theirs], undone.output
    espo.stop()
