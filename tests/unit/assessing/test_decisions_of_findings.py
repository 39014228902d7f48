"""What people write into the workbook of an assessment comes back, is kept, and is stale where a finding changed."""

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_migrate.assessing import book, sheets, standing, taking
from crm_migrate.assessing.assembling import HURTS, assess
from crm_migrate.assessing.baseline import compared
from crm_migrate.assessing.figures import Assessment, Card, ReadingFigure
from crm_migrate.assessing.opening import of_files
from crm_migrate.errors import InputError, UsageError
from crm_migrate.words.language import language

PEOPLE = "Id;First Name;Last Name;E-Mail;Note\n" + "".join(
    f"P{n};Ada{n};Lee{n};ada{n % 28}@firma.example;{'GÃ¼nstig' if n < 4 else 'ok'}\n" for n in range(30)
)
STATUS, OWNER, DUE, DECISION = 9, 10, 11, 12  # columns of the sheet, from 1
Page = Any


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    folder = tmp_path_factory.mktemp("old shop")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    with of_files(folder) as opened:
        return assess(opened, made="2026-12-01T10:00:00+00:00", tool="test")


def named(found: Assessment, kind: str) -> Card:
    return next(card for card in found.cards if card.kind == kind)


def filled(found: Assessment, path: Path, edit: Callable[[Page], object], code: str = "en") -> Path:
    """The workbook as somebody sends it back."""
    words = language(code, "assess")
    made = openpyxl.load_workbook(io.BytesIO(book.render(found, words)))
    edit(made[words.word("table.assess_cards")])
    made.save(path)
    return path


def row_of(page: Page, card: Card) -> int:
    return next(row for row in range(2, page.max_row + 1) if page.cell(row, 15).value == card.id)


def read(path: Path) -> taking.Came:
    brought = taking.came(path)
    assert brought is not None
    return brought


def codes(brought: taking.Came, found: Assessment) -> list[str]:
    taking.taken(brought, {}, found)
    return [finding.code for finding in brought.findings]


def decide(found: Assessment, card: Card, status: str, owner: str = "", due: object = None, said: str = "") -> Any:
    def edit(page: Page) -> None:
        row = row_of(page, card)
        for column, value in ((STATUS, status), (OWNER, owner), (DUE, due), (DECISION, said)):
            page.cell(row, column).value = value

    return edit


@pytest.mark.parametrize("code", ["en", "de", "tr"])
def test_a_workbook_that_nobody_filled_in_changes_nothing(found: Assessment, tmp_path: Path, code: str) -> None:
    brought = read(filled(found, tmp_path / "a.xlsx", lambda page: None, code))
    assert (brought.edits, brought.findings) == ({}, [])


@pytest.mark.parametrize("due", ["04.12.2026", "2026-12-04", date(2026, 12, 4)])
def test_decisions_are_kept_and_stand_in_the_next_assessment(found: Assessment, tmp_path: Path, due: object) -> None:
    card = named(found, "double_encoding")
    assert card.id in found.hurts
    edit = decide(found, card, "Hingenommen", "Ute", due, "=nur vier")
    brought = read(filled(found, tmp_path / "a.xlsx", edit, "de"))
    fresh = taking.taken(brought, {}, found)
    assert brought.findings == []
    standing.keep(tmp_path, fresh)
    kept = standing.read(tmp_path)
    assert kept[card.id] == standing.Kept(
        card.id, "double_encoding of people: Note", "accepted", "4 of 30", standing.files_of(found)["people"], "Ute",
        "2026-12-04", "=nur vier",
    )  # fmt: skip
    later = standing.with_standing(found, kept, HURTS)
    said = named(later, "double_encoding").standing
    assert (said.status, said.owner, said.due, said.decision, said.stale) == (
        "accepted", "Ute", "2026-12-04", "=nur vier", False,
    )  # fmt: skip
    assert card.id not in later.hurts
    again = read(filled(later, tmp_path / "b.xlsx", lambda page: None, "tr"))
    assert (again.edits, again.findings) == ({}, [])


def test_a_decision_is_stale_where_the_finding_is_another_one(found: Assessment) -> None:
    card, files = named(found, "double_encoding"), standing.files_of(found)["people"]
    for status, seen, where, stale in (
        ("accepted", "4 of 30", files, False),
        ("accepted", "4 of 30", "older", False),
        ("accepted", "3 of 30", files, True),
        ("fixed", "4 of 30", files, False),
        ("fixed", "4 of 30", "older", True),  # it was exported again, and is still there
    ):
        kept = {card.id: standing.Kept(card.id, "x", status, seen, where, decision="so")}
        told = standing.with_standing(found, kept, HURTS)
        assert named(told, "double_encoding").standing.stale is stale, (status, seen, where)
        assert standing.is_open(named(told, "double_encoding")) is (stale or status == "fixed")


def test_what_was_decided_about_a_finding_that_is_gone_is_told(found: Assessment) -> None:
    kept = {"0" * 10: standing.Kept("0" * 10, "orphans of people: Firm", "fixed", "4 of 30", "older", "Ute")}
    (gone,) = standing.with_standing(found, kept, HURTS).settled
    assert (gone.about, gone.status, gone.owner) == ("orphans of people: Firm", "fixed", "Ute")


def _set(column: int, value: object) -> Callable[[Page], None]:
    def edit(page: Page) -> None:
        page.cell(2, column).value = value

    return edit


def _wrong() -> Iterator[tuple[str, Callable[[Page], object]]]:
    yield "book_word", _set(STATUS, "maybe")
    yield "book_word", _set(STATUS, None)
    yield "book_word", _set(DECISION, "x" * 501)
    yield "book_day", _set(DUE, "04/12/2026")
    yield "register_incomplete", _set(STATUS, "assigned")
    yield "register_incomplete", _set(STATUS, "accepted")
    yield "register_incomplete", _set(DUE, "2026-12-04")
    yield "book_locked", _set(6, "all is well")
    yield "book_locked", _set(4, 1_000)
    yield "book_row", _set(15, "0123456789")
    yield "book_row", lambda page: page.delete_rows(2)
    yield "book_row", lambda page: page.append([cell.value for cell in page[2]])
    yield "book_columns", lambda page: page.insert_cols(3)
    yield "book_columns", _set(17, "beside")
    yield "book_locked", lambda page: setattr(page.parent["Field use"]["I2"], "value", "drop")
    yield "book_locked", lambda page: page.parent.remove(page.parent["Scores"])
    yield "book_sheet", lambda page: setattr(page, "title", "Mine")


@pytest.mark.parametrize(("code", "edit"), list(_wrong()))
def test_what_does_not_fit_is_told(
    found: Assessment, tmp_path: Path, code: str, edit: Callable[[Page], object]
) -> None:
    assert code in codes(read(filled(found, tmp_path / "a.xlsx", edit)), found)


@pytest.mark.parametrize(
    ("code", "day", "owner"),
    [
        ("en", "'soon' is no day that can be read for certain", "what is assigned or due needs somebody"),
        ("de", "'soon' ist kein Tag, der sich sicher lesen lässt", "was vergeben oder fällig ist, braucht jemanden"),
        ("tr", "'soon' kesin okunabilen bir gün değil", "atanmış ya da vadesi olan bulgunun bir ilgileneni olmalı"),
    ],
)
def test_what_does_not_fit_is_told_in_the_language_of_the_workbook(
    found: Assessment, tmp_path: Path, code: str, day: str, owner: str
) -> None:
    first, second = found.cards[:2]

    def edit(page: Page) -> None:
        page.cell(row_of(page, first), DUE).value = "soon"
        page.cell(row_of(page, second), DUE).value = "2026-12-04"

    brought = read(filled(found, tmp_path / "a.xlsx", edit, code))
    taking.taken(brought, {}, found)
    assert [f.message.startswith(words) for f, words in zip(brought.findings, (day, owner), strict=True)] == [True] * 2
    assert all(f.hint for f in brought.findings)


def test_what_readers_say_is_in_the_language_of_the_report_where_it_has_words(found: Assessment) -> None:
    said = ReadingFigure(
        source="people",
        severity="warning",
        code="no_records",
        message="a.csv holds no record that can be read",
        hint="",
    )
    odd = found.model_copy(update={"reading": (said,)})
    told = {code: sheets.reading(odd, language(code, "assess")).rows[0][2] for code in ("en", "de", "tr")}
    assert told["en"] == said.message and told["tr"] == "a.csv içinde okunabilen kayıt yok"
    assert told["de"] == "a.csv enthält keinen Datensatz, der sich lesen lässt"


def test_rows_may_be_sorted(found: Assessment, tmp_path: Path) -> None:
    def edit(page: Page) -> None:
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        for number, row in enumerate(reversed(rows), 2):
            for column, value in enumerate(row, 1):
                page.cell(number, column).value = value

    brought = read(filled(found, tmp_path / "a.xlsx", edit))
    assert (brought.edits, brought.findings) == ({}, [])


def test_two_copies_of_one_workbook(found: Assessment, tmp_path: Path) -> None:
    """What one of them changed goes in; a cell that both changed in two ways is refused."""
    card = named(found, "double_encoding")
    first = read(filled(found, tmp_path / "a.xlsx", decide(found, card, "assigned", "Ute")))
    kept = taking.taken(first, {}, found)
    other = read(filled(found, tmp_path / "b.xlsx", decide(found, card, "open", "", None, "ask them")))
    both = taking.taken(other, kept, found)[card.id]
    assert (both.status, both.owner, both.decision, other.findings) == ("assigned", "Ute", "ask them", [])
    third = read(filled(found, tmp_path / "c.xlsx", decide(found, card, "assigned", "Kai")))
    taking.taken(third, kept, found)
    assert [finding.code for finding in third.findings] == ["book_conflict"]


def test_words_that_nobody_took_are_seen(found: Assessment, tmp_path: Path) -> None:
    brought = read(
        filled(found, tmp_path / "a.xlsx", decide(found, named(found, "double_encoding"), "assigned", "Ute"))
    )
    assert taking.unkept(brought, {}) == 2
    assert taking.unkept(brought, taking.taken(brought, {}, found)) == 0


def test_a_workbook_of_something_else(found: Assessment, tmp_path: Path) -> None:
    plain = openpyxl.Workbook()
    plain.save(tmp_path / "plain.xlsx")
    assert taking.came(tmp_path / "plain.xlsx") is None
    other = found.model_copy(update={"title": "another shop"})
    with pytest.raises(UsageError, match="is of `another shop`"):
        taking.taken(read(filled(other, tmp_path / "a.xlsx", lambda page: None)), {}, found)


def test_other_decisions_and_comments_in_the_file_stay(found: Assessment, tmp_path: Path) -> None:
    path = tmp_path / standing.NAME
    text = "# ours\nfindings:\n  - {finding: aaaa, about: b, status: open, owner: Kai, seen: 1 of 2, files: f} # Kai\n"
    path.write_text(text, "utf-8")
    card = named(found, "double_encoding")
    brought = read(filled(found, tmp_path / "a.xlsx", decide(found, card, "assigned", "Ute")))
    standing.keep(tmp_path, taking.taken(brought, standing.read(tmp_path), found))
    assert path.read_text("utf-8").startswith("# ours\n") and "# Kai" in path.read_text("utf-8")
    assert {each.owner for each in standing.read(tmp_path).values()} == {"Kai", "Ute"}


@pytest.mark.parametrize(
    "entry",
    [
        "{finding: a, about: b, status: done, seen: 1 of 2, files: f}",
        "{finding: a, about: b, status: accepted, seen: 1 of 2, files: f}",
        "{finding: a, about: b, status: open, due: soon, owner: c, seen: 1 of 2, files: f}",
        "{finding: a, about: b, status: open, files: f}",
        "{finding: a, about: b, status: open, seen: 1 of 2, files: f, note: x}",
        ", ".join(["{finding: a, about: b, status: open, seen: s, files: f}"] * 2),
    ],
)
def test_an_entry_that_cannot_be_taken_stops(tmp_path: Path, entry: str) -> None:
    (tmp_path / standing.NAME).write_text(f"findings: [{entry}]\n", "utf-8")
    with pytest.raises(InputError):
        standing.read(tmp_path)


def test_findings_burn_down_and_the_figures_add_up(found: Assessment) -> None:
    card = named(found, "double_encoding")
    before = found
    fresh = card.model_copy(update={"id": "new", "kind": "cut_text", "count": 7, "source": "else"})
    rest = [each for each in found.cards if each is not card]
    decided = rest[0].model_copy(
        update={"standing": rest[0].standing.model_copy(update={"status": "accepted", "decision": "so"})}
    )
    now = found.model_copy(update={"cards": (decided, *rest[1:], fresh)})
    since = compared(now, before).since
    assert since is not None
    whole, *parts = since.burn
    assert (whole.before, whole.gone, whole.new, whole.now) == (len(found.cards), 1, 1, len(found.cards))
    assert (whole.open_before, whole.open_now) == (whole.before, whole.now - 1)
    assert whole.cells_before - card.count + 7 == whole.cells_now
    for burn in since.burn:
        assert burn.before - burn.gone + burn.new == burn.now
    for name in ("before", "gone", "new", "now", "open_before", "open_now", "cells_before", "cells_now"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
