"""A report speaks one language: no text of the page or the workbook is English out of the catalogue."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook
from shop import Shop

from crm_migrate.codes import CODES
from crm_migrate.reports.speaking import CAUSES, LIMITS, UNCHECKED
from crm_migrate.words.language import language
from crm_migrate.words.messages import READING, REASONS, SENTENCES, recognise

# Words that English sentences cannot do without, and that are no words of Turkish; German has some of them too.
_STOP = r"the|is|are|were|and|of|to|not|that|with|which|its|this|has|have|or|from|by|no|a|it|what|be"
STOP = {"de": re.compile(rf"\b(?:{_STOP})\b"), "tr": re.compile(rf"\b(?:{_STOP}|was|in|an)\b")}
# What stays as it is: codes, names of fields, of a source, types and stages, and the words of the mapping for consent,
# which are values here; the families of key figures as `accept:` names them.
OURS = {*CODES, "granted", "withdrawn", "unknown", "evidence", "text", "complete", "people", "money", "sales"}


class _Texts(HTMLParser):
    """The text nodes of a page outside of scripts, styles and code; those marked as foreign too."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "rect", "input", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style", "code", "bdi", "option"} & set(self.open):
            self.found.append(" ".join(data.split()))


def page_texts(path: Path) -> Iterator[str]:
    parser = _Texts()
    parser.feed(path.read_text("utf-8"))
    yield from parser.found


def cell_texts(path: Path) -> Iterator[str]:
    for sheet in load_workbook(path):
        for row in sheet.iter_rows(values_only=True):
            yield from (str(value) for value in row if value is not None)


def english(text: str, code: str) -> bool:
    """Whether a text is one of the English catalogue that a language says otherwise, or reads like English."""
    if text in OURS or not re.search(r"[^\W\d_]", text):  # a figure is of no language
        return False
    said = language(code).words.values()
    if any(recognise(text, family) for family in (SENTENCES, CAUSES, UNCHECKED, READING, LIMITS)) and text not in said:
        return True
    bare = re.sub(r"`[^`]*`|‘[^’]*’|\"[^\"]*\"|\S*[@:/_.]\S+", " ", text)
    stop = STOP[code]
    return text in _said(code) or len(stop.findall(bare)) > 1 or bool(recognise(text, REASONS) and stop.search(bare))


@cache
def _said(code: str) -> set[str]:
    here = language(code).words
    english = language("en").words.items()  # a term of comparing may be the name of a field or of a semantic type too
    known = {t for key, t in english if here[key] != t and len(t) > 3 and not key.startswith(("term.", "kind."))}
    return known - set(here.values())


@pytest.mark.parametrize("code", sorted(STOP))
@pytest.mark.parametrize("kind", ["accepted", "sabotaged"])
def test_no_english_stands_in_a_report_of_another_language(kind: str, code: str, finished: dict[str, Shop]) -> None:
    run = finished[kind]
    folder = run.report(code)
    columns = {name for rows in (run.firms, run.people, run.chances) for name in rows[0]} | {"State"}  # of the sources
    page = sorted({text for text in page_texts(folder / "report.html") if english(text, code)} - columns)
    book = sorted({text for text in cell_texts(folder / "report.xlsx") if english(text, code)} - columns)
    assert (page, book) == ([], [])
