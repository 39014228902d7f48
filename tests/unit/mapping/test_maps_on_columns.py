"""Value maps on several columns: how they are written, which columns a field asks them with, and what is told."""

from pathlib import Path

import pytest

from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import resolve
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
sources:
  a: {file: a.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  stage: MAP
objects:
  deals:
    from: a
    fields: {name: Name, stage: CELL}
"""
NESTED = "{by: [pipeline, stage], map: {Satış: {Teklif: proposal}, Servis: {Teklif: negotiation}, '': {Yeni: new}}}"
FILE = "{by: [pipeline, stage], file: stages.csv}"
LINES = "pipeline,stage,to\nSatış,Teklif,proposal\nServis,Teklif,negotiation\n,Yeni,new\n"
ENTRIES = {"Satış␟Teklif": "proposal", "Servis␟Teklif": "negotiation", "␟Yeni": "new"}
COLUMNS = ("Id", "Name", "pipeline", "stage", "Hat", "Aşama", "Bölge")


def resolved(folder: Path, written: str, cell: str = "stage | map(stage)", lines: str = LINES) -> Plan:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("MAP", written).replace("CELL", cell), "utf-8")
    (folder / "stages.csv").write_text(lines, "utf-8")
    return resolve(Project(folder, folder / "crm-migrate.yaml"), columns=lambda _: COLUMNS)[0]


def asked(plan: Plan) -> tuple[str | None, tuple[str, ...]]:
    """The cell's own column, and what its map is asked with."""
    cell = plan.object("deals").field("stage").cells["a"]
    return cell.column, next(step.args for step in cell.steps if step.name == "map")


def wrong(folder: Path, *args: str) -> Finding:
    with pytest.raises(MappingError) as caught:
        resolved(folder, *args)
    (finding,) = [f for f in caught.value.findings if f.severity.name == "ERROR"]
    assert finding.hint and finding.place.line
    return finding


@pytest.mark.parametrize("written", [NESTED, FILE])
def test_words_of_several_columns_stand_in_each_other_or_beside_each_other(tmp_path: Path, written: str) -> None:
    plan = resolved(tmp_path, written)

    assert plan.value_maps["stage"].entries == ENTRIES
    assert plan.value_maps["stage"].by == ("pipeline", "stage")
    assert asked(plan) == ("stage", ("stage", "pipeline"))


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("Aşama | map(stage)", ("Aşama", ("stage", "pipeline"))),
        ('"Aşama | map(stage, Hat)"', ("Aşama", ("stage", "Hat"))),
        ("{a: Aşama, then: 'map(stage, Hat)'}", ("Aşama", ("stage", "Hat"))),
    ],
)
def test_a_field_names_the_columns_that_are_called_otherwise(
    tmp_path: Path, cell: str, told: tuple[str, tuple[str, ...]]
) -> None:
    assert asked(resolved(tmp_path, NESTED, cell)) == told


def test_three_columns_decide_together(tmp_path: Path) -> None:
    written = "{by: [Bölge, Hat, stage], map: {Ege: {Satış: {Teklif: proposal}}}}"

    assert asked(resolved(tmp_path, written)) == ("stage", ("stage", "Bölge", "Hat"))


def test_columns_beside_the_cell_are_columns_that_somebody_takes(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(
        MAPPING.replace("MAP", NESTED).replace("CELL", '"Aşama | map(stage, Hat)"'), "utf-8"
    )
    columns = ("Id", "Name", "Aşama", "Hat", "Bölge")
    _, findings = resolve(Project(tmp_path, tmp_path / "crm-migrate.yaml"), columns=lambda _: columns)

    (left,) = [f for f in findings if f.code == "columns_unmapped"]
    assert left.message.endswith("`Bölge`")


def test_a_column_that_is_not_there_is_told_with_the_way_to_name_it(tmp_path: Path) -> None:
    written = NESTED.replace("pipeline", "hattı")
    finding = wrong(tmp_path, written)
    assert (finding.code, "`hattı`" in finding.message) == ("column_unknown", True)
    assert "map(stage, COLUMN)" in finding.hint

    finding = wrong(tmp_path, NESTED, '"Aşama | map(stage, Hatt)"')
    assert (finding.code, finding.hint) == ("column_unknown", "Did you mean `Hat`?")


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("{by: [stage], map: {Teklif: proposal}}", "mapping_value", "one column alone needs none"),
        ("{by: stage, map: {Teklif: proposal}}", "mapping_value", "one column alone needs none"),
        ("{by: [], map: {Teklif: proposal}}", "mapping_value", "one column alone needs none"),
        ("{by: [stage, stage], map: {A: {Teklif: proposal}}}", "mapping_value", "names a column twice"),
        ("{by: [stage, to], file: stages.csv}", "mapping_value", "`to` is the column of the translation"),
        ("{map: {Satış: {Teklif: proposal}}}", "mapping_value", "and the map has no `by:`"),
        ("{by: [pipeline, stage], map: {Teklif: proposal}}", "mapping_value", "1 word(s), and `by:` names 2"),
        ("{by: [pipeline, stage], map: {A: {B: {C: new}}}}", "mapping_value", "3 word(s), and `by:` names 2"),
        ("{by: [pipeline, stage], map: {A: {B: [c]}}}", "mapping_value", "a text is wanted here"),
        (
            "{by: [pipeline, stage], map: {A: {B: new, 'B ': proposal}}}",
            "mapping_duplicate",
            "`A, B ` has two translations",
        ),
        ("{by: [pipeline, stage]}", "mapping_missing", "is empty"),
        ("{by: [pipeline, state], file: stages.csv}", "mapping_file", "has no column `state`"),
    ],
)
def test_a_map_that_cannot_be_meant_is_told_with_its_place(tmp_path: Path, written: str, code: str, said: str) -> None:
    finding = wrong(tmp_path, written)

    assert finding.code == code
    assert said in finding.message
    assert finding.place.line == 7


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("Satış,Teklif,won", "mapping_duplicate", "line 5), the first: Satış, Teklif"),
        (",,won", "mapping_file", "without `pipeline`, `stage` (line 5)"),
        ("Satış,Teklif", "mapping_file", "another number of cells"),
        ("Sa␟tış,Teklif,won", "mapping_file", "`␟`"),
    ],
)
def test_a_line_of_the_file_that_cannot_be_meant_is_told(tmp_path: Path, line: str, code: str, said: str) -> None:
    finding = wrong(tmp_path, FILE, "stage | map(stage)", LINES + line + "\n")

    assert finding.code == code
    assert said in finding.message


def test_the_same_translation_twice_is_none_too_many(tmp_path: Path) -> None:
    assert resolved(tmp_path, FILE, lines=LINES + "Satış ,Teklif,proposal\n").value_maps["stage"].entries == ENTRIES


@pytest.mark.parametrize(
    ("written", "cell", "said"),
    [
        (NESTED, '"stage | map(stage, Hat, Bölge)"', "with 2 column(s) beside the cell, and has 1"),
        ("{map: {Teklif: proposal}}", '"stage | map(stage, Hat)"', "with 1 column(s) beside the cell, and has 0"),
        (NESTED, '"stage | map(stage, pipeline=Hat)"', "takes the name of one value map"),
        (NESTED, '"stage | map()"', "takes the name of one value map"),
    ],
)
def test_a_map_is_asked_with_as_many_columns_as_it_has(tmp_path: Path, written: str, cell: str, said: str) -> None:
    finding = wrong(tmp_path, written, cell)

    assert finding.code == "mapping_text"
    assert said in finding.message


def test_nested_words_stay_where_they_are_in_a_file_with_another_fault(tmp_path: Path) -> None:
    finding = wrong(tmp_path, NESTED, "stage | mapp(stage)")

    assert finding.code == "step_unknown"
