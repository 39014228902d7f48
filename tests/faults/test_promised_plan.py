"""The plan is a promise: what it would create, the target takes; what would be refused waits, with its reason."""

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from databases import options
from faults.small_project import MAPPING, Small

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import UsageError
from crm_migrate.stages.load.promises import of_value
from crm_migrate_sql.preparing import refuse_wide
from crm_migrate_sql.tables import Dialect
from crm_migrate_sql.target import SqlTarget


def plan(small: Small) -> tuple[dict[str, dict[str, int]], list[dict[str, str]]]:
    """Counts of the objects, and the samples that wait."""
    code, said = small.call("plan", str(small.folder), "--env", "local", "--json")
    assert code == 0, said[-2000:]
    found = json.loads(said[said.index("{") :])
    held = [s for load in found["objects"] for s in load["samples"] if s["action"] == "held"]
    return {load["object"]: load for load in found["objects"]}, held


def test_what_a_sqlite_table_of_theirs_would_refuse_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = Small.make(tmp_path / "p", capsys)
    with sqlite3.connect(small.folder / "crm.db") as database:
        database.execute(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, last_name TEXT NOT NULL, email TEXT UNIQUE,"
            " company INTEGER, kind TEXT NOT NULL DEFAULT 'x')"
        )
        database.execute("INSERT INTO contacts (last_name, email) VALUES ('Old', 'k@bora.example')")
        database.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT, region TEXT NOT NULL)")
    people = small.folder / "people.csv"
    people.write_text(people.read_text("utf-8") + "5,,five@cem.example,\n6,Two,d@ada.example,\n", "utf-8")

    counts, held = plan(small)

    assert counts["accounts"]["codes"] == {"target_would_refuse": 3}
    assert {s["message"] for s in held if s["record"].startswith("firms")} == {
        "region: the target requires it, and nothing fills it"
    }
    with sqlite3.connect(small.folder / "crm.db") as database:
        database.execute("ALTER TABLE accounts DROP COLUMN region")
    counts, held = plan(small)
    told = {s["record"]: s["message"] for s in held}
    assert told["people:5"].startswith("last_name: empty, and the target requires it")
    assert told["people:6"].startswith("email: another record of this load has the same value")
    assert told["people:2"].startswith("email: the target has this value already")
    assert counts["contacts"]["create"] == 3 and counts["accounts"]["create"] == 3

    small.resume()
    assert small.names() == ["Demir", "Lee", "Old", "Su"]
    with sqlite3.connect(small.folder / ".crm-migrate" / "ledger.db") as ledger:
        refused = ledger.execute("SELECT count(*) FROM refusals").fetchone()
    assert refused == (0,)


WITH_X = MAPPING.replace("      email: mail\n", "      email: mail\n      x: {people: x, type: number}\n")


def test_checks_and_columns_blind_to_case_are_foretold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = Small.make(tmp_path / "p", capsys, WITH_X)
    rows = (
        "id,last,mail,firm,x", "1,Demir,d@ada.example,1,7", "2,Kaya,D@ADA.example,2,7", "3,Su,s@cem.example,3,-1",
        "4,Lee,K@bora.example,1,7", "5,Other,o@ada.example,1,7", "6,Ng,n@ada.example,1,7", "7,Ng,n@nb.example,1,100.5",
    )  # fmt: skip
    (small.folder / "people.csv").write_text("\n".join(rows), "utf-8")
    with sqlite3.connect(small.folder / "crm.db") as database:
        database.execute(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, last_name TEXT CHECK (last_name <> 'Other'),"
            " email TEXT COLLATE NOCASE UNIQUE CHECK (length(email) > 11), company INTEGER,"
            " x NUMERIC CONSTRAINT sound CHECK (x BETWEEN 0 AND 100), CONSTRAINT odd CHECK (x % 2 = 1 OR x < 0))"
        )
        database.execute("CREATE UNIQUE INDEX several ON contacts (last_name, x)")
        database.execute("INSERT INTO contacts (last_name, email, x) VALUES ('Old', 'k@BORA.example', 1)")

    counts, held = plan(small)

    assert {s["record"]: s["message"] for s in held} == {
        "people:2": "email: another record of this load has the same value, and the target takes it once",
        "people:3": "x: the target checks that it is >= 0",
        "people:4": "email: the target has this value already and takes it once",
        "people:5": "last_name: the target checks that it is <> Other",
        "people:7": "x: the target checks that it is <= 100",
    }
    assert counts["contacts"]["create"] == 2
    code, said = small.call("plan", str(small.folder), "--env", "local")
    assert code == 0 and "check_unforeseen" in said
    assert "check odd" in said and "unique index several" in said and "sound" not in said


@pytest.mark.postgresql
def test_what_postgresql_would_refuse_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = options("postgresql", tmp_path)
    monkeypatch.setenv("SMALL_URL", where["url"])
    place = f'url: "env:SMALL_URL", schema: {where["schema"]}'
    mapping = MAPPING.replace('url: "sqlite:///crm.db"', place).replace(
        "      email: mail\n", "      email: mail\n      x: {people: x, type: number}\n"
    )
    small = Small.make(tmp_path / "p", capsys, mapping)
    rows = (
        "id,last,mail,firm,x", "1,Demir,d@ada.example,1,7", "2,Kayalıoğlu,k@bora.example,2,7",
        "3,Su,s@cem.example,3,99999", "4,Lee,l@ada.example,1,7",
    )  # fmt: skip
    (small.folder / "people.csv").write_text("\n".join(rows), "utf-8")
    engine = sa.create_engine(sa.make_url(where["url"]).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {where['schema']}")
        connection.exec_driver_sql(
            f"CREATE TABLE {where['schema']}.contacts (id SERIAL PRIMARY KEY, last_name VARCHAR(6), email TEXT, "
            "x SMALLINT, company BIGINT)"
        )
    engine.dispose()

    counts, held = plan(small)

    assert {s["record"]: s["message"] for s in held} == {
        "people:2": "last_name: 10 characters, the target takes 6",
        "people:3": "x: too large for the target",
    }
    assert (counts["contacts"]["create"], counts["contacts"]["held"]) == (2, 2)


@pytest.mark.postgresql
def test_what_postgresql_rounds_folds_and_checks_is_foretold(tmp_path: Path) -> None:
    where = options("postgresql", tmp_path)
    engine = sa.create_engine(sa.make_url(where["url"]).set(drivername="postgresql+psycopg"))
    schema = where["schema"]
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        connection.exec_driver_sql(f"CREATE DOMAIN {schema}.plate AS text CHECK (VALUE ~ '^[A-Z]+$')")
        connection.exec_driver_sql(
            f"CREATE TABLE {schema}.t (id SERIAL PRIMARY KEY, crm_migrate_id TEXT UNIQUE, amount NUMERIC(9, 2)"
            " CHECK (amount >= 0 AND amount <> -1), kind VARCHAR(9) CHECK (kind IN ('a', 'b')), mail TEXT, r REAL,"
            f" d DOUBLE PRECISION, since DATE CHECK (since > '1900-01-01'), plate {schema}.plate, half TEXT,"
            " CONSTRAINT odd CHECK (kind <> mail), UNIQUE (mail, kind))"
        )
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX folded ON {schema}.t (lower(mail))")
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX part ON {schema}.t (half) WHERE amount > 1")
    engine.dispose()
    target = SqlTarget(where)
    found = target.describe(["t"]).object("t")
    target.close()
    assert found is not None
    fields = {field.name: field for field in found.fields}
    assert (fields["amount"].scale, fields["amount"].below) == (2, 10**7)
    assert fields["amount"].bounds == ((">=", "0"), ("<>", "-1"))
    assert (fields["kind"].choices, fields["kind"].length) == (("a", "b"), 9)
    assert (fields["mail"].unique, fields["mail"].case_blind, fields["half"].unique) == (True, "letters", False)
    assert (fields["r"].digits, fields["d"].digits, fields["since"].bounds) == (6, 15, ((">", "1900-01-01"),))
    assert sorted(found.unforeseen) == [
        "check odd", "domain of plate", "unique index part", "unique index t_mail_kind_key"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (TargetField("x", "number", scale=2), "1.005", "x: the target would round it to 2 decimals"),
        (TargetField("x", "number", scale=2), "1.500", ""),
        (TargetField("x", "number", digits=6), "-1234567.0", "x: the target keeps 6 digits of it"),
        (TargetField("x", "number", digits=6), "0.0012345600", ""),
        (TargetField("x", "number", bounds=((">", "0"),)), "0.0", "x: the target checks that it is > 0"),
        (TargetField("x", "text", bounds=(("length >", "1"),)), "a", "x: the target checks that it is length > 1"),
        (TargetField("x", "date", bounds=(("<", "2000-01-01"),)), "2000-01-01",
         "x: the target checks that it is < 2000-01-01"),
        (TargetField("x", "date"), "2000-01-01T10:00:00Z", "x: no date"),
        (TargetField("x", "text", length=2), "abc", "x: 3 characters, the target takes 2"),
        (TargetField("x", "text", bounds=(("<>", "b"),)), None, ""),
    ],
)  # fmt: skip
def test_what_a_target_makes_of_a_value(field: TargetField, value: str | None, message: str) -> None:
    cases = [f"CASE WHEN {c} THEN {w} END" for c, w in of_value(field, "v", "'x: '")]
    query = f"SELECT concat_ws('; ', NULL, {', '.join(cases) or 'NULL'}) FROM (SELECT ?::VARCHAR AS v)"
    assert duckdb.connect().execute(query, [value]).fetchone() == (message,)


@pytest.mark.parametrize(("name", "most"), [("postgresql", 1_600), ("sqlite", 2_000)])
def test_more_columns_than_a_table_holds_are_refused(name: str, most: int) -> None:
    dialect = Dialect(name, sa.create_engine("sqlite://").dialect.identifier_preparer)
    fields = tuple(TargetField(f"f{i}", "text") for i in range(most - 2))  # beside id and our key
    refuse_wide(dialect, [TargetObject("things", fields)], {})
    with pytest.raises(UsageError, match=rf"things would have {most + 1:,} columns.* at most {most:,}"):
        refuse_wide(dialect, [TargetObject("things", (*fields, TargetField("more", "text")))], {})
