"""`mapping import`: an edit changes its line and nothing else; where one does not fit, nothing is written."""

import json
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import booked
import openpyxl
import pytest
from booked import MAPPING, cell, changed, edit, export, put, take
from called import call

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return booked.make(tmp_path / "acme")


def text(project: Path) -> str:
    return (project / "crm-migrate.yaml").read_bytes().decode()


EDITS = [
    (put("contacts", "contacts.phone", "kontakte", "Mobil"), "Telefon | phone(DE)   #", "Mobil | phone(DE)   #"),
    (put("contacts", "contacts.last_name", "kontakte", " Notiz "), "kontakte: Nachname,", "kontakte: Notiz,"),
    (put("accounts", "accounts.name", "firmen", "Fax"), "name: Firmenname  ", "name: Fax  "),
    (put("values art", "value_maps.art␟K", "Becomes", "client"), "K: customer", "K: client"),
    (put("values art", "value_maps.art␟P", "Becomes", "partner"), "L: supplier}", "L: supplier, P: partner}"),
    (put("values art", "value_maps.art␟L", "Becomes", "(empty)"), "L: supplier}", 'L: ""}'),
    (put("values rolle", "value_maps.rolle␟x", "Becomes", "chief: a"), "x: boss  ", 'x: "chief: a"  '),
    (put("values rolle", "value_maps.rolle␟", "Becomes", "unknown"), '"": none', '"": unknown'),
    (put("contacts", "contacts.phone", "Status", "Agreed"), "status: asked", "status: agreed"),
    (put("contacts", "contacts.phone", "Owner", "Dr. Ute Meier #2"), "owner: Ute", 'owner: "Dr. Ute Meier #2"'),
    (put("contacts", "contacts.phone", "Due", date(2026, 12, 9)), "2026-12-04", "2026-12-09"),
    (put("contacts", "contacts.phone", "Due", "9.12.2026"), "2026-12-04", "2026-12-09"),
    (put("contacts", "contacts.phone", "Due", 46365), "2026-12-04", "2026-12-09"),
    (put("contacts", "contacts.phone", "Due", None), ", due: 2026-12-04", ""),
    (put("contacts", "contacts.phone", "Decision", "D-1"), "2026-12-04}", "2026-12-04, decision: D-1}"),
    (put("contacts", "contacts.company", "Status", "refused"), "status: open   ", "status: refused   "),
    (put("contacts", "contacts.company", "Owner", "Ute"), "owner: Kai", "owner: Ute"),
]  # fmt: skip


@pytest.mark.cases(5)
@pytest.mark.parametrize(("change", "was", "becomes"), EDITS)
def test_an_edit_changes_its_line_and_no_other(project: Path, change: booked.Edit, was: str, becomes: str) -> None:
    file = edit(export(project), change)

    shown = take(project, file)
    assert text(project) == MAPPING, "without --write nothing is written"
    done = take(project, file, "--write")

    assert (done.returncode, shown.returncode) == (0, 0), done.stderr
    ((old, new),) = changed(MAPPING, text(project))
    assert was in old
    assert new == old.replace(was, becomes)
    assert f"-{old}\n" in shown.stdout
    assert f"+{new}\n" in shown.stdout
    assert "1 changed cell(s) are in" in done.stderr
    assert take(project, file).stdout == "", "what is in is not put in twice"


ADDED = [
    (put("contacts", "contacts.last_name", "Status", "agreed"), "  contacts.last_name: {status: agreed}"),
    (put("contacts", "contacts.mobile", "Status", "refused"), "  contacts.mobile: {status: refused}"),
    (put("Unread columns", "kontakte[Notiz]", "Decision", "never"), "  kontakte[Notiz]: {decision: never}"),
    (put("values art", "value_maps.art", "Owner", "Ayşe"), "  value_maps.art: {owner: Ayşe}"),
]


@pytest.mark.parametrize(("change", "line"), ADDED)
def test_what_has_no_entry_yet_gets_one_at_the_end_of_the_register(
    project: Path, change: booked.Edit, line: str
) -> None:
    done = take(project, edit(export(project), change), "--write")

    assert done.returncode == 0, done.stderr
    assert changed(MAPPING, text(project)) == [("", line)]


def test_agreed_takes_the_mark_of_a_proposed_line_away(project: Path) -> None:
    done = take(project, edit(export(project), put("contacts", "contacts.first_name", "Status", "agreed")), "--write")

    assert done.returncode == 0, done.stderr
    assert changed(MAPPING, text(project)) == [
        ('      first_name: Vorname       # proposed: 0.97 "Vorname" is first_name (de)', "      first_name: Vorname"),
        ("", "  contacts.first_name: {status: agreed}"),
    ]


def test_a_line_that_was_confirmed_in_the_file_since_is_no_conflict(project: Path) -> None:
    file = edit(export(project), put("contacts", "contacts.first_name", "Status", "agreed"))
    now = MAPPING.replace('       # proposed: 0.97 "Vorname" is first_name (de)', "")
    (project / "crm-migrate.yaml").write_text(now, "utf-8")
    done = take(project, file, "--write")

    assert done.returncode == 0, done.stderr
    assert changed(now, text(project)) == [("", "  contacts.first_name: {status: agreed}")]


def test_an_entry_that_says_nothing_any_more_goes(project: Path) -> None:
    def emptied(book: Any) -> None:
        for head in ("Status", "Owner", "Due"):
            cell(book, "contacts", "contacts.phone", head).value = None

    done = take(project, edit(export(project), emptied), "--write")

    assert done.returncode == 0, done.stderr
    ((old, new),) = changed(MAPPING, text(project))
    assert "contacts.phone: {status" in old
    assert new == ""


def test_new_words_go_into_the_empty_rows(project: Path) -> None:
    def added(book: Any) -> None:
        for sheet, words in (("values art", [("Z", "press"), ("É", "other")]), ("values rolle", [("y", "(empty)")])):
            blank = [row for row in book[sheet].iter_rows(min_row=4) if not row[0].value and not row[-1].value]
            for row, (word, target) in zip(blank[1:], words, strict=False):
                row[0].value, row[2].value = word, target

    done = take(project, edit(export(project), added), "--write")

    assert done.returncode == 0, done.stderr
    assert changed(MAPPING, text(project)) == [
        (
            "  art: {unmapped: hold, map: {K: customer, L: supplier}}   # as sales says it",
            "  art: {unmapped: hold, map: {K: customer, L: supplier, Z: press, É: other}}   # as sales says it",
        ),
        ("", '      y: ""'),
    ]


def locked_rule(book: Any) -> None:
    cell(book, "contacts", "contacts.phone", "What happens, in words").value = "From Mobil."


def without_a_row(book: Any) -> None:
    page = book["contacts"]
    page.delete_rows(next(row[0].row for row in page.iter_rows(min_row=3) if row[-1].value == "contacts.phone"))


def row_twice(book: Any) -> None:
    page = book["contacts"]
    page.append([each.value for each in page[3]])


def row_put_in(book: Any) -> None:
    page = book["contacts"]
    page.cell(page.max_row + 1, 1).value = "shoe_size"


def half_a_word(book: Any) -> None:
    page = book["values art"]
    page.cell(page.max_row, 1).value = "Q"


def word_twice(book: Any) -> None:
    page = book["values art"]
    page.cell(page.max_row, 1).value, page.cell(page.max_row, 3).value = "K", "other"


def renamed_sheet(book: Any) -> None:
    book["contacts"].title = "people"


def sheet_put_in(book: Any) -> None:
    book.create_sheet("notes")


def column_put_in(book: Any) -> None:
    book["contacts"].insert_cols(2)


def beside_the_columns(book: Any) -> None:
    page = book["contacts"]
    page.cell(4, page.max_column + 2).value = "call me"


def on_the_first_sheet(book: Any) -> None:
    book["Start here"]["B12"].value = "please do all of it differently"


def beside_the_register(book: Any) -> None:
    row = next(r for r in book["values art"].iter_rows(min_row=3) if r[-1].value == "value_maps.art␟K")
    row[3].value = "agreed"


REFUSED = [
    (put("contacts", "contacts.phone", "kontakte", "Handy"), "column_unknown", "contacts!C", "`Handy`"),
    (put("contacts", "contacts.phone", "kontakte", None), "book_word", "contacts!C", "unmaps no field"),
    (put("contacts", "contacts.phone", "kontakte", "= Mobil"), "book_word", "contacts!C", "more than the name"),
    (put("contacts", "contacts.phone", "kontakte", "Mobil | phone"), "book_word", "contacts!C", "more than the name"),
    (put("contacts", "contacts.department", "kontakte", "Mobil"), "book_locked", "contacts!C", "upper(Rolle)"),
    (put("contacts", "contacts.mobile", "kontakte", "Mobil"), "book_locked", "contacts!C", "says 'Mobil'"),
    (locked_rule, "book_locked", "contacts!D", "says 'From Mobil.'"),
    (put("contacts", "contacts.phone", "key", "contacts.fax"), "book_row", "contacts!A", "put in"),
    (put("contacts", "contacts.phone", "Status", "done"), "book_word", "contacts!G", "'done' is no status"),
    (put("contacts", "contacts.phone", "Status", "proposed"), "book_word", "contacts!G", "by `agreed`"),
    (put("contacts", "contacts.first_name", "Status", None), "book_word", "contacts!G", "by `agreed`"),
    (put("contacts", "contacts.phone", "Owner", None), "register_incomplete", "contacts!H", "the one who owes"),
    (put("contacts", "contacts.last_name", "Due", "2026-12-04"), "register_incomplete", "contacts!I", "a day without"),
    (put("contacts", "contacts.last_name", "Status", "asked"), "register_incomplete", "contacts!G", "without the one"),
    (put("contacts", "contacts.phone", "Due", "04/12/2026"), "book_day", "contacts!I", "'04/12/2026'"),
    (put("contacts", "contacts.phone", "Due", "soon"), "book_day", "contacts!I", "'soon'"),
    (put("contacts", "contacts.phone", "Due", 2026), "book_day", "contacts!I", "'1905-07-18'"),
    (put("contacts", "contacts.phone", "Due", True), "book_day", "contacts!I", "'TRUE'"),
    (put("contacts", "contacts.phone", "Decision", "D-99"), "decision_unknown", "contacts!J", "`D-99`"),
    (put("contacts", "contacts.phone", "Decision", "x" * 501), "book_word", "contacts!J", "500"),
    (put("values art", "value_maps.art␟K", "Becomes", None), "book_word", "values art!C", "taken away"),
    (put("values art", "value_maps.art␟P", "Value in the source", "Q"), "book_locked", "values art!A", "'Q'"),
    (put("values art", "value_maps.art␟P", "Seen", 3), "book_locked", "values art!B", "said '2'"),
    (without_a_row, "book_row", "contacts", "`contacts.phone` is gone"),
    (row_twice, "book_row", "contacts!A", "twice"),
    (row_put_in, "book_row", "contacts!A", "put in"),
    (half_a_word, "book_row", "values art!A", "needs both"),
    (word_twice, "book_row", "values art!A", "already"),
    (renamed_sheet, "book_sheet", "contacts", "gone"),
    (sheet_put_in, "book_sheet", "notes", "put in"),
    (column_put_in, "book_columns", "contacts!A2", "columns"),
    (beside_the_columns, "book_locked", "contacts!M4", "call me"),
    (beside_the_register, "book_locked", "values art!D", "agreed"),
    (on_the_first_sheet, "book_locked", "Start here!B12", "differently"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "place", "words"), REFUSED)
def test_what_does_not_fit_is_named_with_its_cell_and_nothing_is_written(
    project: Path, change: booked.Edit, code: str, place: str, words: str
) -> None:
    def with_a_good_one(book: Any) -> None:
        cell(book, "accounts", "accounts.type", "Status").value = "agreed"
        change(book)

    file = edit(export(project), with_a_good_one)
    done = take(project, file, "--write", "--json")

    assert done.returncode == 1
    told = [each for each in json.loads(done.stdout)["findings"] if each["code"] == code]
    assert any(each["place"].startswith(place) and words in each["message"] for each in told), done.stdout
    assert all(each["hint"] for each in told)
    assert text(project) == MAPPING


def test_all_that_does_not_fit_is_told_at_once(project: Path) -> None:
    def many(book: Any) -> None:
        locked_rule(book)
        cell(book, "contacts", "contacts.phone", "Status").value = "done"
        cell(book, "contacts", "contacts.phone", "Due").value = "soon"
        cell(book, "contacts", "contacts.phone", "kontakte").value = "Handy"
        cell(book, "values art", "value_maps.art␟K", "Becomes").value = None

    done = take(project, edit(export(project), many), "--write")

    assert done.returncode == 1
    assert done.stderr.count("error[") == 5
    assert "nothing is written" in done.stderr
    assert "--> contacts!G" in done.stderr


def test_what_the_check_of_the_mapping_refuses_is_told_at_its_cell(tmp_path: Path) -> None:
    project = tmp_path / "anadolu"
    shutil.copytree(ROOT / "sample_data" / "anadolu", project)
    before = text(project)
    file = edit(
        export(project, "--lang", "en"), put("values evet_hayir", "value_maps.evet_hayir␟E", "Becomes", "maybe")
    )
    done = take(project, file, "--write", "--json")

    assert done.returncode == 1
    (told,) = json.loads(done.stdout)["findings"]
    assert told["place"].startswith("values evet_hayir!C")
    assert "maybe" in told["message"]
    assert text(project) == before


def test_a_mapping_that_is_wrong_already_is_mended_first(project: Path) -> None:
    file = edit(export(project), put("contacts", "contacts.phone", "kontakte", "Mobil"))
    (project / "crm-migrate.yaml").write_text(MAPPING.replace("phone(DE)", "fone(DE)"), "utf-8")
    done = take(project, file, "--write")

    assert (done.returncode, "step_unknown" in done.stderr) == (2, True)


def test_an_edit_goes_into_a_mapping_that_has_changed_elsewhere(project: Path) -> None:
    file = edit(export(project), put("contacts", "contacts.phone", "kontakte", "Mobil"))
    since = MAPPING.replace("Telefon | phone(DE)", "Telefon | phone(TR)").replace("not the trade", "never the trade")
    (project / "crm-migrate.yaml").write_text(since, "utf-8")

    done = take(project, file, "--write")

    assert done.returncode == 0, done.stderr
    assert "has changed since" in done.stderr
    assert changed(since, text(project)) == [
        ("      phone: Telefon | phone(TR)   # the office", "      phone: Mobil | phone(TR)   # the office")
    ]


PHONE = "      phone: Telefon | phone(DE)   # the office\n"


@pytest.mark.parametrize(
    ("change", "was", "since"),
    [
        (put("contacts", "contacts.phone", "kontakte", "Mobil"), "Telefon | phone(DE)", "Notiz | phone(DE)"),
        (put("contacts", "contacts.phone", "kontakte", "Mobil"), "Telefon | phone(DE)", '"= Telefon | phone(DE)"'),
        (
            put("contacts", "contacts.phone", "kontakte", "Mobil"),
            "      phone: Telefon | phone(DE)   # the office\n",
            "",
        ),
        (put("contacts", "contacts.phone", "Owner", "Kai"), "owner: Ute", "owner: Ayşe"),
        (put("values art", "value_maps.art␟K", "Becomes", "client"), "K: customer", "K: buyer"),
        (put("values art", "value_maps.art␟P", "Becomes", "client"), "K: customer", "K: customer, P: buyer"),
        (put("values art", "value_maps.art␟K", "Becomes", "client"), "K: customer, ", ""),
    ],
)
def test_a_cell_that_both_changed_is_refused(project: Path, change: booked.Edit, was: str, since: str) -> None:
    file = edit(export(project), change)
    now = MAPPING.replace(was, since, 1)
    assert now != MAPPING
    if "      phone" in was:
        now = now.replace(
            "  contacts.phone: {status: asked, owner: Ute, due: 2026-12-04}   # see the mail of Monday\n", ""
        )
    (project / "crm-migrate.yaml").write_text(now, "utf-8")

    done = take(project, file, "--write")

    assert done.returncode == 1, done.stderr
    assert "book_conflict" in done.stderr
    assert text(project) == now


def test_a_cell_that_both_changed_alike_is_no_conflict(project: Path) -> None:
    file = edit(export(project), put("contacts", "contacts.phone", "kontakte", "Mobil"))
    now = MAPPING.replace("Telefon | phone(DE)", "Mobil | phone(DE)")
    (project / "crm-migrate.yaml").write_text(now, "utf-8")

    done = take(project, file, "--write")

    assert (done.returncode, text(project)) == (0, now)
    assert "1 changed cell(s) say what the mapping says already" in done.stderr


def as_excel(book: Any) -> None:
    """Days as numbers without their format, blanks taken off, wholes as decimals, cells that were empty gone."""
    for page in book:
        for row in page.iter_rows():
            for each in row:
                if isinstance(each.value, datetime | date):
                    each.value = (each.value - datetime(1899, 12, 30)).days
                    each.number_format = "General"
                elif isinstance(each.value, str):
                    each.value = each.value.strip() or None
                elif isinstance(each.value, int):
                    each.value = float(each.value)


@pytest.mark.cases(3)
@pytest.mark.parametrize("resaved", [None, lambda book: None, as_excel])
@pytest.mark.parametrize("lang", ["en", "de", "tr"])
def test_a_workbook_that_nobody_edited_changes_nothing(project: Path, resaved: booked.Edit | None, lang: str) -> None:
    file = export(project, "--lang", lang)
    if resaved is not None:
        edit(file, resaved)
    done = take(project, file, "--write")

    assert (done.returncode, done.stdout, text(project)) == (0, "", MAPPING), done.stderr
    assert "the workbook changes nothing" in done.stderr


def test_rows_that_were_sorted_are_found(project: Path) -> None:
    def backwards(book: Any) -> None:
        page = book["contacts"]
        found = [[each.value for each in row] for row in page.iter_rows(min_row=3)]
        for row, values in zip(page.iter_rows(min_row=3), reversed(found), strict=True):
            for each, value in zip(row, values, strict=True):
                each.value = value
        cell(book, "contacts", "contacts.phone", "kontakte").value = "Mobil"

    done = take(project, edit(export(project), backwards), "--write")
    assert done.returncode == 0, done.stderr
    assert len(changed(MAPPING, text(project))) == 1


@pytest.mark.parametrize(("lang", "word"), [("de", "Vereinbart"), ("tr", "KABUL EDİLDİ"), ("tr", "agreed")])
def test_a_status_is_taken_in_the_language_of_the_workbook_and_in_english(project: Path, lang: str, word: str) -> None:
    file = export(project, "--lang", lang)
    head = {"de": "Stand", "tr": "Durum"}[lang]
    done = take(project, edit(file, put("contacts", "contacts.phone", head, word)), "--write")

    assert done.returncode == 0, done.stderr
    assert "contacts.phone: {status: agreed," in text(project)


def test_byte_order_mark_and_line_ends_stay(tmp_path: Path) -> None:
    project = booked.make(tmp_path / "acme", "\ufeff" + MAPPING.replace("\n", "\r\n"))
    file = edit(export(project), put("contacts", "contacts.phone", "kontakte", "Mobil"))
    done = take(project, file, "--write")

    assert done.returncode == 0, done.stderr
    wanted = "\ufeff" + MAPPING.replace("Telefon |", "Mobil |").replace("\n", "\r\n")
    assert text(project) == wanted


def test_a_workbook_of_another_project_and_files_that_are_none_are_refused(project: Path, tmp_path: Path) -> None:
    file = export(project)
    other = booked.make(tmp_path / "other", MAPPING.replace("name: Acme", "name: Bolt"))
    done = take(other, file)
    assert (done.returncode, "of the project `Acme`" in done.stderr) == (2, True)

    strange = tmp_path / "strange.xlsx"
    openpyxl.Workbook().save(strange)
    assert take(project, strange).returncode == 2
    strange.write_bytes(b"PK no workbook")
    assert take(project, strange).returncode == 3
    assert take(project, tmp_path / "nowhere.xlsx").returncode == 3


def test_a_mapping_with_anchors_is_refused(project: Path) -> None:
    file = edit(export(project), put("contacts", "contacts.phone", "kontakte", "Mobil"))
    shared = MAPPING.replace("phone: Telefon |", "phone: &tel Telefon |").replace(
        "first_name: Vorname ", "first_name: *tel "
    )
    (project / "crm-migrate.yaml").write_text(shared, "utf-8")
    done = take(project, file, "--write")

    assert (done.returncode, "mapping_anchor" in done.stderr, text(project)) == (2, True, shared)


EXAMPLES = sorted(file.parent for file in (ROOT / "docs" / "words").rglob("crm-migrate.yaml"))
PROJECTS = [ROOT / "sample_data" / "anadolu", ROOT / "sample_data" / "hotel", ROOT / "tests/golden/mapping/worked"]


@pytest.mark.cases(9)
@pytest.mark.parametrize("folder", [*PROJECTS, *EXAMPLES], ids=lambda folder: folder.name)
def test_the_workbook_of_a_whole_project_comes_back_as_no_change(tmp_path: Path, folder: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(folder, project)
    before = text(project)
    file = edit(export(project), as_excel)
    done = take(project, file, "--write")

    assert (done.returncode, done.stdout, text(project)) == (0, "", before), done.stderr


GOLDEN = sorted((ROOT / "tests" / "shared_data").glob("*.yaml"))


@pytest.mark.cases(2)
@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_the_workbook_of_every_mapping_of_ours_comes_back_as_no_change(tmp_path: Path, file: Path) -> None:
    project = tmp_path / file.stem
    project.mkdir()
    shutil.copy(file, project / "crm-migrate.yaml")
    (project / "decisions").mkdir()
    ids = sorted(set(re.findall(r"D-\d+", file.read_text("utf-8"))))
    said = "".join(f"  - {{id: {each}, who: Ute, when: 2025-03-03, text: as agreed}}\n" for each in ids)
    (project / "decisions" / "d.yaml").write_text(f"decisions:\n{said}" if ids else "decisions: []\n", "utf-8")
    checked = call("mapping", "export", str(project), "-o", str(tmp_path / "mapping.xlsx"))
    assert checked.returncode == 0, checked.stderr
    done = take(project, tmp_path / "mapping.xlsx", "--write")

    assert (done.returncode, done.stdout, text(project)) == (0, "", file.read_bytes().decode()), done.stderr


def test_words_of_a_list_on_several_columns_stand_in_each_other(tmp_path: Path) -> None:
    mapping = MAPPING.replace("map(rolle)", "map(both)").replace(
        "  rolle:\n", "  both: {by: [Mobil, Rolle], map: {1: {x: boss}, 2: {-x: none}}}\n  rolle:\n"
    )
    project = booked.make(tmp_path / "acme", mapping)

    def filled(book: Any) -> None:
        cell(book, "values both", "value_maps.both␟1␟x", "Becomes").value = "chief"
        cell(book, "values both", "value_maps.both␟1␟=1+1", "Becomes").value = "none"
        page = book["values both"]
        last = page.max_row
        page.cell(last, 1).value, page.cell(last, 2).value, page.cell(last, 4).value = 3, "y", "clerk"

    done = take(project, edit(export(project), filled), "--write")

    assert done.returncode == 0, done.stderr
    ((_, new),) = changed(mapping, text(project))
    assert new.endswith('map: {1: {x: chief, =1+1: none}, 2: {-x: none}, "3": {y: clerk}}}')


SHARED = """\
crm_migrate_mapping: 1
version: 1
value_maps:
  art: {unmapped: hold, map: {K: customer}}
objects:
  accounts:
    from: firmen
    fields: {name: Firmenname, type: Art | map(art)}
register:
  accounts.name: {owner: Ute}
"""


def test_a_line_of_a_shared_mapping_is_locked_and_what_is_added_to_it_goes_into_the_own_file(tmp_path: Path) -> None:
    own = MAPPING.split("value_maps:")[0].replace("crm_migrate: 1\n", "crm_migrate: 1\nuse: agency/base\n")
    own += "objects:\n  contacts: {from: kontakte, fields: {last_name: Nachname}}\n"
    project = booked.make(tmp_path / "acme", own)
    (project / "mappings" / "shared" / "agency").mkdir(parents=True)
    shared = project / "mappings" / "shared" / "agency" / "base.yaml"
    shared.write_text(SHARED, "utf-8")
    assert call("mapping", "lock", str(project)).returncode == 0
    file = export(project)
    book = openpyxl.load_workbook(file)
    assert cell(book, "accounts", "accounts.name", "firmen").protection.locked
    assert not cell(book, "contacts", "contacts.last_name", "kontakte").protection.locked

    def filled(book: Any) -> None:
        cell(book, "accounts", "accounts.name", "Due").value = date(2026, 12, 4)
        cell(book, "values art", "value_maps.art␟P", "Becomes").value = "partner"

    done = take(project, edit(file, filled), "--write")

    assert done.returncode == 0, done.stderr
    words = "\nvalue_maps:\n  art:\n    map:\n      P: partner\n"
    assert text(project) == f"{own}{words}\nregister:\n  accounts.name: {{owner: Ute, due: 2026-12-04}}\n"
    assert shared.read_text("utf-8") == SHARED

    def emptied(book: Any) -> None:
        for head in ("Status", "Owner", "Due"):
            cell(book, "accounts", "accounts.name", head).value = None

    (project / "crm-migrate.yaml").write_text(own, "utf-8")
    done = take(project, edit(export(project), emptied), "--write")
    assert (done.returncode, "book_unfit" in done.stderr, text(project)) == (1, True, own)


def test_a_column_that_cannot_be_checked_goes_in_and_that_is_told(project: Path) -> None:
    file = edit(export(project), put("contacts", "contacts.phone", "kontakte", "Handy"))
    (project / "kontakte.csv").unlink()
    done = take(project, file, "--write")

    assert done.returncode == 0, done.stderr
    assert "`kontakte` could not be read: whether it has the column" in done.stderr


def test_an_object_of_any_name_has_its_sheet(tmp_path: Path) -> None:
    longer = "an_object_with_a_name_that_is_longer_than_a_title"
    names = ("Start_here", "History", f"{longer}_1", f"{longer}_2")
    objects = "".join(
        f"  {name}:\n    from: kontakte\n    to: T{at}\n    fields: {{f: {{kontakte: Rolle, type: text}}}}\n"
        for at, name in enumerate(names)
    )
    mapping = MAPPING.replace("objects:\n", f"objects:\n{objects}", 1)
    project = booked.make(tmp_path / "acme", mapping)
    file = export(project)
    titles = openpyxl.load_workbook(file).sheetnames

    assert len({title.lower() for title in titles}) == len(titles)
    assert all(len(title) <= 31 and title.lower() != "history" for title in titles)
    assert (take(project, file).returncode, take(project, file).stdout) == (0, "")


@pytest.mark.parametrize(
    ("sheet", "key", "head", "reason"),
    [
        ("contacts", "contacts.mobile", "kontakte", "makes none"),
        ("contacts", "contacts.department", "kontakte", "computed"),
        ("contacts", "contacts.phone", "What happens, in words", "only tells"),
        ("contacts", "contacts.phone", "For example, before", "Examples"),
        ("values art", "value_maps.art␟K", "Seen", "Counts"),
        ("contacts", "contacts.phone", "Field in the new CRM", "Put it back"),
    ],
)
def test_a_locked_cell_says_why_it_is_locked(project: Path, sheet: str, key: str, head: str, reason: str) -> None:
    done = take(project, edit(export(project), put(sheet, key, head, "Mobil")), "--json")

    (told,) = json.loads(done.stdout)["findings"]
    assert (told["code"], reason in told["hint"]) == ("book_locked", True), told["hint"]


@pytest.mark.parametrize("said", ["5", "[1]", '["a"]', "[[[[", '{"a": 1}', '[["a", 1]]', None])
@pytest.mark.parametrize("column", [2, 3])
@pytest.mark.parametrize("word", ["sheet", "line"])
def test_a_workbook_whose_hidden_sheet_was_changed_is_refused(
    project: Path, said: str | None, column: int, word: str
) -> None:
    def tampered(book: Any) -> None:
        row = next(row for row in book["crm-migrate"].iter_rows() if row[0].value == word)
        row[column].value = said

    done = take(project, edit(export(project), tampered), "--write")

    assert done.returncode in (1, 2), "above a sheet stands a sentence, which is told as any locked cell"
    assert text(project) == MAPPING
    assert "bug of ours" not in done.stderr
