"""Every profile of files: a small company in it, as the profile says, and what it cannot say is refused."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from crm_migrate.connecting.contract import ENTITY, TargetObject, WriteBatch
from crm_migrate.errors import TargetError
from crm_migrate.mapping import library
from crm_migrate.mapping.opening import open_target
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import examine, resolve
from crm_migrate.stages.load.objects import target_object
from crm_migrate.words import catalogue, languages
from crm_migrate.workspace.layout import Project
from crm_migrate_bundles import pages
from crm_migrate_bundles.target import FilesTarget

MAPPING = """crm_migrate: 1
project: {name: by files, locale: LOCALE, as_of: 2025-03-14}
sources:
  firms: {file: in/firms.csv, key: No}
  people: {file: in/people.csv, key: Id}
environments:
  import: {connector: files, profile: PROFILE}
value_maps:
  mail: {unmapped: hold, map: {ja: granted, nein: withdrawn, "": unknown}}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Firma, required: true}
  contacts:
    from: people
    fields:
      full_name: {people: Name, to: NAME}
      last_name: Nachname
      email: Mail
      consent: {people: Post | map(mail), survive: strictest, to: CONSENT}
      company: {people: Firma, ref: accounts.firms, missing: clear}
"""
LAYOUTS = [
    name
    for name in library.names("targets", Path())
    if (profile := library.target_named(name, Path())) is not None and profile.files is not None
]


def opened(folder: Path, name: str, locale: str = "en-GB", more: str = "") -> tuple[Plan, FilesTarget]:
    profile = library.target_named(name, folder)
    assert profile is not None
    fields = profile.objects["contacts"].fields
    mapping = MAPPING.replace("PROFILE", name).replace("LOCALE", locale) + more
    for word, field in (("NAME", "full_name"), ("CONSENT", "consent")):
        mapping = mapping.replace(word, f'"{(fields[field].column if field in fields else None) or field}"')
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "crm-migrate.yaml").write_text(mapping, "utf-8")
    (folder / "in" / "firms.csv").write_text("No;Firma\n", "utf-8")
    (folder / "in" / "people.csv").write_text("Id;Name;Nachname;Mail;Post;Firma\n", "utf-8")
    project = Project(folder, folder / "crm-migrate.yaml")
    plan, _ = resolve(project)
    target = open_target(plan, project)
    assert isinstance(target, FilesTarget)
    target.prepare([target_object(plan, each) for each in plan.objects], apply=True)
    return plan, target


def own_copy(folder: Path, name: str, *edits: tuple[str, str]) -> str:
    """A changed copy of a profile in the project; its name."""
    entry = library.find("targets", name, Path())
    assert entry is not None
    text = entry.data.decode()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    place = folder / "mappings" / "targets"
    place.mkdir(parents=True)
    (place / f"{name}.yaml").write_text(text, "utf-8")
    return name


def of(plan: Plan, name: str) -> TargetObject:
    return target_object(plan, plan.object(name))


def write(target: FilesTarget, object: TargetObject, action: str, *rows: dict[str, str | None]) -> Any:
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in rows[0]})
    return target.write(WriteBatch("p", "run-1", f"{object.name}-{action}-{len(rows)}", object, action, table, "d"))  # type: ignore[arg-type]


def read(path: Path) -> list[list[str]]:
    if path.suffix == ".xlsx":
        return [["" if c is None else str(c) for c in row] for row in load_workbook(path).active.values]  # type: ignore[union-attr]
    encoding = "utf-8-sig" if path.read_bytes().startswith(b"\xef\xbb\xbf") else "utf-8"
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def names(plan: Plan) -> dict[str, str]:
    """Field -> header of contacts."""
    return {field.name: str(field.target) for field in plan.object("contacts").fields}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_small_company_in_every_layout(tmp_path: Path, name: str) -> None:
    plan, target = opened(tmp_path / "p", name)
    accounts, contacts, column = of(plan, "accounts"), of(plan, "contacts"), names(plan)
    said = str(accounts.fields[0].name)
    made = write(
        target, accounts, "create", {ENTITY: "a" * 32, said: "Ağaç Ltd"}, {ENTITY: "b" * 32, said: "Baum, GmbH"}
    )
    people = [
        {ENTITY: "c" * 32, "last_name": "Öz", "full_name": "Can Öz", "email": "can@example.com", "consent": "granted"},
        {
            ENTITY: "d" * 32,
            "last_name": "Er",
            "full_name": "Ada Er",
            "email": "ada@example.com",
            "consent": "withdrawn",
        },
    ]
    rows = [{column.get(k, k): v for k, v in p.items()} | {column["company"]: made.loaded["b" * 32]} for p in people]
    answer = write(target, contacts, "create", *rows)
    page = target.bundle("p", "run-1")
    assert answer.refused == {} and page is not None
    first, second, last = sorted(p for p in page.parent.iterdir() if p.suffix in (".csv", ".xlsx"))
    layout = json.loads(plan.environment.options["layout"])
    header, *cells = read(second)
    line = dict(zip(header, cells[0], strict=True))
    key = plan.object("contacts").key_field
    assert line[key] == "c" * 32 and line[column["last_name"]] == "Öz" and line[column["email"]] == "can@example.com"
    assert line[column["company"]] == ("Baum, GmbH" if accounts.name in layout["called"] else "b" * 32)
    granted, withdrawn = (dict(zip(header, row, strict=True)).get(column["consent"]) for row in cells)
    assert (granted, withdrawn) == (
        (layout["consent"]["granted"], layout["consent"]["withdrawn"]) if layout["consent"] else (None, None)
    )
    assert set(layout["always"].get(contacts.name, {}).items()) <= set(line.items())
    assert read(last) == [[layout["mailbox"]], ["ada@example.com"]]
    assert read(first)[1][:2] == ["a" * 32, "Ağaç Ltd"]
    told = page.read_text("utf-8")
    assert all(p.name in told for p in (first, second, last)) and "{" not in told
    for step in layout["steps"]:
        assert all(f"bundle.step.{step}" in catalogue(code) for code in languages("bundle"))


# What the import of a CRM refuses a row without, as its `evidence` says.
DEMANDS = {
    "odoo_files": {"contacts": {"full_name"}, "leads": {"subject"}, "deals": {"name"}},
    "salesforce_files": {
        "contacts": {"last_name"}, "leads": {"last_name", "company_name"}, "deals": {"name", "stage", "close_date"},
    },
    "zoho_files": {
        "contacts": {"last_name"}, "leads": {"last_name", "company_name"},
        "deals": {"name", "company", "stage", "close_date"},
    },
    "dynamics_files": {"contacts": {"last_name"}, "leads": {"subject", "last_name"}, "deals": {"name"}},
    "freshsales_files": {"contacts": {"last_name"}, "deals": {"name", "amount"}},
    "suitecrm_files": {
        "contacts": {"last_name"}, "leads": {"last_name"},
        "deals": {"name", "amount", "stage", "close_date", "company"},
    },
    "espocrm_files": {"contacts": {"last_name"}, "deals": {"name", "amount", "close_date"}},
    "pipedrive_files": {"contacts": {"full_name"}},
    "hubspot_files": {
        "products": {"name", "price"}, "deals": {"name", "pipeline", "stage"},
        "tickets": {"subject", "pipeline", "status"}, "tasks": {"subject", "due_at"}, "notes": {"body", "happened_at"},
    },
}  # fmt: skip
ANYTHING = """crm_migrate: 1
project: {name: by files}
sources: {rows: {file: in/rows.csv, key: No}}
environments: {import: {connector: files, profile: PROFILE}}
objects:
  OBJECT: {from: rows, fields: {FIELDS}}
"""


@pytest.mark.parametrize(("name", "object"), [(name, each) for name, objects in DEMANDS.items() for each in objects])
def test_what_the_import_demands_is_mapped_or_the_mapping_is_refused(tmp_path: Path, name: str, object: str) -> None:
    def lacking(fields: str) -> set[str]:
        mapping = ANYTHING.replace("PROFILE", name).replace("OBJECT", object).replace("FIELDS", fields)
        (tmp_path / "crm-migrate.yaml").write_text(mapping, "utf-8")
        _, findings = examine(Project(tmp_path, tmp_path / "crm-migrate.yaml"))
        return {f.message.split("`")[1] for f in findings if f.code == "required_unmapped"}

    demanded = DEMANDS[name][object]
    assert lacking("owner: Who") == demanded
    assert lacking(", ".join(f"{field}: {{rows: {field}, action: archive}}" for field in demanded)) == demanded
    assert lacking(", ".join(f"{field}: {field}" for field in demanded)) == set()


@pytest.mark.parametrize("name", [each for each in LAYOUTS if library.target_named(each[: -len("_files")], Path())])
def test_files_are_demanded_what_the_api_of_the_same_crm_demands(name: str) -> None:
    files, api = (library.target_named(each, Path()) for each in (name, name.removesuffix("_files")))
    assert files is not None and api is not None
    for object in (files.objects.keys() & api.objects.keys()) - {"suppressions"}:
        by_api, by_files = ({f for f, each in p.objects[object].fields.items() if each.required} for p in (api, files))
        assert by_api <= by_files, object


def test_a_link_to_one_of_two_of_a_name_is_refused_and_the_others_go(tmp_path: Path) -> None:
    plan, target = opened(tmp_path / "p", "zoho_files")
    accounts, contacts, column = of(plan, "accounts"), of(plan, "contacts"), names(plan)
    (name,) = (field.name for field in accounts.fields)
    made = write(
        target, accounts, "create",
        {ENTITY: "a" * 32, name: "Yıldız Ltd"}, {ENTITY: "b" * 32, name: "yıldız ltd "},
        {ENTITY: "e" * 32, name: "Ege"},
    )  # fmt: skip
    row = {column["last_name"]: "Öz", column["email"]: "x@example.com"}
    answer = write(
        target, contacts, "create",
        {ENTITY: "c" * 32, **row, column["company"]: made.loaded["a" * 32]},
        {ENTITY: "d" * 32, **row, column["company"]: made.loaded["e" * 32]},
    )  # fmt: skip
    assert [*answer.loaded] == ["d" * 32]
    assert (
        "others have the same" in answer.refused["c" * 32].words and answer.refused["c" * 32].field == column["company"]
    )


def test_files_are_cut_where_the_crm_takes_no_more(tmp_path: Path) -> None:
    plan, target = opened(tmp_path / "p", "google_contacts")
    accounts = of(plan, "accounts")
    (name,) = (field.name for field in accounts.fields)
    write(target, accounts, "create", *({ENTITY: f"{n:032}", name: f"Firm {n}"} for n in range(6_001)))
    page = target.bundle("p", "run-1")
    assert page is not None
    counts = {path.name: len(read(path)) - 1 for path in page.parent.glob("*.csv")}
    assert counts == {"01-companies-1.csv": 3_000, "01-companies-2.csv": 3_000, "01-companies-3.csv": 1}


TOGETHER = [
    [["crm_migrate_id", "last_name", "email", "company"], ["c" * 32, "", "", "a" * 32], ["d" * 32, "Ak", "", ""]]
]
APART = [
    [["crm_migrate_id", "email", "company"], ["c" * 32, "", "a" * 32]],
    [["crm_migrate_id", "last_name"], ["d" * 32, "Ak"]],
]


@pytest.mark.parametrize(("empty", "cells"), [("keep", TOGETHER), ("clear", APART)])
def test_what_changes_later_says_only_that_and_what_is_emptied_is_told(
    tmp_path: Path, empty: str, cells: list[list[list[str]]]
) -> None:
    """An import that clears the fields of empty cells gets no cell that only stands there for another record."""
    plan, target = opened(
        tmp_path / "p", own_copy(tmp_path / "p", "files", ("files:", f"files:\n  empty_cells: {empty}"))
    )
    accounts, contacts = of(plan, "accounts"), of(plan, "contacts")
    made = write(target, accounts, "create", {ENTITY: "a" * 32, "name": "Ege"})
    write(
        target, contacts, "create",
        {ENTITY: "c" * 32, "last_name": "Öz", "email": "x@example.com"},
        {ENTITY: "d" * 32, "last_name": "Er", "email": "y@example.com"},
    )  # fmt: skip
    company = made.loaded["a" * 32]
    rows: list[dict[str, str | None]] = [
        {ENTITY: "c" * 32, "email": None, "company": company}, {ENTITY: "d" * 32, "last_name": "Ak"},
    ]  # fmt: skip
    for number, row in enumerate(rows):
        table = pa.table({name: pa.array([value], pa.string()) for name, value in row.items()})
        target.write(WriteBatch("p", "run-2", f"u{number}", contacts, "update", table, "d"))
    page = target.bundle("p", "run-2")
    assert page is not None
    *changes, emptied = sorted(page.parent.glob("*.csv"))
    assert [read(path) for path in changes] == cells
    assert ("may clear a field" in page.read_text("utf-8")) == (len(cells) == 2)
    assert read(emptied) == [["object", "key", "field"], ["contacts", "c" * 32, "email"]]
    assert target.bundle("p", "run-3") is None, "a run that brings nothing leaves no folder"


@pytest.mark.parametrize("name", ["pipedrive_files", "files"])
def test_hostile_values_stand_in_the_files_as_they_are_or_are_refused(tmp_path: Path, name: str) -> None:
    plan, target = opened(tmp_path / "p", name)
    accounts = of(plan, "accounts")
    (field,) = (each.name for each in accounts.fields)
    values = [
        "=1+1",
        " blank ",
        "two\r\nlines",
        'say "a,b"',
        "_x000D_",
        "a\x0bb",
        "x" * 40_000,
        "00123",
        "null",
        "\ufeffmark",
    ]
    answer = write(target, accounts, "create", *({ENTITY: f"{n:032}", field: v} for n, v in enumerate(values)))
    page = target.bundle("p", "run-1")
    assert page is not None
    (file,) = (path for path in page.parent.iterdir() if path.suffix in (".csv", ".xlsx"))
    found = {int(row[0]): row[1] for row in read(file)[1:]}
    workbook = file.suffix == ".xlsx"
    assert {int(entity) for entity in answer.refused} == ({4, 5, 6} if workbook else {6}), (
        "the name of `files` has 255 letters"
    )
    expected = {n: v for n, v in enumerate(values) if f"{n:032}" not in answer.refused}
    assert found == ({n: v.replace("\r\n", "\n") for n, v in expected.items()} if workbook else expected)


def test_a_file_that_reads_otherwise_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, target = opened(tmp_path / "p", "files")
    write(target, of(plan, "accounts"), "create", {ENTITY: "a" * 32, "name": "Ege"})
    monkeypatch.setattr(pages, "_read", lambda path, layout: iter([["crm_migrate_id", "name"], ["a" * 32, "Efe"]]))
    with pytest.raises(TargetError, match="reads otherwise"):
        target.bundle("p", "run-1")
    assert not (tmp_path / "p" / "import" / "run-1").exists()


def test_an_export_is_read_as_the_records_that_it_shows(tmp_path: Path) -> None:
    """Twice the same record, one of nobody, a link to nobody, and a consent that the files have no column for."""
    plan, target = opened(tmp_path / "p", "hubspot_files")
    accounts, contacts, column = of(plan, "accounts"), of(plan, "contacts"), names(plan)
    (name,) = (field.name for field in accounts.fields)
    made = write(target, accounts, "create", {ENTITY: "a" * 32, name: "Ege"})
    row = {ENTITY: "c" * 32, column["last_name"]: "Öz", column["email"]: "x@example.com"}
    link, word = column["company"], column["consent"]
    loaded = write(target, contacts, "create", {**row, word: "withdrawn", link: made.loaded["a" * 32]}).loaded["c" * 32]
    exports = tmp_path / "exports"
    exports.mkdir()
    header = ["crm_migrate_id", *(f.name for f in contacts.fields if f.name != word)]
    rows = [
        {"crm_migrate_id": "c" * 32, **row, link: "a" * 32}, {"crm_migrate_id": "c" * 32, **row, link: ""},
        {"crm_migrate_id": "theirs", column["last_name"]: "Er", link: "nobody"},
    ]  # fmt: skip
    with (exports / "contacts-2026.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *([each.get(h, "") for h in header] for each in rows)])
    (exports / "companies.csv").write_text(f"crm_migrate_id,{name}\n{'a' * 32},Ege\n", "utf-8")

    found = [line for table in target.exported(exports, {}).read(contacts) for line in table.to_pylist()]

    told = [(line[ENTITY], line["target_id"] == loaded, line[link], line[word]) for line in found]
    assert told == [
        ("c" * 32, True, made.loaded["a" * 32], None), ("c" * 32, False, None, None),
        (None, False, "nobody", None),
    ]  # fmt: skip
    assert len({line["target_id"] for line in found}) == len(found)
    assert target.exported(exports, {}).withheld(contacts) == {word}, "not compared: nobody calls it equal"


# --------------------------------------------------------------------------------------- what the page beside them says

OWN = """  deals:
    from: firms
    fields:
      name: Firma
      pipeline: {constant: Sales}
      stage: {constant: won}
      amount: {constant: "1"}
      close_date: {constant: "2025-01-31"}
      company: {firms: No, ref: accounts.firms}
      Rabatt: {constant: "5", type: number}
      Segment: {constant: A, type: choice}
"""


def told(folder: Path, name: str, locale: str = "en-GB", *, changes: bool = False) -> str:
    """The page of a run that makes an account, a contact and a deal, or changes an account."""
    plan, target = opened(folder, name, locale, OWN)
    accounts, contacts, deals = of(plan, "accounts"), of(plan, "contacts"), of(plan, "deals")
    first = str(accounts.fields[0].name)
    made = write(target, accounts, "create", {ENTITY: "a" * 32, first: "Ege"}).loaded["a" * 32]
    write(target, contacts, "create", {ENTITY: "c" * 32, names(plan)["last_name"]: "Öz"})
    company = next(f.name for f in deals.fields if f.reference)
    write(target, deals, "create", {ENTITY: "d" * 32, "Rabatt": "5", "Segment": "A", company: made})
    if changes:
        write(target, accounts, "update", {ENTITY: "a" * 32, first: "Efe"})
    page = target.bundle("p", "run-1")
    assert page is not None
    return page.read_text("utf-8")


@pytest.mark.parametrize(
    ("locale", "heading", "number", "choice"),
    [
        ("en-GB", "## Fields to make before the import", "number with decimals", "choice (drop-down)"),
        ("de-DE", "## Vor dem Import anzulegende Felder", "Zahl mit Nachkommastellen", "Auswahl (Liste)"),
        ("tr-TR", "## İçe aktarmadan önce açılacak alanlar", "ondalıklı sayı", "seçim (açılır liste)"),
    ],
)
def test_columns_that_the_crm_does_not_have_are_named_with_what_to_make(
    tmp_path: Path, locale: str, heading: str, number: str, choice: str
) -> None:
    page = told(tmp_path / "p", "zoho_files", locale)
    own = page.partition(heading)[2]
    assert f"| `Deals` | `Rabatt` | {number} |" in own and f"| `Deals` | `Segment` | {choice} |" in own
    assert "Deal Name" not in own and "Last Name" not in own
    assert page.index("`crm_migrate_id`") < page.index(heading)


def test_a_column_that_a_copy_of_our_profile_adds_is_one_to_make(tmp_path: Path) -> None:
    added = ("      phone: {column: Phone, type: phone}\n", "      phone: {column: Zentrale, type: phone}\n")
    plan, target = opened(tmp_path / "p", own_copy(tmp_path / "p", "zoho_files", added), more="      phone: Mail\n")
    contacts = of(plan, "accounts")
    write(target, contacts, "create", {ENTITY: "a" * 32, "Account Name": "Ege"})
    layout = json.loads(plan.environment.options["layout"])
    assert "Account Name" in layout["known"]["Accounts"] and "Zentrale" not in layout["known"]["Accounts"]


def test_a_bundle_without_columns_of_its_own_has_none_to_make(tmp_path: Path) -> None:
    plan, target = opened(tmp_path / "p", "zoho_files")
    write(target, of(plan, "accounts"), "create", {ENTITY: "a" * 32, "Account Name": "Ege"})
    page = target.bundle("p", "run-1")
    assert page is not None and "Fields to make" not in page.read_text("utf-8")


@pytest.mark.parametrize("name", [each for each in LAYOUTS if each.endswith("_files")])
def test_what_is_to_be_switched_off_comes_before_where_to_click(name: str) -> None:
    profile = library.target_named(name, Path())
    assert profile is not None and profile.files is not None
    assert [step.rpartition("_")[2] for step in profile.files.steps][1:] == ["quiet", "choices", "where"]


@pytest.mark.parametrize(
    ("name", "says", "never"),
    [
        ("espocrm_files", "`Update Only` with `crmMigrateId`", "SuiteCRM"),
        ("suitecrm_files", "In SuiteCRM: the module > Import", "EspoCRM"),
        ("pipedrive_files", "Make these changes by hand", "let the import update"),
        ("hubspot_files", "let the import update by `crm_migrate_id`", "by hand"),
    ],
)
def test_a_page_says_of_changes_what_that_import_can_do(tmp_path: Path, name: str, says: str, never: str) -> None:
    page = told(tmp_path / "p", name, changes=True)
    assert says in page and never not in page


@pytest.mark.parametrize("name", ["google_contacts", "outlook_contacts"])
def test_an_address_book_says_what_it_has_no_place_for(tmp_path: Path, name: str) -> None:
    """A company of a name that another has is the right text there; deals are refused before anything is written."""
    plan, target = opened(tmp_path / "p", name, more="      Rabatt: {people: Nachname, type: text}\n")
    accounts, contacts = of(plan, "accounts"), of(plan, "contacts")
    first, link = str(accounts.fields[0].name), names(plan)["company"]
    firms = [{ENTITY: letter * 32, first: "Ege"} for letter in "ab"]
    ids = write(target, accounts, "create", *firms).loaded
    person = {ENTITY: "c" * 32, names(plan)["last_name"]: "Öz", "Rabatt": "5", link: ids["b" * 32]}
    assert write(target, contacts, "create", person).refused == {}
    write(target, accounts, "update", {ENTITY: "a" * 32, first: "Efe"})
    page = target.bundle("p", "run-1")
    assert page is not None
    said = page.read_text("utf-8")
    assert "| `contacts` | `Rabatt` | text |" in said.partition("## Columns that the import leaves out")[2]
    assert "Make these changes by hand" in said and "let the import update" not in said
    assert "is an address book" in said and "Deals, leads, activities" in said and "Unverified: no help page" in said
    (file,) = page.parent.glob("02-*.csv")
    header, row = read(file)
    assert dict(zip(header, row, strict=True))[link] == "Ege"
    mapping = tmp_path / "p" / "crm-migrate.yaml"
    mapping.write_text(mapping.read_text("utf-8") + OWN, "utf-8")
    _, findings = examine(Project(tmp_path / "p", mapping))
    assert [each.message for each in findings if "no place" in each.message] == [
        f"{json.loads(plan.environment.options['layout'])['title']} has no place for `deals`"
    ]


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "tr-TR"])
@pytest.mark.parametrize("name", ["hubspot_files", "zoho_files"])
def test_a_menu_path_says_whose_word_it_is(tmp_path: Path, name: str, locale: str) -> None:
    profile = library.target_named(name, Path())
    assert profile is not None and profile.files is not None
    page, words = told(tmp_path / "p", name, locale), catalogue(locale[:2])
    (path,) = (line for line in page.splitlines() if " > " in line and " Import" in line)
    by = words["bundle.where.vendor" if profile.files.clicks_by else "bundle.where.nobody"]
    assert path.endswith(by.format(title=profile.title, day=profile.files.clicks_by))


def test_every_key_is_named_where_each_object_has_its_own_and_a_workbook_has_no_separator(tmp_path: Path) -> None:
    page = told(tmp_path / "p", "pipedrive_files")
    keys = ("Organization - crm_migrate_id", "Person - crm_migrate_id", "Deal - crm_migrate_id")
    assert f"text field {', '.join(f'`{key}`' for key in keys)} with" in page
    assert "separator" not in page and "The cells of the workbooks are text" in page


WITH_API = [each for each in LAYOUTS if each.endswith("_files") and library.target_named(each[:-6], Path())]


@pytest.mark.parametrize("name", WITH_API)
def test_stages_go_in_the_words_in_which_the_api_of_the_same_crm_takes_them(name: str) -> None:
    files, api = (library.target_named(each, Path()) for each in (name, name.removesuffix("_files")))
    assert files is not None and api is not None
    ours, theirs = (each.objects["deals"].fields.get("stage") for each in (files, api))
    assert ours is None or theirs is None or ours.map == theirs.map


def test_suitecrm_gets_the_name_of_the_account_beside_its_id_or_the_deal_is_refused(tmp_path: Path) -> None:
    plan, target = opened(tmp_path / "p", "suitecrm_files", more=OWN)
    accounts, deals = of(plan, "accounts"), of(plan, "deals")
    firms = [{ENTITY: letter * 32, "name": name} for letter, name in (("a", "Ege"), ("b", "Çam"), ("e", "çam "))]
    ids = write(target, accounts, "create", *firms).loaded
    wanted = {"name": "Deal", "amount": "1", "sales_stage": "won", "date_closed": "2025-01-31"}
    answer = write(
        target, deals, "create",
        *({ENTITY: f"{n:032}", **wanted, "account_id": ids[letter * 32]} for n, letter in enumerate("abe")),
    )  # fmt: skip
    assert [*answer.loaded] == [f"{0:032}"], answer.refused
    assert {each.field for each in answer.refused.values()} == {"account_id"}
    page = target.bundle("p", "run-1")
    assert page is not None
    (file,) = page.parent.glob("02-*.csv")
    header, row = read(file)
    line = dict(zip(header, row, strict=True))
    assert (line["account_id"], line["account_name"]) == ("a" * 32, "Ege")
