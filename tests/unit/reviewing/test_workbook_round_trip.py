"""The workbook as people get it and send it back: how it looks, and what good answers do."""

import io
import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from filled import DAY, MERGED, OPEN, Book, rendered, tried
from openpyxl.utils import get_column_letter
from reviewed import Company

from crm_migrate.reviewing import page
from crm_migrate.reviewing.layout import ENGLISH, HEAD_ROW, HIDDEN, sheets
from crm_migrate.reviewing.questions import Pack
from crm_migrate.reviewing.taking import take
from crm_migrate.reviewing.workbook import render
from crm_migrate.words.language import language
from crm_migrate.workspace.decisions import DuplicateDecision, read_duplicates, write_duplicate


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def pack(shared: Company) -> Pack:
    return shared.asked()


# --------------------------------------------------------------------------------------------------- how it looks


def test_data_is_text_and_only_what_may_be_changed_is_open(pack: Pack) -> None:
    book = openpyxl.load_workbook(io.BytesIO(rendered(pack)))
    page = book[OPEN]
    cells = [cell for row in page.iter_rows(min_row=HEAD_ROW + 1) for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.column_letter) for cell in cells if cell.data_type != "s"} == {("n", "A"), ("n", "E")}
    (hostile,) = (cell for cell in cells if cell.value == "=1+1")
    assert hostile.quotePrefix and hostile.protection.locked
    assert any(cell.value == "+905327654302" and cell.quotePrefix for cell in cells), "a telephone number stays a text"
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
    rows = book[ENGLISH.word("review.start")].iter_rows()
    told = [str(row[1].value) for row in rows if row[0].value == "Not asked here"]
    assert len(told) == 3 and any("contacts: 2 more, merged by rule" in line for line in told)


# ---------------------------------------------------------------------------------------------- answers that are good


def test_good_answers_are_taken_written_and_act_on_the_next_run(tmp_path: Path) -> None:
    company = Company(tmp_path)
    book = Book(company.asked())
    book.put("kisi:4", "Decision", "Merge")  # as a program writes it that begins cells with a capital
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


# ------------------------------------------------------------------------------------------------ in another language


@pytest.mark.parametrize(
    ("code", "titles", "answers"),
    [
        ("tr", ("Buradan başlayın", "contacts birleşmiş"), ("BİRLEŞTİR", "ayrı", "Sonra")),
        ("de", ("Hier beginnen", "contacts zusammengeführt"), ("ZUSAMMENFÜHREN", "getrennt", "Später")),
    ],
)
def test_a_workbook_of_another_language_says_nothing_in_english_and_takes_its_answers(
    shared: Company, pack: Pack, tmp_path: Path, code: str, titles: tuple[str, str], answers: tuple[str, ...]
) -> None:
    words = language(code)
    book = openpyxl.load_workbook(io.BytesIO(render(pack, words)))
    assert book.sheetnames[:3] == [titles[0], "contacts", titles[1]]
    values = {str(c.value) for sheet in book.worksheets[:-1] for row in sheet.iter_rows() for c in row if c.value}
    english = re.compile(
        r"\b(?:the|is|are|of|by|with|same|merged|asked|records?|which|from|depends|alike)\b", re.IGNORECASE
    )
    rules = re.compile("|".join({pair.rule for q in pack.questions for pair in q.compared if pair.rule} | {r"\(\w+\)"}))
    assert {value for value in values if english.search(rules.sub("", value))} == set()
    (sheet,) = (s for s in sheets(pack, words) if s.title == "contacts")
    asking, decision = book["contacts"], 2
    book[titles[0]]["B4"] = "Ayşe"
    asked = [n for n, line in enumerate(sheet.lines, HEAD_ROW + 1) if line.role == "question"]
    for row, said in zip(asked, answers, strict=False):
        asking.cell(row, decision).value = said
    book.save(tmp_path / "review.xlsx")
    taken = take(shared.project, shared.plan, shared.run, tmp_path / "review.xlsx", today=DAY, dry_run=True)
    assert taken.findings == ()
    assert (taken.merge, taken.apart, taken.later) == (1, 1, min(len(asked) - 2, 1))


@pytest.mark.parametrize(("code", "merge"), [("tr", "= birleştir"), ("de", "= zusammenführen")])
def test_a_page_of_another_language_says_nothing_in_english(pack: Pack, code: str, merge: str) -> None:
    data = json.loads(page.render(pack, language(code)).split('id="data">')[1].split("</script>")[0])
    said = [text for q in data["questions"] for pair in q["pairs"] for _, text in pair["said"]]
    said += [
        text for q in data["questions"] for text in (q["why"], *q["notes"], *(pair["verdict"] for pair in q["pairs"]))
    ]
    rules = {pair.rule for q in pack.questions for pair in q.compared}
    for text in said:
        bare = text.partition(": ")[0] if any(rule and rule in text for rule in rules) else text
        assert not re.search(r"\b(?:the|are|differs|alike|but|likeness|asked|kept)\b", bare.partition(":")[0]), text
    assert data["words"]["merge"] == merge
