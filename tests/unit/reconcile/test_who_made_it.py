"""Who made a cell that differs is told with its cause: our load, a step that was not taken, the target."""

from pathlib import Path
from typing import Any

import mini_run

from crm_migrate.stages.reconcile import reconcile
from crm_migrate.workspace.figures import Cause, FieldFigure, Figures, LinkFigure


def figures(folder: Path, content: mini_run.Tables) -> Figures:
    return reconcile(mini_run.plan(), mini_run.write(folder, content), mini_run.HEADER, "sqlite:demo")


def line(content: mini_run.Tables, *path: str, entity: str) -> dict[str, Any]:
    return next(row for row in content[path] if row["__entity"] == entity)


def cause_of(found: Figures, object_name: str, field: str) -> Cause:
    places: tuple[FieldFigure | LinkFigure, ...] = (*found.fields, *found.links)
    (cause,) = next(place.causes for place in places if (place.object, place.field) == (object_name, field))
    return cause


def test_what_the_load_planned_to_write_is_the_loads(tmp_path: Path) -> None:
    content = mini_run.tables()
    for path in (("load", "deals", "entities"), ("validate", "deals", "actual")):
        line(content, *path, entity="d0")["amount"] = "1"

    cause = cause_of(figures(tmp_path, content), "deals", "amount")

    assert [(maker.who, maker.count) for maker in cause.makers] == [("load", 1)]


def test_what_was_sent_as_expected_is_the_targets(tmp_path: Path) -> None:
    content = mini_run.tables()
    line(content, "validate", "deals", "actual", entity="d0")["name"] = "Pr"

    cause = cause_of(figures(tmp_path, content), "deals", "name")

    assert (cause.cause, cause.of, cause.confidence) == ("truncated at 2", 2, "low")
    assert [(maker.who, maker.rule) for maker in cause.makers] == [("target", "")]


def test_what_is_as_the_source_has_it_names_the_steps_that_were_not_taken(tmp_path: Path) -> None:
    content = mini_run.tables()
    content["extract", "kisi", "records"][0]["Ad"] = "AYŞE"
    content["map", "contacts", "kisi", "changes"] += [
        {"__row": 0, "__split": 0, "field": "first_name", "rule": rule} for rule in ("person", "case")
    ]
    line(content, "validate", "contacts", "actual", entity="c0")["first_name"] = "AYŞE"

    cause = cause_of(figures(tmp_path, content), "contacts", "first_name")

    assert [(maker.who, maker.rule, maker.count) for maker in cause.makers] == [("step", "case, person", 1)]


def test_a_wrong_parent_has_its_maker_too(tmp_path: Path) -> None:
    content = mini_run.tables()
    line(content, "validate", "deals", "actual", entity="d0")["company_id"] = "12"

    cause = cause_of(figures(tmp_path, content), "deals", "company")

    assert (cause.cause, cause.of, cause.confidence) == ("wrong parent", 2, "seen")
    assert [maker.who for maker in cause.makers] == ["target"]
    assert cause.examples == (), "they are those of the reference"


def test_what_stands_as_before_although_we_wrote_it_is_stale(tmp_path: Path) -> None:
    content = mini_run.tables()
    line(content, "load", "contacts", "entities", entity="c5")["__changed_fields"] = '["first_name"]'
    line(content, "load", "contacts", "theirs", entity="c5")["first_name"] = "Eski"
    line(content, "validate", "contacts", "actual", entity="c5")["first_name"] = "Eski"

    found = figures(tmp_path, content)

    cause = cause_of(found, "contacts", "first_name")
    assert (cause.cls, cause.cause) == ("different", "stale")
    assert cause.fix
    assert found.verdict == "NO-GO"
