"""Every workbook that we write, opened and saved by LibreOffice: the same cells, lists and filters, and no formula."""

import shutil
import zipfile
from typing import Any

import openpyxl
import pytest
from assessed import Assessed
from office import PROGRAM, saved_again
from openpyxl.worksheet.worksheet import Worksheet
from shop import Shop

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no LibreOffice: apt-get install libreoffice-calc")
OURS = ("report", "review", "sample", "rejects", "mapping", "assessment")


@pytest.fixture(scope="module")
def books(finished: dict[str, Shop], assessment: Assessed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Name -> the workbook as we wrote it and as LibreOffice did."""
    folder = tmp_path_factory.mktemp("office")
    run = finished["accepted"]
    shutil.copy(run.report("de") / "report.xlsx", folder / "report.xlsx")
    shutil.copy(assessment.pages("de") / "assessment.xlsx", folder / "assessment.xlsx")
    run.call("review", "-o", str(folder / "review.xlsx"), "--lang", "de")
    run.call("sample", "--reviewer", "Ada Ray", "-o", str(folder / "sample.xlsx"), "--lang", "de")
    run.call("rejects", "-o", str(folder / "rejects.xlsx"), "--held")
    run.call("mapping", "export", "-o", str(folder / "mapping.xlsx"), "--lang", "de")
    written = [folder / f"{name}.xlsx" for name in OURS]
    again = saved_again(written, folder)
    pairs = zip(written, again, strict=True)
    return {ours.stem: (openpyxl.load_workbook(ours), openpyxl.load_workbook(theirs), ours) for ours, theirs in pairs}


def _cells(page: Worksheet) -> dict[str, object]:
    found = (cell for row in page.iter_rows() for cell in row)
    return {c.coordinate: c.value for c in found if c.value not in (None, "") and c.data_type != "f"}


def _lists(page: Worksheet) -> dict[str, object]:
    """Cell -> what may be chosen there."""
    ranges = ((v.formula1, each) for v in page.data_validations.dataValidation for each in v.sqref.ranges)
    return {f"{row},{column}": formula for formula, each in ranges for row, column in each.cells}


@pytest.mark.parametrize("name", OURS)
def test_libreoffice_reads_what_we_wrote(name: str, books: dict[str, Any]) -> None:
    ours, theirs, _ = books[name]
    assert ours.sheetnames == theirs.sheetnames
    for mine, other in zip(ours.worksheets, theirs.worksheets, strict=True):
        assert _cells(mine) == _cells(other), mine.title
        assert _lists(mine) == _lists(other), mine.title
        assert mine.auto_filter.ref == other.auto_filter.ref, mine.title
        assert (mine.sheet_state == "visible") == (other.sheet_state == "visible"), mine.title


@pytest.mark.parametrize("name", OURS)
def test_no_cell_of_data_is_computed_and_tables_keep_their_heads(name: str, books: dict[str, Any]) -> None:
    """The counts on the first page of the questions are formulas of ours, and no others are."""
    ours, theirs, path = books[name]
    for mine, other in zip(ours.worksheets, theirs.worksheets, strict=True):
        formulas = [c.value for row in other.iter_rows() for c in row if c.data_type == "f"]
        assert all(str(text).startswith("=COUNTIF(") for text in formulas) and (not formulas or name == "review")
        if mine.auto_filter.ref and mine.sheet_state == "visible":
            assert mine.freeze_panes, mine.title
    with zipfile.ZipFile(path) as archive:
        assert not [each for each in archive.namelist() if "external" in each or "vba" in each.lower()]
