"""A block at the wrong depth or under a misspelt word is one error, and the rest is checked with it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from crm_migrate.finding import Finding
from crm_migrate.mapping.model import MappingFile
from crm_migrate.mapping.nesting import as_meant
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project
from tests.unit.language.test_root_causes import HEADERS, MAPPING

ROOT = Path(__file__).parents[3]
BLOCKS = (
    MAPPING
    + """owners: {from: owners.csv, unknown: clear}
value_maps:
  stages:
    map:
      Acik: open
      Kapali: won
    unmapped: keep
"""
)
FLAT_OBJECTS = """objects:
  accounts:
  from: firma
  fields:
    name: {firma: Unvan}
    phone: {firma: Tel}
  deals:
  from: firma
  fields:
    name: {firma: Unvan}
"""


def told(folder: Path, text: str) -> list[Finding]:
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    (folder / "owners.csv").write_text("legacy_login,target_email,status,successor\na,a@example.com,active,\n", "utf-8")
    return examine(Project(folder, folder / "crm-migrate.yaml"), columns=lambda source: HEADERS[source.name])[1]


def only(findings: Iterable[Finding]) -> tuple[str, int]:
    """The code and line of the one thing that was told."""
    ((code, line),) = [(f.code, f.place.line) for f in findings]
    return code, line


def wide(line: str) -> int:
    return len(line) - len(line.lstrip())


def under(lines: list[str], at: int) -> int:
    """Where what hangs on a line ends."""
    return next((n for n in range(at + 1, len(lines)) if wide(lines[n]) <= wide(lines[at])), len(lines))


LINES = BLOCKS.splitlines()
HEADS = [
    (at, line.strip())
    for at, line in enumerate(LINES)
    if line.endswith(":") and LINES[at + 1].strip()[:1] != "-"  # a list may stand in the column of its key
]


def test_the_mapping_is_right(tmp_path: Path) -> None:
    assert told(tmp_path, BLOCKS) == []


@pytest.mark.parametrize(("at", "head"), HEADS)
def test_children_in_the_column_of_their_block_are_one_error(tmp_path: Path, at: int, head: str) -> None:
    lines = BLOCKS.splitlines()
    end, step = under(lines, at), wide(lines[at + 1]) - wide(lines[at])
    lines[at + 1 : end] = [line[step:] for line in lines[at + 1 : end]]
    (finding,) = told(tmp_path, "\n".join(lines))
    assert (finding.code, finding.place.line) == ("mapping_nesting", at + 1)
    assert f"`{head[:-1]}`" in finding.message and str(at + 2) in finding.hint and str(end) in finding.hint


@pytest.mark.parametrize(("at", "head"), HEADS)
def test_the_last_child_of_a_block_beside_it_is_one_error(tmp_path: Path, at: int, head: str) -> None:
    lines = BLOCKS.splitlines()
    end = under(lines, at)
    last = max(n for n in range(at + 1, end) if wide(lines[n]) == wide(lines[at + 1]))
    if last == at + 1:
        pytest.skip("an only child")
    step = wide(lines[last]) - wide(lines[at])
    lines[last:end] = [line[step:] for line in lines[last:end]]
    assert only(told(tmp_path, "\n".join(lines))) == ("mapping_nesting", last + 1)


@pytest.mark.parametrize("word", ["match: [{rule: r, same: [name]}]", "on_rerun: {gone: ignore}"])
def test_a_word_of_the_object_among_its_fields(tmp_path: Path, word: str) -> None:
    text = BLOCKS.replace("      phone: {firma: Tel}", f"      phone: {{firma: Tel}}\n      {word}")
    assert only(told(tmp_path, text)) == ("mapping_nesting", 13)


def test_a_section_inside_another(tmp_path: Path) -> None:
    lines = BLOCKS.splitlines()
    end = under(lines, 6)
    lines[6:end] = [f"  {line}" for line in lines[6:end]]
    assert only(told(tmp_path, "\n".join(lines))) == ("mapping_nesting", 7)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("objects:\n", "object:\n"), ("objects:\n", "targets:\n"), ("sources:", "source:"),
        ("environments:", "enviroments:"), ("reconcile:", "reconsile:"), ("checks:", "cheks:"), ("kpis:", "kpi:"),
        ("    fields:\n", "    feilds:\n"), ("    fields:\n", "    columns:\n"), ("    from: firma", "    form: firma"),
        ("sum: amount", "sm: amount"), ("assert:", "asert:"), ("value_maps:", "valuemaps:"), ("unknown:", "unknwn:"),
        ("unmapped: keep", "unmaped: keep"), ("given:", "givn:"), ("money:", "mony:"),
        ("file: firma.csv", "fiel: firma.csv"),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_one_error(tmp_path: Path, old: str, new: str) -> None:
    line = BLOCKS[: BLOCKS.index(old) + len(old) - len(old.lstrip())].count("\n") + 1
    assert only(told(tmp_path, BLOCKS.replace(old, new, 1))) == ("mapping_unknown_word", line)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    fields:\n      name: {firma: Unvan}\n      phone", "    fields:\n    name: {firma: Unvan}\n    phone"),
        ("      phone: {firma: Tel}", "        phone: {firma: Tel}"),
        ("      phone: {firma: Tel}", "     phone: {firma: Tel}"),
        ("    from: firma", "      from: firma"),
        ("    from: firma", "  from: firma"),
        ("  deals:\n", "   deals:\n"),
        ("    fields:\n", "    feilds:\n"),
        ("objects:\n", "object:\n"),
    ],
)
def test_what_hangs_on_nothing_is_checked_in_the_same_round(tmp_path: Path, old: str, new: str) -> None:
    text = BLOCKS.replace(old, new, 1).replace("Tutar}", "Tuttar}")
    findings = told(tmp_path, text)
    wrong = next(n for n, line in enumerate(text.splitlines(), 1) if "Tuttar" in line)
    assert len(findings) == 2, findings
    assert [f.place.line for f in findings if f.code == "column_unknown"] == [wrong]


def test_a_place_in_a_moved_line_is_that_of_the_file(tmp_path: Path) -> None:
    text = BLOCKS.replace("      phone: {firma: Tel}\n", "        phone: {firma: Tel}\n        mobile: {firma: Tell}\n")
    column = next(f for f in told(tmp_path, text) if f.code == "column_unknown").place
    assert column.excerpt[column.column - 1 :].startswith("Tell")


def test_objects_one_below_the_other_are_told_once_each(tmp_path: Path) -> None:
    text = MAPPING[: MAPPING.index("objects:")].replace("rate_on: close_date", "report_in: EUR") + FLAT_OBJECTS
    text = text.replace("report_in: EUR, report_in: EUR", "report_in: EUR")
    findings = [f for f in told(tmp_path, text) if f.code != "columns_unmapped"]
    assert [(f.code, f.place.line) for f in findings] == [("mapping_nesting", 8), ("mapping_nesting", 13)]


def test_a_block_alone_in_the_wrong_column_is_told_alone(tmp_path: Path) -> None:
    (finding,) = told(tmp_path, BLOCKS.replace("    fields:\n", "      fields:\n", 1))
    assert (finding.code, finding.place.line) == ("mapping_yaml", 10)
    assert finding.hint.endswith("move line 10 left by 2.")


def test_what_is_valid_is_never_read_otherwise() -> None:
    places = (ROOT / place for place in ("tests", "sample_data", "mappings", "benchmarks"))
    mappings = [path for place in places for path in place.rglob("*.yaml") if "wrong" not in path.parts]
    read = [read_text(path.read_text("utf-8"), path.name) for path in mappings]
    whole = [(document, told) for document, told in read if document.root.key("sources")]
    assert len(whole) > 5
    for document, told_before in whole:
        meant, left, slips = as_meant(document, MappingFile, told_before)
        assert (meant.root, left, slips) == (document.root, told_before, []), document.name


def test_two_blocks_of_one_name_are_still_told(tmp_path: Path) -> None:
    text = BLOCKS.replace("    from: firma\n", "    from: firma\n    from: firma\n", 1)
    assert only(told(tmp_path, text)) == ("mapping_duplicate", 10)
