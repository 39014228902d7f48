"""A header below titles is found at the first look: no file is opened again for each row that might be it."""

from pathlib import Path

import openpyxl
import pytest

from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.suggesting.exports import Export, found_in
from crm_migrate_files import encodings
from crm_migrate_files.workbook import Workbook

NAMES = ["Number", "Full name", "Mail", "Town", "Owner", "Since"]
KNOWN = {
    "ledgerly": SourceProfile.model_validate(
        {
            "crm_migrate_source": "1",
            "title": "Ledgerly",
            "last_verified": "2024-01-31",
            "columns": {name: {"left": "a test"} for name in NAMES},
        }
    )
}
PERSON = ["1", "Ada", "ada@firma.example", "Ulm", "bo", "2024-01-31"]


def only(folder: Path, path: Path, known: dict[str, SourceProfile]) -> Export:
    (found,) = found_in(folder, [path], known, {}).exports
    return found


def book(path: Path, *rows: list[str]) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


def text(path: Path, *rows: list[str]) -> Path:
    path.write_text("".join(";".join(row) + "\n" for row in rows), "utf-8")
    return path


TITLED = ([["Contacts of March"], [], NAMES, PERSON], 3)
GROUPED = ([["Person", "", "Reach", "", "Work", "From"], NAMES, PERSON], 2)  # no title, and half of it has names


@pytest.mark.parametrize("known", [KNOWN, {}], ids=["profile", "unknown"])
@pytest.mark.parametrize(("write", "name"), [(book, "a.xlsx"), (text, "a.csv")])
def test_a_header_below_a_title_and_a_blank_row(
    tmp_path: Path, known: dict[str, SourceProfile], write: object, name: str
) -> None:
    assert callable(write)
    found = only(tmp_path, write(tmp_path / name, *TITLED[0]), known)
    assert found.header_row == TITLED[1]
    assert list(found.study.table.columns) == NAMES
    assert [fit.name for fit in found.fits] == list(known)


@pytest.mark.parametrize(("write", "name"), [(book, "a.xlsx"), (text, "a.csv")])
def test_a_profile_is_found_below_a_row_that_is_no_title(tmp_path: Path, write: object, name: str) -> None:
    assert callable(write)
    path = write(tmp_path / name, *GROUPED[0])
    assert only(tmp_path, path, KNOWN).header_row == GROUPED[1]
    assert only(tmp_path, path, {}).header_row is None


def test_a_column_beyond_the_header_has_a_name_there_too(tmp_path: Path) -> None:
    wide = [[f"{n}", *PERSON] for n in range(20)]
    found = only(tmp_path, book(tmp_path / "a.xlsx", ["Contacts"], NAMES, *wide), KNOWN)
    assert list(found.study.table.columns) == [*NAMES, "Column 7"]


def test_a_sheet_without_titles_is_read_no_oftener_than_for_its_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "a.xlsx", NAMES, *([PERSON] * 12))
    jobs: list[bool] = []
    run = Workbook._run

    def counted(self: Workbook, folder: Path, *, listing: bool) -> int:
        jobs.append(listing)
        return run(self, folder, listing=listing)

    monkeypatch.setattr(Workbook, "_run", counted)
    assert only(tmp_path, path, {}).header_row is None
    assert jobs.count(False) == 2  # its columns, and its sample


def test_a_text_without_titles_is_surveyed_no_oftener_than_for_its_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = text(tmp_path / "a.csv", NAMES, *([PERSON] * 12))
    surveys: list[int] = []
    survey = encodings.survey
    monkeypatch.setattr(encodings, "survey", lambda handle: (surveys.append(1), survey(handle))[1])
    assert only(tmp_path, path, {}).header_row is None
    assert len(surveys) == 2
