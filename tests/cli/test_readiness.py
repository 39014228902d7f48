"""`readiness`: who owes what by when, of the mapping, the data and the latest runs; and when the exit code says so."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import booked
import pytest
from booked import MAPPING
from called import call

from crm_migrate.reports.terminal import text_width

TODAY = datetime.now(UTC).date()
READY = """\
crm_migrate: 1
project: {name: Ready}
sources:
  kontakte: {file: kontakte.csv, key: KontaktNr, unmapped: {archive: ["*"]}}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: kontakte
    fields: {last_name: Nachname}
"""


def told(project: Path, *more: str) -> dict[str, Any]:
    done = call("readiness", str(project), "--format", "json", "--lang", "en", *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def item(found: dict[str, Any], about: str) -> dict[str, Any]:
    (one,) = [each for each in found["items"] if each["about"] == about]
    return dict(one)


def test_what_is_open_of_the_mapping_has_an_owner_and_a_day(tmp_path: Path) -> None:
    late, soon = TODAY - timedelta(days=3), TODAY + timedelta(days=3)
    mapping = MAPPING.replace("2026-12-04", late.isoformat()).replace(
        "      name: Firmenname          # not the trade name\n", ""
    )
    mapping += f"  accounts.name: {{owner: Ayşe, due: {soon}}}\n  contacts.last_name: agreed\n  contacts.job_title: "
    mapping += "{status: refused, decision: as the badge says}\n"
    found = told(booked.make(tmp_path / "acme", mapping))

    phone, name = item(found, "contacts.phone"), item(found, "accounts.name")
    assert found["items"][0] == phone, "what is overdue stands first"
    assert (phone["kind"], phone["owner"], phone["due"], phone["overdue"]) == ("register", "Ute", f"{late}", True)
    assert (name["kind"], name["owner"], name["due"], name["overdue"]) == ("required", "Ayşe", f"{soon}", False)
    assert item(found, "contacts.first_name")["kind"] == "proposed"
    assert item(found, "contacts.company")["told"] == "open"
    assert phone["next"] == f"crm-migrate mapping export {tmp_path / 'acme'}"
    assert item(found, "contacts.job_title")["told"].endswith(": as the badge says")
    assert "contacts.last_name" not in str(found["items"])
    assert (found["overdue"], found["today"]) == (1, f"{TODAY}")


def test_words_owners_and_columns_of_the_data_are_counted(tmp_path: Path) -> None:
    mapping = MAPPING.replace("objects:\n", "owners: owners.csv\nobjects:\n", 1)
    mapping = mapping.replace("      job_title:", "      owner: Rolle | owner\n      job_title:")
    mapping += "  owners: {owner: Kim}\n  kontakte: {owner: Ute, due: 2031-01-02}\n"
    project = booked.make(tmp_path / "acme", mapping)
    (project / "owners.csv").write_text(
        "legacy_login,target_email,status,successor\n-x,x@acme.example,active,\n", "utf-8"
    )
    found = told(project)

    words = item(found, "value_maps.art")
    assert (words["count"], words["told"]) == (1, "1 word(s) without translation, in 2 row(s): “P” (2)")
    assert item(found, "owners")["told"].endswith("in 1 row(s): “=1+1” (1)")
    assert item(found, "kontakte")["told"].endswith(": Mobil, Notiz")
    owed = [(item(found, about)["owner"], item(found, about)["due"]) for about in ("owners", "kontakte")]
    assert owed == [("Kim", ""), ("Ute", "2031-01-02")]


def test_what_cannot_be_looked_at_is_told_and_not_taken_for_settled(tmp_path: Path) -> None:
    project = booked.make(tmp_path / "acme")
    (project / "firmen.csv").unlink()
    found = told(project)

    assert any("firmen could not be read" in sentence for sentence in found["not_looked_at"])
    assert any("no run" in sentence for sentence in found["not_looked_at"])
    assert not [each for each in found["items"] if each["kind"] in ("values", "duplicates", "rejected")]


def test_a_run_adds_duplicates_rejected_and_waiting_rows_until_they_are_decided(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        "    fields:\n      last_name",
        "    match:\n      - {rule: same name, same: [last_name], do: review}\n    fields:\n      last_name",
    )
    mapping += "  contacts: {owner: Ute, due: 2020-01-02}\n  accounts: {owner: Kim}\n"
    mapping += "checks:\n  - {id: C1, object: accounts, assert: \"name != 'Acme GmbH'\", else: reject}\n"
    project = booked.make(tmp_path / "acme", mapping)
    people = (project / "kontakte.csv").read_text("utf-8")
    (project / "kontakte.csv").write_text(people + "K3;Uta;Meierhofer;030 5550009;9;F1;y;\n", "utf-8")
    assert call("target", "prepare", str(project)).returncode == 0
    call("run", str(project))
    found = told(project)
    kinds = {each["kind"]: each for each in found["items"]}

    assert (kinds["duplicates"]["about"], kinds["duplicates"]["count"]) == ("contacts", 1)
    assert (kinds["duplicates"]["owner"], kinds["duplicates"]["overdue"]) == ("Ute", True)
    owed = {(each["about"], each["owner"]) for each in found["items"] if each["kind"] in ("rejected", "waiting")}
    assert owed == {("accounts", "Kim"), ("contacts", "Ute")}
    assert (kinds["rejected"]["about"], kinds["rejected"]["count"]) == ("accounts", 1)
    waiting = [each["count"] for each in found["items"] if (each["kind"], each["about"]) == ("waiting", "accounts")]
    assert waiting == [2], "both firms of the kind P"
    german = call("readiness", str(project), "--lang", "de").stdout
    assert "zurückgewiesene Zeilen: 1 (Lauf 00001), Eine Prüfung" in german
    assert "(check_failed)" in german
    assert "(check_failed)" in found["items"][found["items"].index(kinds["rejected"])]["told"]
    assert not any("no run" in sentence for sentence in found["not_looked_at"])
    said = 'decision: apart, who: Ute, when: "2026-01-01", why: sisters'
    decided = f'duplicates:\n  - {{object: contacts, members: ["kontakte:K1", "kontakte:K3"], {said}}}\n'
    (project / "decisions" / "duplicates.yaml").write_text(decided, "utf-8")
    after = told(project)
    assert "duplicates" not in {each["kind"] for each in after["items"]}
    assert ("register", "contacts") not in {(each["kind"], each["about"]) for each in after["items"]}, "told once"


def test_who_has_not_signed_this_very_mapping_owes_it(tmp_path: Path) -> None:
    mapping = READY + "reconcile: {sign_off: [sales_director, data_steward]}\n"
    project = booked.make(tmp_path / "acme", mapping)
    assert call("mapping", "sign", str(project), "--role", "data_steward", "--who", "Ute").returncode == 0
    found = told(project)
    assert [(each["kind"], each["owner"]) for each in found["items"]] == [("unsigned", "sales_director")]

    (project / "crm-migrate.yaml").write_text(mapping.replace("Nachname", "Vorname"), "utf-8")
    assert {each["owner"] for each in told(project)["items"]} == {"sales_director", "data_steward"}


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "nothing open"), ("de", "nichts offen"), ("tr", "açık bir şey yok")]
)
def test_nothing_open_is_said(tmp_path: Path, lang: str, words: str) -> None:
    project = booked.make(tmp_path / "acme", READY)
    for form in ("text", "markdown"):
        done = call("readiness", str(project), "--format", form, "--lang", lang, "--fail-on", "open")
        assert (done.returncode, words in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize(
    ("due", "fail_on", "code"),
    [(-1, "never", 0), (-1, "overdue", 1), (0, "overdue", 0), (1, "overdue", 0), (1, "open", 1)],
)
def test_the_exit_code_is_what_was_asked_for(tmp_path: Path, due: int, fail_on: str, code: int) -> None:
    day = TODAY + timedelta(days=due)
    project = booked.make(tmp_path / "acme", READY + f"register:\n  contacts.phone: {{owner: Ute, due: {day}}}\n")
    assert call("readiness", str(project), "--fail-on", fail_on).returncode == code


def test_it_is_told_by_owner_and_as_a_table_that_no_name_breaks(tmp_path: Path) -> None:
    mapping = MAPPING.replace("owner: Ute", 'owner: "Ute | Meier"')
    project = booked.make(tmp_path / "acme", mapping)
    text = call("readiness", str(project), "--by", "owner", "--lang", "en").stdout
    assert text.index("\nKai\n") < text.index("\nUte | Meier\n") < text.index("\nnobody yet\n")

    table = call("readiness", str(project), "--format", "markdown", "--lang", "en").stdout
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert all(line.replace("\\|", "").count("|") == 5 for line in rows)
    assert any("Ute \\| Meier" in line for line in rows)


def test_a_mapping_that_is_wrong_is_told_with_its_places(tmp_path: Path) -> None:
    project = booked.make(tmp_path / "acme", MAPPING.replace("phone(DE)", "fone(DE)"))
    done = call("readiness", str(project))
    assert (done.returncode, "step_unknown" in done.stderr) == (2, True)


@pytest.mark.parametrize("width", [50, 80, 140])
def test_it_fits_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    project = booked.make(tmp_path / "acme", MAPPING)

    shown = call("readiness", str(project), "--lang", "tr").stdout

    assert "contacts.phone" in shown
    assert [line for line in shown.splitlines() if text_width(line) > width] == []
