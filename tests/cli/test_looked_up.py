"""Records that must be in the target already: found and linked to, counted, and never made, changed or removed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from simulated import Wire

from crm_migrate.cli import cli
from crm_migrate.errors import TargetError
from crm_migrate_simulators.rest import SIMULATOR

MAPPING = """crm_migrate: 1
project: {name: looks}
sources:
  lines: {file: lines.csv, key: id}
environments:
  mock: ENVIRONMENT
objects:
  products: {to: Product2, from: lines, EXISTING, fields: {ProductCode: {lines: sku, type: id}}}
  deals:
    from: lines
    fields:
      name: {lines: name, required: true}
      item: {lines: same_row, ref: products, type: reference, parent_excluded: clear}
"""
SQL = '{connector: sql, url: "sqlite:///crm.db"}'
SHORT = "existing: only, by: ProductCode"
LEFT_OUT = "existing: {only: true, by: [ProductCode], missing: exclude, ambiguous: exclude}"
GOOD = "id,name,sku\n1,Press,P-1\n2,Lathe,P-2\n3,Other,P-1\n"
BAD = GOOD + "4,Gone,P-9\n5,Twice,P-3\n"
THERE = [(1, "P-1", "Press"), (2, "P-2", "Lathe"), (3, "P-3", "A"), (4, "P-3", "B"), (5, "P-7", "not asked for")]


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as db:
        return db.execute(query).fetchall()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as db, db:
        db.execute("CREATE TABLE Product2 (id INTEGER PRIMARY KEY, ProductCode TEXT, Name TEXT)")
        db.executemany("INSERT INTO Product2 VALUES (?, ?, ?)", THERE)
    return tmp_path


def write(folder: Path, export: str, existing: str = SHORT, environment: str = SQL) -> None:
    text = MAPPING.replace("EXISTING", existing).replace("ENVIRONMENT", environment)
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    (folder / "lines.csv").write_text(export, "utf-8")


def run(folder: Path, export: str, existing: str = SHORT, environment: str = SQL) -> tuple[int, dict[str, Any]]:
    write(folder, export, existing, environment)
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    assert done.stdout, done.stderr
    return done.exit_code, json.loads(done.stdout)["figures"]


def states(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        line["object"]: {state: count for state, count in line["states"].items() if count}
        for line in figures["accounting"]
    }


def reasons(figures: dict[str, Any], name: str) -> dict[str, int]:
    return {each["code"]: each["count"] for each in figures["exceptions"] if each["object"] == name}


def deals(folder: Path) -> list[tuple[Any, ...]]:
    return ask(folder, "SELECT name, item FROM deals ORDER BY name")


@pytest.mark.sweep("what is looked up behind an API stays as it is, too")
def test_others_are_linked_to_what_is_there_and_nothing_of_it_changes(project: Path) -> None:
    schema = ask(project, "SELECT sql FROM sqlite_master WHERE name = 'Product2'")
    code, figures = run(project, GOOD)
    assert (code, figures["verdict"]) == (0, "GO")
    assert states(figures) == {"products": {"unchanged": 2, "folded": 1}, "deals": {"created": 3}}
    assert deals(project) == [("Lathe", 2), ("Other", 1), ("Press", 1)]
    (link,) = figures["links"]
    assert (link["expected"], link["present"], link["orphans"]) == (3, 3, 0)
    assert ask(project, "SELECT * FROM Product2") == THERE
    assert ask(project, "SELECT sql FROM sqlite_master WHERE name = 'Product2'") == schema
    (products,) = (each for each in figures["target_sets"] if each["object"] == "products")
    assert (products["before"], products["after"], products["created"], products["vanished"]) == (5, 5, 0, 0)
    code, figures = run(project, GOOD)
    assert (code, states(figures)["deals"]) == (0, {"unchanged": 3})


@pytest.mark.sweep("looked up in a second run as in the first")
def test_a_link_that_is_emptied_because_nothing_is_there_is_told_of_the_record(project: Path) -> None:
    for _ in ("created", "unchanged"):
        _, figures = run(project, BAD, LEFT_OUT)
        (told,) = (each for each in figures["exceptions"] if each["object"] == "deals")
        assert (told["code"], told["field"], told["state"], told["severity"]) == (
            "parent_excluded", "item", "kept", "warning",
        )  # fmt: skip
        assert sorted(each["record"] for each in told["examples"]) == ["lines:4", "lines:5"]
    assert deals(project)[0] == ("Gone", None)


@pytest.mark.sweep("looked up in a second run as in the first")
def test_a_row_that_asks_first_from_now_on_changes_nothing_of_the_others(project: Path) -> None:
    """Who is looked up is called by the target's id, whatever rows ask: no link is written anew."""
    run(project, GOOD)
    code, figures = run(project, GOOD.replace("1,Press", "0,New,P-1\n1,Press"))
    assert (code, states(figures)["deals"]) == (0, {"created": 1, "unchanged": 3})


def test_what_finds_nothing_or_several_waits_and_is_counted(project: Path) -> None:
    write(project, BAD)
    planned = CliRunner().invoke(cli, ["plan", str(project)])
    told = planned.stdout
    assert planned.exit_code == 0, (planned.output, planned.exception)
    assert "looked up  products: 2 found" in told
    assert "1  products lookup_ambiguous (" in told
    assert "1  products lookup_missing (" in told
    code, figures = run(project, BAD)
    assert code == 1
    assert states(figures) == {"products": {"unchanged": 2, "folded": 1, "held": 2}, "deals": {"created": 3, "held": 2}}
    assert reasons(figures, "products") == {"lookup_ambiguous": 1, "lookup_missing": 1}
    assert reasons(figures, "deals") == {"parent_held": 2}
    assert deals(project) == [("Lathe", 2), ("Other", 1), ("Press", 1)]


def test_left_out_by_policy_children_do_what_they_say_of_excluded_parents(project: Path) -> None:
    code, figures = run(project, BAD, LEFT_OUT)
    assert (code, figures["verdict"]) == (0, "GO")
    assert states(figures) == {"products": {"unchanged": 2, "folded": 1, "excluded": 2}, "deals": {"created": 5}}
    assert deals(project) == [("Gone", None), ("Lathe", 2), ("Other", 1), ("Press", 1), ("Twice", None)]
    with closing(sqlite3.connect(project / "crm.db")) as db, db:
        db.execute("INSERT INTO Product2 VALUES (9, 'P-9', 'made by somebody')")
    code, figures = run(project, BAD, LEFT_OUT)
    assert (code, states(figures)["deals"]) == (0, {"updated": 1, "unchanged": 4})
    assert deals(project)[0] == ("Gone", 9)


def test_a_record_that_is_gone_in_the_next_run_holds_who_refers_to_it(project: Path) -> None:
    run(project, GOOD)
    with closing(sqlite3.connect(project / "crm.db")) as db, db:
        db.execute("DELETE FROM Product2 WHERE id = 2")
    code, figures = run(project, GOOD)
    assert code == 1
    assert states(figures)["products"] == {"unchanged": 1, "folded": 1, "held": 1}
    assert figures["sentence"].count("none is unexplained")


def test_an_undo_takes_ours_and_leaves_them(project: Path) -> None:
    run(project, GOOD)
    done = CliRunner().invoke(cli, ["undo", str(project), "--apply"])
    assert done.exit_code == 0, done.output
    assert deals(project) == []
    assert ask(project, "SELECT * FROM Product2") == THERE
    assert states(run(project, GOOD)[1])["deals"] == {"created": 3}


@pytest.mark.sweep("looked up in a second run as in the first")
def test_a_link_that_changed_is_undone_to_the_record_that_it_was(project: Path) -> None:
    run(project, GOOD)
    assert states(run(project, GOOD.replace("2,Lathe,P-2", "2,Lathe,P-1"))[1])["deals"] == {
        "updated": 1,
        "unchanged": 2,
    }
    assert deals(project)[0] == ("Lathe", 1)
    done = CliRunner().invoke(cli, ["undo", str(project), "--apply"])
    assert done.exit_code == 0, done.output
    assert deals(project)[0] == ("Lathe", 2)


@pytest.mark.sweep("looked up in a second run as in the first")
def test_what_was_written_before_can_be_looked_up_from_now_on(project: Path) -> None:
    export = GOOD.replace("3,Other,P-1", "3,Other,P-8")
    write(project, export, "existing: {match: [ProductCode], then: target_wins}")
    file = project / "crm-migrate.yaml"
    file.write_text(
        file.read_text("utf-8").replace("type: id}}}", "type: id}, name: {constant: new, to: Name}}}"), "utf-8"
    )
    assert CliRunner().invoke(cli, ["run", str(project)]).exit_code == 0
    made = ask(project, "SELECT * FROM Product2")
    code, figures = run(project, export)
    assert (code, states(figures)["products"]) == (0, {"unchanged": 3})
    assert ask(project, "SELECT * FROM Product2") == made


@pytest.mark.parametrize(
    ("existing", "said"),
    [
        ("existing: only", "`existing: only` needs `by:`"),
        ("existing: only, by: Code", "the field `Code` is not there"),
        ("existing: {only: true, by: ProductCode}, by: ProductCode", "`by:` is said twice"),
        ("by: ProductCode", "`by:` belongs to `existing: only`"),
        ("existing: {match: [ProductCode], missing: hold}", "`missing:` belongs to `existing: only`"),
        ("existing: {then: source_wins}", "`match` is missing here"),
        ("existing: onely", "`onely` is not known here"),
        ("existing: only, by: ProductCode, mode: insert_only", "`mode:` is never heard with `existing: only`"),
        ("existing: {only: true, by: ProductCode, then: review}", "`then:` is about records that are written"),
    ],
)
def test_words_that_do_not_go_together_are_told(project: Path, existing: str, said: str) -> None:
    write(project, GOOD, existing)
    told = CliRunner().invoke(cli, ["mapping", "check", str(project)])
    assert told.exit_code == 2
    assert said in told.output, told.output


def test_a_field_that_would_be_written_is_told(project: Path) -> None:
    write(project, GOOD)
    file = project / "crm-migrate.yaml"
    file.write_text(file.read_text("utf-8").replace("type: id}}}", "type: id}, name: {lines: name}}}"), "utf-8")
    told = CliRunner().invoke(cli, ["mapping", "check", str(project)])
    assert told.exit_code == 2
    assert "`name` would be written, and `existing: only` writes nothing" in told.output


@pytest.mark.parametrize(
    ("wrong", "said"), [("Product2", "no object Products"), ("ProductCode", "no field Product2.Cod")]
)
def test_a_target_without_them_is_told_before_anything_is_written(project: Path, wrong: str, said: str) -> None:
    write(project, GOOD)
    file = project / "crm-migrate.yaml"
    other = {"Product2": "Products", "ProductCode": "Cod"}[wrong]
    file.write_text(file.read_text("utf-8").replace(wrong, other), "utf-8")
    told = CliRunner().invoke(cli, ["run", str(project)])
    assert isinstance(told.exception, TargetError)
    assert told.exception.message == f"records of products are only looked up, and the target has {said}"
    assert ask(project, "SELECT name FROM sqlite_master WHERE name = 'deals'") == []


REST = (
    '{connector: rest, profile: sql, url: "env:CRM_URL", client_id: crm-migrate, client_secret: "env:CRM_SECRET",'
    ' settle_seconds: "0"}'
)


def test_behind_an_api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"fields": {"ProductCode": {"type": "text"}}}
    server = SIMULATOR.start({"objects": {"Product2": fields, "deals": {"fields": {}}}})
    try:
        wire = Wire(server.url)
        monkeypatch.setenv("CRM_URL", server.url)
        monkeypatch.setenv("CRM_SECRET", "not-a-secret")
        for sku in ("P-1", "P-2"):
            words = {"records": [{"fields": {"ProductCode": sku}}]}
            assert wire.ask("POST", "/v1/objects/Product2/batch/create", words)[0] == 200
        code, figures = run(tmp_path, GOOD, environment=REST)
        assert (code, states(figures)["deals"]) == (0, {"created": 3})
        ids = {each["values"]["ProductCode"]: each["id"] for each in wire.told("records/Product2")}
        assert sorted(each["values"]["item"] for each in wire.told("records/deals")) == sorted(
            [ids["P-1"], ids["P-1"], ids["P-2"]]
        )
        assert all(set(each["values"]) == {"ProductCode"} for each in wire.told("records/Product2"))
        assert states(run(tmp_path, GOOD, environment=REST)[1])["deals"] == {"unchanged": 3}
    finally:
        server.stop()
