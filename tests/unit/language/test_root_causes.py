"""One slip is one error, where it was made, with advice in the right direction."""

from pathlib import Path

import pytest

from crm_migrate.finding import errors
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
project: {name: h, money: {report_in: EUR, rate_on: close_date}}
sources:
  firma: {file: firma.csv, key: No}
environments:
  local: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: firma
    fields:
      name: {firma: Unvan}
      phone: {firma: Tel}
  deals:
    from: firma
    fields:
      name: {firma: Unvan}
      amount: {firma: Tutar}
      stage: {firma: Durum}
      close_date: {firma: Tarih}
      currency: {constant: EUR}
checks:
  - {id: C1, object: deals, assert: "close_date", else: hold}
reconcile:
  kpis:
    pipeline: {of: deals, sum: amount, where: "close_date > '2024-01-01'", by: [close_quarter]}
examples:
  - name: e1
    given: {firma: [{No: 1, Unvan: A, Tel: "1"}]}
    expect: {accounts: [{name: A}]}
"""
HEADERS = {"firma": ["No", "Unvan", "Tel", "Tutar", "Durum", "Tarih"]}


def told(folder: Path, *change: str) -> list[tuple[str, int, str]]:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace(*change, 1) if change else MAPPING, "utf-8")
    plan, findings = examine(Project(folder, folder / "crm-migrate.yaml"), columns=lambda source: HEADERS[source.name])
    assert (plan is None) == bool(errors(findings))
    return [(f.code, f.place.line, f.hint) for f in findings]


def test_the_mapping_is_right(tmp_path: Path) -> None:
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "meant"),
    [
        ("close_date: {firma", "close_dat: {firma", "field_unknown", 19, "close_date"),
        ("stage: {firma", "stge: {firma", "field_unknown", 18, "stage"),
        ("  deals:\n", "  deal:\n", "object_unknown", 13, "deals"),
        ("  firma: {file", "  frma: {file", "source_unknown", 4, "firma"),
        ("    from: firma", "    from: fima", "source_unknown", 9, "firma"),
        ("    from: firma", "    from: [fima]", "source_unknown", 9, "firma"),
        ("    from: firma", "    from: {fima: {trust: 1}}", "source_unknown", 9, "firma"),
        ("name: {firma: Unvan}", "name: {firma: Unvn}", "column_unknown", 11, "Unvan"),
        ("sum: amount", "sum: amont", "field_unknown", 25, "amount"),
        ("rate_on: close_date", "rate_on: close_dat", "field_unknown", 2, "close_date"),
    ],
)
def test_one_slip_is_one_error(tmp_path: Path, old: str, new: str, code: str, line: int, meant: str) -> None:
    assert told(tmp_path, old, new) == [(code, line, f"Did you mean `{meant}`?")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("      phone: {firma: Tel}", "        phone: {firma: Tel}", 12),
        ("      name: {firma: Unvan}", "     name: {firma: Unvan}", 12),
        ("    from: firma", "   from: firma", 10),
        ("name: {firma: Unvan}", "name: Unvan\n        survive: trust", 12),
    ],
)
def test_a_wrong_indentation_advises_no_quotes(tmp_path: Path, old: str, new: str, line: int) -> None:
    ((code, at, hint),) = told(tmp_path, old, new)
    assert (code, at) == ("mapping_yaml", line) and "one column" in hint and "quote" not in hint


@pytest.mark.parametrize("new", ["name: a: b", "name: [x", "name: 'x"])
def test_what_is_no_indentation_is_told_otherwise(tmp_path: Path, new: str) -> None:
    assert all("one column" not in hint for _, _, hint in told(tmp_path, "name: {firma: Unvan}", new))
