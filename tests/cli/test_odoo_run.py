"""A small company in a simulated Odoo, twice and out again; the fictional dealer there, against the planted truth."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dealer_elsewhere import SAMPLE, shipped_for
from demo.finished_run import lines_of
from moved import TRUTH, Moved, Record, left, move
from odoo_databases import PASSWORD, Database

from crm_migrate.cli import cli

AYSE = "colleague@simulated.example"
MODELS = ("res.partner", "crm.lead", "mail.activity", "mail.message", "mail.blacklist", "ir.model.data")
FILES = {
    "firma.csv": "id,name,seller\n1,Demir AŞ,ayse\n",
    "kisi.csv": "id,name,mail,firma,news\n7,Ali Demir,ali@x.example,1,no\n8,Ece Kaya,ece@x.example,1,yes\n",
    "firsat.csv": "id,name,firma,kisi,amount,stage\n5,Roof,1,7,1250.50,Lost\n6,Hall,1,,99.00,Qualified\n",
    "gorev.csv": "id,name,kind,of\n1,Ring,Contact,7\n2,Offer,Deal,6\n",
    "not.csv": "id,text,kind,of,day\n1,Said no,Deal,5,2019-03-04T05:06:07Z\n",
    "owners.csv": f"legacy_login,target_email,status,successor\nayse,{AYSE},active,\n",
}
MAPPING = """crm_migrate: 1
project: {name: elsewhere, locale: tr-TR}
sources:
  firma: {file: firma.csv, key: id}
  kisi: {file: kisi.csv, key: id}
  firsat: {file: firsat.csv, key: id}
  gorev: {file: gorev.csv, key: id}
  not: {file: not.csv, key: id}
value_maps: {news: {unmapped: hold, map: {"yes": granted, "no": withdrawn}}}
owners: {from: owners.csv}
environments:
  there:
    connector: odoo
    url: "env:THERE_URL"
    database: "env:THERE_DATABASE"
    user: "env:THERE_USER"
    token: "env:THERE_TOKEN"
objects:
  accounts: {from: firma, fields: {name: name, owner: {firma: seller, then: owner}}}
  contacts:
    from: kisi
    fields:
      full_name: name
      email: mail
      consent: {kisi: news | map(news)}
      company: {kisi: firma, ref: accounts}
  deals:
    from: firsat
    fields:
      name: name
      amount: amount
      stage: stage
      company: {firsat: firma, ref: accounts}
      contact: {firsat: kisi, ref: contacts}
  tasks:
    from: gorev
    fields: {subject: name, due_date: {constant: "2026-12-31", type: date}}
    about: {ref_by: {type: kind, id: of, map: {Contact: contacts, Deal: deals}}}
  notes:
    from: not
    fields: {body: text, created_at: day}
    about: {ref_by: {type: kind, id: of, map: {Contact: contacts, Deal: deals}}}
"""
COUNTS = {"accounts": 1, "contacts": 2, "deals": 2, "tasks": 2, "notes": 1}


def rows(odoo: Database) -> dict[str, list[Any]]:
    """Every record that a load may touch, and the external ids."""
    aside = {"context": {"active_test": False}}
    return {model: odoo.ask(model, "search_read", [], _names(odoo, model), **aside) for model in MODELS}


def _names(odoo: Database, model: str) -> list[str]:
    """The fields of a fresh database; what a load has added is looked at elsewhere."""
    return [name for name in odoo.ask(model, "fields_get") if not name.startswith(("x_", "create_", "write_"))]


def figures(runner: CliRunner, folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(runner.invoke(cli, ["run", str(folder), "--json"]).stdout)
    return dict(said["figures"])


def states(said: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {line["object"]: {k: n for k, n in line["states"].items() if n} for line in said["accounting"]}


def wrong(said: dict[str, Any]) -> list[Any]:
    fields = [(f["object"], f["field"], f["classes"]) for f in said["fields"] if f["matched"] != f["compared"]]
    links = [line for line in said["links"] if line["expected"] != line["present"] or line["extra"]]
    return [*fields, *links, *(line for line in said["accounting"] if line["unexplained"])]


def test_a_company_goes_into_odoo_once_and_comes_out_again(tmp_path: Path) -> None:
    odoo = Database()
    odoo.ask("res.partner", "create", {"name": "Theirs", "is_company": True})
    before = rows(odoo)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    runner = CliRunner(env={f"THERE_{name.upper()}": value for name, value in odoo.options.items()})
    first = figures(runner, tmp_path)
    assert states(first) == {name: {"created": count} for name, count in COUNTS.items()}
    assert wrong(first) == []
    loaded = rows(odoo)
    assert [each["email"] for each in loaded["mail.blacklist"]] == ["ali@x.example"]
    deals = {each["name"]: (each["active"], each["stage_id"][1]) for each in loaded["crm.lead"]}
    assert deals == {"Roof": (False, "New"), "Hall": (True, "Qualified")}
    second = figures(runner, tmp_path)
    assert states(second) == {name: {"unchanged": count} for name, count in COUNTS.items()}
    assert rows(odoo) == loaded, "a run of nothing new wrote something"
    run = sorted(path.name for path in (tmp_path / "reports").iterdir())[0]
    undone = runner.invoke(cli, ["undo", str(tmp_path), run, "--apply"])
    assert undone.exit_code == 0, undone.output
    after = rows(odoo)
    assert after.pop("mail.blacklist") and before.pop("mail.blacklist") == [], "who withdrew stays blocked"
    ours = after.pop("ir.model.data")
    assert [each["module"] for each in ours] == ["crm_migrate_beside"] and not before.pop("ir.model.data")
    assert after == before
    odoo.stop()


# ---------------------------------------------------------------------------------------------------- the dealer

SETTING = json.loads((SAMPLE / "elsewhere" / "odoo" / "simulated.json").read_text("utf-8"))
OBJECTS = {"accounts": "res.partner", "contacts": "res.partner", "deals": "crm.lead", "suppressions": "mail.blacklist"}
STAGES = {"qualified": (True, "Qualified"), "proposal": (True, "Proposition"), "closedwon": (True, "Won"),
          "closedlost": (False, "New")}  # fmt: skip


@pytest.fixture(scope="module")
def odoo() -> Iterator[Database]:
    """With what users have there already: somebody whom we know, too, and a stranger."""
    made = Database(SETTING["schema"])
    made.ask("res.partner", "create", {"name": "Ahmet Çetin", "email": "ahmet.cetin@posta.example", "function": "hm"})
    made.ask("res.partner", "create", {"name": "Stranger", "email": "stranger@example.com"})
    yield made
    made.stop()


def held(odoo: Database) -> list[Record]:
    """Every live record of the models that are loaded, with our key."""
    store = odoo.server.engine.store
    keys = {(each.values["model"], each.values["res_id"]): each.values["name"] for each in store.all("ir.model.data")
            if each.values["module"] == "crm_migrate"}  # fmt: skip
    return [
        {"id": each.id, "object": name, "key": keys.get((name, int(each.id))), **each.values}
        for name in dict.fromkeys(OBJECTS.values())
        for each in store.all(name)
    ]


@pytest.fixture(scope="module")
def moved(odoo: Database, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = shipped_for(tmp_path_factory.mktemp("odoo") / "anadolu", "odoo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_URL", odoo.url)
        patch.setenv("CRM_SECRET", PASSWORD)
        assert left("target", "prepare", folder) == 0
        return move(folder, lambda: held(odoo), lambda record: [record["key"]] if record["key"] else [])


DEALER = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.sweep("a small company goes the same way, and the dealer goes into five others"),
]


class TestDealer:
    """The fictional dealer, whole."""

    pytestmark = DEALER

    def test_both_runs_and_the_undo_end_well_and_nothing_is_unexplained(self, moved: Moved) -> None:
        assert moved.codes == (0, 0, 0)
        assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
        assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []
        assert moved.states[2] == moved.states[1], "the second run wrote something"

    def test_every_record_was_created_once(self, moved: Moved, odoo: Database) -> None:
        found = Counter(each["key"] for each in moved.records)
        assert set(found.values()) == {1} and len(found) > 1000
        assert found.keys() == {key for name in OBJECTS for key in moved.run.actual(name)}
        assert Counter(each.key for each in odoo.server.engine.log.creations if each.key).most_common(1)[0][1] == 1

    def test_children_point_to_their_own_parent(self, moved: Moved) -> None:
        for link, column in {("accounts", "parent"): "parent_id", ("contacts", "company"): "parent_id",
                             ("deals", "company"): "partner_id"}.items():  # fmt: skip
            children, expected = moved.truth(link[0]), moved.parents(*link)
            assert expected
            assert {child: children[child].get(column) for child in expected} == expected, link

    def test_the_values_are_the_clean_ones(self, moved: Moved) -> None:
        places = {("accounts", "name"): "name", ("accounts", "tax_id"): "vat", ("accounts", "street"): "street",
                  ("contacts", "consent"): "x_email_consent", ("deals", "name"): "name",
                  ("deals", "close_date"): "date_deadline"}  # fmt: skip
        for place, column in places.items():
            records, told = moved.truth(place[0]), moved.values(*place)
            assert {e: records[e].get(column) for e in told} == {e: v or None for e, v in told.items()}, place
        deals, told = moved.truth("deals"), moved.values("deals", "amount")
        assert {e: Decimal(deals[e]["expected_revenue"]) for e in told} == {e: Decimal(v) for e, v in told.items()}

    def test_owners_and_stages_are_those_of_the_database(self, moved: Moved, odoo: Database) -> None:
        store, deals = odoo.server.engine.store, moved.truth("deals")
        users = {each.id: each.values["login"] for each in store.all("res.users")}
        stages = {each.id: each.values["name"] for each in store.all("crm.stage")}
        told = moved.values("deals", "owner")
        assert {e: users[deals[e]["user_id"]] if v else v for e, v in told.items()} == told
        told = moved.values("deals", "stage")
        assert {e: (deals[e]["active"], stages[deals[e]["stage_id"]]) for e in told} == {
            e: STAGES[v] for e, v in told.items()
        }

    def test_every_opt_out_is_on_the_blacklist_and_nobody_else_is(self, moved: Moved) -> None:
        listed = {each["email"]: each for each in moved.states[1] if each["object"] == "mail.blacklist"}
        refused = {each["email"] for each in moved.states[1] if each.get("x_email_consent") in ("withdrawn", "bounced")}
        said = {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}
        assert {email: each["x_state"] for email, each in listed.items() if each["key"]} == said
        assert listed.keys() == {email.lower() for email in refused if email} | said.keys()
        assert len(listed) > 100
