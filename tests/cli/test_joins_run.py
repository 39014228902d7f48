"""Joins of a database through a whole run: what its partners gave, and that none of them is lost in silence."""

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
project: {locale: LOCALE}
sources:
  old: {url: "sqlite:///old.db"}
  people: {table: old.people, key: id, join: {mail: {table: old.mails, by: {id: person}HOW}}}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: people
    fields: {last_name: name, email: mail.mail, description: mail.kind}
"""
OLD = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO people VALUES (1, 'Kaya'), (2, 'Öz'), (3, 'Ay');
CREATE TABLE mails (nr INTEGER PRIMARY KEY, person INTEGER, mail TEXT, kind TEXT, main INTEGER);
INSERT INTO mails VALUES (1, 1, 'kaya@old.example', 'work', 0), (2, 1, 'kaya@new.example', 'home', 1),
  (3, 2, 'oz@new.example', 'work', 1), (4, 7, 'gone@old.example', 'work', 1), (5, NULL, 'no@old.example', 'work', 1);
"""


def project(folder: Path, how: str = "", locale: str = "en-GB") -> Path:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("HOW", how).replace("LOCALE", locale), "utf-8")
    with closing(sqlite3.connect(folder / "old.db")) as old:
        old.executescript(OLD)
    return folder


def called(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def figures(folder: Path) -> dict[str, Any]:
    done = called("run", str(folder), "--json")
    assert done.exit_code in (0, 1), done.output
    return dict(json.loads(done.stdout)["figures"])


def read_exceptions(done: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(x["code"], x["count"], x["severity"]) for x in done["exceptions"] if x["code"].startswith("join")]


def loaded(folder: Path) -> list[tuple[str | None, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        return crm.execute("SELECT last_name, email, description FROM contacts ORDER BY last_name").fetchall()


def test_the_partner_that_is_meant_is_taken_and_the_others_are_counted(tmp_path: Path) -> None:
    done = figures(project(tmp_path, ", take: first(main desc)"))

    assert loaded(tmp_path) == [
        ("Ay", None, None), ("Kaya", "kaya@new.example", "home"), ("Öz", "oz@new.example", "work"),
    ]  # fmt: skip
    assert read_exceptions(done) == [("join_unused", 2, "warning"), ("join_left", 1, "note")]
    (source,) = done["sources"]
    said = "join mail: mails has 5 rows, 2 of them belong to no record, `take:` leaves 1 behind"
    assert said in source["evidence"], "5 rows: 2 taken, 1 left, 2 of nobody"


CHAIN = """
CREATE TABLE cities (id INTEGER PRIMARY KEY, city TEXT, land INTEGER);
INSERT INTO cities VALUES (1, 'Köln', 1), (2, 'İzmir', 2), (3, 'Graz', 3);
CREATE TABLE lands (id INTEGER PRIMARY KEY, land TEXT);
INSERT INTO lands VALUES (1, 'DE'), (2, 'TR'), (3, 'AT'), (4, 'ID');
ALTER TABLE mails ADD COLUMN city INTEGER;
UPDATE mails SET city = 1 WHERE nr < 3;
UPDATE mails SET city = 2 WHERE nr = 3;
"""


def test_a_join_goes_on_from_what_an_earlier_one_brought(tmp_path: Path) -> None:
    """mails -> cities -> lands: each link of the chain is counted as any join."""
    city, land = "city: {table: old.cities, by: {mail.city: id}}", "land: {table: old.lands, by: {city.land: id}"
    folder = project(tmp_path, f", take: first(main desc)}}, {city}, {land}")
    mapping = (folder / "crm-migrate.yaml").read_text("utf-8").replace("mail.kind", "land.land")
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    with closing(sqlite3.connect(folder / "old.db")) as old:
        old.executescript(CHAIN)
    done = figures(folder)
    assert [(name, land) for name, _, land in loaded(folder)] == [("Ay", None), ("Kaya", "DE"), ("Öz", "TR")]
    (source,) = done["sources"]
    assert [said for said in source["evidence"] if "cities" in said or "lands" in said] == [
        "join city: cities has 3 rows, 1 of them belong to no record",
        "join land: lands has 4 rows, 2 of them belong to no record",
    ]


def test_a_chain_that_begins_with_no_earlier_join_is_told_with_the_columns_that_there_are(tmp_path: Path) -> None:
    folder = project(tmp_path, "}, city: {table: old.mails, by: {kity.city: nr}")
    with pytest.raises(InputError, match=r"there is no column \(join `city`\) `kity\.city`"):
        raise called("run", str(folder)).exception  # type: ignore[misc]


def test_what_the_joins_left_is_told_in_the_language_of_the_report(tmp_path: Path) -> None:
    figures(project(tmp_path, ", take: first(main desc)", "tr-TR"))
    assert called("report", "--project", str(tmp_path), "--format", "md", "--out", str(tmp_path / "out")).exit_code == 0

    (page,) = (tmp_path / "out").glob("*.md")
    text = page.read_text("utf-8")
    assert "belong to no record" not in text
    assert "Eklenen tablonun bazı satırları, okunan hiçbir kayda ait değil." in text


def test_several_partners_stop_the_run_with_the_way_out(tmp_path: Path) -> None:
    done = called("run", str(project(tmp_path)))

    assert isinstance(done.exception, InputError)
    assert "1 rows have several partners in `mails` (join `mail`)" in done.exception.message
    assert "take: first(column desc)" in done.exception.hint
    assert not (tmp_path / "crm.db").exists() or not loaded(tmp_path)


@pytest.mark.parametrize(
    ("how", "code", "hint"),
    [
        (", take: first", "mapping_text", "first(column desc)"),
        (", take: main desc", "mapping_text", "first(column desc)"),
        (', take: "first(main desc, )"', "mapping_text", "first(column desc)"),
        (", take: first(main), gather: list", "field_conflict", "Keep one"),
    ],
)
def test_a_join_that_says_no_partner_is_told_with_its_place(tmp_path: Path, how: str, code: str, hint: str) -> None:
    done = called("mapping", "check", str(project(tmp_path, how)))

    assert done.exit_code == 2
    assert f"error[{code}]" in done.output
    assert "crm-migrate.yaml:5:" in done.output
    assert hint in done.output


def test_a_join_without_columns_is_refused(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "crm-migrate.yaml"
    path.write_text(path.read_text("utf-8").replace("{id: person}", "{}"), "utf-8")

    done = called("mapping", "check", str(tmp_path))

    assert (done.exit_code, "a join needs the columns that agree" in done.output) == (2, True)
