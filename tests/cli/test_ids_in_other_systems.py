"""Ids of the old CRM in other systems: what each is now, and whether an export of theirs has the new ones."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from called import Called, call
from first_runs import first_run

MAPPING = """crm_migrate: 1
project: {name: pointed, locale: en-GB}
sources:
  crm: {file: crm.csv, key: id}
  shop: {file: shop.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: {crm: {where: "state != 'test'"}, shop: {}}
    match:
      rules: [{rule: same mailbox, same: [email], do: merge}]
    fields:
      last_name: {crm: name, shop: name, required: true}
      email: {crm: mail, shop: mail}
"""
CRM = """id,name,mail,state
007,Bond,bond@x.example,live
008,Bill,bill@x.example,live
009,Bond,bond@x.example,live
010,Test,test@x.example,test
011,,nobody@x.example,live
"""
ERP = "customer,crm id,new id\nK1,007,{0}\nK2,009,{0}\nK3,008,\nK4,010,\nK5,011,\nK6,4711,\nK7,,\n"


def loaded(folder: Path) -> str:
    """A project that has run; the id of the record that two of the CRM's are by now."""

    def load(place: Path) -> None:
        (place / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
        (place / "crm.csv").write_text(CRM, "utf-8")
        (place / "shop.csv").write_text("id,name,mail\ns1,Bond,bond@x.example\n", "utf-8")
        assert call("run", str(place)).returncode in (0, 1)

    first_run(folder, __name__, load)
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        ((bond,),) = connection.execute("SELECT id FROM contacts WHERE email = 'bond@x.example'").fetchall()
    return str(bond)


def check(folder: Path, *arguments: str) -> Called:
    return call("crosswalk", str(folder), "--check", str(folder / "erp.csv"), "--old", "crm id", *arguments)


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_another_system_says_where_its_id_leads_now(tmp_path: Path) -> None:
    bond = loaded(tmp_path)
    (tmp_path / "erp.csv").write_text(ERP.format(""), "utf-8")
    done = check(tmp_path, "--object", "contacts", "--source", "crm", "--json")
    assert done.returncode == 1, "some lead nowhere"
    counts = {"moved": 2, "merged": 1, "left_out": 1, "waits": 1, "unknown": 1, "empty": 1}
    told = json.loads(done.stdout)
    assert {name: told[name] for name in counts} == counts
    assert told["one_with_others"] == 2

    rows = {row["customer"]: row for row in lines_of(tmp_path / "erp.crosswalk.csv")}
    assert rows["K1"]["crm id"] == "007", "no zero is lost"
    assert rows["K1"]["crm id new"] == rows["K2"]["crm id new"] == bond
    assert {name: rows[name]["crm id outcome"] for name in ("K3", "K4", "K5", "K6", "K7")} == {
        "K3": "moved", "K4": "left_out", "K5": "waits", "K6": "unknown", "K7": "empty",
    }  # fmt: skip
    assert [rows[name]["crm id reason"] for name in ("K3", "K4", "K5")] == ["", "excluded_rule", "missing_required"]
    assert {rows[name]["crm id shared by"] for name in ("K1", "K2")} == {"1"}
    again = call(
        "crosswalk", str(tmp_path), "--check", str(tmp_path / "erp.crosswalk.csv"), "--old", "crm id", "--source", "crm"
    )
    assert (again.returncode, "`crm id new` already" in again.stderr) == (2, True)


def test_an_export_that_was_repointed_is_checked_row_by_row(tmp_path: Path) -> None:
    bond = loaded(tmp_path)
    (tmp_path / "erp.csv").write_text(ERP.format(bond).replace("K4,010,", f"K4,010,{bond}"), "utf-8")
    done = check(tmp_path, "--new", "new id", "--object", "contacts", "--source", "crm", "--json")
    told = json.loads(done.stdout)
    assert (told["right"], told["missing"], told["other"]) == (2, 1, 1), "what was left out has no new id"
    assert done.returncode == 1

    (tmp_path / "erp.csv").write_text(f"crm id,new id\n007,{bond}\n,\n", "utf-8")
    assert check(tmp_path, "--new", "new id", "--object", "contacts", "--source", "crm").returncode == 0


def test_the_whole_crosswalk_names_survivors_and_reasons(tmp_path: Path) -> None:
    bond = loaded(tmp_path)
    assert call("crosswalk", str(tmp_path), "-o", str(tmp_path / "all.csv")).returncode == 0
    lines = {(each["source"], each["old_id"]): each for each in lines_of(tmp_path / "all.csv")}
    assert {lines[at]["new_id"] for at in (("crm", "007"), ("crm", "009"), ("shop", "s1"))} == {bond}
    assert sorted(lines[at]["outcome"] for at in (("crm", "007"), ("crm", "009"), ("shop", "s1"))) == [
        "merged", "merged", "moved",
    ]  # fmt: skip
    assert lines["crm", "010"]["outcome"] == "left_out"


def test_a_record_that_waits_in_the_target_keeps_its_id_and_those_of_an_undone_run_lead_nowhere(tmp_path: Path) -> None:
    loaded(tmp_path)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection, connection:
        ((bill,),) = connection.execute("SELECT id FROM contacts WHERE last_name = 'Bill'").fetchall()
        connection.execute("UPDATE contacts SET last_name = 'William' WHERE last_name = 'Bill'")
    (tmp_path / "crm.csv").write_text(CRM.replace("Bill,", "Billy,"), "utf-8")
    assert call("run", str(tmp_path)).returncode == 1, "both sides have changed the name"
    assert call("crosswalk", str(tmp_path), "-o", str(tmp_path / "all.csv")).returncode == 0
    lines = {each["old_id"]: each for each in lines_of(tmp_path / "all.csv")}
    assert [lines["008"][name] for name in ("outcome", "new_id", "code")] == ["moved", str(bill), "target_conflict"]

    first = next(path.name for path in sorted((tmp_path / ".crm-migrate" / "runs").glob("00001-*")))
    assert call("undo", str(tmp_path), first, "--apply").returncode in (0, 1)
    assert "was undone" in call("crosswalk", str(tmp_path), "--run", first).stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--check", "erp.csv"), "which column has the old ids"),
        (("--check", "erp.csv", "--old", "crm id"), "2 of the objects and sources are meant"),
        (("--check", "erp.csv", "--old", "no such", "--source", "crm"), "there is no column 'no such'"),
        (("--check", "erp.csv", "--old", "crm id", "--source", "crm", "-o", "erp.csv"), "the output is the input"),
        (("--old", "crm id"), "--old goes with --check"),
        (("--check", "erp.csv", "--old", "crm id", "--object", "deals"), "none of the objects and sources"),
    ],
)
def test_what_is_not_clear_is_asked_back(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    loaded(tmp_path)
    (tmp_path / "erp.csv").write_text(ERP.format(""), "utf-8")
    refused = call("crosswalk", ".", *arguments, folder=tmp_path)
    assert refused.returncode == 2
    assert told in " ".join(refused.stderr.split())
