"""A sample as a workbook for its reviewer: each record with its sides, field by field, and a cell for the verdict.

It shows what people and companies really are called: `write_file` keeps it to its owner (0600).
"""

import io
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crm_migrate.correcting.sheets import Facts, cut, head, hide, styled
from crm_migrate.reports.workbook import timeless
from crm_migrate.reviewing.paper import printed, protect
from crm_migrate.signing.drawing import Drawn
from crm_migrate.stages.reconcile.side_by_side import Record
from crm_migrate.words.language import Language
from crm_migrate.workspace.sample_packs import VERDICTS, SampledRecord

KIND = "sample"
COLUMNS = ("number", "record", "target_id", "field", "source_value", "expected", "actual", "verdict", "note")
VERDICT, NOTE, KEY = COLUMNS.index("verdict"), COLUMNS.index("note"), len(COLUMNS)  # the last is hidden
_WIDTHS = (6, 30, 18, 22, 34, 34, 34, 14, 40, 10)
_BAND = PatternFill("solid", start_color="FFDDE6F2", end_color="FFDDE6F2")
_BOLD, _TITLE = Font(bold=True), Font(bold=True, size=16)
_UNLOCKED = Protection(locked=False)


def render(drawn: Drawn, language: Language) -> bytes:
    """The bytes of the workbook; the same sample gives the same bytes."""
    book = Workbook(write_only=True)
    _start(book.create_sheet(language.sheet("sample.start")), drawn, language)
    page = book.create_sheet(language.sheet("sample.script"))
    page.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.column_dimensions[get_column_letter(KEY + 1)].hidden = True
    page.append(head(page, (*(language.name("column", key) for key in COLUMNS), drawn.pack.id)))
    rows = 1
    said = {(each.object, each.entity): each for each in drawn.pack.records}
    for number, record in enumerate(drawn.records, 1):
        for cells in _lines(page, number, record, said[record.object, record.entity]):
            page.append(cells)
            rows += 1
    words = ",".join(language.name("word", word) for word in VERDICTS)
    offer = DataValidation("list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=True)
    offer.add(f"{get_column_letter(VERDICT + 1)}2:{get_column_letter(VERDICT + 1)}{rows}")
    page.data_validations.append(offer)
    protect(page)
    printed(page)
    hide(book, Facts(KIND, drawn.pack.run, (drawn.pack.id,)))
    buffer = io.BytesIO()
    book.save(buffer)
    return timeless(buffer)


def _start(page: Worksheet, drawn: Drawn, language: Language) -> None:
    """What it is, what it proves, and how to fill it in."""
    pack = drawn.pack
    page.column_dimensions["A"].width = 110
    at_random = sum(each.random for each in pack.records)
    facts = {
        "reviewer": pack.reviewer,
        "run": pack.run,
        "environment": pack.environment,
        "records": language.number(len(pack.records)),
        "drawn": language.number(at_random),
        "more": language.number(len(pack.records) - at_random),
        "population": language.number(pack.population),
        "strata": language.number(pack.strata),
        "prove": pack.prove,
        "confidence": pack.confidence,
    }
    title = styled(page, language.word("sample.title", **facts))
    title.font = _TITLE
    page.append([title])
    for key in ("what", "proves", "how", "wrong", "back", "care"):
        page.append([styled(page, language.word(f"sample.{key}", **facts))])


def _lines(page: Worksheet, number: int, record: Record, said: SampledRecord) -> Iterator[list[WriteOnlyCell]]:
    """The line of a record, and one for each of its fields that has a value on any side."""
    key = f"{record.object}/{record.entity}"
    why = "; ".join(said.why)
    told = (str(number), f"{record.object}: {record.name}", record.target_id, "", "", "", why)
    cells = [styled(page, cut(text)) for text in told]
    for cell in cells:
        cell.fill, cell.font = _BAND, _BOLD
    yield [*cells, _open(page), _open(page), styled(page, key)]
    for each in record.sides:
        if each.source or each.expected or each.actual:
            sides = (str(number), "", "", each.field, each.source, each.expected, each.actual)
            yield [
                *(styled(page, cut(text)) for text in sides),
                _open(page),
                _open(page),
                styled(page, f"{key}/{each.field}"),
            ]


def _open(page: Worksheet) -> WriteOnlyCell:
    cell = styled(page, "", open_=True)
    cell.protection = _UNLOCKED
    return cell
