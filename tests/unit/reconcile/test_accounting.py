"""Every row has one disposition, and a stage that loses or doubles a row is caught whatever it claims."""

from pathlib import Path

import mini_run
import pytest

from crm_migrate.stages.reconcile.accounting import settle_dispositions
from crm_migrate.workspace.figures import AccountingLine
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import relations


def settle(run: Run, object_name: str) -> dict[str, AccountingLine]:
    with relations(run, "reconcile", partial=True) as tables:
        plan = mini_run.plan()
        lines = settle_dispositions(tables, plan, plan.object(object_name))
    return {line.source: line for line in lines}


def test_every_row_of_a_consistent_run_has_its_disposition(tmp_path: Path) -> None:
    run = mini_run.write(tmp_path, mini_run.tables())

    lines = settle(run, "contacts")

    assert all(line.adds_up for line in lines.values())
    assert mini_run.dispositions(run, "contacts") == {
        ("kisi", 0, 0): ("created", None),
        ("kisi", 1, 0): ("excluded", None),
        ("kisi", 2, 0): ("held", None),
        ("kisi", 3, 0): ("folded", "kisi:K1"),
        ("kisi", 4, 0): ("failed", None),
        ("kisi", 5, 0): ("rejected", None),
        ("sheet", 0, 0): ("merged", "kisi:K1"),
        ("sheet", 0, 1): ("created", None),
        ("sheet", 1, 0): ("absent", None),
        ("sheet", 2, 0): ("updated", None),
        ("sheet", 3, 0): ("excluded", None),
        ("sheet", 4, 0): ("absent", None),
        ("mail", 0, 0): ("enrichment", None),
        ("mail", 1, 0): ("enrichment", None),
    }
    assert (lines["sheet"].read, lines["sheet"].extra) == (5, 1)


@pytest.mark.parametrize("object_name", ["accounts", "deals"])
def test_the_other_objects_add_up(tmp_path: Path, object_name: str) -> None:
    run = mini_run.write(tmp_path, mini_run.tables())

    assert all(line.adds_up for line in settle(run, object_name).values())


CLAIMING = [
    path
    for path in mini_run.tables()
    if (path[0], path[-1])
    in {
        ("map", "set_aside"),
        ("link", "set_aside"),
        ("link", "rows"),
        ("link", "nodes"),
        ("link", "enrichment"),
        ("dedupe", "clusters"),
        ("complete", "entities"),
        ("load", "entities"),
        ("load", "outcomes"),
    }
]
# A record that is not sent needs no line in the load: the line of `complete` says what became of it.
EVERY_LINE = {
    path: [n for n, row in enumerate(rows) if row.get("__action") not in ("rejected", "held", "excluded")]
    for path, rows in mini_run.tables().items()
    if path in CLAIMING and rows
}
LOSING = [(path, lines[pick]) for path, lines in EVERY_LINE.items() for pick in {0, -1} if lines]


@pytest.mark.parametrize(("path", "line"), LOSING, ids=lambda value: str(value))
def test_a_line_that_any_stage_loses_is_unexplained(tmp_path: Path, path: tuple[str, ...], line: int) -> None:
    content = mini_run.tables()
    del content[path][line]

    lines = settle(mini_run.write(tmp_path, content), path[1])

    assert sum(found.unexplained for found in lines.values()) >= 1
    assert not all(found.adds_up for found in lines.values())


DOUBLING = [
    (path, lines[0])
    for path, lines in EVERY_LINE.items()
    if lines and path[-1] not in ("nodes", "enrichment", "outcomes")
]


@pytest.mark.parametrize(("path", "line"), DOUBLING, ids=lambda value: str(value))
def test_a_line_that_any_stage_doubles_is_unexplained(tmp_path: Path, path: tuple[str, ...], line: int) -> None:
    content = mini_run.tables()
    content[path].append(dict(content[path][line]))

    lines = settle(mini_run.write(tmp_path, content), path[1])

    assert sum(found.unexplained for found in lines.values()) >= 1


@pytest.mark.parametrize("line", range(6))
def test_a_raw_row_that_the_parser_counted_and_extract_lost_is_unexplained(tmp_path: Path, line: int) -> None:
    content = mini_run.tables()
    records = content["extract", "kisi", "records"]
    lost = records.pop(line)["__row"]
    for path in (("map", "contacts", "kisi", "records"), ("map", "contacts", "kisi", "set_aside")):
        content[path] = [row for row in content[path] if row["__row"] != lost]
    content["link", "contacts", "rows"] = [
        row for row in content["link", "contacts", "rows"] if (row["__source"], row["__row"]) != ("kisi", lost)
    ]

    lines = settle(mini_run.write(tmp_path, content), "contacts")

    assert lines["kisi"].unexplained == 1


def test_a_lost_part_of_a_split_row_is_unexplained(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["map", "contacts", "sheet", "records"].pop(1)
    content["link", "contacts", "rows"].pop(5)
    content["link", "contacts", "nodes"].pop(4)
    run = mini_run.write(tmp_path, content)

    assert settle(run, "contacts")["sheet"].unexplained == 1
    assert mini_run.dispositions(run, "contacts")["sheet", 0, 1][0] == "unexplained"


def test_a_row_that_the_source_does_not_have_is_unexplained(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["map", "contacts", "kisi", "set_aside"].append(
        {"__row": 77, "__split": 0, "state": "excluded", "code": "excluded_rule"}
    )

    line = settle(mini_run.write(tmp_path, content), "contacts")["kisi"]

    assert line.unexplained == 1
    assert not line.adds_up


def test_a_record_that_the_load_reports_and_the_target_does_not_have_has_failed(tmp_path: Path) -> None:
    content = mini_run.tables()
    del content["validate", "contacts", "actual"][1]
    run = mini_run.write(tmp_path, content)

    assert settle(run, "contacts")["sheet"].states["failed"] == 1
    assert mini_run.dispositions(run, "contacts")["sheet", 0, 1][0] == "failed"
