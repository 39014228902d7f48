"""Control characters inside cells, and quotes that stayed in them: never glued, never silent."""

from pathlib import Path

import pytest

from crm_migrate.cleansing.cleaner import clean
from crm_migrate.mapping.opening import build_spec
from crm_migrate.mapping.plan import FilePlan, SourcePlan
from crm_migrate.stages.extract import ExtractResult, extract
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.parts import tables
from crm_migrate_files import CONNECTOR


def extracted(folder: Path, data: bytes) -> tuple[ExtractResult, list[dict[str, str]]]:
    (folder / "a.csv").write_bytes(data)
    project = Project(folder, folder / "crm-migrate.yaml")
    plan = SourcePlan(name="s", files=(FilePlan(pattern="a.csv"),), key=(), locale="en-US", time_zone="UTC")
    run = project.run("r1")
    result = extract(plan, project, run, source=CONNECTOR.source(build_spec(plan, project)))
    rows = [row for t in tables(run.table("extract", "s", "records")) for row in t.to_pylist()]
    return result, rows


@pytest.mark.parametrize("code", [0x01, 0x02, 0x03, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F])
def test_a_control_character_parts_values_and_is_told_per_column(tmp_path: Path, code: int) -> None:
    part = bytes([code])
    data = b'Id,Phone,Note\n1,"212-736-5000' + part + b'212-736-5001",x\n2,,"a' + part + b'b"\n3,,c\n'
    result, rows = extracted(tmp_path, data)
    assert [row["Phone"] for row in rows] == ["212-736-5000\n212-736-5001", "", ""]
    assert [row["Note"] for row in rows] == ["x", "a\nb", "c"]
    told = [f for f in result.findings if f.code == "cell_separators"]
    assert [(f.place.field, f.count) for f in told] == [("Phone", 1), ("Note", 1)]
    assert f"0x{code:02X}" in told[0].message


def test_a_bit_of_a_database_is_no_separator(tmp_path: Path) -> None:
    result, rows = extracted(tmp_path, b"Id,Vip\n1,\x01\n2,\x02\n3,x\n")
    assert [row["Vip"] for row in rows] == ["\x01", "\x02", "x"]
    assert not [f for f in result.findings if f.code == "cell_separators"]
    assert clean(["\x01"], "boolean", "en-US")["value"][0] == "true"


def test_what_holds_none_is_not_touched_and_not_told(tmp_path: Path) -> None:
    result, rows = extracted(tmp_path, b'Id,Note\n1,"a\r\nb\tc"\n')
    assert rows[0]["Note"] == "a\r\nb\tc"
    assert not [f for f in result.findings if f.code == "cell_separators"]


@pytest.mark.parametrize("code", [0x01, 0x02, 0x03, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F])
def test_the_cleanser_alone_glues_nothing(code: int) -> None:
    assert clean([f"a{chr(code)}b"], "text", "en-US")["value"][0] == "a\nb"
    for kind, one, other in (
        ("phone", "212-736-5000", "212-736-5001"), ("email", "a@x.example", "b@x.example"),
        ("url", "a.example", "b.example"),
    ):  # fmt: skip
        assert clean([f"{one}{chr(code)}{other}"], kind, "en-US")["flag"][0] == "split", kind


@pytest.mark.parametrize("pair", ["“”", "«»", "‘’", "''", '""'])
def test_a_column_that_stands_in_quotes_is_told_once(tmp_path: Path, pair: str) -> None:
    left, right = pair
    rows = "".join(f"{i};\u00a0{left}Name {i}{right}\u00a0;x\n" for i in range(3))
    result, _ = extracted(tmp_path, f"Id;Name;Note\n{rows}".encode())
    assert [f.place.field for f in result.findings if f.code == "cells_quoted"] == ["Name"]


def test_some_cells_in_quotes_are_names(tmp_path: Path) -> None:
    result, _ = extracted(tmp_path, "Id;Name\n1;«Ромашка»\n2;ООО «Лютик»\n".encode())
    assert not [f for f in result.findings if f.code == "cells_quoted"]
