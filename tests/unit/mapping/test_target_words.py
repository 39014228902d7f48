"""What the profile of a target says where a mapping says nothing: words, defaults, and what has no place."""

from pathlib import Path

import pytest

from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping.plan import TARGET_WORDS, FieldPlan, Plan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.mapping.target_words import reworded
from crm_migrate.stages.load.said_values import said_values
from crm_migrate.workspace.layout import Project

PROFILE = """
crm_migrate_target: 1
title: Other CRM
last_verified: 2026-12-01
objects:
  deals:
    name: chances
    fields:
      name: {column: title, type: text}
      stage: {column: phase, type: choice, map: {closedwon: Won!, closedlost: "it's gone"}}
      pipeline: {nowhere: it has none}
  contacts:
    name: people
    fields:
      last_name: {column: surname, type: family_name}
      email: {column: mail, type: email, on_invalid: clear, shared: keep_best}
      email_dead: {column: dead, type: boolean, default: "false"}
"""
MAPPING = """
crm_migrate: 1
sources:
  rows: {file: rows.csv, key: id}
environments:
  there: {connector: sql, url: "sqlite:///crm.db", profile: other}
value_maps:
  stage: {unmapped: hold, map: {Won: closedwon, Lost: closedlost, Offer: offer}}
objects:
  deals:
    from: rows
    fields:
      name: title
      stage: {rows: stage | map(stage), default: closedlost}
      pipeline: {constant: Sales}
      probability:
        case:
          - {when: "stage in ('closedwon', 'offer') and name != 'closedwon'", then: 1}
          - {when: "stage = 'closedlost'", then: 0}
  contacts:
    from: rows
    fields: {last_name: name, email: mail, email_dead: dead}
checks:
  - {id: C1, object: deals, assert: "stage != 'closedlost'", else: warn}
  - {id: C2, object: contacts, assert: "last_name != 'closedlost'", else: warn}
reconcile:
  kpis:
    won: {of: deals, where: "'closedwon' = stage", count: all}
examples:
  - name: a chance that was won
    given: {rows: {id: "1", title: A, stage: Won}}
    expect: {deals: {stage: closedwon}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "mappings" / "targets").mkdir(parents=True)
    (tmp_path / "mappings" / "targets" / "other.yaml").write_text(PROFILE, "utf-8")
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    return Project(tmp_path, tmp_path / "crm-migrate.yaml")


def said(project: Project, old: str = "", new: str = "") -> tuple[Plan, list[Finding]]:
    text = MAPPING.replace(old, new) if old else MAPPING
    assert not old or text != MAPPING
    project.mapping.write_text(text, "utf-8")
    return resolve(project)


def field(plan: Plan, object: str, name: str) -> FieldPlan:
    return plan.object(object).field(name)


def notes(findings: list[Finding], code: str) -> list[str]:
    assert all(each.severity is Severity.NOTE for each in findings if each.code == code)
    return [each.message for each in findings if each.code == code]


def test_a_mapping_in_our_words_is_a_plan_in_the_targets(project: Project) -> None:
    plan, findings = said(project)
    stage = field(plan, "deals", "stage")
    last = stage.cells["rows"].steps[-1]
    assert plan.value_maps[last.args[0]].entries == {"closedwon": "Won!", "closedlost": "it's gone"}
    assert last.name == TARGET_WORDS
    assert plan.value_maps[last.args[0]].unmapped == "keep", "any other word goes as it is"
    assert stage.default == "it's gone"
    first, second = field(plan, "deals", "probability").case
    assert first.when == "stage in ('Won!', 'offer') and name != 'closedwon'"
    assert second.when == "stage = 'it''s gone'"
    assert [check.expression for check in plan.checks] == ["stage != 'it''s gone'", "last_name != 'closedlost'"]
    assert plan.reconcile.kpis[0].where == "'Won!' = stage"
    assert plan.examples[0].expect["deals"] == ({"stage": "Won!"},)
    (told,) = notes(findings, "target_words")
    assert "`closedwon` as `Won!`" in told


def test_a_mapping_in_the_targets_words_is_left_alone(project: Project) -> None:
    plan, _ = said(project, "closedwon", "Won!")
    assert field(plan, "deals", "probability").case[0].when == "stage in ('Won!', 'offer') and name != 'Won!'"
    assert plan.reconcile.kpis[0].where == "'Won!' = stage"


def test_what_the_target_has_no_place_for_is_told_and_not_written(project: Project) -> None:
    plan, findings = said(project)
    pipeline = field(plan, "deals", "pipeline")
    assert (pipeline.target, pipeline.action) == (None, "archive")
    (told,) = notes(findings, "target_nowhere")
    assert "`deals.pipeline` has no place in Other CRM" in told


def test_a_place_of_its_own_is_a_place(project: Project) -> None:
    plan, findings = said(project, "{constant: Sales}", "{constant: Sales, to: funnel}")
    assert (field(plan, "deals", "pipeline").target, notes(findings, "target_nowhere")) == ("funnel", [])


def test_what_the_mapping_does_not_say_the_profile_says_and_it_is_told(project: Project) -> None:
    plan, findings = said(project)
    assert field(plan, "contacts", "email").on_invalid == "clear"
    assert field(plan, "contacts", "email_dead").default == "false"
    assert plan.object("contacts").target_unique == {"email": "keep_best"}
    assert len(notes(findings, "target_default")) == 3


def test_what_the_mapping_says_goes_before_it(project: Project) -> None:
    lines = "fields: {last_name: name, email: {rows: mail, on_invalid: hold}, email_dead: {rows: dead, default: true}}"
    plan, findings = said(
        project,
        "fields: {last_name: name, email: mail, email_dead: dead}",
        f"target_unique: {{email: hold}}\n    {lines}",
    )
    assert field(plan, "contacts", "email").on_invalid == "hold"
    assert field(plan, "contacts", "email_dead").default == "true"
    assert plan.object("contacts").target_unique == {"email": "hold"}
    assert notes(findings, "target_default") == []


def test_a_constant_is_found_behind_letters_that_compose() -> None:
    text = reworded("I\u0307l = 'x' and stage = 'closedwon'", {"stage": {"closedwon": "it's won"}})
    assert text.endswith("stage = 'it''s won'")


def test_what_a_mapping_writes_is_said_in_the_targets_words_and_no_word_that_it_does_not_write(
    project: Project,
) -> None:
    plan, _ = said(project, ", default: closedlost}", "}")
    assert said_values(plan, plan.object("deals"))["phase"] == ("Won!", "it's gone", "offer")
    plan, _ = said(project, "Won: closedwon, Lost: closedlost, Offer: offer", "Offer: offer, Won: closedwon")
    assert said_values(plan, plan.object("deals"))["phase"] == ("it's gone", "offer", "Won!")


def test_words_of_a_source_that_speaks_ours_are_no_words_of_the_mapping(project: Project) -> None:
    plan, _ = said(project, "{rows: stage | map(stage), default: closedlost}", "{rows: stage}")
    assert "phase" not in said_values(plan, plan.object("deals"))


def test_a_condition_that_cannot_be_understood_is_told_and_nothing_else_goes_wrong(project: Project) -> None:
    with pytest.raises(MappingError) as told:
        said(project, "stage = 'closedlost'\", then: 0", "stage == 'closedlost'\", then: 0")
    assert [each.code for each in told.value.findings if each.severity is Severity.ERROR] == ["expression"]


def test_words_that_only_the_profile_knows_are_no_translation_of_the_mapping(project: Project) -> None:
    plan, _ = said(project, "{rows: stage | map(stage), default: closedlost}", "{rows: stage}")
    assert [step.name for step in field(plan, "deals", "stage").cells["rows"].steps if step.name == "map"] == []
