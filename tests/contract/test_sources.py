"""Every source that we ship keeps the contract, and the kit notices one that does not."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sources_kit import workbooks as wb

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceBatch, SourceFile, SourceSpec
from crm_migrate.connecting.discovery import available, connector

TEXT = 'Id;Ad;Tel;Tel;;__x\n1;Ayşe;1;2;3;4\n2;"a\nb";;;;\nbad;row\n\n4;Mehmet;1;2;3;4\n5;x;;;;'


def text_source(folder: Path) -> SourceSpec:
    (folder / "a.csv").write_text(TEXT, encoding="utf-8", newline="")
    (folder / "b.csv").write_text("Id;Other\n9;z\n", encoding="utf-8", newline="")
    files = (SourceFile(folder / "a.csv", "one"), SourceFile(folder / "b.csv", "two"))
    return SourceSpec("s", files=files, tag_column="state", locale="tr-TR")


def sheet_source(folder: Path) -> SourceSpec:
    cells = [f'<c r="A{i}"><v>{i}</v></c>' if i % 3 else "" for i in range(2, 12)]
    path = wb.write(folder, wb.zipped(wb.parts(wb.rows(wb.header("a", "b"), *cells))))
    return SourceSpec("s", files=(SourceFile(path),))


def json_source(folder: Path) -> SourceSpec:
    lines = ('{"id": 1, "guest": {"id": 7}}', "", "broken", '{"id": 2, "paid": true}', '{"Id": 3}')
    (folder / "a.jsonl").write_text("\n".join(lines), encoding="utf-8", newline="")
    return SourceSpec("s", files=(SourceFile(folder / "a.jsonl"),))


def sqlite_source(folder: Path) -> SourceSpec:
    with sqlite3.connect(folder / "old.db") as db:
        db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, "Tel" TEXT, "Ad Soyad" TEXT, amount REAL)')
        db.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?)", [(i, None if i % 2 else "", f"Ayşe {i}", i) for i in range(7)]
        )
    db.close()
    return SourceSpec("s", url=f"sqlite:///{folder / 'old.db'}", table="t", order_by=("id",))


@pytest.mark.parametrize(
    ("name", "make"),
    [("files", text_source), ("files", sheet_source), ("files", json_source), ("sql", sqlite_source)],
)
def test_a_source_keeps_the_contract(name: str, make: object, tmp_path: Path) -> None:
    spec = make(tmp_path)  # type: ignore[operator]
    assert check_source(lambda: connector(name).source(spec)) == []


@pytest.mark.postgresql
def test_postgresql_keeps_the_contract(tmp_path: Path) -> None:
    url = os.environ.get("CRM_MIGRATE_TEST_POSTGRESQL")
    if not url:
        pytest.skip("no PostgreSQL; `make test` starts one")
    spec = SourceSpec(
        "s", url=url, query="SELECT g AS id, 'x' || g AS name FROM generate_series(1, 9) g", order_by=("id",)
    )
    assert check_source(lambda: connector("sql").source(spec)) == []


def test_the_kit_notices_a_source_that_loses_a_row(tmp_path: Path) -> None:
    spec = sqlite_source(tmp_path)

    class Losing:
        def __init__(self) -> None:
            self._inner = connector("sql").source(spec)
            self.describe, self.facts = self._inner.describe, self._inner.facts

        def read(self, batch_rows: int) -> Iterator[SourceBatch]:
            for batch in self._inner.read(batch_rows):
                yield SourceBatch(batch.records.slice(0, max(batch.records.num_rows - 1, 1)))

    promises = {breach.promise for breach in check_source(Losing)}
    assert {"facts say what was given", "`__row` ascends from 0 without gaps"} <= promises


def test_the_kit_notices_a_column_that_is_no_text(tmp_path: Path) -> None:
    spec = sqlite_source(tmp_path)

    class Typed:
        def __init__(self) -> None:
            self._inner = connector("sql").source(spec)
            self.describe, self.facts = self._inner.describe, self._inner.facts

        def read(self, batch_rows: int) -> Iterator[SourceBatch]:
            for batch in self._inner.read(batch_rows):
                column = batch.records.column("id").cast(pa.int64())
                yield SourceBatch(batch.records.set_column(3, "id", column))

    assert any("text column" in breach.promise for breach in check_source(Typed))


def test_ours_are_found_like_a_stranger_s() -> None:
    found = {entry.name: entry for entry in available()}
    assert {"files", "sql"} <= found.keys()
    assert not any(entry.trouble for entry in found.values())
