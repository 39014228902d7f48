"""A number that a source types is never read by a locale: 1.125 is no 1125 where a point parts thousands."""

import sqlite3
import struct
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sources_kit.old_tables import field, table, written
from sources_kit.reading import read, read_bytes

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.connecting.typed import unmistakable
from crm_migrate_hubspot.calls import read_cell
from crm_migrate_hubspot.values import Names
from crm_migrate_salesforce.values import read_text
from crm_migrate_sql import CONNECTOR
from crm_migrate_sql.values import Gathered, column_of

NUMBERS = (Decimal("1.125"), Decimal("-125.375"), Decimal("0.5"))


def _column(source: list[list[str | None]]) -> list[str | None]:
    return [row[0] for row in source]


def _sql(folder: Path, **spec: str) -> list[str | None]:
    with sqlite3.connect(folder / "a.db") as db:
        db.execute("CREATE TABLE t (a REAL)")
        db.executemany("INSERT INTO t VALUES (?)", [(float(each),) for each in NUMBERS])
    source = CONNECTOR.source(SourceSpec("s", url=f"sqlite:///{folder / 'a.db'}", **spec))  # type: ignore[arg-type]
    return [cell for batch in source.read(10) for cell in batch.records["a"].to_pylist()]


def _sql_table(folder: Path) -> list[str | None]:
    return _sql(folder, table="t")


def _sql_query(folder: Path) -> list[str | None]:
    return _sql(folder, query="SELECT a FROM t")


def _json(folder: Path) -> list[str | None]:
    return _column(read_bytes(folder, "".join(f'{{"a": {each}}}\n' for each in NUMBERS).encode(), "a.jsonl").rows)


def _dbf(folder: Path) -> list[str | None]:
    cells = [[f"{each:.3f}".rjust(10).encode()] for each in NUMBERS]
    return _column(read(written(folder, table([field("A", "N", 10, 3)], cells))).rows)


def _dbf_double(folder: Path) -> list[str | None]:
    cells = [[struct.pack("<d", float(each))] for each in NUMBERS]
    return _column(read(written(folder, table([field("A", "B", 8, 3)], cells, version=0x30))).rows)


def _parquet(folder: Path) -> list[str | None]:
    pq.write_table(pa.table({"a": pa.array(NUMBERS, pa.decimal128(20, 3))}), folder / "a.parquet")
    return _column(read(folder / "a.parquet").rows)


def _script(folder: Path) -> list[str | None]:
    rows = "".join(f"INSERT t (a) VALUES (CAST({each} AS Decimal(9, 3)))\n" for each in NUMBERS[:1])
    rows += "".join(f"INSERT t (a) VALUES ({each})\n" for each in NUMBERS[1:])
    return _column(read_bytes(folder, f"CREATE TABLE t (a decimal(9, 3))\nGO\n{rows}".encode(), "a.sql").rows)


@pytest.mark.parametrize("source", [_script, _sql_table, _sql_query, _json, _dbf, _dbf_double, _parquet])
def test_three_decimals_stay_decimals_where_a_point_parts_thousands(
    tmp_path: Path, source: Callable[[Path], list[str | None]]
) -> None:
    cells = pl.Series(source(tmp_path))
    for how in ({"locale": "de"}, {}):  # the mapping says so, or the locale of the project and what the column shows
        frame = STEPS["number"].function(cells[:2], Context("de-DE"), **how)
        assert [Decimal(value) for value in frame["value"]] == list(NUMBERS[:2])
        assert frame["flag"].to_list() == [None, None]


@pytest.mark.parametrize("text", ["1.12", "1.1250", "1125", "1.5E3", "1.1e2", "nan", "a.bcd", "1.2.345", "-1.5E3"])
def test_only_three_decimals_are_written_otherwise(text: str) -> None:
    assert unmistakable(text) == text and unmistakable("1.125") == "1.1250"


def test_a_database_that_sends_texts_types_them_too() -> None:
    numeric, text = 1700, 25  # the type codes of PostgreSQL
    assert column_of(["1.125", None], numeric, None).to_pylist() == ["1.1250", None]
    assert column_of(["1.125"], text, sa.Text()).to_pylist() == ["1.125"], "that is what somebody typed"
    assert column_of([Decimal("1.125"), 1.125], 0, None).to_pylist() == ["1.1250"] * 2
    gathered = column_of(['["1.125"]'], 0, Gathered(sa.Numeric(10, 3)))
    assert gathered.to_pylist() == ['["1.1250"]']


def test_numbers_of_a_crm_are_typed() -> None:
    assert [read_text(1.125, "double"), read_text("1.125", "string")] == ["1.1250", "1.125"]
    kinds = ({"name": "a", "type": kind} for kind in ("number", "string"))
    assert [read_cell("deals", kind, "number", "1.125", Names()) for kind in kinds] == ["1.1250", "1.125"]
