"""SQL Server and Oracle without a server: addresses, the beginning of a snapshot, statements, types, missing drivers.

No server was run. What a driver gives is played by a fake that says what it was asked; the drivers themselves are
asked only for a server that is not there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from old_readers import free_port
from sqlalchemy.dialects import mssql, oracle

from crm_migrate.connecting.contract import JoinSpec, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql import CONNECTOR, addresses, oracle_reading, snapshot, sqlserver_reading, statements
from crm_migrate_sql.addresses import read_address
from crm_migrate_sql.backend import Backend
from crm_migrate_sql.snapshot import Snapshot
from crm_migrate_sql.statements import Relation


@dataclass
class Driver:
    """A connection that answers each statement with the next of `answers`."""

    answers: list[Sequence[Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def cursor(self) -> "Driver":
        return self

    def execute(self, statement: str) -> None:
        self.asked.append(statement)

    def fetchone(self) -> Sequence[Any]:
        return self.answers.pop(0)

    def close(self) -> None:
        pass

    def rollback(self) -> None:
        self.asked.append("ROLLBACK")


def url(text: str) -> sa.URL:
    return read_address(text, "source `s`", reads=True)


# --------------------------------------------------------------------------------------------------- addresses


def test_an_address_becomes_what_the_driver_takes() -> None:
    asked = sqlserver_reading.options(url("mssql://me:p%40ss@db.example/crm?encryption=require"), "s")
    assert (asked["server"], asked["port"], asked["user"], asked["password"], asked["database"]) == (
        "db.example", "1433", "me", "p@ss", "crm",
    )  # fmt: skip
    assert asked["encryption"] == "require" and asked["charset"] == "UTF-8"
    assert asked["conn_properties"][0] == "SET QUOTED_IDENTIFIER ON"
    found = oracle_reading.options(url("oracle+oracledb://me:secret@db.example:1522/ORCLPDB1"), "s")
    assert (found["host"], found["port"], found["service_name"]) == ("db.example", 1522, "ORCLPDB1")


@pytest.mark.parametrize(
    ("options", "text", "words"),
    [
        (sqlserver_reading.options, "mssql://me@h/db?Trusted_Connection=yes", "no option Trusted_Connection"),
        (sqlserver_reading.options, "mssql://me@h", "no server or no database"),
        (oracle_reading.options, "oracle://me@h/db?mode=sysdba", "no option mode"),
        (oracle_reading.options, "oracle://me@h", "no server or no service"),
    ],
)
def test_what_an_address_may_not_say_is_refused(options: Any, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        options(url(text), "s")


@pytest.mark.parametrize("text", ["mssql+pyodbc://h/db", "oracle+cx_oracle://h/db"])
def test_other_drivers_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is used, not"):
        url(text)


@pytest.mark.parametrize("text", ["mssql://h/db", "oracle://h/db"])
def test_neither_is_a_target(text: str) -> None:
    with pytest.raises(UsageError, match="is not there yet"):
        read_address(text, "the SQL target")


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("mssql", "pymssql", "sqlserver"), ("oracle", "oracledb", "oracle")]
)
def test_a_missing_driver_is_told(name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(UsageError, match=f"{package}; this source was never tried with a server") as told:
        snapshot._backend(name)
    assert told.value.hint == f"pip install 'crm-migrate[{extra}]'"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mssql://me:hidden@127.0.0.1:{port}/crm?encryption=require&tds_version=7.3", "Unable to connect: TDS server"),
        ("oracle://me:hidden@127.0.0.1:{port}/ORCLPDB1", "DPY-6005: cannot connect to database"),
    ],
)  # fmt: skip
def test_the_driver_takes_an_address_and_its_words_are_read(address: str, says: str) -> None:
    """By the drivers themselves, of a port where nobody listens: each takes all the words that we give it."""
    source = CONNECTOR.source(SourceSpec("s", url=address.format(port=free_port()), table="PEOPLE"))
    with pytest.raises(InputError, match=re.escape(says)) as told:
        source.describe()
    assert "hidden" not in told.value.message and "b'" not in told.value.message and "\\n" not in told.value.message


# --------------------------------------------------------------------------------------------- the one moment


def test_sql_server_reads_one_moment() -> None:
    driver = Driver([(1, False)])
    sqlserver_reading.begin(driver)
    assert driver.asked == [sqlserver_reading.STATE, "ROLLBACK", "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"]


def test_a_database_that_nobody_writes_needs_no_snapshot() -> None:
    driver = Driver([(0, True)])
    sqlserver_reading.begin(driver)
    assert driver.asked[-1] == "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"


def test_a_database_without_snapshots_is_refused() -> None:
    with pytest.raises(InputError, match="allows no snapshot") as told:
        sqlserver_reading.begin(Driver([(0, False)]))
    assert "ALLOW_SNAPSHOT_ISOLATION ON" in str(told.value.hint)


def test_oracle_reads_only() -> None:
    driver = Driver()
    oracle_reading.begin(driver)
    assert driver.asked[-1] == "SET TRANSACTION READ ONLY"
    assert driver.asked[0] == "ALTER SESSION SET TIME_ZONE = '+00:00'"


# ------------------------------------------------------------------------------------------ types and statements


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (mssql.DATETIMEOFFSET(), "CONVERT(nvarchar(34), c, 127)"),
        (mssql.DATETIME2(), "CONVERT(nvarchar(27), c, 126)"),
        (sa.DATETIME(), "CONVERT(nvarchar(23), c, 126)"),
        (mssql.UNIQUEIDENTIFIER(), "CONVERT(nchar(36), c)"),
        (mssql.REAL(), "CAST(CONVERT(varchar(30), c, 1) AS float)"),
        (sa.CHAR(8), "RTRIM(c)"),
        (mssql.SQL_VARIANT(), "CAST(c AS nvarchar(4000))"),
        *((kind, "c") for kind in (mssql.MONEY(), mssql.BIT(), sa.NVARCHAR(9), mssql.XML(), sa.DATE(), sa.FLOAT())),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_types_of_sql_server(kind: Any, text: str) -> None:
    assert sqlserver_reading.selected("c", kind) == text


def test_types_of_oracle() -> None:
    zoned = 'TO_CHAR(SYS_EXTRACT_UTC(c), \'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"\')'
    assert oracle_reading.selected("c", oracle.TIMESTAMP(timezone=True)) == zoned
    assert oracle_reading.selected("c", oracle.TIMESTAMP(local_timezone=True)) == zoned
    assert oracle_reading.selected("c", sa.CHAR(3)) == "RTRIM(c)"
    assert [oracle_reading.selected("c", kind) for kind in (oracle.DATE(), oracle.NUMBER(), oracle.VARCHAR2(9))] == [
        "c", "c", "c",
    ]  # fmt: skip


def column(kind: str) -> SimpleNamespace:
    return SimpleNamespace(name="SEEN", type_code=SimpleNamespace(name=kind))


def test_oracle_gives_numbers_exactly_and_no_moment_without_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(DB_TYPE_LONG="long", DB_TYPE_LONG_NVARCHAR="nlong", DB_TYPE_LONG_RAW="raw")
    monkeypatch.setitem(__import__("sys").modules, "oracledb", fake)
    cursor = SimpleNamespace(arraysize=5, var=lambda kind, arraysize: kind)
    assert oracle_reading.typed(cursor, column("DB_TYPE_NUMBER")).__name__ == "Decimal"
    assert oracle_reading.typed(cursor, column("DB_TYPE_CLOB")) == "long"
    assert oracle_reading.typed(cursor, column("DB_TYPE_VARCHAR")) is None
    with pytest.raises(InputError, match="`SEEN` is a moment with its zone") as told:
        oracle_reading.typed(cursor, column("DB_TYPE_TIMESTAMP_TZ"))
    assert "SYS_EXTRACT_UTC(SEEN)" in str(told.value.hint)


TABLES = {
    "PEOPLE": Relation("PEOPLE", '"PEOPLE"', {"ID": sa.CHAR(5), "FIRM": sa.Integer()}, ("ID",)),
    "MAILS": Relation("MAILS", '"MAILS"', {"PERSON": sa.CHAR(5), "MAIL": sa.String(), "N": sa.Integer()}, ("N",)),
}


def reading(name: str, selected: Any, monkeypatch: pytest.MonkeyPatch, **join: Any) -> statements.Reading:
    monkeypatch.setattr(statements, "relation", lambda _, table: TABLES[table])
    how: Any = Backend(engine=None, begin=None, stream=None, failures=(), selected=selected)  # type: ignore[arg-type]
    opened = Snapshot(connection=None, driver=None, backend=name, reading=how)  # type: ignore[arg-type]
    joins = (JoinSpec("mail", "MAILS", {"ID": "PERSON"}, **join),)
    return statements.build(opened, SourceSpec("s", table="PEOPLE", joins=joins, order_by=("ID",)))


@pytest.mark.parametrize(
    ("name", "selected"), [("mssql", sqlserver_reading.selected), ("oracle", oracle_reading.selected)]
)
def test_statements_are_of_their_language(name: str, selected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    built = reading(name, selected, monkeypatch, take="first(N desc)")
    assert built.statement.startswith('SELECT RTRIM("b"."ID") AS "ID", "b"."FIRM" AS "FIRM"')
    assert '"MAILS" "r"' in built.statement and ' ON "j0"."PERSON" = "b"."ID" AND' in built.statement
    asked = [built.statement, built.count, *(each for j in built.joins for each in (j.several, j.unused, j.left))]
    for text in filter(None, asked):
        assert not re.search(r'(?:\)|FROM "\w+"|JOIN "\w+") AS (?!"(?:ID|FIRM|mail\.|crm_migrate_rank))', text), text
        assert not re.search(r"\(\S+ IS NULL\)", text), text


def test_lists_are_gathered_nowhere_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no lists are gathered in SQL Server"):
        reading("mssql", sqlserver_reading.selected, monkeypatch, gather=True)


def test_the_dialects_of_sqlalchemy_are_there() -> None:
    """What reflects the tables: the drivers themselves are loaded only where somebody has them."""
    for name in ("mssql.pymssql", "oracle.oracledb"):
        assert sa.dialects.registry.load(name).name == name.partition(".")[0]
    assert addresses._READ == ("firebird", "mssql", "oracle")
