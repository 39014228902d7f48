"""A mapping that several projects share: laid under a project's file, with parameters, cuts, shadows and a lock."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.errors import UsageError
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping import library
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

SHARED = """crm_migrate_mapping: 1
version: 1.0
title: the contacts of a small agency
parameters:
  country: {default: DE, say: whose telephone numbers these are}
  list: {say: who is written to}
value_maps:
  consent: {unmapped: hold, map: {E: granted, H: withdrawn}}
objects:
  contacts:
    from: people
    fields:
      last_name: Name
      phone: Tel | phone(${country})
      fax: {people: Fax, type: phone}
      email: {people: Mail, then: email}
      description: "= '${list}'"
    match:
      - {rule: same mail, same: [email], do: review}
checks:
  - {id: C1, object: contacts, assert: email or phone, else: warn}
  - {id: C2, object: contacts, assert: last_name, else: hold}
"""
MAPPING = """crm_migrate: 1
use: agency/contacts
with: {list: newsletter}
sources:
  people: {file: people.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
"""


def project(folder: Path, more: str = "", shared: str = SHARED, mapping: str = MAPPING) -> Project:
    where = folder / "mappings" / "shared" / "agency" / "contacts.yaml"
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(shared, "utf-8")
    (folder / "crm-migrate.yaml").write_text(mapping + more, "utf-8")
    return Project(folder, folder / "crm-migrate.yaml")


def lock(folder: Path) -> Result:
    return CliRunner().invoke(cli, ["mapping", "lock", str(folder)])


def examined(folder: Path, more: str = "", shared: str = SHARED, mapping: str = MAPPING) -> tuple[Plan, list[Finding]]:
    """The plan of a project that is locked as it is, and what is told of it."""
    made = project(folder, more, shared, mapping)
    assert lock(folder).exit_code == 0
    plan, findings = examine(made)
    assert plan is not None, findings
    return plan, findings


def wrong(folder: Path, more: str = "", shared: str = SHARED, mapping: str = MAPPING) -> list[Finding]:
    made = project(folder, more, shared, mapping)
    lock(folder)
    return [finding for finding in examine(made)[1] if finding.severity is Severity.ERROR]


def cell(plan: Plan, field: str) -> tuple[str | None, list[str]]:
    found = plan.object("contacts").field(field).cells["people"]
    return found.column, [f"{step.name}{step.args}" for step in found.steps]


def test_a_project_is_the_shared_mapping_and_what_it_says_itself(tmp_path: Path) -> None:
    plan, findings = examined(tmp_path)

    assert findings == []
    assert cell(plan, "phone") == ("Tel", ["phone('DE',)"])
    assert plan.object("contacts").field("description").cells["people"].expression == "'newsletter'"
    assert [check.id for check in plan.checks] == ["C1", "C2"]
    assert plan.files.keys() >= {"crm-migrate.yaml", "mappings/shared/agency/contacts.yaml"}


def test_what_the_project_says_is_laid_over_word_by_word(tmp_path: Path) -> None:
    more = """objects:
  contacts:
    fields:
      email: {people: E-Mail}
      first_name: Given
    match:
      - {rule: same mail, same: [email, last_name], do: merge}
      - {rule: same phone, same: [phone], do: review}
checks:
  - {id: C2, object: contacts, assert: first_name, else: warn}
  - {id: C3, object: contacts, assert: phone, else: warn}
"""
    plan, findings = examined(tmp_path, more)

    assert cell(plan, "email") == ("E-Mail", ["email()"]), "`then:` is still the shared one"
    assert [field.name for field in plan.object("contacts").fields][-1] == "first_name"
    assert [(rule.name, rule.do) for rule in plan.object("contacts").match] == [
        ("same mail", "merge"), ("same phone", "review"),
    ]  # fmt: skip
    assert [(check.id, check.expression) for check in plan.checks] == [
        ("C1", "email or phone"), ("C2", "first_name"), ("C3", "phone"),
    ]  # fmt: skip
    assert [(f.code, f.severity, f.place.file, f.place.line) for f in findings] == [
        ("shared_shadowed", Severity.WARNING, "crm-migrate.yaml", line) for line in (11, 14, 17)
    ]
    assert "mappings/shared/agency/contacts.yaml:16:15" in findings[0].message


def test_parameters_stand_where_the_shared_mapping_asks_for_them(tmp_path: Path) -> None:
    mapping = MAPPING.replace("{list: newsletter}", "{list: newsletter, country: TR}")
    assert cell(examined(tmp_path, mapping=mapping)[0], "phone") == ("Tel", ["phone('TR',)"])


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        ("[contacts.fax]", lambda plan: "fax" not in [f.name for f in plan.object("contacts").fields]),
        ("checks.C1", lambda plan: [check.id for check in plan.checks] == ["C2"]),
        ("[value_maps.consent, checks.C2]", lambda plan: not plan.value_maps and len(plan.checks) == 1),
        ("[objects.contacts.match]", lambda plan: plan.object("contacts").match == ()),
    ],
)
def test_what_a_project_does_not_want_is_left_out(tmp_path: Path, without: str, gone: object) -> None:
    plan, _ = examined(tmp_path, f"without: {without}\n")
    assert callable(gone)
    assert gone(plan)


def test_an_object_that_is_left_out_may_be_said_anew(tmp_path: Path) -> None:
    more = "without: [contacts, checks]\nobjects: {contacts: {from: people, fields: {last_name: Surname}}}\n"
    plan, findings = examined(
        tmp_path, more, mapping=MAPPING.replace("with: {list: newsletter}\n", "with: {list: x}\n")
    )

    assert [field.name for field in plan.object("contacts").fields] == ["last_name"]
    assert [f.code for f in findings if f.code == "shared_shadowed"] == []


@pytest.mark.parametrize(
    ("change", "code", "file", "line", "said"),
    [
        (("use: agency/contacts", "use: agency/contact"), "shared_unknown", "crm-migrate.yaml", 2, "agency/contacts"),
        (("list: newsletter", "list: a, land: TR"), "shared_parameter", "crm-migrate.yaml", 3, "no parameter `land`"),
        (("with: {list: newsletter}\n", ""), "shared_parameter", "crm-migrate.yaml", 2, "needs its parameter `list`"),
        (("use: agency/contacts\n", ""), "field_conflict", "crm-migrate.yaml", 2, "`with:` belongs to `use:`"),
        (("sources:", "without: [contacts.fex]\nsources:"), "shared_without", "crm-migrate.yaml", 4, "contacts.fax"),
    ],
)
def test_a_project_that_asks_for_what_is_not_there(
    tmp_path: Path, change: tuple[str, str], code: str, file: str, line: int, said: str
) -> None:
    findings = wrong(tmp_path, mapping=MAPPING.replace(*change))

    told = next(finding for finding in findings if finding.code == code)
    assert (told.place.file, told.place.line) == (file, line)
    assert said in f"{told.message} {told.hint}"


@pytest.mark.parametrize(
    ("change", "code", "line", "excerpt"),
    [
        (("phone(${country})", "phone(${land})"), "shared_parameter", 14, "phone(${land})"),
        (("Mail, then: email", "Mail, thn: email"), "mapping_unknown_word", 16, "thn: email"),
        (("then: email", "then: emial"), "step_unknown", 16, "then: emial"),
        (("last_name: Name", "last_nme: Name"), "field_unknown", 13, "last_nme"),
        (("version: 1.0\n", ""), "mapping_missing", 1, ""),
        (("title:", "titel:"), "mapping_unknown_word", 3, "titel:"),
        (("value_maps:", "use: other\nvalue_maps:"), "mapping_unknown_word", 7, "use: other"),
        (("value_maps:", "project: {name: x}\nvalue_maps:"), "mapping_unknown_word", 7, "project"),
        (("version: 1.0", "version: 1.0\nversion: 1.1"), "mapping_duplicate", 3, "version: 1.1"),
        (("assert: last_name", "assert: last_nam"), "field_unknown", 22, "assert: last_nam"),
    ],
)
def test_an_error_of_the_shared_mapping_is_shown_in_its_own_file(
    tmp_path: Path, change: tuple[str, str], code: str, line: int, excerpt: str
) -> None:
    findings = wrong(tmp_path, shared=SHARED.replace(*change))

    told = next(finding for finding in findings if finding.code == code)
    assert (told.place.file, told.place.line) == ("mappings/shared/agency/contacts.yaml", line)
    assert excerpt in told.place.excerpt


def test_a_parameter_that_nothing_asks_for_is_told(tmp_path: Path) -> None:
    _, findings = examined(tmp_path, shared=SHARED.replace("phone(${country})", "phone"))
    assert [(f.code, f.severity, f.place.line) for f in findings] == [("shared_parameter", Severity.WARNING, 5)]


def test_what_is_shared_is_looked_for_in_the_project_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tmp_path / "ours"
    shutil.copytree(str(library.builtin()), ours / "mappings")
    project(ours)
    monkeypatch.setattr(library, "builtin", lambda: ours / "mappings")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    assert lock(theirs).exit_code == 0

    plan, _ = examine(Project(theirs, theirs / "crm-migrate.yaml"))
    assert plan is not None
    assert "built-in/shared/agency/contacts.yaml" in plan.files
    project(theirs, shared=SHARED.replace("default: DE", "default: AT"))
    assert lock(theirs).exit_code == 0
    again, _ = examine(Project(theirs, theirs / "crm-migrate.yaml"))
    assert again is not None
    assert cell(again, "phone") == ("Tel", ["phone('AT',)"])


# ---------------------------------------------------------------------------------------------------- the lock


def test_a_shared_mapping_that_is_not_locked_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    plan, findings = examine(project(tmp_path))

    assert plan is None
    (told,) = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert (told.code, told.place.line) == ("shared_not_locked", 2)
    assert "crm-migrate mapping lock" in told.hint


def test_a_change_of_the_shared_mapping_is_told_line_by_line_until_the_lock_is_renewed(tmp_path: Path) -> None:
    examined(tmp_path)
    changed = SHARED.replace("version: 1.0", "version: 1.1").replace("Fax, type", "Telefax, type")
    changed = changed.replace("      last_name: Name\n", "      last_name: Name\n      first_name: Given\n")
    changed = changed.replace("  - {id: C2, object: contacts, assert: last_name, else: hold}\n", "")
    made = project(tmp_path, shared=changed)

    plan, findings = examine(made)
    assert plan is None
    (told,) = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert (told.code, told.place.file, told.place.line) == ("shared_changed", "crm-migrate.yaml", 2)
    for said in (
        "version 1.0 is 1.1 now",
        "`objects.contacts.fields.fax.people`",
        "`objects.contacts.fields.first_name`",
    ):
        assert said in told.message
    assert "checks.C2" in told.message
    assert "crm-migrate mapping lock" in told.hint

    done = lock(tmp_path)
    assert "objects.contacts.fields.fax.people: Fax -> Telefax" in done.output
    plan, findings = examine(made)
    assert plan is not None
    assert findings == []


def test_comments_and_layout_of_the_shared_mapping_are_no_change(tmp_path: Path) -> None:
    examined(tmp_path)
    plan, findings = examine(project(tmp_path, shared="# our own\n" + SHARED.replace("[email]", "[ email ]")))
    assert plan is not None
    assert findings == []


@pytest.mark.parametrize("damage", ["", "{}", "[", '{"crm_migrate": 1, "use": {"agency/contacts": {}}}', "edited"])
def test_a_lock_that_was_not_written_by_us_is_no_lock(tmp_path: Path, damage: str) -> None:
    examined(tmp_path)
    path = tmp_path / "mapping.lock"
    path.write_text(
        path.read_text("utf-8").replace("Telefax", "x").replace('"Fax"', '"x"') if damage == "edited" else damage
    )

    plan, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))

    assert plan is None
    assert [f.code for f in findings if f.severity is Severity.ERROR] == ["shared_not_locked"]
    assert lock(tmp_path).exit_code == 0, "it is written anew by who looked at it"


def test_a_project_that_uses_nothing_has_nothing_to_lock(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text("crm_migrate: 1\n", "utf-8")
    done = lock(tmp_path)
    assert done.exit_code != 0
    assert not (tmp_path / "mapping.lock").exists()


def test_the_lock_holds_what_people_can_review(tmp_path: Path) -> None:
    examined(tmp_path)
    said = json.loads((tmp_path / "mapping.lock").read_text("utf-8"))["use"]["agency/contacts"]
    assert said["version"] == "1.0"
    assert said["lines"]["objects.contacts.fields.phone"] == "Tel | phone(${country})"
    assert said["lines"]["checks.C1.assert"] == "email or phone"


def test_show_tells_which_file_says_each_line(tmp_path: Path) -> None:
    more = "objects:\n  contacts:\n    fields:\n      email: {survive: newest}\n      first_name: Vorname\n"
    project(tmp_path, more)
    assert lock(tmp_path).exit_code == 0
    shown = CliRunner().invoke(cli, ["mapping", "show", str(tmp_path), "--origin"], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    rows = [line.partition(" | ") for line in shown.stdout.splitlines()]
    places = {text.split()[0]: place.strip() for place, _, text in rows if text.strip()}
    shared = "mappings/shared/agency/contacts.yaml"
    assert places["contacts"] == f"crm-migrate.yaml:9 + {shared}:11"
    assert places["first_name"] == "crm-migrate.yaml:12"
    assert places["last_name"] == f"{shared}:13"
    assert places["email"] == f"crm-migrate.yaml:11 + {shared}:16", "a line of which both files say a part"


def test_origin_of_a_plan_as_json_is_refused(tmp_path: Path) -> None:
    project(tmp_path)
    refused = CliRunner().invoke(cli, ["mapping", "show", str(tmp_path), "--origin", "--json"])
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.hint == "take one of the two out"
