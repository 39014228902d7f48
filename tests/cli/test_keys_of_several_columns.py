"""A key of several columns, typed as a report shows it (`Ost · 7`), is understood wherever a row is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from called import call

MAPPING = """\
crm_migrate: 1
project: {name: Laden, locale: de-DE, as_of: 2025-03-14}
sources:
  k: {file: k.csv, key: [Filiale, Nr]}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
privacy:
  erase: {list: erased.csv}
objects:
  contacts:
    from: k
    fields:
      last_name: Name
      city: Ort
"""
ROWS = "Filiale;Nr;Name;Ort\nOst;7;Holzmann;Ulm\nOst;8;Tannert;Uml\nWest;7;Buchner;Bonn\n"
CORRECTION = """\
corrections:
  - {id: C-1, row: "k:Ost · 8", column: Ort, was: Uml, now: Ulm, who: ute, when: 2025-03-01, why: misspelt}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    (folder / "k.csv").write_text(ROWS, "utf-8")
    (folder / "erased.csv").write_text("key\nk:Ost · 7\n", "utf-8")
    (folder / "decisions").mkdir()
    (folder / "decisions" / "corrections.yaml").write_text(CORRECTION, "utf-8")
    return folder


@pytest.fixture(scope="module")
def figures(project: Path) -> dict[str, Any]:
    done = call("run", str(project), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def test_the_person_is_erased(figures: dict[str, Any]) -> None:
    (line,) = figures["accounting"]
    assert {state: count for state, count in line["states"].items() if count} == {"created": 2, "excluded": 1}


def test_the_cell_is_corrected(project: Path, figures: dict[str, Any]) -> None:
    shown = call("explain", "k:Ost · 8", str(project)).stdout
    assert figures["gates"]
    assert "Tannert" in shown
    assert "Ulm" in shown


def test_the_subject_is_found(project: Path, figures: dict[str, Any]) -> None:
    done = call("subject", str(project), "--key", "k:West · 7", "--reveal", "--json")
    assert figures["gates"]
    assert len(json.loads(done.stdout)["target_records"]) == 1, done.stderr
