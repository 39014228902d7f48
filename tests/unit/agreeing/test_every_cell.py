"""Every cell that a workbook opens can be changed, and changes its line of the mapping and no other."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.agreeing.standing import Standing, standing
from crm_migrate.mapping.editing import Set, edited
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.resolving import draft
from crm_migrate.mapping.tree import Scalar
from crm_migrate.workspace.layout import Project

ROOT = Path(__file__).resolve().parents[3]
FILES = [ROOT / "sample_data" / name / "crm-migrate.yaml" for name in ("anadolu", "hotel")]


@cache
def open_cells(file: Path) -> Standing:
    return standing(draft(Project(file.parent, file)))


@pytest.mark.cases(1)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_one_line_of_a_sample_company_changes(file: Path, data: st.DataObject) -> None:
    cells = open_cells(file).cells
    written = cells[data.draw(st.sampled_from(sorted(cells)))]
    text = file.read_text("utf-8")
    new = edited(text, [Set(written.path, "Başka: sütun, #2" + written.rest)], file.name)

    assert sum(a != b for a, b in zip(text.split("\n"), new.split("\n"), strict=True)) == 1
    node = read_text(new, file.name)[0].find(written.path)
    assert isinstance(node, Scalar)
    assert node.text == "Başka: sütun, #2" + written.rest


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_all_plain_columns_and_inline_words_are_open(file: Path) -> None:
    found = open_cells(file)
    plain = [key for key, column in found.cells if column != "translation"]

    assert len(plain) > 20
    assert set(found.fixed.values()) <= {"computed", "same_row", "file"}
