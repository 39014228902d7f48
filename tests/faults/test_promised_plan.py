"""The plan is a promise: what it would create, the target takes; what would be refused waits, with its reason."""

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import options
from faults.small_project import MAPPING, Small


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
