"""MariaDB as a source: every value as the server has it, of one moment, and nothing is written there."""

import gc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from databases import driven, options
from pymysql.connections import MySQLResult

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import JoinSpec, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate_sql import CONNECTOR
from crm_migrate_sql.source import SqlSource

pytestmark = pytest.mark.mariadb
KINDS: dict[str, tuple[str, str, str | None]] = {  # name -> type, literal, canonical text
    "flag": ("BIT(1)", "b'1'", "1"),
    "mask": ("BIT(10)", "b'1000000001'", "513"),
    "yes": ("BOOLEAN", "TRUE", "1"),
    "big": ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
    "price": ("DECIMAL(20,2)", "-1250000.50", "-1250000.50"),
    "tenth": ("DOUBLE", "0.1", "0.1"),
    "huge": ("DOUBLE", "1e20", "100000000000000000000"),
    "thin": ("FLOAT", "0.5", "0.5"),
    "padded": ("INT(5) ZEROFILL", "42", "00042"),
    "day": ("DATE", "'2024-02-29'", "2024-02-29"),
    "no_day": ("DATE", "'0000-00-00'", "0000-00-00"),
    "half_day": ("DATE", "'1984-05-00'", "1984-05-00"),
    "local": ("DATETIME(6)", "'2024-03-10 02:30:00.500000'", "2024-03-10T02:30:00.500000"),
    "no_time": ("DATETIME", "'0000-00-00 00:00:00'", "0000-00-00T00:00:00"),
    "moment": ("TIMESTAMP NULL", "'2024-03-10 02:30:00'", "2024-03-10T02:30:00Z"),
    "no_moment": ("TIMESTAMP NULL", "'0000-00-00 00:00:00'", "0000-00-00T00:00:00"),
    "long_time": ("TIME", "'-36:00:00'", "-36:00:00"),
    "since": ("YEAR", "1984", "1984"),
    "kind": ("ENUM('a','İ')", "'İ'", "İ"),
    "several": ("SET('a','b')", "'a,b'", "a,b"),
    "more": ("JSON", "'{\"a\": 1}'", '{"a": 1}'),
    "bytes": ("VARBINARY(9)", "x'00ff'", "00ff"),
    "text": ("LONGTEXT", "'a\\'\"\\\\ 😀\\n'", "a'\"\\ 😀\n"),
    "latin": ("VARCHAR(9) CHARACTER SET latin5", "'Işık'", "Işık"),
    "empty": ("TEXT", "''", ""),
    "nothing": ("TEXT", "NULL", None),
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return options("mariadb", tmp_path)["url"]


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(driven(url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in ("SET SESSION sql_mode='', time_zone='+00:00'", *statements):
            connection.exec_driver_sql(statement.replace("%", "%%"))


def rows(url: str, **spec: Any) -> list[dict[str, str | None]]:
    source = CONNECTOR.source(SourceSpec("old", url=url, **spec))
    batches = [batch.records for batch in source.read(1000)]
    return [{n: c for n, c in row.items() if not n.startswith("__")} for row in pa.concat_tables(batches).to_pylist()]


def test_every_kind_of_value_comes_as_the_server_has_it(url: str) -> None:
    columns = ", ".join(f"`{name}` {kind}" for name, (kind, _, _) in KINDS.items())
    values = ", ".join(literal for _, literal, _ in KINDS.values())
    execute(url, f"CREATE TABLE t (id INT PRIMARY KEY, {columns})", f"INSERT INTO t VALUES (1, {values})")
    expected = {"id": "1", **{name: text for name, (_, _, text) in KINDS.items()}}
    assert rows(url, table="t", order_by=("id",)) == [expected]
    assert rows(url, query="SELECT * FROM t") == [expected]


def test_a_list_of_partners_has_each_value_as_it_is_alone_and_is_not_cut(url: str) -> None:
    columns = ", ".join(f"`{name}` {kind}" for name, (kind, _, _) in KINDS.items() if name != "more")
    values = ", ".join(literal for name, (_, literal, _) in KINDS.items() if name != "more")
    execute(
        url,
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2)",
        f"CREATE TABLE p (nr INT PRIMARY KEY, t INT, long_text LONGTEXT, {columns})",
        f"INSERT INTO p VALUES (2, 1, REPEAT('b', 900000), {values})",
        "INSERT INTO p (nr, t, long_text) VALUES (1, 1, REPEAT('a', 900000)), (3, NULL, 'c')",
    )
    found, none = rows(url, table="t", order_by=("id",), joins=(JoinSpec("p", "p", {"id": "t"}, gather=True),))
    assert found["p.nr"] == '["1","2"]'
    assert found["p.long_text"] == f'["{"a" * 900000}","{"b" * 900000}"]'
    assert none["p.nr"] is None
    quoted = {name: text for name, (_, _, text) in KINDS.items() if name in ("flag", "day", "moment", "bytes", "thin")}
    assert {name: found[f"p.{name}"] for name in quoted} == {name: f'["{text}"]' for name, text in quoted.items()}


def test_it_keeps_the_contract_with_names_of_any_letters(url: str) -> None:
    execute(
        url,
        'CREATE TABLE `a "b` (`Kişi No` VARCHAR(9) PRIMARY KEY, `x``y` TEXT, `50%` TEXT)',
        "INSERT INTO `a \"b` VALUES ('b', 'x', '1'), ('a', '', '%s'), ('c', NULL, 'z')",
    )
    spec = SourceSpec("s", url=url, table='a "b', order_by=("Kişi No",))
    assert check_source(lambda: CONNECTOR.source(spec)) == []
    assert [row["50%"] for row in rows(url, table='a "b', order_by=("Kişi No",))] == ["%s", "1", "z"]


def test_partners_are_taken_by_an_order_and_counted(url: str) -> None:
    execute(
        url,
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "INSERT INTO t VALUES (1), (2)",
        "CREATE TABLE m (id INT PRIMARY KEY, t INT, main TINYINT, mail TEXT)",
        "INSERT INTO m VALUES (1, 1, 0, 'a'), (2, 1, 1, 'b'), (3, 9, 1, 'c'), (4, 2, NULL, 'd')",
    )
    source = CONNECTOR.source(
        SourceSpec(
            "s", url=url, table="t", order_by=("id",), joins=(JoinSpec("m", "m", {"id": "t"}, "first(main desc)"),)
        )
    )
    (batch,) = source.read(10)
    assert batch.records["m.mail"].to_pylist() == ["b", "d"]
    facts, findings = source.facts()
    assert {finding.code: finding.count for finding in findings} == {"join_unused": 1, "join_left": 1}
    assert "4 rows, 1 of them belong to no record" in " ".join(facts[0].evidence)


def test_a_reading_is_of_one_moment(url: str) -> None:
    execute(url, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t SELECT seq FROM seq_1_to_5000")
    source = SqlSource(SourceSpec("s", url=url, table="t", order_by=("id",)))
    reading = source.read(1000)
    first = next(reading)
    execute(url, "DELETE FROM t WHERE id > 1000", "INSERT INTO t VALUES (9999)")
    assert first.records.num_rows + sum(batch.records.num_rows for batch in reading) == 5000
    assert source.facts()[0][0].counted == 5000


def test_a_reading_that_is_given_up_does_not_read_to_its_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver reads the rest of a result where its cursor is closed or forgotten."""
    execute(url, "CREATE TABLE t (id INT PRIMARY KEY, a TEXT)")
    execute(url, "INSERT INTO t SELECT seq, REPEAT('x', 500) FROM seq_1_to_20000")
    finished: list[bool] = []
    finish = MySQLResult._finish_unbuffered_query

    def watched(result: MySQLResult) -> None:
        finished.append(result.unbuffered_active)
        finish(result)

    monkeypatch.setattr(MySQLResult, "_finish_unbuffered_query", watched)
    reading = SqlSource(SourceSpec("s", url=url, table="t", order_by=("id",))).read(100)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    gc.collect()
    assert True not in finished
    assert len(rows(url, query="SELECT count(*) AS n FROM t")) == 1


@pytest.mark.parametrize(
    "query", ["DELETE FROM t", "INSERT INTO t VALUES (2) RETURNING id", "SELECT 1 INTO OUTFILE 'x'"]
)
def test_nothing_is_written(url: str, query: str) -> None:
    execute(url, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
    with pytest.raises(InputError):
        rows(url, query=query)
    assert rows(url, table="t") == [{"id": "1"}]


def test_what_cannot_be_read_is_told_without_the_password(url: str) -> None:
    with pytest.raises(InputError, match="there is no table `tt`"):
        rows(url, table="tt")
    wrong = sa.make_url(url).set(password="Geheim-1").render_as_string(hide_password=False)
    with pytest.raises(InputError, match="Access denied") as refused:
        rows(wrong, table="t")
    assert "Geheim" not in str(refused.value)
    with pytest.raises(UsageError, match="no option of a MariaDB url"):
        rows(f"{url}?autocommit=true", table="t")
