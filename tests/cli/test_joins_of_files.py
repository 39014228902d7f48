"""A CSV beside a CSV: rows with the columns of another source, and every row of that one accounted for."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.errors import InputError

MAPPING = """crm_migrate: 1
project: {locale: en-GB}
sources:
  people: {file: people.csv, key: Id, join: {m: {source: mails, by: {Id: Person}HOW}}}
  mails: {file: mails.csv, key: Nr}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: people
    fields: {last_name: Name, email: m.Mail, description: m.Kind}
"""
PEOPLE = "Id,Name\n1,Kaya\n2,Öz\n 3 ,Ay\n,Er\n"
MAILS = """Nr,Person,Mail,Kind,Rank,Since
1,1,kaya@old.example,work,9,2024-01-01
2,1,kaya@new.example,,10,2024-03-01
3, 2,oz@new.example,work,1,2024-02-01
4,7,gone@old.example,work,1,
5,,nobody@old.example,work,1,
"""


def project(folder: Path, how: str = "", mails: str = MAILS) -> Path:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("HOW", how), "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "mails.csv").write_text(mails, "utf-8")
    return folder


def called(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def figures(folder: Path) -> dict[str, Any]:
    done = called("run", str(folder), "--json")
    assert done.exit_code in (0, 1), done.output
    return dict(json.loads(done.stdout)["figures"])


def told(done: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(x["code"], x["count"], x["severity"]) for x in done["exceptions"] if x["code"].startswith("join")]


def mails(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        rows = crm.execute("SELECT last_name, email, description FROM contacts").fetchall()
    return {name: (mail, kind) for name, mail, kind in rows}


def test_a_row_has_the_columns_of_the_partner_that_is_meant(tmp_path: Path) -> None:
    done = figures(project(tmp_path, ", take: first(Rank desc)"))

    assert mails(tmp_path) == {
        "Kaya": ("kaya@new.example", None), "Öz": ("oz@new.example", "work"), "Ay": (None, None),
    }, "10 is more than 9"  # fmt: skip
    assert told(done) == [("join_unused", 2, "warning"), ("join_left", 1, "note")]
    people, partner = done["sources"]
    said = "join m: mails has 5 rows, 2 of them belong to no record, `take:` leaves 1 behind"
    assert said in people["evidence"]
    assert (people["records"], partner["records"], partner["counted"]) == (4, 5, 5)
    assert [x for x in done["exceptions"] if x["code"] == "source_unused"] == []


@pytest.mark.parametrize(
    ("take", "mail"), [("first(Since)", "old"), ("last(Since)", "new"), ("last(Kind, Rank)", "old")]
)
def test_days_and_words_have_an_order_too(tmp_path: Path, take: str, mail: str) -> None:
    figures(project(tmp_path, f', take: "{take}"'))
    assert mails(tmp_path)["Kaya"][0] == f"kaya@{mail}.example"


def test_a_join_goes_on_from_what_an_earlier_one_brought(tmp_path: Path) -> None:
    folder = project(tmp_path, ", take: first(Rank desc)}, k: {source: kinds, by: {m.Kind: Kind}")
    text = (folder / "crm-migrate.yaml").read_text("utf-8").replace("m.Kind}", "k.Name}")
    text = text.replace("environments:", "  kinds: {file: kinds.csv, key: Kind}\nenvironments:").replace(
        "{k.Name:", "{m.Kind:"
    )
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    (folder / "kinds.csv").write_text("Kind,Name\nwork,Work mail\nhome,At home\n", "utf-8")

    figures(folder)

    found = mails(folder)
    assert (found["Kaya"], found["Öz"]) == (("kaya@new.example", None), ("oz@new.example", "Work mail"))


def test_all_partners_are_gathered_without_what_is_empty(tmp_path: Path) -> None:
    mapping = project(tmp_path, ", gather: list") / "crm-migrate.yaml"
    text = mapping.read_text("utf-8").replace("email: m.Mail, description: m.Kind", "tags: m.Kind, description: m.Mail")
    mapping.write_text(text, "utf-8")
    done = figures(tmp_path)

    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm:
        rows = crm.execute("SELECT last_name, tags, description FROM contacts ORDER BY last_name").fetchall()
    assert rows[1] == ("Kaya", '["work"]', '["kaya@old.example","kaya@new.example"]')
    assert rows[0] == ("Ay", None, None)
    assert told(done) == [("join_unused", 2, "warning")]


def test_several_partners_stop_the_run_with_the_way_out(tmp_path: Path) -> None:
    done = called("run", str(project(tmp_path)))

    assert isinstance(done.exception, InputError)
    assert "1 rows have several partners in `mails` (join `m`)" in done.exception.message
    assert "take: first(column desc)" in done.exception.hint


def test_texts_whose_order_says_nothing_are_no_order(tmp_path: Path) -> None:
    day = MAILS.replace("2024-03-01", "01.03.2024")
    done = called("run", str(project(tmp_path, ", take: last(Since)", day)))

    assert isinstance(done.exception, InputError)
    assert "cannot order by `Since`, which holds `01.03.2024`" in done.exception.message


def test_who_is_looked_up_by_his_own_key_may_stay_unasked(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(
        MAPPING.replace("by: {Id: Person}HOW", "by: {Firm: Nr}").replace("m.Kind", "m.Person"), "utf-8"
    )
    (tmp_path / "people.csv").write_text("Id,Name,Firm\n1,Kaya,2\n2,Öz,2\n", "utf-8")
    (tmp_path / "mails.csv").write_text(MAILS, "utf-8")

    assert told(figures(tmp_path)) == [("join_unused", 4, "note")]
    assert [mail for mail, _ in mails(tmp_path).values()] == ["kaya@new.example"] * 2


@pytest.mark.parametrize(
    ("change", "said", "place"),
    [
        (("source: mails", "source: mail"), "Did you mean `mails`?", "crm-migrate.yaml:4:"),
        (("source: mails", "source: people"), "the source `people` is not there", "crm-migrate.yaml:4:"),
        (("source: mails", "source: mails, table: x"), "names its partner once", "crm-migrate.yaml:4:"),
        (("source: mails", "table: mails"), "`table:` joins tables of one database", "crm-migrate.yaml:4:"),
        (("{Id: Person}", "{Id: Persons}"), "source `mails` has no column `Persons`", ""),
        (("{Id: Person}", "{Ids: Person}"), "source `people` has no column `Ids`", ""),
        (("m.Mail", "m.Male"), "Did you mean `m.Mail`?", "crm-migrate.yaml:11:"),
        (
            ("key: Nr}", "key: Nr, join: {p: {source: people, by: {Person: Id}}}}"),
            "chains are not followed", "crm-migrate.yaml:4:",
        ),
    ],
)  # fmt: skip
def test_a_join_that_cannot_be_meant_is_told(tmp_path: Path, change: tuple[str, str], said: str, place: str) -> None:
    path = project(tmp_path, ", take: first(Rank desc)") / "crm-migrate.yaml"
    text = path.read_text("utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), "utf-8")

    done = called("mapping", "check", str(tmp_path))

    assert done.exit_code in (2, 3)
    assert said in done.output
    assert place in done.output


def test_the_partner_is_used_and_its_columns_are_counted_where_they_come_from(tmp_path: Path) -> None:
    done = called("mapping", "check", str(project(tmp_path, ", take: first(Rank desc)")), "--format", "json")

    found = json.loads(done.stdout)
    (left,) = found
    assert left["code"] == "columns_unmapped"
    assert left["message"] == "1 column(s) of `mails` are neither mapped, archived nor dropped: `Since`"


def test_a_correction_that_the_joining_rows_would_not_hear_is_refused(tmp_path: Path) -> None:
    folder = project(tmp_path, ", take: first(Rank desc)") / "decisions"
    folder.mkdir()
    said = "column: Mail, was: kaya@new.example, now: k@new.example, who: a, when: 2025-01-01, why: a slip"
    correction = f"{{id: C-1, row: 'mails:2', {said}}}"
    (folder / "corrections.yaml").write_text(f"corrections:\n  - {correction}\n", "utf-8")

    done = called("mapping", "check", str(tmp_path))

    assert "whose rows would not hear it" in done.output


def test_rows_of_many_batches_find_their_partners(tmp_path: Path) -> None:
    project(tmp_path)
    count = 70_000
    (tmp_path / "people.csv").write_text("Id,Name\n" + "".join(f"{n},N{n}\n" for n in range(count)), "utf-8")
    lines = "".join(f"{n},{n},m{n}@a.example,k,1,\n" for n in reversed(range(0, count, 2)))
    (tmp_path / "mails.csv").write_text(MAILS.partition("\n")[0] + "\n" + lines, "utf-8")
    from crm_migrate.mapping.opening import OpenSources
    from crm_migrate.mapping.resolving import resolve
    from crm_migrate.workspace.layout import Project

    made = Project(tmp_path, tmp_path / "crm-migrate.yaml")
    reader = OpenSources(made).reader(resolve(made)[0].source("people"))
    rows = [row for batch in reader.read(20_000) for row in batch.records.select(["__row", "Id", "m.Mail"]).to_pylist()]

    assert [row["__row"] for row in rows] == list(range(count))
    assert all(row["m.Mail"] == (f"m{row['Id']}@a.example" if int(row["Id"]) % 2 == 0 else None) for row in rows)


COMPANY_OF_PEOPLE = """crm_migrate: 1
project: {locale: en-GB}
sources:
  people: {file: people.csv, key: Id, join: {co: {source: firms, by: {Firm: Nr}}}}
  firms: {file: firms.csv, key: Nr, unmapped: {archive: [Fax]}}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: firms, fields: {name: Name, country: Country}}
  contacts:
    from: people
    fields:
      last_name: Name
      mobile: Mobile | phone(by=co.Country)
      company: {people: Firm, ref: accounts.firms}
"""


def test_a_number_is_read_by_the_country_of_the_company_and_its_columns_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(COMPANY_OF_PEOPLE, "utf-8")
    people = "Id,Name,Mobile,Firm\n1,Kaya,0532 555 10 01,1\n2,Frei,0170 5551234,2\n3,Er,0532 555 10 02,\n"
    (tmp_path / "people.csv").write_text(people, "utf-8")
    (tmp_path / "firms.csv").write_text("Nr,Name,Country,Fax,Credit\n1,A,Türkiye,1,5\n2,B,DE,2,6\n", "utf-8")
    checked = called("mapping", "check", str(tmp_path))
    assert "1 column(s) of `firms` are neither mapped, archived nor dropped: `Credit`" in checked.output
    assert "column(s) of `people`" not in checked.output
    done = figures(tmp_path)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as crm:
        found = dict(crm.execute("SELECT last_name, mobile FROM contacts"))
    assert found == {"Kaya": "+905325551001", "Frei": "+491705551234", "Er": "0532 555 10 02"}
    fates = {(x["source"], x["column"]): x["fate"] for x in done["columns"]}
    assert fates["firms", "Credit"] == "unspoken" and ("people", "co.Credit") not in fates
    assert fates["firms", "Country"] == "mapped"
    failed = [gate for gate in done["gates"] if gate["name"].startswith("columns") and not gate["passed"]]
    assert [gate["actual"] for gate in failed] == ["1: Credit"]


@pytest.mark.parametrize("where", ["archive: [co.Credit]", "drop: {co.Credit: D-001}"])
def test_a_column_that_the_joining_source_sees_to_is_seen_to(tmp_path: Path, where: str) -> None:
    said = COMPANY_OF_PEOPLE.replace("{Firm: Nr}}}}", "{Firm: Nr}}}, unmapped: {WHERE}}").replace("WHERE", where)
    (tmp_path / "crm-migrate.yaml").write_text(said, "utf-8")
    (tmp_path / "people.csv").write_text("Id,Name,Mobile,Firm\n1,Kaya,,1\n", "utf-8")
    (tmp_path / "firms.csv").write_text("Nr,Name,Country,Fax,Credit\n1,A,Türkiye,1,5\n", "utf-8")
    checked = called("mapping", "check", str(tmp_path))
    assert "neither mapped" not in checked.output
