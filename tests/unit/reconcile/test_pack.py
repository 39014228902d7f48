"""The pack of key figures: what moves behind its back is seen, and the order of rows is nothing to it."""

from pathlib import Path

import mini_run
import pytest

from crm_migrate.mapping.plan import PackPlan
from crm_migrate.stages.reconcile import reconcile
from crm_migrate.stages.reconcile.pack.asking import FAMILIES
from crm_migrate.words import catalogue
from crm_migrate.workspace.pack_figures import PackFigure

ACTUAL = ("validate", "contacts", "actual")
PACK = PackPlan(families=("marketing", "hygiene"))


def found(folder: Path, content: mini_run.Tables) -> dict[str, PackFigure]:
    run = mini_run.write(folder, content)
    figures = reconcile(mini_run.plan(pack=PACK), run, mini_run.HEADER, "sql:mini")
    gates = {gate.scope: gate.passed for gate in figures.gates if gate.name == "pack"}
    whole = {each.name: each for each in figures.pack if not each.group}
    for family, passed in gates.items():
        assert passed == all(e.agrees for e in figures.pack if e.family == family and not e.why)
    return whole


def test_the_order_of_rows_is_nothing_to_it(tmp_path: Path) -> None:
    content = mini_run.tables()
    before = found(tmp_path / "one", content)
    for path in (ACTUAL, ("complete", "contacts", "entities"), ("link", "contacts", "nodes")):
        content[path].reverse()
    assert found(tmp_path / "other", content) == before
    assert before["mailable"].expected == before["mailable"].actual == "1"


def test_what_moves_behind_its_back_is_seen(tmp_path: Path) -> None:
    granted, without = mini_run.tables(), mini_run.tables()
    said = next(row for row in granted[ACTUAL] if row["__entity"] and row["consent"] != "granted")
    said |= {"consent": "granted", "email": "somebody@isik.example"}
    next(row for row in without[ACTUAL] if row["email"])["email"] = None

    risen, emptied = found(tmp_path / "risen", granted), found(tmp_path / "emptied", without)

    assert not risen["mailable"].agrees
    assert not emptied["email_fill"].agrees
    assert [part.name for part in emptied["email_fill"].parts if part.expected != part.actual] == ["filled"]


@pytest.mark.parametrize("language", ["de", "en", "tr"])
def test_every_figure_has_its_name_and_its_question(language: str) -> None:
    names = {definition.name for family in FAMILIES.values() for definition in family}
    assert {f"word.{kind}.{name}" for kind in ("pack", "ask") for name in names} <= catalogue(language).keys()


def test_no_figure_has_two_definitions() -> None:
    names = [definition.name for family in FAMILIES.values() for definition in family]
    assert len(names) == len(set(names))
