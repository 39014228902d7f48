"""Scripts of SQL Server: rows of INSERT with their lines, constants, and statements that only a server can run."""

from pathlib import Path

import pytest
from sources_kit.reading import Read, read, read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate.finding import Severity
from crm_migrate_files import CONNECTOR

MAKE = """USE [Alt]
GO
IF EXISTS (SELECT * FROM sysobjects WHERE id = object_id('dbo.Kunden')) DROP TABLE dbo.Kunden
GO
CREATE TABLE [dbo].[Kunden](
  [Nr] [int] IDENTITY(1,1) NOT NULL, [Ad Soyad] [nvarchar](40) NULL, -- wer
  Aktiv bit, Seit datetime, Foto image, Summe AS (Nr * 2),
  CONSTRAINT PK_Kunden PRIMARY KEY (Nr))
GO
CREATE TRIGGER t ON dbo.Kunden FOR INSERT AS
  INSERT INTO dbo.Kunden (Nr) VALUES (@n)
GO
"""
ONE = "INSERT [dbo].[Kunden] ([Nr], [Ad Soyad], [Aktiv], [Seit]) VALUES ("


def script(folder: Path, *lines: str, table: str | None = "Kunden", **spec: str) -> Read:
    return read_bytes(folder, (MAKE + "\n".join(lines)).encode(), "a.sql", table=table, **spec)


def test_rows_have_their_columns_and_lines(tmp_path: Path) -> None:
    found = script(
        tmp_path,
        ONE + "1, N'O''Neil; GO', 1, '2025-03-14')",
        "INSERT INTO \"Kunden\" VALUES (N'a', 0, NULL, 0xFFD8), (N'b',",
        "  1, NULL, NULL);",
        "-- INSERT INTO Kunden VALUES (N'nie', 0, NULL, NULL)",
        "insert dbo.Andere (Nr) values (7)",
    )
    assert found.columns == ("Nr", "Ad Soyad", "Aktiv", "Seit", "Summe")
    assert found.rows == [
        ["1", "O'Neil; GO", "true", "2025-03-14", None], [None, "a", "false", None, None],
        [None, "b", "true", None, None],
    ]  # fmt: skip
    assert (found.lines, found.facts[0].counted) == ([13, 14, 15], 3)
    assert [(f.code, f.count) for f in found.findings] == [("binary_left", 1)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CAST(N'2025-03-14T10:00:00.000' AS DateTime)", "2025-03-14T10:00:00.000"),
        ("CONVERT(datetime, '2025-03-14')", "2025-03-14"),
        ("CAST(0x0000901A00000000 AS DateTime)", "2001-01-01T00:00:00.000"),
        ("CAST(0x901A003C AS SmallDateTime)", "2001-01-01T01:00:00"), ("-12.50", "-12.50"), ("$7.10", "7.10"),
        ("CAST(12.5000 AS Decimal(18, 4))", "12.5000"), ("NULL", None), (r"'C:\x'", r"C:\x"),
    ],
)  # fmt: skip
def test_a_constant_is_what_it_says(tmp_path: Path, written: str, meant: str | None) -> None:
    assert script(tmp_path, f"INSERT Kunden (Seit) VALUES ({written})").rows[0][3] == meant


@pytest.mark.parametrize(
    "written", ["GETDATE()", "@heute", "1 + 1", "CAST(0x01 AS DateTime2)", "CONVERT(datetime, '1', 104)"]
)
def test_what_only_a_server_computes_sets_its_row_aside(tmp_path: Path, written: str) -> None:
    found = script(tmp_path, f"INSERT Kunden (Seit) VALUES ({written})", ONE + "2, N'b', 0, NULL)")
    assert [(q.code, q.line) for q in found.aside] == [("value_computed", 13)]
    assert (len(found.rows), found.adds_up()) == (1, True)


def test_a_row_of_another_width_is_set_aside(tmp_path: Path) -> None:
    found = script(tmp_path, "INSERT Kunden VALUES (1)", ONE + "2, N'b', 0, NULL)")
    assert ([q.code for q in found.aside], found.adds_up()) == (["cell_count"], True)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE dbo.Kunden SET Aktiv = 0", "UPDATE"), ("DELETE FROM [Kunden] WHERE Nr = 1", "DELETE"),
        ("TRUNCATE TABLE Kunden", "TRUNCATE"), ("INSERT INTO Kunden SELECT * FROM x", "INSERT SELECT"),
        ("MERGE INTO Kunden USING x ON 1 = 1 WHEN MATCHED THEN DELETE;", "MERGE"), ("DROP TABLE Kunden", "DROP TABLE"),
        ("SELECT * INTO Kunden FROM x", "SELECT INTO"),
    ],
)  # fmt: skip
def test_what_else_changes_the_table_stops(tmp_path: Path, statement: str, what: str) -> None:
    found = script(tmp_path, ONE + "1, N'a', 1, NULL)", "GO", statement)
    (told,) = [f for f in found.findings if f.severity is Severity.ERROR]
    assert (told.code, told.message) == (
        "script_changes", f"line 15: {what} changes the table, and only a server could do that",
    )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    ["UPDATE Andere SET x = 1", "UPDATE STATISTICS Kunden", "ALTER TABLE x ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES"
     " Kunden ON DELETE CASCADE ON UPDATE NO ACTION", "SET IDENTITY_INSERT Kunden ON"],
)  # fmt: skip
def test_what_changes_others_does_not(tmp_path: Path, statement: str) -> None:
    assert script(tmp_path, ONE + "1, N'a', 1, NULL)", "GO", statement).codes == set()


def test_a_statement_that_the_reader_misses_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_migrate_files import sql_script

    read_insert = sql_script.Statements._insert
    lost = iter((True, False, True, False))

    def once(self: sql_script.Statements, token: object) -> object:
        found = read_insert(self, token)  # type: ignore[arg-type]
        return sql_script.Change(("x",), "lost", 1) if next(lost, False) else found

    monkeypatch.setattr(sql_script.Statements, "_insert", once)
    assert "count_differs" in script(tmp_path, ONE + "1, N'a', 1, NULL)", ONE + "2, N'b', 1, NULL)").codes


@pytest.mark.parametrize(
    ("text", "table", "words"),
    [
        ("-- MySQL dump 10.13\nINSERT INTO `a` VALUES (1);", "a", "dump of MySQL"),
        ("INSERT INTO `a` VALUES (1)", "a", "line 1: has a name in backticks"),
        ("INSERT a VALUES ('x)", "a", "a quote without its end"),
        (MAKE + ONE + "1, 'a', 1, NULL)", "Kundn", "inserts nothing into `Kundn`"),
        ("INSERT a (x) VALUES (1)\nINSERT b (x) VALUES (1)", None, "fills several tables"),
        ("INSERT s.a (x) VALUES (1)\nINSERT t.a (x) VALUES (1)", "a", "fills several tables"),
    ],
)
def test_what_is_not_read_says_why(tmp_path: Path, text: str, table: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_bytes(tmp_path, text.encode(), "a.sql", table=table)


def test_the_source_keeps_the_contract(tmp_path: Path) -> None:
    rows = "\n".join(f"INSERT Kunden (Nr) VALUES ({n if n != 2 else '@n'})" for n in range(6))
    (tmp_path / "a.sql").write_bytes((MAKE + rows).encode("utf-16"))
    spec = SourceSpec("s", files=(SourceFile(tmp_path / "a.sql"),), table="dbo.Kunden")
    assert check_source(lambda: CONNECTOR.source(spec)) == []


@pytest.mark.shared_data
@pytest.mark.parametrize(("table", "rows"), [("Customers", 91), ("Orders", 830), ("Order Details", 2155)])
def test_northwind(shared_data: Path, table: str, rows: int) -> None:
    found = read(shared_data / "mssql-samples" / "instnwnd.sql", table=table)
    assert (len(found.rows), found.adds_up(), found.codes) == (rows, True, set())
