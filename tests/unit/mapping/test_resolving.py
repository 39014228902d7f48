"""Resolving: what a mapping means when everything is said, and what it is checked against."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_migrate.errors import MappingError, UsageError
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping import library
from crm_migrate.mapping.plan import CellPlan, FieldPlan, Plan, StepPlan
from crm_migrate.mapping.resolving import examine, resolve
from crm_migrate.mapping.resolving_fields import SURVIVE
from crm_migrate.workspace.layout import Project

WORKED = Path(__file__).parents[2] / "golden" / "mapping" / "worked"
SMALL = """crm_migrate: 1
sources:
  kontakte: {file: export/contacts.csv, key: ContactID}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: kontakte
    fields:
      first_name: Vorname
      last_name:  Nachname
      email:      E-Mail | email
      phone:      Telefon | phone(DE)
"""

Make = Callable[[str], Project]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(text: str) -> Project:
        path = tmp_path / "crm-migrate.yaml"
        path.write_text(text, encoding="utf-8")
        return Project(tmp_path, path)

    return write


def worked() -> Plan:
    return resolve(Project(WORKED, WORKED / "crm-migrate.yaml"))[0]


def codes(findings: list[Finding]) -> list[str]:
    return [f.code for f in findings]


# ---------------------------------------------------------------------------------------------------- the long form


def test_the_smallest_mapping(make: Make) -> None:
    plan, findings = resolve(make(SMALL))
    assert findings == []
    (contacts,) = plan.objects
    assert contacts.target == "contacts"
    assert contacts.mergeable
    assert contacts.field("email").cells == {"kontakte": CellPlan(column="E-Mail", steps=(StepPlan(name="email"),))}
    assert contacts.field("phone").cells["kontakte"].steps == (StepPlan(name="phone", args=("DE",)),)
    assert contacts.field("first_name").cells["kontakte"].steps == (
        StepPlan(name="text"),
        StepPlan(name="program_null", args=("names",)),
    )
    assert contacts.field("email").personal


def test_short_and_long_form_are_the_same_plan(make: Make) -> None:
    short, _ = resolve(make(SMALL))
    long = SMALL.replace("from: kontakte", "from: {kontakte: {trust: 1}}")
    long = long.replace("first_name: Vorname", "first_name: {kontakte: Vorname}")
    long = long.replace("key: ContactID", "key: {columns: [ContactID]}")
    long = long.replace("phone:      Telefon | phone(DE)", "phone: {kontakte: Telefon, then: phone(DE)}")
    assert resolve(make(long))[0].model_copy(update={"files": short.files}) == short


def test_load_order_and_second_pass() -> None:
    plan = worked()
    assert [o.name for o in plan.objects] == ["accounts", "contacts", "deals", "suppressions"]
    assert plan.object("accounts").second_pass == ("parent",)


def test_references_know_their_key_space() -> None:
    company = worked().object("contacts").field("company").ref
    assert company is not None
    assert (company.object, company.spaces, company.same_row) == ("accounts", {"kisi": "firma"}, ("sheet",))
    assert (company.missing, company.parent_excluded) == ("hold", "exclude")


def test_a_value_map_takes_the_place_of_the_default_step() -> None:
    stage = worked().object("deals").field("stage")
    assert stage.cells["sheet"].steps == (StepPlan(name="trim"), StepPlan(name="map", args=("stage",)))
    assert stage.choices[0] == "new"


def test_what_other_words_imply_is_in_the_plan() -> None:
    plan = worked()
    assert plan.object("contacts").field("additional_emails").type == "list"
    assert plan.object("deals").field("legacy_owner").target == "legacy_owner"
    assert plan.object("contacts").field("allergies").target is None


def test_files_and_decisions_are_hashed() -> None:
    plan = worked()
    assert set(plan.decisions) == {"D-004", "D-011", "D-012"}
    assert {"crm-migrate.yaml", "refs/owners.csv", "refs/fx.csv", "decisions/scope.yaml"} <= set(plan.files)
    assert "built-in/targets/sql.yaml" in plan.files
    assert all(len(digest) == 64 for digest in [*plan.files.values(), *plan.decisions.values()])


def test_owners_rates_controls_and_gates() -> None:
    plan = worked()
    assert plan.owners is not None
    assert [(o.login, o.active, o.successor) for o in plan.owners.entries] == [
        ("kaan", False, "mehmet"), ("mehmet", True, None), ("zeynep", True, None),
    ]  # fmt: skip
    assert plan.money.rates[0] == ("TRY", "2025-03-14", "0.0251")
    assert plan.reconcile.controls[0].value == "186420.50"
    gates = {(g.name, g.scope): (g.compare, g.limit, g.share) for g in plan.reconcile.gates}
    assert gates["arrived", "contacts"] == (">=", "0.95", True)
    assert gates["rejected", "contacts"] == ("<=", "0.005", True)


def test_the_plan_is_the_same_whatever_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = worked()
    shutil.copytree(WORKED, tmp_path / "worked")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    again, _ = resolve(Project(Path("worked"), Path("worked") / "crm-migrate.yaml"))
    assert again.hash == first.hash
    assert Plan.model_validate_json(first.canonical_json()).hash == first.hash


# ---------------------------------------------------------------------------------------------------- environments


def test_production_is_never_the_default(make: Make) -> None:
    text = SMALL.replace("  mock: {", "  production: {")
    with pytest.raises(UsageError, match="never the default"):
        resolve(make(text))
    assert resolve(make(text), environment="production")[0].environment.name == "production"
    both = text.replace(
        "environments:", 'environments:\n  prod-eu: {connector: sql}\n  uat: {connector: sql, url: "env:X"}'
    )
    assert resolve(make(both))[0].environment.name == "uat"


def test_an_unknown_environment_names_the_nearest(make: Make) -> None:
    with pytest.raises(UsageError) as refused:
        resolve(make(SMALL), environment="mok")
    assert "mock" in refused.value.hint


def test_an_environment_may_have_owners_of_its_own() -> None:
    plan, _ = resolve(Project(WORKED, WORKED / "crm-migrate.yaml"), environment="uat")
    assert plan.owners is not None
    assert plan.owners.entries[0].target == "kaan@uat.anadolu.example"
    assert plan.environment.options == {"url": "env:UAT_URL"}


# ---------------------------------------------------------------------------------------------------- headers

HEADERS = ("ContactID", "Vorname", "Nachname", "E-Mail", "Telefon")


def test_columns_are_checked_against_the_headers(make: Make) -> None:
    project = make(SMALL)
    assert resolve(project, columns=lambda _: HEADERS)[1] == []
    plan, findings = examine(project, columns=lambda _: ("ContactID", "Vorname", "Nachname", "E-mail", "Telefon"))
    assert plan is None
    assert codes(findings) == ["column_unknown"]  # `E-mail` is the one that was meant, and no column that nobody takes
    assert findings[0].hint == "Did you mean `E-mail`?"
    assert (findings[0].place.line, findings[0].place.column) == (12, 19)


def test_headers_are_composed_and_trimmed(make: Make) -> None:
    decomposed = " Vornam\u0308e "
    text = SMALL.replace("Vorname", "Vornam̈e")
    plan, _ = resolve(make(text), columns=lambda _: ("ContactID", decomposed, "Nachname", "E-Mail", "Telefon"))
    assert plan.objects[0].field("first_name").cells["kontakte"].column == "Vornam̈e"


def test_columns_that_nobody_takes_are_listed(make: Make) -> None:
    project = make(SMALL)
    _, findings = resolve(project, columns=lambda _: (*HEADERS, "Fax", "Ozel1", "Ozel2"))
    assert codes(findings) == ["columns_unmapped"]
    assert findings[0].count == 3
    assert findings[0].severity is Severity.WARNING
    archived = SMALL.replace("key: ContactID", 'key: ContactID, unmapped: {archive: ["Ozel*", Fax]}')
    assert resolve(make(archived), columns=lambda _: (*HEADERS, "Fax", "Ozel1", "Ozel2"))[1] == []


def test_names_in_expressions_are_columns_of_the_source(make: Make) -> None:
    text = SMALL.replace("first_name: Vorname", "first_name: \"= concat(Vorname, ' ', [Zweiter Name], Zustand)\"")
    plan, findings = examine(make(text), columns=lambda _: (*HEADERS, "Zweitername"))
    assert plan is None
    missing = [f for f in findings if f.code == "column_unknown"]
    assert [f.place.column for f in missing] == [43, 59]
    assert missing[0].hint == "Did you mean `Zweitername`?"


def test_a_profile_knows_other_names_of_a_column(make: Make) -> None:
    text = SMALL.replace("key: ContactID", "key: AccountNumber, use: xero").replace("Vorname", "ContactName")
    headers = ("AccountNumber", "*ContactName", "Nachname", "E-Mail", "Telefon")
    plan, findings = resolve(make(text), columns=lambda _: headers)
    assert findings == []
    assert plan.objects[0].field("first_name").cells["kontakte"].column == "*ContactName"


def test_the_tag_is_a_column(make: Make) -> None:
    text = SMALL.replace("file: export/contacts.csv", "files: {on: a.csv, off: b.csv}, tag: state")
    text = text.replace("      phone:", "      email_dead: \"= state = 'off'\"\n      phone:")
    plan, findings = resolve(make(text), columns=lambda _: HEADERS)
    assert findings == []
    assert plan.source("kontakte").tag == "state"


# ---------------------------------------------------------------------------------------------------- databases

DATABASE = """crm_migrate: 1
sources:
  suite: {url: "env:SUITE_URL"}
  acc:
    table: suite.accounts
    key: id
    join:
      c: {table: suite.accounts_cstm, by: {id: id_c}}
      m: {table: suite.mails, by: {id: bean_id}, take: first(primary desc)}
  open: {url: suite, query: "select * from leads where deleted = 0", covers: [leads], key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: [acc, open]
    fields:
      name: {acc: name, open: account_name}
      industry: {acc: c.industry_c}
      email: {acc: "= lower([m.address])", then: email}
"""


def test_tables_of_a_database(make: Make) -> None:
    plan, findings = resolve(make(DATABASE))
    assert findings == []
    acc, leads = plan.sources
    assert (acc.connector, acc.url, acc.table) == ("sql", "env:SUITE_URL", "accounts")
    assert [(j.alias, j.table, j.by, j.take) for j in acc.joins] == [
        ("c", "accounts_cstm", {"id": "id_c"}, None),
        ("m", "mails", {"id": "bean_id"}, "first(primary desc)"),
    ]
    assert (leads.url, leads.covers) == ("env:SUITE_URL", ("leads",))


def test_a_database_is_no_source_of_rows(make: Make) -> None:
    _, findings = examine(make(DATABASE.replace("from: [acc, open]", "from: [acc, open, suite]")))
    assert codes(findings) == ["source_unknown"]


# ---------------------------------------------------------------------------------------------------- the rest


def test_everything_wrong_is_told_in_one_error(make: Make) -> None:
    with pytest.raises(MappingError) as refused:
        resolve(make(SMALL.replace("first_name", "fist_name").replace("| email", "| emial")))
    assert codes(list(refused.value.findings)) == ["field_unknown", "step_unknown"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("    record_type: {then: trim}\n", "field_conflict"),
        ("    to: [{when: email, then: Event}]\n", "mapping_missing"),
        ("    existing: only\n", "mapping_missing"),
        ("    about: {kontakte: {}}\n", "mapping_missing"),
        ("    existing: {match: [emial]}\n", "field_unknown"),
        ("    target_unique: {emial: keep_best}\n", "field_unknown"),
        ("    on_rerun: {gone: delete}\n", "mapping_value"),
        ("    match: guessed\n", "mapping_value"),
        ("    let: {alt: {kontakte: Alt, survive: newst}}\n", "survive_unknown"),
        ("    let: {email: Alt}\n", "field_twice"),
        ("    enrich: {post: {by: email}}\n", "source_unknown"),
        ("use: agency/base\n", "shared_unknown"),
        ("attachments: []\n", "mapping_unknown_word"),
        ('checks:\n  - {id: C1, object: contacts, assert: "kontakte[Vorname]"}\n', "mapping_not_supported"),
        (
            "examples:\n  - {name: x, given: {kontakte: {Vornme: A}}, expect: {contacts: {email: x}}}\n",
            "column_unknown",
        ),
        ("examples:\n  - {name: x, given: {kontakte: {}}, expect: {contacts: {emial: x}}}\n", "field_unknown"),
        ("project: {time_zone: Europe/Istambul}\n", "mapping_value"),
        ("project: {locale: xx-YY-ZZ}\n", "mapping_value"),
        ("project: {as_of: 14.03.2025}\n", "mapping_value"),
        ("owners: ../owners.csv\n", "path_outside"),
        ("owners: refs/none.csv\n", "mapping_file"),
    ],
)
def test_what_is_refused(make: Make, more: str, code: str) -> None:
    plan, findings = examine(make(SMALL + more))
    assert plan is None
    assert code in codes(findings)
    assert all(f.place.line for f in findings if f.code == code)


@pytest.mark.parametrize(
    "name", ["/etc/x.csv", "..\\x.csv", "C:\\x.csv", "C:x.csv", "\\\\host\\x.csv", "~/x.csv", "a/../../x.csv"]
)
def test_paths_stay_inside(make: Make, name: str) -> None:
    _, findings = examine(make(SMALL.replace("export/contacts.csv", name)))
    assert codes(findings) == ["path_outside"]


def test_wrong_step_arguments_are_asked_of_the_step(make: Make) -> None:
    for wrong in ("email(x)", "phone(DE, TR)", "domain(but=x)"):
        _, findings = examine(make(SMALL.replace("E-Mail | email", f"E-Mail | {wrong}")))
        assert "step_arguments" in codes(findings), wrong


def test_the_words_of_survivorship_are_those_of_the_matcher() -> None:
    from crm_migrate.stages.dedupe.survivorship import criterion

    for word in SURVIVE - {"block", "never_merged"}:
        criterion(FieldPlan(name="x", type="text", survive=word))


# ---------------------------------------------------------------------------------------------------- library


def test_a_project_comes_before_what_we_ship(make: Make, tmp_path: Path) -> None:
    (tmp_path / "mappings" / "targets").mkdir(parents=True)
    (tmp_path / "mappings" / "targets" / "sql.yaml").write_text(
        "crm_migrate_target: 1\ntitle: ours\nlast_verified: 2025-01-31\nobjects:\n  contacts:\n    name: people\n"
        "    key_field: legacy_id\n    fields:\n      email: {column: mail_address, length: 100, required: true}\n",
        encoding="utf-8",
    )
    plan, _ = resolve(make(SMALL))
    contacts = plan.objects[0]
    assert (contacts.target, contacts.key_field, contacts.field("email").target) == (
        "people",
        "legacy_id",
        "mail_address",
    )
    assert contacts.field("email").required
    assert contacts.field("phone").target == "phone"
    assert "mappings/targets/sql.yaml" in plan.files


def test_the_current_folder_is_never_asked(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "mappings" / "sources").mkdir(parents=True)
    (elsewhere / "mappings" / "sources" / "evil.yaml").write_text("crm_migrate_source: 1\n", encoding="utf-8")
    project = make(SMALL.replace("key: ContactID", "key: ContactID, use: evil"))
    monkeypatch.chdir(elsewhere)
    _, findings = examine(project)
    assert codes(findings) == ["profile_unknown"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b/c", "", "X", "a\\b", "a/../b"])
def test_names_are_no_paths(name: str, tmp_path: Path) -> None:
    assert library.find("sources", name, tmp_path) is None


def test_everything_we_ship_is_valid(tmp_path: Path) -> None:
    for name in library.names("sources", tmp_path):
        entry = library.find("sources", name, tmp_path)
        assert entry is not None
        profile, findings = library.source_profile(entry)
        assert profile is not None, findings
        assert profile.key
    for name in library.names("targets", tmp_path):
        entry = library.find("targets", name, tmp_path)
        assert entry is not None
        target, findings = library.target_profile(entry)
        assert target is not None, findings


def test_the_sql_profile_covers_the_crm_model(tmp_path: Path) -> None:
    from crm_migrate.crm.model import OBJECTS
    from crm_migrate.mapping.varying import RECORD_TYPE

    entry = library.find("targets", "sql", tmp_path)
    assert entry is not None
    profile, _ = library.target_profile(entry)
    assert profile is not None
    for name, canonical in OBJECTS.items():
        described = profile.objects[name].fields
        assert [(f.name, f.type, f.reference) for f in canonical.fields] == [
            (n, f.type, f.reference)
            for n, f in described.items()
            if n != RECORD_TYPE  # kinds are the target's own
        ], name


def test_the_environment_is_not_touched() -> None:
    assert "UAT_URL" not in os.environ
    assert "env:UAT_URL" in resolve(Project(WORKED, WORKED / "crm-migrate.yaml"), environment="uat")[0].canonical_json()


@pytest.mark.parametrize(
    ("word", "where"),
    [
        ("gather: list", "in a `join:`"),
        ("lookup: Product2", "`existing:`"),
        ("lookup: {to: Product2}", "`existing:`"),
    ],
)
def test_a_word_of_another_place_is_told_with_that_place(tmp_path: Path, word: str, where: str) -> None:
    mapping = SMALL.replace("email:      E-Mail | email", f"email: {{kontakte: E-Mail, {word}}}")
    assert mapping != SMALL
    (tmp_path / "crm-migrate.yaml").write_text(mapping, encoding="utf-8")

    with pytest.raises(MappingError) as caught:
        resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"))

    (finding,) = caught.value.findings
    assert finding.code == "mapping_unknown_word"
    assert where in finding.hint


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("ContactID", ("ContactID",)),
        ("[ContactID, E-Mail]", ("ContactID", "E-Mail")),
        ("{columns: [ContactID, E-Mail], changed_key: review}", ("ContactID", "E-Mail")),
    ],
)
def test_a_key_may_say_what_a_change_of_one_column_means(tmp_path: Path, key: str, told: tuple[str, ...]) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(SMALL.replace("key: ContactID", f"key: {key}"), encoding="utf-8")
    plan, _ = resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"))

    source = plan.source("kontakte")
    assert (source.key, source.changed_key) == (told, "review" if "review" in key else "new")


def test_a_key_of_one_column_has_nothing_left_when_it_changes(tmp_path: Path) -> None:
    key = "key: {columns: ContactID, changed_key: review}"
    (tmp_path / "crm-migrate.yaml").write_text(SMALL.replace("key: ContactID", key), encoding="utf-8")

    with pytest.raises(MappingError) as caught:
        resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"))

    (finding,) = caught.value.findings
    assert (finding.code, "rekeyed" in finding.hint) == ("field_conflict", True)
