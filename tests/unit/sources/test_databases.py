"""Databases as sources: values as canonical text, one snapshot, joined one to one, nothing written."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_migrate.connecting.contract import FileFact, JoinSpec, Quarantined, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate.finding import Finding, Severity
from crm_migrate_sql import CONNECTOR

POSTGRESQL = "CRM_MIGRATE_TEST_POSTGRESQL"
SCHEMA = f"sources_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"  # workers run beside each other


def read(url: str, **spec: Any) -> tuple[list[dict[str, Any]], tuple[Quarantined, ...], FileFact, tuple[Finding, ...]]:
    source = CONNECTOR.source(SourceSpec("s", url=url, **spec))
    source.describe()
    batches = list(source.read(1000))
    rows = [{k: v for k, v in r.items() if not k.startswith("__")} for b in batches for r in b.records.to_pylist()]
    facts, findings = source.facts()
    assert facts[0].records + facts[0].quarantined == facts[0].counted
    return rows, tuple(q for b in batches for q in b.quarantined), facts[0], findings


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    db = sqlite3.connect(tmp_path / "old crm.db")
    db.executescript("""
        CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT, active BOOLEAN, born DATE, seen TIMESTAMP,
                               amount REAL, data BLOB, big INTEGER, "Ad; Soyad" TEXT, free);
        INSERT INTO accounts VALUES
          (2, 'İnce', 1, '2024-01-02', '2024-01-02 03:04:05', 15.0, x'00ff', 12345678901234567, '', 1e20),
          (1, NULL, 0, NULL, NULL, 0.1, NULL, NULL, 'x', 'text'),
          (3, 'c', 7, 'soon', 'never', 1e-7, NULL, -1, NULL, NULL);
        CREATE TABLE mails (id INTEGER PRIMARY KEY, account INTEGER, mail TEXT, main INTEGER);
        INSERT INTO mails VALUES (1, 1, 'a@example.com', 0), (2, 1, 'b@example.com', 1),
                                 (3, 2, 'c@example.com', 0), (4, 9, 'd@example.com', 0);
    """)
    db.close()
    return f"sqlite:///{tmp_path / 'old crm.db'}"


def test_values_of_sqlite_are_canonical(sqlite_url: str) -> None:
    rows, _, fact, findings = read(sqlite_url, table="accounts")
    assert rows[0] == {"id": "1", "name": None, "active": "false", "born": None, "seen": None, "amount": "0.1",
                       "data": None, "big": None, "Ad; Soyad": "x", "free": "text"}  # fmt: skip
    assert rows[1] == {"id": "2", "name": "İnce", "active": "true", "born": "2024-01-02", "seen": "2024-01-02T03:04:05",
                       "amount": "15", "data": "00ff", "big": "12345678901234567", "Ad; Soyad": "",
                       "free": "100000000000000000000"}  # fmt: skip
    assert (rows[2]["active"], rows[2]["born"], rows[2]["amount"]) == ("7", "soon", "0.0000001")
    assert fact.count_method == "count(*) in the same snapshot"
    assert findings == ()


def test_several_partners_are_an_error_unless_it_is_said_what_is_meant(sqlite_url: str) -> None:
    by = {"id": "account"}
    rows, _, fact, findings = read(sqlite_url, table="accounts", joins=(JoinSpec("m", "mails", by),))
    assert [(f.code, f.count) for f in findings] == [("join_ambiguous", 1), ("join_unused", 1)]
    assert len(rows) == 3
    assert "join m: mails has 4 rows, 1 of them belong to no record" in fact.evidence
    taken = JoinSpec("m", "mails", by, take="first(main desc)")
    gathered = JoinSpec("all", "mails", by, gather=True)
    rows, _, fact, findings = read(sqlite_url, table="accounts", joins=(taken, gathered))
    assert [(f.code, f.count, f.severity) for f in findings] == [
        ("join_unused", 1, Severity.WARNING), ("join_left", 1, Severity.NOTE), ("join_unused", 1, Severity.WARNING),
    ]  # fmt: skip
    assert "join m: mails has 4 rows, 1 of them belong to no record, `take:` leaves 1 behind" in fact.evidence
    assert [row["m.mail"] for row in rows] == ["b@example.com", "c@example.com", None]
    assert rows[0]["all.mail"] == '["a@example.com","b@example.com"]'
    assert rows[2]["all.mail"] is None


def test_last_is_the_other_end(sqlite_url: str) -> None:
    join = JoinSpec("m", "mails", {"id": "account"}, take="last(main desc)")
    assert read(sqlite_url, table="accounts", joins=(join,))[0][0]["m.mail"] == "a@example.com"


JOINED = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, firm INTEGER, name TEXT);
    INSERT INTO people VALUES (1, 10, 'a'), (2, 10, 'b'), (3, NULL, 'c'), (4, 99, 'd');
    CREATE TABLE firms (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO firms VALUES (10, 'Ten'), (11, 'Eleven'), (12, 'Twelve');
    CREATE TABLE marks (nr INTEGER, person INTEGER, mark TEXT, day TIMESTAMP, worth FLOAT, good BOOLEAN);
    INSERT INTO marks VALUES (1, 1, 'x', '2024-01-02 03:04:05', 15.0, TRUE), (2, 1, NULL, NULL, 0.1, FALSE),
      (3, 2, NULL, NULL, NULL, NULL), (4, NULL, 'nobody', NULL, NULL, NULL), (5, 8, 'gone', NULL, NULL, NULL);
"""
FIRM = JoinSpec("firm", "firms", {"firm": "id"})
MARKS = {"id": "person"}


def joined(url: str, *joins: JoinSpec) -> tuple[list[dict[str, Any]], list[tuple[str, int, str]]]:
    rows, _, _, findings = read(url, table="people", joins=joins, order_by=("id",))
    return rows, [(f.code, f.count, f.severity.value) for f in findings]


def check_joins(url: str) -> None:
    """Every row of a joined table is taken, or counted as one that nobody took; the same in every database."""
    rows, told = joined(url, FIRM)
    assert [row["firm.name"] for row in rows] == ["Ten", "Ten", None, None], "no key, no partner"
    assert told == [("join_unused", 2, "note")], "who is looked up by his own key may stay unasked"

    rows, told = joined(url, JoinSpec("m", "marks", MARKS, take="last(nr)"))
    assert [row["m.nr"] for row in rows] == ["2", "3", None, None]
    assert told == [("join_unused", 2, "warning"), ("join_left", 1, "note")], "5 marks: 2 taken"

    rows, told = joined(url, JoinSpec("m", "marks", MARKS, gather=True))
    assert told == [("join_unused", 2, "warning")]
    lists = [{name: row[f"m.{name}"] for name in ("mark", "day", "worth", "good")} for row in rows]
    assert lists[0] == {"mark": '["x"]', "day": '["2024-01-02T03:04:05"]', "worth": '["15","0.1"]',
                        "good": '["true","false"]'}  # fmt: skip
    assert lists[1:] == [dict.fromkeys(lists[0])] * 3, "an empty cell is no item of a list, and no item is no list"

    rows, told = joined(url, JoinSpec("m", "marks", MARKS))
    assert told == [("join_ambiguous", 1, "error"), ("join_unused", 2, "warning")]
    assert len(rows) == 4, "no row is doubled by its partners"

    rows, told = joined(url, JoinSpec("m", "marks", MARKS, take="last(nr)"), JoinSpec("own", "marks", {"m.nr": "nr"}))
    assert [row["own.nr"] for row in rows] == ["2", "3", None, None], "by what an earlier join brought"
    assert told == [("join_unused", 2, "warning"), ("join_left", 1, "note"), ("join_unused", 3, "warning")]


def test_joins_of_sqlite(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "joined.db")
    db.executescript(JOINED)
    db.close()
    check_joins(f"sqlite:///{tmp_path / 'joined.db'}")


@pytest.mark.postgresql
def test_joins_of_postgresql() -> None:
    if (base := os.environ.get(POSTGRESQL)) is None:
        pytest.skip("no PostgreSQL; `make test` starts one")
    import psycopg

    schema = f"{SCHEMA}_joined"
    with psycopg.connect(base.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; SET search_path TO {schema};" + JOINED
        )
    check_joins(base + ("&" if "?" in base else "?") + f"options=-csearch_path%3D{schema}")


def test_a_query_and_the_tables_it_covers(sqlite_url: str) -> None:
    query = "SELECT account AS id, count(*) AS n FROM mails WHERE mail LIKE '%@%' GROUP BY account; "
    rows, _, fact, _ = read(sqlite_url, query=query, order_by=("id",), covers=("mails",))
    assert rows == [{"id": "1", "n": "2"}, {"id": "2", "n": "1"}, {"id": "9", "n": "1"}]
    assert "mails: 4 rows in the same snapshot" in fact.evidence


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM mails",
        "SELECT 1) AS q; DELETE FROM mails; --",
        "WITH x AS (SELECT 1) DELETE FROM mails RETURNING *",
        "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')",
        "PRAGMA writable_schema = 1",
    ],
)
def test_nothing_is_written(sqlite_url: str, query: str, tmp_path: Path) -> None:
    before = (tmp_path / "old crm.db").read_bytes()
    with pytest.raises(InputError, match="the database says"):
        read(sqlite_url, query=query)
    assert (tmp_path / "old crm.db").read_bytes() == before


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"table": "acounts"}, "no table `acounts`"),
        ({"table": 'x"; DROP TABLE mails; --'}, "no table"),
        ({"table": "accounts", "joins": (JoinSpec("m", "mails", {"nr": "account"}),)}, "no column"),
        ({"table": "accounts", "joins": (JoinSpec("m", "mails", {"id": 'x"'}),)}, "no column"),
        ({"table": "accounts", "joins": (JoinSpec("m", "mails", {"id": "account"}, take="first(x)"),)}, "no column"),
    ],
)
def test_names_are_checked_against_the_database(sqlite_url: str, spec: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(sqlite_url, **spec)


def test_text_that_is_no_text_is_set_aside(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "x.db")
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)")
    db.execute("INSERT INTO t VALUES (1, 'ok'), (2, CAST(x'41ff' AS TEXT)), (3, CAST(x'410042' AS TEXT)), (4, 'ş')")
    db.commit()
    db.close()
    rows, aside, fact, _ = read(f"sqlite:///{tmp_path / 'x.db'}", table="t")
    assert [row["id"] for row in rows] == ["1", "4"]
    assert [(q.line, q.code) for q in aside] == [(2, "undecodable"), (3, "nul_byte")]
    assert (fact.records, fact.quarantined, fact.counted) == (2, 2, 4)


def test_a_missing_database_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no database file"):
        read(f"sqlite:///{tmp_path / 'none.db'}", table="t")
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"id;name\n" * 1000)
    with pytest.raises(InputError, match="not a database"):
        read(f"sqlite:///{tmp_path / 'x.db'}", table="t")


def test_a_url_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises((InputError, UsageError)) as caught:
        read("postgresql://ayse:s3cr3t-word@127.0.0.1:1/none", table="t")
    assert "s3cr3t-word" not in str(caught.value) + caught.value.hint
    with pytest.raises(UsageError) as bad:
        read("s3cr3t-word without a shape", table="t")
    assert "s3cr3t" not in str(bad.value) + bad.value.hint


@pytest.fixture
def postgres_url() -> Iterator[str]:
    url = os.environ.get(POSTGRESQL)
    if not url:
        pytest.skip("no PostgreSQL; `make test` starts one")
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        db.execute(f"CREATE SCHEMA {SCHEMA}")
        db.execute(f"SET search_path = {SCHEMA}")
        db.execute("""
            CREATE TABLE "Kişi" (id int PRIMARY KEY, a text, ok boolean, born date, seen timestamptz,
                local timestamp, amount numeric(12,2), rate float8, data bytea, tags text[], more jsonb);
            INSERT INTO "Kişi" VALUES
              (1, 'İnce', true, '2024-01-02', '2024-01-02 03:04:05+03', '2024-01-02 03:04:05.5', 15.50, 1e20,
               '\\x00ff', '{a,NULL,"b c"}', '{"k": 1}'),
              (2, NULL, NULL, 'infinity', NULL, '0044-03-15 00:00:00 BC', 'NaN', 15, NULL, NULL, NULL);
            CREATE TABLE mails (id int PRIMARY KEY, kisi int, mail text, main bool);
            INSERT INTO mails VALUES (1, 1, 'a@example.com', false), (2, 1, 'b@example.com', true);
        """)
        yield url
        db.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


@pytest.mark.postgresql
def test_values_of_postgresql_are_canonical(postgres_url: str) -> None:
    rows, _, _, _ = read(postgres_url, table=f"{SCHEMA}.Kişi")
    assert rows[0] == {"id": "1", "a": "İnce", "ok": "true", "born": "2024-01-02", "seen": "2024-01-02T00:04:05+00:00",
                       "local": "2024-01-02T03:04:05.5", "amount": "15.50", "rate": "100000000000000000000",
                       "data": "00ff", "tags": '["a", null, "b c"]', "more": '{"k": 1}'}  # fmt: skip
    assert (rows[1]["born"], rows[1]["amount"], rows[1]["rate"]) == ("infinity", "NaN", "15")


@pytest.mark.postgresql
def test_joins_and_queries_of_postgresql(postgres_url: str) -> None:
    taken = JoinSpec("m", f"{SCHEMA}.mails", {"id": "kisi"}, take="first(main desc)")
    gathered = JoinSpec("all", f"{SCHEMA}.mails", {"id": "kisi"}, gather=True)
    rows, _, _, findings = read(postgres_url, table=f"{SCHEMA}.Kişi", joins=(taken, gathered))
    assert [(f.code, f.count) for f in findings] == [("join_left", 1)]
    assert [row["m.mail"] for row in rows] == ["b@example.com", None]
    assert rows[0]["all.mail"] == '["a@example.com","b@example.com"]'
    query = f"SELECT id, to_char(local, 'HH24:MI') AS t FROM {SCHEMA}.\"Kişi\" WHERE a LIKE '%ce' -- %s :x"
    assert read(postgres_url, query=query, order_by=("id",))[0] == [{"id": "1", "t": "03:04"}]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "query",
    [
        f"DELETE FROM {SCHEMA}.mails RETURNING *",
        f"SELECT 1) AS q; DELETE FROM {SCHEMA}.mails; --",
        "SELECT nextval('x')",
    ],
    ids=["delete", "two statements", "sequence"],  # the same in every worker
)
def test_nothing_is_written_in_postgresql(postgres_url: str, query: str) -> None:
    with pytest.raises(InputError, match="the database says"):
        read(postgres_url, query=query)
    assert len(read(postgres_url, table=f"{SCHEMA}.mails")[0]) == 2


@pytest.mark.shared_data
def test_chinook(shared_data: Path) -> None:
    url = f"sqlite:///{shared_data / 'chinook' / 'Chinook_Sqlite.sqlite'}"
    support = JoinSpec("e", "Employee", {"SupportRepId": "EmployeeId"})
    rows, aside, fact, findings = read(url, table="Customer", joins=(support,), order_by=("CustomerId",))
    assert (len(rows), aside, fact.counted) == (59, (), 59)
    assert [(f.code, f.count, f.severity) for f in findings] == [("join_unused", 5, Severity.NOTE)], "no agents"
    assert rows[0]["e.LastName"] == "Peacock"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1020.0999999999999, "1020.1"), (0.1 + 0.2, "0.3"), (2.0, "2"), (-0.0, "0"), (1e22, "1" + "0" * 22),
     (9007199254740991.0, "9007199254740991"), (1.5e-7, "0.00000015"), (float("nan"), "nan"), (float("inf"), "inf")],
)  # fmt: skip
def test_a_double_has_the_digits_that_it_can_hold(number: float, text: str) -> None:
    from crm_migrate_sql.values import plain

    assert plain(number) == text
