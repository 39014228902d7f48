"""The register of a mapping: who owes what by when, about things that are there, and without any effect on a run."""

from pathlib import Path

import pytest

from crm_migrate.finding import errors
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

MAPPING = """\
crm_migrate: 1
project: {name: Acme}
sources:
  kisi: {file: kisi.csv, key: No}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  stage: {map: {A: open}}
objects:
  contacts:
    from: kisi
    fields:
      last_name: Soyad
"""
HEADERS = ("No", "Soyad", "Faks")


def examined(folder: Path, register: str = "") -> tuple[object, list[tuple[str, int, str]]]:
    file = folder / "crm-migrate.yaml"
    file.write_text(MAPPING + register, "utf-8")
    plan, found = examine(Project(folder, file), columns=lambda _: HEADERS)
    return plan, [(f.code, f.place.line, f.hint) for f in errors(found)]


@pytest.mark.parametrize(
    "entry",
    [
        "contacts.last_name: agreed",
        "contacts.phone: {status: asked, owner: Ayşe, due: 2026-12-04}",
        "value_maps.stage: {owner: Ayşe, due: 2026-12-04, decision: keep the four we have}",
        "kisi[Faks]: {status: refused, decision: nobody sends faxes}",
        "contacts: {owner: Ayşe, due: 2026-12-04}",
        "kisi: {status: asked, owner: Ayşe}",
        "owners: {owner: Ayşe}",
    ],
)
def test_an_entry_is_about_a_field_a_list_or_a_column_and_changes_no_plan(tmp_path: Path, entry: str) -> None:
    bare, none = examined(tmp_path)
    plan, found = examined(tmp_path, f"register:\n  {entry}\n")

    assert (found, none) == ([], [])
    assert plan.model_copy(update={"files": {}}) == bare.model_copy(update={"files": {}})  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("entry", "code", "hint"),
    [
        ("contacts.lastname: open", "register_unknown", "contacts.last_name"),
        ("contact.phone: open", "register_unknown", "contacts.phone"),
        ("value_maps.stages: open", "register_unknown", "value_maps.stage"),
        ("kisi[Fax]: open", "register_unknown", "kisi[Faks]"),
        ("kissi[Faks]: open", "register_unknown", "kisi"),
        ("phone: open", "register_unknown", "contacts.phone"),
        ("nowhere: open", "register_unknown", "an object or a source"),
        ("contacts.phone: asked", "register_incomplete", "owner"),
        ("contacts.phone: {due: 2026-12-04}", "register_incomplete", "owner"),
        ("contacts.phone: {owner: Ayşe, due: 4.12.2026}", "register_incomplete", "YYYY-MM-DD"),
        ("contacts.phone: {decision: D-99}", "decision_unknown", "decisions"),
        ("contacts.phone: {state: open}", "mapping_unknown_word", "status"),
        ("contacts.phone: done", "mapping_value", "agreed"),
    ],
)
def test_what_names_nothing_or_is_owed_by_nobody_is_told_where_it_stands(
    tmp_path: Path, entry: str, code: str, hint: str
) -> None:
    _, found = examined(tmp_path, f"register:\n  {entry}\n")

    assert [(each[0], each[1]) for each in found] == [(code, 15)]
    assert hint in found[0][2]
