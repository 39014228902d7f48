"""The workbook as people get it and send it back: what is good is taken, every illegal edit is named by its cell."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from reviewed import KISI, Company

from crm_migrate.errors import InputError, MappingError, UsageError
from crm_migrate.reviewing.layout import HEAD_ROW, HIDDEN, START, sheets
from crm_migrate.reviewing.questions import Pack
from crm_migrate.reviewing.taking import Taken, take
from crm_migrate.reviewing.workbook import render
from crm_migrate.workspace.decisions import DuplicateDecision, read_duplicates, write_duplicate

DAY = date(2025, 3, 14)
OPEN, MERGED = "contacts", "contacts merged"


@cache
def _bytes(pack_id: str) -> list[bytes]:
    return []


def rendered(pack: Pack) -> bytes:
    """The workbook of a pack, made once."""
    made = _bytes(pack.id)
    if not made:
        made.append(render(pack))
    return made[0]


class Book:
    """A filled workbook: cells by question, line and column, as a person finds them."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.book: Workbook = openpyxl.load_workbook(io.BytesIO(rendered(pack)))
        self.book[START]["B4"] = "Ayşe"

    def row(self, sheet: str, record: str, label: str) -> int:
        """The row of a line of the question that this record is part of."""
        (found,) = (s for s in sheets(self.pack) if s.title == sheet)
        lines = enumerate(found.lines, HEAD_ROW + 1)
        return next(n for n, line in lines if record in line.question.names and line.label == label)

    def place(self, sheet: str, record: str, label: str, column: str) -> str:
        heads = [cell.value for cell in self.book[sheet][HEAD_ROW]]
        return f"{get_column_letter(heads.index(column) + 1)}{self.row(sheet, record, label)}"

    def put(self, record: str, column: str, value: Any, label: str = "?", sheet: str = OPEN) -> str:
        """Change a cell; returns its name as a finding tells it."""
        place = self.place(sheet, record, label, column)
        self.book[sheet][place] = value
        return f"{sheet}!{place}"

    def label_of(self, record: str, sheet: str = OPEN) -> str:
        (found,) = (s for s in sheets(self.pack) if s.title == sheet)
        question = next(line.question for line in found.lines if record in line.question.names)
        return "ABCDEFGH"[question.names.index(record)]

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def pack(shared: Company) -> Pack:
    return shared.asked()


def tried(company: Company, book: Book, path: Path) -> Taken:
    """What would become of the answers."""
    return take(company.project, company.plan, company.run, book.save(path / "r.xlsx"), today=DAY, dry_run=True)


def places(taken: Taken) -> dict[str, str]:
    return {str(finding.place): finding.code for finding in taken.findings}


# --------------------------------------------------------------------------------------------------- how it looks


def test_data_is_text_and_only_what_may_be_changed_is_open(pack: Pack) -> None:
    book = openpyxl.load_workbook(io.BytesIO(rendered(pack)))
    page = book[OPEN]
    cells = [cell for row in page.iter_rows(min_row=HEAD_ROW + 1) for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.column_letter) for cell in cells if cell.data_type != "s"} == {("n", "A"), ("n", "E")}
    (hostile,) = (cell for cell in cells if cell.value == "=1+1")
    assert hostile.quotePrefix and hostile.protection.locked
    assert any(cell.value == "+902" and cell.quotePrefix for cell in cells), "a telephone number stays a text"
    assert page.protection.sheet and page.freeze_panes and page.auto_filter.ref
    assert book[HIDDEN].sheet_state == "veryHidden" and book.security.lockStructure
    assert page.column_dimensions[get_column_letter(page.max_column)].hidden
    heads = [cell.value for cell in page[HEAD_ROW]]
    for row in page.iter_rows(min_row=HEAD_ROW + 1):
        for head, cell in zip(heads, row, strict=True):
            free = not cell.protection.locked
            assert not free or head in ("Decision", "Who", "Why", "Together") or cell.value == "by rule"


def test_a_difference_has_a_colour_and_a_sign_and_the_value_stays_itself(pack: Pack) -> None:
    book = Book(pack)
    page = book.book[OPEN]
    differs = page[book.place(OPEN, "kisi:4", book.label_of("books:5"), "city")]
    assert differs.value == "Bursa" and "≠" in differs.number_format and differs.fill.start_color.rgb != "00000000"
    nearly = page[book.place(OPEN, "kisi:4", book.label_of("books:5"), "last_name")]
    assert nearly.value == "Inan" and "≈" in nearly.number_format
    wins = page[book.place(OPEN, "kisi:4", book.label_of("kisi:4"), "city")]
    assert "✔" in wins.number_format


def test_the_same_questions_give_the_same_bytes(pack: Pack) -> None:
    assert render(pack) == render(pack)


def test_the_first_sheet_says_what_is_not_asked(shared: Company) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render(shared.asked(limit=1, audit=0))))
    told = [str(row[1].value) for row in book[START].iter_rows() if row[0].value == "Not asked here"]
    assert len(told) == 3 and any("contacts: 2 more, merged by rule" in line for line in told)


# ---------------------------------------------------------------------------------------------- answers that are good


def test_good_answers_are_taken_written_and_act_on_the_next_run(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "merge")
    book.put("kisi:4", "Why", "aynı kişi: =yes")
    book.put("kisi:4", "city", book.label_of("books:5"), "keep")
    book.put("kisi:3", "Decision", "apart")
    book.put("kisi:3", "Who", "Can")
    book.put("kisi:6", "Decision", "later")
    book.put("kisi:8", "Decision", "apart", sheet=MERGED)
    path = book.save(tmp_path / "review.xlsx")
    taken = take(company.project, company.plan, company.run, path, today=DAY)
    assert (taken.merge, taken.apart, taken.later, taken.untouched, taken.refused, taken.findings) == (
        1,
        2,
        1,
        1,
        0,
        (),
    )
    told = {(d.members, d.decision, d.who, d.survivor) for d in read_duplicates(company.project.decisions)[0]}
    assert told == {
        (("books:5", "kisi:4"), "merge", "Ayşe", (("city", "books:5"),)),
        (("kisi:1", "kisi:3"), "apart", "Can", ()),
        (("kisi:2", "kisi:3"), "apart", "Can", ()),
        (("kisi:8", "kisi:9"), "apart", "Ayşe", ()),
    }
    company.again()
    assert company.clusters() == {frozenset({"kisi:1", "kisi:2"}), frozenset({"kisi:4", "books:5"})}
    assert {q.kind for q in company.asked().questions} == {"held", "merged"}, "what was answered is not asked again"


def test_the_same_answers_twice_change_nothing_on_file(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "merge")
    path = book.save(tmp_path / "review.xlsx")
    file = company.project.decisions / "duplicates.yaml"
    assert take(company.project, company.plan, company.run, path, today=DAY).new == 1
    before = file.read_bytes()
    again = take(company.project, company.plan, company.run, path, today=date(2026, 1, 1))
    assert (again.new, again.merge, file.read_bytes()) == (0, 1, before)
    company.again()
    assert take(company.project, company.plan, company.run, path, today=DAY).new == 0, "also after the next run"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "merge")
    assert tried(company, book, tmp_path).new == 1
    assert not company.project.decisions.exists()


def test_some_of_a_question_are_one(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:6", "Decision", "merge")
    book.put("kisi:6", "Together", 2, book.label_of("kisi:7"))
    path = book.save(tmp_path / "review.xlsx")
    taken = take(company.project, company.plan, company.run, path, today=DAY)
    assert {(d.members, d.decision) for d in taken.decisions} == {
        (("kisi:10", "kisi:6"), "merge"), (("kisi:10", "kisi:7"), "apart"), (("kisi:6", "kisi:7"), "apart"),
    }  # fmt: skip
    company.again()
    assert frozenset({"kisi:6", "kisi:10"}) in company.clusters()


def test_a_contradiction_of_birth_dates_is_settled_by_choosing_one(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:6", "Decision", "merge")
    book.put("kisi:6", "birth_date", book.label_of("kisi:7"), "keep")
    take(company.project, company.plan, company.run, book.save(tmp_path / "review.xlsx"), today=DAY)
    company.again()
    assert frozenset({"kisi:6", "kisi:7", "kisi:10"}) in company.clusters()


def test_a_second_thought_takes_the_place_of_the_first(tmp_path: Path) -> None:
    company = Company(tmp_path)
    for word in ("merge", "apart"):
        book = Book(company.asked())
        book.put("kisi:4", "Decision", word)
        book.save(tmp_path / f"{word}.xlsx")
    for word, clusters in (("merge", 3), ("apart", 2)):
        taken = take(company.project, company.plan, company.run, tmp_path / f"{word}.xlsx", today=DAY)
        assert taken.findings == ()
        company.again()
        assert len(company.clusters()) == clusters


def test_sorted_rows_are_found_by_their_keys(shared: Company, pack: Pack, tmp_path: Path) -> None:
    book = Book(pack)
    book.put("kisi:4", "Decision", "merge")
    page = book.book[OPEN]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=HEAD_ROW + 1)]
    for number, row in enumerate(reversed(rows), HEAD_ROW + 1):
        for column, value in enumerate(row, 1):
            page.cell(number, column).value = value
    taken = tried(shared, book, tmp_path)
    assert (taken.merge, taken.findings) == (1, ())


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
    book.book[START]["B4"] = None
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


def test_an_old_decision_with_the_same_words_is_no_new_one(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "merge")
    mine = DuplicateDecision("contacts", ("books:5", "kisi:4"), "apart", "can", "2024-01-01", "hand-written")
    assert write_duplicate(company.project.decisions, mine) == []
    taken = take(company.project, company.plan, company.run, book.save(tmp_path / "r.xlsx"), today=DAY)
    assert taken.findings == () and taken.new == 1
    (decision,), _ = read_duplicates(company.project.decisions)
    assert decision.decision == "merge", "the later word about the same records counts"
