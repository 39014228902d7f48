"""Profiles of databases: tables with the columns of a schema in SQLite, recognised, joined, and compared by value.

`tests/golden/schemas/<system>.yaml`: `tables` table -> rows, `notes` that are told, `left` source -> columns that are
told among those that nothing maps, `expect` object -> records, and `fails`: the gates of a run that do not hold, since
rows of the case wait or are left out. A table has the columns of its profile, or of rows.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from called import call
from demo.finished_run import IN_TARGET, FinishedRun, assert_adds_up
from layouts import case, header, known, mapped

from crm_migrate.errors import InputError, UsageError
from crm_migrate.inspecting.previewing import batches
from crm_migrate.mapping import library
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.resolving import examine
from crm_migrate.stages.map.batch import map_batch
from crm_migrate.suggesting.recognising import fits
from crm_migrate.suggesting.settled import settled
from crm_migrate.suggesting.starting import MAPPING, start_database
from crm_migrate.workspace.layout import Project

SCHEMAS = Path(__file__).resolve().parents[1] / "golden" / "schemas"
OF_TABLES = {name: profile for name, profile in known().items() if profile.table}
WHERE = "sqlite:///old.db"
STAGE = "stage: sales_stage "
STAGES = "value_maps:\n  stage: {unmapped: hold, map: {Prospecting: new}}\n"


def cases() -> Iterator[Path]:
    yield from sorted(SCHEMAS.glob("*.yaml"))


@cache
def tables(path: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = case(path)["tables"]
    return found


def columns(system: str, table: str, rows: list[dict[str, str]]) -> list[str]:
    """The columns of a table: those of its profile, else those that rows fill."""
    own = [c for name, p in OF_TABLES.items() if p.table == table and name.startswith(system) for c in header(p, "")]
    filled = list(dict.fromkeys(column for row in rows for column in row))
    assert not own or set(filled) <= set(own), f"{table}: no columns of the schema: {sorted(set(filled) - set(own))}"
    return own or filled


def laid_down(folder: Path, path: Path) -> None:
    """The tables of a case in a database of the folder; numbers in them are numbers."""
    with sqlite3.connect(folder / "old.db") as db:
        for table, rows in tables(path).items():
            named = columns(path.stem, table, rows)
            db.execute(f"CREATE TABLE {table} ({', '.join(named)})")
            db.executemany(
                f"INSERT INTO {table} VALUES ({', '.join('?' * len(named))})",
                [[_cell(name, row.get(name)) for name in named] for row in rows],
            )
    db.close()


def _cell(name: str, text: str | None) -> Any:
    numbers = text is not None and (name in ("deleted", "opt_out", "amount") or name.startswith(("is_", "do_not")))
    return float(text) if numbers and name == "amount" and text else int(text) if numbers and text else text


@pytest.mark.parametrize("path", list(cases()), ids=lambda path: path.stem)
def test_a_database_becomes_the_records_that_were_said(path: Path, tmp_path: Path) -> None:
    said = case(path)
    laid_down(tmp_path, path)

    exports, text, records = mapped(tmp_path, begun := start_database(tmp_path, WHERE))

    recognised = {str(each.table): [fit.name for fit in each.fits] for each in exports}
    expected = {str(p.table): [name] for name, p in OF_TABLES.items() if name.startswith(f"{path.stem}/")}
    assert recognised == expected
    assert set(said["notes"]) <= set(begun.told.notes), begun.told.notes
    told = {(each.source, each.column) for each in begun.told.left}
    assert {(source, column) for source, names in said["left"].items() for column in names} <= told
    assert records == said["expect"], text


@pytest.mark.cases(1)
@pytest.mark.parametrize("path", list(cases()), ids=lambda path: path.stem)
def test_a_run_of_what_init_writes_leaves_nothing_unexplained(path: Path, tmp_path: Path) -> None:
    said = case(path)
    laid_down(tmp_path, path)
    assert call("init", str(tmp_path), "--database", WHERE).returncode == 0
    _settle_stages(tmp_path / "crm-migrate.yaml")
    assert call("target", "prepare", str(tmp_path)).returncode == 0

    assert call("run", str(tmp_path)).returncode == 1, "rows of the case wait"

    run = FinishedRun(tmp_path)
    assert_adds_up(run.figures)
    assert [bridge for bridge in run.figures["bridges"] if float(bridge["unexplained"])] == []
    failed = [gate["name"] for gate in run.figures["gates"] if not gate["passed"]]
    spoken = ("columns", "relations")  # what becomes of the rest a person has to say
    assert [name for name in failed if name not in spoken] == said["fails"]
    ends = {name: _ends(run, name) for name in said["expect"]}
    assert ends == {name: _expected(records) for name, records in said["expect"].items()}


def _settle_stages(mapping: Path) -> None:
    """Say what the stages are in the target, whose choices they are none of, as a person has to."""
    text = mapping.read_text("utf-8")
    if STAGE in text:
        mapping.write_text(text.replace(STAGE, "stage: sales_stage | map(stage) ") + STAGES, "utf-8")


def _ends(run: FinishedRun, name: str) -> tuple[int, int]:
    """How many records of an object arrived, and how many wait."""
    fates = run.fates(name)
    arrived = sum(many for (state, _), many in fates.items() if state in IN_TARGET)
    return arrived, sum(many for (state, _), many in fates.items() if state == "held")


def _expected(records: list[dict[str, str]]) -> tuple[int, int]:
    held = sum("(held)" in record for record in records)
    return sum("(excluded)" not in record for record in records) - held, held


@pytest.mark.parametrize("name", OF_TABLES)
def test_a_table_is_recognised_by_its_name_and_its_columns(name: str) -> None:
    profile = OF_TABLES[name]
    own = header(profile, "")
    assert [fit.name for fit in fits([*own, "ours_1", "ours_2"], known(), profile.table)] == [name]
    assert fits(own, known()) == () or all(fit.profile.table is None for fit in fits(own, known()))
    assert fits(["id", "name", "email", "phone", "status", "created_at"], known(), profile.table) == ()


def test_every_column_that_is_mapped_is_filled_in_a_case() -> None:
    for name, profile in OF_TABLES.items():
        rows = tables(SCHEMAS / f"{name.partition('/')[0]}.yaml")
        of = {"": profile.table} | {alias: join.table for alias, join in profile.join.items()}
        for column, left in settled(profile, list(profile.columns)).items():
            alias, _, own = column.rpartition(".")
            filled = any(str(row.get(own, "")) for row in rows.get(str(of[alias]), []))
            assert left or filled, f"{name}: no row fills {column}"


def test_every_profile_that_is_there_can_be_read() -> None:
    assert set(known()) == set(library.names("sources", Path("/nowhere")))


def test_joins_name_tables_and_columns_that_the_profile_knows() -> None:
    for name, profile in OF_TABLES.items():
        asked = {own for join in profile.join.values() for own in join.by if "." not in own}
        assert asked <= set(profile.own_columns), name


def test_what_init_writes_of_a_database_checks_green(tmp_path: Path) -> None:
    laid_down(tmp_path, SCHEMAS / "suitecrm.yaml")
    done = call("init", str(tmp_path), "--database", WHERE)
    assert done.returncode == 0, done.stderr
    assert "contacts is SuiteCRM and SugarCRM: contacts" in done.stdout
    assert "# 1 table(s) that no profile knows are not read: bugs" in done.stdout
    check = call("mapping", "check", str(tmp_path))
    assert check.returncode == 0, check.stdout


def test_a_password_is_not_written_into_the_mapping(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="password"):
        start_database(tmp_path, "mariadb://me:secret@localhost/crm")


def test_a_database_that_no_profile_knows_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.execute("CREATE TABLE contacts (id, name, email)")
    db.close()
    with pytest.raises(InputError, match="no profile knows one of the 1 tables"):
        start_database(tmp_path, WHERE)


def test_what_vtiger_deleted_and_what_lost_its_row_are_left_out_by_two_rules(tmp_path: Path) -> None:
    laid_down(tmp_path, SCHEMAS / "vtiger.yaml")
    (tmp_path / MAPPING).write_text(start_database(tmp_path, WHERE).text, "utf-8")
    project = Project(tmp_path, tmp_path / MAPPING)
    plan, _ = examine(project, columns=(sources := OpenSources(project)).columns)
    assert plan is not None
    contacts = next(each for each in plan.objects if each.name == "contacts")
    source = plan.source(contacts.feeds[0].source)
    rows = pl.concat(batches(source, plan, project, sources))
    aside = map_batch(plan, contacts, source, rows).set_aside
    lost = aside.select("__key", "rule").rows()
    assert lost == [("13", "not ([entity.deleted] = 0)"), ("14", "[entity.deleted] = null")]
