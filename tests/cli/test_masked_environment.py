"""A small company into a masked sandbox, proved unreachable, and into a production that needs a rehearsal.

One project, whose tests may be left out but not taken in another order. The people's mail host has no top level that
exists.
"""

import json
import os
import re
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.errors import CrmMigrateError

MAPPING = """\
crm_migrate: 1
project: {name: small}
sources:
  people: {file: people.csv, key: id}
environments:
  local:
    connector: sql
    url: "sqlite:///crm.db"
    mask: {fields: [email, phone, last_name], allow: ["@tester.example"]}
  prod: {connector: sql, url: "sqlite:///prod.db", needs: [mapping_signed, one_clean_mock]}
objects:
  contacts:
    from: people
    fields:
      last_name: last
      email: {people: mail, keep_others: additional_emails}
      phone: phone | phone(TR)
      description: note
    match: [{rule: same name, same: [last_name], do: merge}]
reconcile:
  sign_off: [sales_director]
  kpis:
    demirs: {of: contacts, where: "last_name = 'Demir'", count: all, by: [last_name]}
"""
PEOPLE = """\
id,last,mail,phone,note
1,Demir,d@ada.beispiel,0532 000 00 01,fine
2,Demir,d2@ada.beispiel,0532 000 00 02,
3,Su,s@cem.beispiel,0532 000 00 03,likes tea
4,Lee,l@tester.example,,
"""
# What a flow of the target does: a mailbox is filled again when a record comes.
TRIGGER = """CREATE TRIGGER refill AFTER INSERT ON contacts WHEN new.email IS NOT NULL
  BEGIN UPDATE contacts SET email = 'boss@ada.beispiel' WHERE id = new.id; END"""


@dataclass
class Rehearsal:
    """The project, and what its runs said."""

    folder: Path

    def call(self, *words: str) -> Result:
        return CliRunner().invoke(cli, [words[0], *words[1:]], catch_exceptions=True)

    def run(self, environment: str) -> tuple[int, dict[str, Any]]:
        done = self.call("run", str(self.folder), "--env", environment, "--json")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout)["figures"]

    def contacts(self, database: str) -> list[dict[str, str | None]]:
        with sqlite3.connect(self.folder / database) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute("SELECT * FROM contacts ORDER BY id")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    folder = tmp_path_factory.mktemp("masked")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    return Rehearsal(folder)


@pytest.fixture(scope="module")
def first(project: Rehearsal) -> dict[str, Any]:
    """The first rehearsal."""
    code, figures = project.run("local")
    assert (code, figures["verdict"]) == (0, "GO")
    return figures


def gate(figures: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in figures["gates"] if each["name"] == name)


def refusal(call: Callable[[], Result]) -> CrmMigrateError:
    error = call().exception
    assert isinstance(error, CrmMigrateError), error
    return error


def test_production_is_refused_before_anything_is_written(project: Rehearsal) -> None:
    error = refusal(lambda: project.call("run", str(project.folder), "--env", "prod"))
    assert error.exit_code == 2
    assert "not signed by sales_director" in error.message
    assert "0 of 1 runs" in error.message
    assert error.hint.startswith("crm-migrate mapping sign PROJECT --env prod --role sales_director")
    assert not [*project.folder.glob("*.db"), *project.folder.glob(".crm-migrate/runs/*")]


def test_nothing_of_the_originals_is_in_the_sandbox(project: Rehearsal, first: dict[str, Any]) -> None:
    demir, su, lee = project.contacts("crm.db")
    for row in (demir, su):
        assert re.fullmatch(r"[a-p]{20}@masked\.example", row["email"] or "")
        assert re.fullmatch(r"\+999\d{12}", row["phone"] or "")
        assert re.fullmatch(r"Masked [a-p]{20}", row["last_name"] or "")
    (kept,) = json.loads(demir["additional_emails"] or "")
    assert kept.endswith("@masked.example")
    assert kept != demir["email"]
    assert (lee["email"], su["description"]) == ("l@tester.example", "likes tea")
    bytes_there = (project.folder / "crm.db").read_bytes()
    assert not [word for word in (b"Demir", b"beispiel", b"532000") if word in bytes_there]


def test_the_report_says_what_was_masked(project: Rehearsal, first: dict[str, Any]) -> None:
    counted = {each["field"]: (each["cells"], each["values"], each["masks"]) for each in first["masked"]}
    assert counted == {"email": (2, 2, 2), "additional_emails": (1, 1, 1), "phone": (2, 2, 2), "last_name": (3, 3, 3)}
    names = {each["field"]: each for each in first["fields"]}
    assert names["last_name"]["changed_by_rule"] == {"masked": 3}
    assert names["last_name"]["matched"] == names["last_name"]["compared"] == 3
    assert [gate(first, name)["passed"] for name in ("reached", "masks_shared")] == [True, True]
    assert any("contacts.last_name" in text and "pseudonyms" in text for text in first["not_checked"])
    grouped = {(kpi["expected"], kpi["actual"], kpi["agrees"]) for kpi in first["kpis"]}
    assert grouped == {("1", "1", True)}, "figures over masked fields are those of the real run"
    (page,) = (project.folder / "reports" / first["header"]["run"]).glob("*.html")
    assert "Masked in this environment" in page.read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_key_is_its_owners_alone(project: Rehearsal, first: dict[str, Any]) -> None:
    key = project.folder / ".crm-migrate" / "mask.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_story_of_a_record_says_it(project: Rehearsal, first: dict[str, Any]) -> None:
    told = project.call("explain", "people:1", str(project.folder), "--json")
    cells = {cell["field"]: cell for cell in json.loads(told.stdout)["records"][0]["cells"]}
    assert cells["email"]["rule"].endswith("masked in local")
    assert "masked" not in cells["description"]["rule"]


def test_production_gets_what_the_records_say(project: Rehearsal, first: dict[str, Any]) -> None:
    planned = project.call("plan", str(project.folder), "--env", "prod")
    assert planned.exit_code == 0
    assert "not signed by sales_director" in " ".join(planned.stderr.split())
    assert "one_clean_mock" not in planned.stderr, "the rehearsal is there"
    as_json = project.call("plan", str(project.folder), "--env", "prod", "--json")
    assert "needs `mapping_signed`" in as_json.stderr
    assert json.loads(as_json.stdout)["objects"]
    error = refusal(lambda: project.call("resume", str(project.folder)))
    assert "not signed by sales_director" in error.message
    assert not (project.folder / "prod.db").exists()

    wrong = refusal(lambda: sign(project, "sales_directr"))
    assert "Did you mean `sales_director`?" in wrong.hint
    assert sign(project, "sales_director").exit_code == 0
    code, figures = project.run("prod")

    assert (code, figures["verdict"], figures["masked"]) == (0, "GO", [])
    assert [row["email"] for row in project.contacts("prod.db")] == [
        "d@ada.beispiel", "s@cem.beispiel", "l@tester.example"
    ]  # fmt: skip
    assert {line["states"]["created"] for line in figures["accounting"]} == {3}, "a rehearsal loads nothing else"
    with sqlite3.connect(project.folder / ".crm-migrate" / "ledger.db") as ledger:
        ((body,),) = ledger.execute("SELECT body FROM entries WHERE kind = 'needs'").fetchall()
    assert json.loads(body)["met"]["one_clean_mock"] == first["header"]["run"]


def sign(project: Rehearsal, role: str) -> Result:
    return project.call("mapping", "sign", str(project.folder), "--env", "prod", "--role", role, "--who", "Ada Su")


def test_another_mapping_must_be_signed_and_rehearsed_again(project: Rehearsal, first: dict[str, Any]) -> None:
    assert sign(project, "sales_director").exit_code == 0
    mapping = project.folder / "crm-migrate.yaml"
    mapping.write_text(MAPPING.replace("last_name: last", "last_name: last | upper"), "utf-8")
    error = refusal(lambda: project.call("run", str(project.folder), "--env", "prod"))
    mapping.write_text(MAPPING, "utf-8")
    assert "what was signed was another mapping" in error.message
    assert "0 of 1 runs" in error.message


def test_the_plan_says_what_will_be_pseudonyms(project: Rehearsal, first: dict[str, Any]) -> None:
    planned = project.call("plan", str(project.folder), "--env", "local")
    named = "contacts.additional_emails, contacts.email, contacts.last_name, contacts.phone"
    assert f"pseudonyms are loaded for {named}\n" in planned.stdout


def test_what_puts_a_mailbox_back_is_found(project: Rehearsal, first: dict[str, Any]) -> None:
    with sqlite3.connect(project.folder / "crm.db") as database:
        database.execute(TRIGGER)
    more = "5,Kaya,k@bora.beispiel,,\n6,Ak,,,ask ali@bora.beispiel or 0532 000 00 09\n"
    (project.folder / "people.csv").write_text(PEOPLE + more, "utf-8")
    before = project.contacts("crm.db")

    code, figures = project.run("local")

    assert (code, figures["verdict"]) == (1, "NO-GO")
    assert project.contacts("crm.db")[:3] == before, "the same values have the same pseudonyms: nothing is written"
    found = {(each["code"], each["field"]): each["count"] for each in figures["exceptions"]}
    assert found["not_masked", "email"] == 1
    assert found["address_in_text", "description"] == 2, "a mailbox and a number"
    assert (gate(figures, "reached")["actual"], gate(figures, "rules_in_target")["actual"]) == ("3", "0")
    page = next((project.folder / "reports" / figures["header"]["run"]).glob("*.html")).read_text("utf-8")
    assert "boss@ada.beispiel" not in page
