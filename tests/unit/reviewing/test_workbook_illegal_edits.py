"""What people change that they must not: every illegal edit is named by its cell, and takes no other answer down."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filled import DAY, MERGED, OPEN, Book, places, tried
from openpyxl.utils import get_column_letter
from reviewed import KISI, Company

from crm_migrate.errors import InputError, MappingError, UsageError
from crm_migrate.reviewing.layout import ENGLISH, HEAD_ROW, HIDDEN
from crm_migrate.reviewing.questions import Pack
from crm_migrate.reviewing.taking import take
from crm_migrate.reviewing.workbook import render


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def pack(shared: Company) -> Pack:
    return shared.asked()


# --------------------------------------------------------------------------------------------------- illegal edits

Edit = Callable[[Book], str]


def _delete(book: Book, label: str) -> str:
    row = book.row(OPEN, "kisi:4", label)
    book.book[OPEN].delete_rows(row)
    return f"{OPEN}!A{row}"


def _copy(book: Book) -> str:
    page = book.book[OPEN]
    row, last = book.row(OPEN, "kisi:4", "A"), page.max_row + 1
    for column in range(1, page.max_column + 1):
        page.cell(last, column).value = page.cell(row, column).value
    return f"{OPEN}!A{last}"


def _insert(book: Book) -> str:
    row = book.row(OPEN, "kisi:4", "A")
    book.book[OPEN].insert_rows(row)
    book.book[OPEN][f"D{row}"] = "a remark"
    return f"{OPEN}!D{row}"


def _beside(book: Book) -> str:
    page = book.book[OPEN]
    place = f"{get_column_letter(page.max_column + 2)}{book.row(OPEN, 'kisi:4', 'A')}"
    page[place] = "what I think"
    return f"{OPEN}!{place}"


def _rename_column(book: Book) -> str:
    book.book[OPEN][f"I{HEAD_ROW}"] = "Vorname"
    return f"{OPEN}!I{HEAD_ROW}"


def _insert_column(book: Book) -> str:
    book.book[OPEN].insert_cols(9)
    book.book[OPEN][f"I{HEAD_ROW}"] = "Remark"
    return f"{OPEN}!I{HEAD_ROW}"


def _rename_sheet(book: Book) -> str:
    book.book[OPEN].title = "people"
    return OPEN


def _no_who(book: Book) -> str:
    book.book[ENGLISH.word("review.start")]["B4"] = None
    place = book.place(OPEN, "kisi:4", "?", "Who")
    return f"{OPEN}!{place}"


def _not_both(book: Book) -> str:
    book.put("kisi:4", "street", book.label_of("kisi:4"), "keep")
    return book.put("kisi:4", "city", book.label_of("books:5"), "keep")


def _decide(word: str, column: str, value: Any, label: str) -> Edit:
    def edit(book: Book) -> str:
        book.put("kisi:4", "Decision", word)
        return book.put("kisi:4", column, value, label)

    return edit


def _held(decision: str, *numbers: Any) -> Edit:
    """The question of three records, with a number for each; the cell that is wrong is that of the last."""

    def edit(book: Book) -> str:
        book.put("kisi:6", "Decision", decision)
        cells = [book.put("kisi:6", "Together", n, "ABC"[at]) for at, n in enumerate(numbers)]
        return cells[-1]

    return edit


ILLEGAL: dict[str, tuple[str, Edit]] = {
    "a locked value": ("review_locked_changed", lambda b: b.put("kisi:4", "city", "Ankara", b.label_of("kisi:4"))),
    "a locked value emptied": ("review_locked_changed", lambda b: b.put("kisi:4", "city", None, b.label_of("kisi:4"))),
    "an empty locked cell": ("review_locked_changed", lambda b: b.put("kisi:4", "email", "x@x.example", "B")),
    "the name of a record": ("review_locked_changed", lambda b: b.put("kisi:4", "Source record", "kisi:9", "A")),
    "the number of a question": ("review_locked_changed", lambda b: b.put("kisi:4", "No.", 99)),
    "a decision in a line of a record": ("review_locked_changed", lambda b: b.put("kisi:4", "Decision", "merge", "A")),
    "a cell beside": ("review_locked_changed", _beside),
    "a row of a record deleted": ("review_row_missing", lambda b: _delete(b, "A")),
    "the row of a question deleted": ("review_row_missing", lambda b: _delete(b, "?")),
    "the row of survivors deleted": ("review_row_missing", lambda b: _delete(b, "keep")),
    "a row copied": ("review_row_twice", _copy),
    "a row inserted": ("review_row_inserted", _insert),
    "a hidden key of a question": ("review_key_changed", lambda b: b.put("kisi:4", "question", "Q-0000000000", "A")),
    "a hidden name of a line": ("review_key_changed", lambda b: b.put("kisi:4", "question", "Q-1", "keep")),
    "a hidden hash of evidence": ("review_key_changed", lambda b: b.put("kisi:4", "evidence", "00ff", "A")),
    "a column renamed": ("review_columns_changed", _rename_column),
    "a column inserted": ("review_columns_changed", _insert_column),
    "a sheet renamed": ("review_sheet_missing", _rename_sheet),
    "an unknown word": ("review_word_unknown", lambda b: b.put("kisi:4", "Decision", "yes")),
    "a word in other letters": ("review_word_unknown", lambda b: b.put("kisi:4", "Decision", "Mergee")),
    "a formula as a decision": ("review_word_unknown", lambda b: b.put("kisi:4", "Decision", '="merge"')),
    "a number as a decision": ("review_word_unknown", lambda b: b.put("kisi:4", "Decision", 1)),
    "nobody who decided": ("review_who_missing", _no_who),
    "a reason of a whole book": ("review_text_unfit", _decide("merge", "Why", "x" * 2_001, "?")),
    "an unknown record to keep": ("review_keep_wrong", _decide("merge", "city", "Z", "keep")),
    "a street of A and a city of B": ("review_keep_wrong", _not_both),
    "something kept of what stays apart": ("review_keep_wrong", _decide("apart", "city", "A", "keep")),
    "a group that is no number": ("review_together_wrong", _held("merge", 1, 1, "x")),
    "a group beyond the records": ("review_together_wrong", _held("merge", 1, 1, 4)),
    "groups of what stays apart": ("review_together_wrong", _held("apart", 1, 1, 2)),
}  # fmt: skip


@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_edit_is_named_by_its_cell_and_its_question_is_not_taken(
    name: str, shared: Company, pack: Pack, tmp_path: Path
) -> None:
    code, edit = ILLEGAL[name]
    book = Book(pack)
    book.put("kisi:4", "Decision", "merge")
    book.put("kisi:8", "Decision", "merge", sheet=MERGED)
    place = edit(book)
    if name == "nobody who decided":
        book.put("kisi:8", "Who", "Can", sheet=MERGED)
    taken = tried(shared, book, tmp_path)
    assert places(taken).get(place) == code, places(taken)
    bad = (
        {"kisi:6"}
        if code == "review_together_wrong"
        else {"kisi:4"} - ({"kisi:4"} if code == "review_row_inserted" else set())
    )
    assert not any(bad & set(d.members) for d in taken.decisions)
    assert any("kisi:8" in d.members for d in taken.decisions), "the other answers are taken"
    assert taken.merge + taken.apart + taken.later + taken.untouched + taken.refused == len(pack.questions)


def test_every_record_in_a_group_of_its_own_is_no_merge(shared: Company, pack: Pack, tmp_path: Path) -> None:
    book = Book(pack)
    book.put("kisi:6", "Decision", "merge")
    first, *_ = (book.put("kisi:6", "Together", n, label) for n, label in ((3, "A"), (1, "B"), (2, "C")))
    for n, label in ((1, "B"), (2, "C")):
        book.put("kisi:6", "Together", n, label)
    assert places(tried(shared, book, tmp_path)) == {first: "review_together_wrong"}


def test_a_choice_or_a_reason_without_a_decision_is_asked_back(shared: Company, pack: Pack, tmp_path: Path) -> None:
    book = Book(pack)
    book.put("kisi:4", "Why", "looks the same")
    taken = tried(shared, book, tmp_path)
    assert places(taken) == {f"{OPEN}!{book.place(OPEN, 'kisi:4', '?', 'Decision')}": "review_undecided"}


def test_answers_that_contradict_each_other_are_refused_with_their_chain(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "merge")
    one = book.put("kisi:3", "Decision", "merge")
    other = book.put("kisi:1", "Decision", "apart", sheet=MERGED)
    taken = tried(company, book, tmp_path)
    assert places(taken) == {one: "decision_conflict", other: "decision_conflict"}
    assert all("kisi:1 = kisi:2, but kisi:1 ≠ kisi:2" in finding.message for finding in taken.findings)
    assert [d.members for d in taken.decisions] == [("books:5", "kisi:4")]


def test_an_answer_against_a_decision_on_file_is_refused_with_the_chain(tmp_path: Path) -> None:
    company = Company(tmp_path)
    pack = company.asked()
    folder = company.project.decisions
    folder.mkdir()
    (folder / "ours.yaml").write_text(
        'duplicates:\n- {object: contacts, members: ["kisi:1", "kisi:3"], decision: apart, who: a, when: 1, why: b}\n'
    )
    book = Book(pack)
    place = book.put("kisi:3", "Decision", "merge")
    (finding,) = tried(company, book, tmp_path).findings
    assert (str(finding.place), finding.code) == (place, "decision_conflict")
    assert "kisi:1 = kisi:3, but kisi:1 ≠ kisi:3" in finding.message


def test_decisions_on_file_that_cannot_be_read_stop_everything(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "merge")
    company.project.decisions.mkdir()
    (company.project.decisions / "x.yaml").write_text("duplicates: [\n")
    with pytest.raises(MappingError, match="nothing was written"):
        tried(company, book, tmp_path)


def test_records_that_changed_or_went_since_are_not_decided_about(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    changed = book.put("kisi:4", "Decision", "merge")
    gone = book.put("kisi:8", "Decision", "merge", sheet=MERGED)
    kisi = [row | {"city": "Muğla"} if row["key"] == "4" else row for row in KISI if row["key"] != "9"]
    company.again(kisi=kisi)
    taken = tried(company, book, tmp_path)
    assert places(taken) == {changed: "decision_stale", gone: "decision_obsolete"}
    assert "kisi:4 city" in taken.findings[0].message and "Muğla" not in taken.findings[0].message
    assert (taken.decisions, taken.refused) == ((), 2)


# ------------------------------------------------------------------------------------------------------ other files


def test_a_workbook_of_another_project_or_run_is_refused(shared: Company, pack: Pack, tmp_path: Path) -> None:
    book = Book(pack)
    book.put("kisi:4", "Decision", "merge")
    other = Company(tmp_path)
    with pytest.raises(UsageError, match="never asked"):
        tried(other, book, tmp_path)
    book.book[HIDDEN]["B3"] = "00099-r"
    with pytest.raises(UsageError, match="does not have"):
        tried(shared, book, tmp_path)
    book.book[HIDDEN]["B2"] = "../../../plan"
    with pytest.raises(UsageError):
        tried(shared, book, tmp_path)


def test_a_workbook_without_our_hidden_sheet_or_of_another_version_is_refused(
    shared: Company, pack: Pack, tmp_path: Path
) -> None:
    book = Book(pack)
    book.book[HIDDEN]["B1"] = "99"
    with pytest.raises(UsageError, match="another version"):
        tried(shared, book, tmp_path)
    del book.book[HIDDEN]
    with pytest.raises(UsageError, match="no review workbook"):
        tried(shared, book, tmp_path)


def _zip(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members:
            out.writestr(name, data)
    return buffer.getvalue()


def _with_doctype(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    hostile = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
    return _zip(*((name, hostile + data if name.endswith("sheet2.xml") else data) for name, data in members))


@pytest.mark.parametrize("kind", ["text", "empty", "cut off", "bomb", "entities", "plain zip", "old xls", "bad json"])
def test_files_that_cannot_be_read_are_refused_in_words(kind: str, shared: Company, pack: Pack, tmp_path: Path) -> None:
    whole = render(pack)
    data = {
        "text": b"a;b\n1;2\n", "empty": b"", "cut off": whole[: len(whole) // 2], "entities": _with_doctype(whole),
        "bomb": _zip(("xl/workbook.xml", b"0" * (300 << 20))) if kind == "bomb" else b"",
        "plain zip": _zip(("a.txt", b"a")), "old xls": b"\xd0\xcf\x11\xe0" + b"0" * 100, "bad json": b'{"a": ',
    }[kind]  # fmt: skip
    path = tmp_path / "r.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        take(shared.project, shared.plan, shared.run, path, today=DAY)
    assert caught.value.hint


def test_a_file_that_is_not_there_is_told(shared: Company, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        take(shared.project, shared.plan, shared.run, tmp_path / "x.xlsx", today=DAY)
