"""One way to see a table: columns of the contract, whatever the parts have, and no statement to find that out."""

import errno
from pathlib import Path

import polars as pl
import pytest

from crm_migrate.workspace import relations as duckdb_memory
from crm_migrate.workspace import sql
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import write_manifest, write_part
from crm_migrate.workspace.relations import Relations, relations, scan_folder
from crm_migrate.workspace.tables import Table
from tests import staged

TABLE = Table("link/<object>/nodes", {"__node": "BIGINT", "name": "VARCHAR"}, ("__node",))
COLUMNS = TABLE.columns
PATH = ("link", "contacts", "nodes")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return staged.new_run(tmp_path)


def test_a_scan_has_exactly_the_columns_asked_for_and_nulls_where_the_table_has_none(run: Run) -> None:
    staged.write(run, pl.DataFrame({"__node": [1, 2], "city": ["Bursa", None]}), *PATH)
    with relations(run, "link") as found:
        assert found.rows(f"SELECT * FROM {found.scan(TABLE, 'contacts')} ORDER BY 1") == [(1, None), (2, None)]
        assert list(found.kinds(found.scan(TABLE, "contacts"))) == ["__node", "name"]


def test_the_whole_table_has_the_columns_asked_for_first_and_then_its_own(run: Run) -> None:
    staged.write(run, pl.DataFrame({"city": ["Bursa"], "__node": [1]}), *PATH)
    with relations(run, "link") as found:
        assert found.kinds(found.whole(TABLE, "contacts")) == {**COLUMNS, "city": "VARCHAR"}


BIG = "SELECT len(list(range::VARCHAR || repeat('x', 50))) FROM range(1_000_000)"  # one list: nothing to spill


def test_what_does_not_fit_into_the_memory_of_a_stage_is_asked_again_with_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb_memory, "MEMORY", "50MB")
    with duckdb_memory.relations(run, "link") as found:
        found.execute(f"CREATE TEMP TABLE big AS {BIG}")
        assert found.rows("SELECT * FROM big") == [(1_000_000,)]


def test_what_fits_into_no_memory_is_trouble_of_the_machine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_memory, "MEMORY", "50MB")
    monkeypatch.setattr(sql, "MORE", ("SET memory_limit = '60MB'",))
    with pytest.raises(OSError, match=r"\S") as caught, duckdb_memory.relations(run, "link") as found:
        found.rows(BIG)
    assert caught.value.errno == errno.ENOMEM


def test_parts_with_other_columns_are_read_by_name(run: Run) -> None:
    frames = [pl.DataFrame({"name": ["Ayşe"], "__node": [1]}), pl.DataFrame({"__node": [2], "city": ["Bursa"]})]
    folder = run.table(*PATH)
    write_manifest(folder, [write_part(folder, f"p{n}", frame.to_arrow()) for n, frame in enumerate(frames)])
    with relations(run, "link") as found:
        assert found.rows(f"FROM {found.scan(TABLE, 'contacts')} ORDER BY 1") == [(1, "Ayşe"), (2, None)]


def test_a_table_that_is_not_finished_is_refused_and_empty_only_where_a_run_may_be_partial(run: Run) -> None:
    with relations(run, "link") as found, pytest.raises(FileNotFoundError):
        found.scan(TABLE, "contacts")
    with relations(run, "link", partial=True) as found:
        assert found.kinds(found.scan(TABLE, "contacts")) == COLUMNS
        assert found.count(found.whole(TABLE, "contacts")) == 0
        assert found.count(scan_folder(run.table(*PATH), COLUMNS)) == 0


def test_a_table_that_is_written_again_is_seen_as_it_is_now(run: Run) -> None:
    with relations(run, "link") as found:
        for name in ("name", "city"):
            staged.write(run, pl.DataFrame({"__node": [1], name: ["x"]}), *PATH)
            assert found.kinds(found.whole(TABLE, "contacts")) == {**COLUMNS, name: "VARCHAR"}


def test_seeing_a_table_costs_no_statement(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    staged.write(run, pl.DataFrame({"__node": [1]}), *PATH)
    with relations(run, "link") as found:
        monkeypatch.setattr(Relations, "execute", lambda *_: pytest.fail("a statement"))
        monkeypatch.setattr(Relations, "rows", lambda *_: pytest.fail("a statement"))
        found.scan(TABLE, "contacts")
        found.whole(TABLE, "contacts")
