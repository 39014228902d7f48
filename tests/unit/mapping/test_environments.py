"""`mask:` and `needs:` of an environment: what their words mean, and what the meaning of a mapping is bound to."""

from pathlib import Path

import pytest

from crm_migrate.cli.frames import render
from crm_migrate.cli.workbook import lines
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

WORKED = Path(__file__).parents[2] / "golden" / "mapping" / "worked"

MAPPING = """\
crm_migrate: 1
sources:
  people: {{file: people.csv, key: id}}
environments:
  local: {{connector: sql, url: "sqlite:///crm.db", mask: {mask}}}
  uat: {{connector: sql, url: "sqlite:///uat.db"}}
objects:
  contacts:
    from: people
    let: {{second: mail2}}
    fields:
      last_name: last
      email: {{people: mail, keep_others: additional_emails}}
      mobile: mobile | phone(TR)
      description: note
      code: {{people: code, type: text, to: code}}
{more}"""


def plan_of(folder: Path, mask: str, more: str = "", environment: str = "local") -> Plan:
    (folder / "crm-migrate.yaml").write_text(MAPPING.format(mask=mask, more=more), "utf-8")
    plan, findings = examine(Project(folder, folder / "crm-migrate.yaml"), environment=environment)
    assert plan is not None, render(findings)
    return plan


def test_a_type_means_all_its_fields_and_what_they_give_up(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "[email, phone]")
    assert plan.environment.mask == {"contacts": {"email": "mailbox", "additional_emails": "list", "mobile": "phone"}}


@pytest.mark.parametrize("word", ["description", "contacts.description", "long_text"])
def test_a_field_is_named_by_its_type_its_name_or_both(tmp_path: Path, word: str) -> None:
    assert plan_of(tmp_path, f"{{fields: {word}}}").environment.mask == {"contacts": {"description": "words"}}


def test_a_type_that_no_field_has_is_no_mistake(tmp_path: Path) -> None:
    assert plan_of(tmp_path, "[street]").environment.mask == {}


def test_other_environments_are_as_they_were(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{fields: [email], allow: ['@tester.example']}", environment="uat")
    assert (plan.environment.mask, plan.environment.allow) == ({}, ())


def test_the_list_of_those_who_expect_it_is_in_the_plan(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{fields: [email], allow: ['@tester.example', '+905320000000']}")
    assert plan.environment.allow == ("@tester.example", "+905320000000")


def refused(folder: Path, mapping: str) -> list[str]:
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    plan, findings = examine(Project(folder, folder / "crm-migrate.yaml"))
    assert plan is None
    assert {f.code for f in findings} == {"mask_refused"}
    return [f.message for f in findings]


def test_what_must_keep_what_it_says_is_refused(tmp_path: Path) -> None:
    (said,) = refused(tmp_path, MAPPING.format(mask="[closed]", more="      closed: {people: d, type: date, to: d}\n"))
    assert said == "`contacts.closed` cannot be masked: a value of type date would say something else"


def test_a_field_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mappings" / "targets").mkdir(parents=True)
    shipped = (Path(__file__).parents[3] / "mappings" / "targets" / "sql.yaml").read_text("utf-8")
    short = shipped.replace("email: {type: email, length: 254", "email: {type: email, length: 30")
    (tmp_path / "mappings" / "targets" / "sql.yaml").write_text(short, "utf-8")
    (said,) = refused(tmp_path, MAPPING.format(mask="[email]", more=""))
    assert said == "`contacts.email` takes 30 characters, and a pseudonym has 35"


def test_the_meaning_is_the_same_wherever_the_records_go() -> None:
    project = Project(WORKED, WORKED / "crm-migrate.yaml")
    plans = {name: examine(project, environment=name)[0] for name in ("mock", "uat", "prod")}
    found = [plan for plan in plans.values() if plan is not None]
    assert len({plan.meaning for plan in found}) == 1, "masks, needs and owners belong to the environment"
    assert len({plan.hash for plan in found}) == 3
    assert found[2].environment.needs == ("mapping_signed", "three_clean_mocks")
    assert found[0].meaning == found[0].with_evidence({"kisi": {"Ad": {"x": "y"}}}).meaning


def test_another_mapping_has_another_meaning(tmp_path: Path) -> None:
    one = plan_of(tmp_path, "[email]")
    assert plan_of(tmp_path, "[phone]").meaning == one.meaning
    assert plan_of(tmp_path, "[email]", "      first_name: first\n").meaning != one.meaning


def test_there_is_no_way_around_a_need_by_another_name(tmp_path: Path) -> None:
    text = MAPPING.format(mask="[email]", more="").replace("uat: {", "uat: {needs: mapping_signed, ")
    more = text.replace("objects:", '  live: {connector: sql, url: "sqlite:///uat.db"}\nobjects:', 1)
    (tmp_path / "crm-migrate.yaml").write_text(more, "utf-8")
    plan, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    assert plan is None
    (told,) = findings
    assert (told.place.line, told.message) == (
        7,
        "`live` writes where `uat` does, and does not need mapping_signed",
    )


def test_the_workbook_says_what_is_masked_and_needed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "[email]")
    shown = [line.split() for line in lines(plan, resolved=False)]
    assert {line[0] for line in shown if line[-3:] == ["as", "a", "pseudonym"]} == {"email", "additional_emails"}
    production = examine(Project(WORKED, WORKED / "crm-migrate.yaml"), environment="prod")[0]
    assert production is not None
    assert "prod needs mapping_signed, three_clean_mocks" in lines(production, resolved=False)
