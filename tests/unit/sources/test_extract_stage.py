"""The extract stage: what lies on disk afterwards, going on, and refusing what changed."""

import json
from pathlib import Path

import pytest

from crm_migrate.connecting.contract import FileFact, Source, SourceBatch, SourceSpec, TargetField, TargetObject
from crm_migrate.errors import InputError, UsageError
from crm_migrate.mapping.opening import build_spec
from crm_migrate.mapping.plan import CorrectionPlan, FilePlan, SkipPlan, SourcePlan
from crm_migrate.stages import extract as stage
from crm_migrate.stages.extract import ExtractResult, extract, read_facts
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.parts import read_manifest, tables
from crm_migrate_files import CONNECTOR
from crm_migrate_sql import CONNECTOR as SQL

PLAN = SourcePlan(name="kisi", files=(FilePlan(pattern="old/*.csv"),), key=("Id",), locale="tr-TR", time_zone="UTC")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "b.csv").write_bytes("Id;Ad\n3;Gül\n".encode())
    (tmp_path / "old" / "a.csv").write_bytes("Id;Ad\n1;Ayşe\n2\n2;Ali\n;x\n".encode())
    return Project(tmp_path, tmp_path / "crm-migrate.yaml")


def run(project: Project, plan: SourcePlan = PLAN, name: str = "r1") -> ExtractResult:
    return extract(plan, project, project.run(name), source=CONNECTOR.source(build_spec(plan, project)))


def rows(project: Project, *table: str) -> list[dict[str, object]]:
    return [row for t in tables(project.run("r1").table("extract", "kisi", *table)) for row in t.to_pylist()]


def test_what_lies_on_disk(project: Project) -> None:
    result = run(project)
    assert (result.records, result.quarantined, result.columns) == (4, 1, ("Id", "Ad"))
    assert [f.path for f in result.files] == ["old/a.csv", "old/b.csv"]  # sorted, relative, with `/`
    assert rows(project, "records")[3] == {"__row": 3, "__file": 1, "__line": 2, "Id": "3", "Ad": "Gül"}
    aside = rows(project, "quarantine")
    assert [(r["file"], r["line"], r["code"], r["raw"]) for r in aside] == [(0, 3, "cell_count", "2")]
    facts = json.loads((project.run("r1").table("extract", "kisi") / "facts.json").read_text("utf-8"))
    assert [(f["records"], f["quarantined"], f["counted"]) for f in facts["files"]] == [(3, 1, 4), (1, 0, 1)]
    assert [f.code for f in result.findings] == ["key_missing"]
    assert read_facts(project.run("r1"), "kisi") == result


def test_what_is_there_is_not_read_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(project)
    monkeypatch.setattr(stage, "_write", None)  # reading again would fail
    second = run(project)
    assert second.reused
    assert second.key == first.key


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_a_changed_source_is_refused(project: Project, change: str) -> None:
    run(project)
    folder = project.folder / "old"
    if change == "edit":
        (folder / "b.csv").write_bytes(b"Id;Ad\n3;Gul\n")
    elif change == "add":
        (folder / "c.csv").write_bytes(b"Id;Ad\n9;x\n")
    else:
        (folder / "b.csv").unlink()
    with pytest.raises(InputError, match=r"not what this run read before: old/[bc]\.csv changed") as caught:
        run(project)
    assert caught.value.exit_code == 3
    assert run(project, name="r2").key  # a new run reads what is there now


def test_a_changed_mapping_of_the_source_is_refused(project: Project) -> None:
    run(project)
    with pytest.raises(InputError, match="the mapping or the program changed"):
        run(project, PLAN.model_copy(update={"delimiter": ";"}))


def test_a_correction_that_came_since_is_refused(project: Project) -> None:
    run(project)
    source = CONNECTOR.source(build_spec(PLAN, project))
    made = CorrectionPlan(name="C-1", column="Ad", was="Ali", now="Veli", by="ayse", key="2")
    with pytest.raises(InputError, match="not what this run read before"):
        extract(PLAN, project, project.run("r1"), source=source, corrections=(made,))


def test_an_attempt_that_was_cut_off_leaves_nothing_behind(project: Project) -> None:
    class Dying:
        def __init__(self, inner: Source) -> None:
            self.describe, self.facts, self._inner = inner.describe, inner.facts, inner

        def read(self, batch_rows: int) -> object:
            yield from self._inner.read(1)
            raise InputError("the disk went away")

    folder = project.run("r1").table("extract", "kisi", "records")
    source = Dying(CONNECTOR.source(build_spec(PLAN, project)))
    with pytest.raises(InputError, match="went away"):
        extract(PLAN, project, project.run("r1"), source=source)  # type: ignore[arg-type]
    assert read_manifest(folder) is None
    assert any(folder.iterdir())
    run(project)
    assert [path.name for path in sorted(folder.iterdir())] == ["00000.parquet", "manifest.json"]


def test_a_source_that_loses_a_row_stops_the_run(project: Project) -> None:
    class Losing:
        def __init__(self, inner: Source) -> None:
            self.describe, self._inner = inner.describe, inner

        def read(self, batch_rows: int) -> object:
            for batch in self._inner.read(batch_rows):
                yield SourceBatch(batch.records.slice(1), batch.quarantined)

        def facts(self) -> tuple[tuple[FileFact, ...], tuple[object, ...]]:
            return self._inner.facts()

    source = Losing(CONNECTOR.source(build_spec(PLAN, project)))
    with pytest.raises(InputError, match="4 records were read and 3 written"):
        extract(PLAN, project, project.run("r1"), source=source)  # type: ignore[arg-type]
    assert read_manifest(project.run("r1").table("extract", "kisi", "records")) is None


def test_parts_are_of_one_size(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "PART_ROWS", 3)
    run(project)
    parts = read_manifest(project.run("r1").table("extract", "kisi", "records"))
    assert [part.rows for part in parts or ()] == [3, 1]
    assert [row["__row"] for row in rows(project, "records")] == [0, 1, 2, 3]


def test_a_header_without_records_is_a_table_without_rows(project: Project) -> None:
    (project.folder / "old" / "a.csv").write_bytes(b"Id;Ad\n")
    (project.folder / "old" / "b.csv").unlink()
    result = run(project)
    table = next(tables(project.run("r1").table("extract", "kisi", "records")))
    assert table.column_names == ["__row", "__file", "__line", "Id", "Ad"]
    assert (result.records, table.num_rows) == (0, 0)


def test_a_total_row_is_suspected_unless_it_is_skipped(project: Project) -> None:
    (project.folder / "old" / "b.csv").write_bytes(b"Id;Ad\nGENEL TOPLAM;9\nTotally;x\nSumme:;4\n")
    found = {f.code: f for f in run(project).findings}
    assert found["total_row_suspect"].count == 2
    skipping = PLAN.model_copy(update={"skip": (SkipPlan(name="sums", expression="Id = 'TOPLAM'"),)})
    assert "total_row_suspect" not in {f.code for f in run(project, skipping, "r2").findings}


def test_a_file_that_ends_where_spreadsheets_end_is_told(project: Project) -> None:
    old = project.folder / "old"
    old.joinpath("b.csv").write_text("Id;Ad\n" + "".join(f"{n};x\n" for n in range(65_535)), encoding="utf-8")
    found = [f for f in run(project).findings if f.code == "rows_cut_suspect"]
    assert [f.message for f in found] == [
        "b.csv ends at 65,536 rows, where spreadsheets end: rows may be missing behind them"
    ]


def test_a_missing_key_column_stops_the_run(project: Project) -> None:
    with pytest.raises(InputError, match="the key column `Nr` is not in the source"):
        run(project, PLAN.model_copy(update={"key": ("Nr",)}))


def test_secrets_of_a_url_are_resolved_and_never_shown(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = SourcePlan(
        name="s", connector="sql", url="env:OLD_CRM", table="t", key=("id",), locale="en", time_zone="UTC"
    )
    with pytest.raises(UsageError, match="OLD_CRM is not set"):
        build_spec(plan, project)
    monkeypatch.setenv("OLD_CRM", "postgresql://u:hidden@example/x")
    assert build_spec(plan, project).url == "postgresql://u:hidden@example/x"
    monkeypatch.setenv("PW", "p@ss/word")
    inside = plan.model_copy(update={"url": "postgresql://u:${env:PW}@example/x"})
    assert build_spec(inside, project).url == "postgresql://u:p%40ss%2Fword@example/x"
    (project.folder / "secret").write_text("sqlite:///old.db\n", encoding="utf-8")
    spec = build_spec(plan.model_copy(update={"url": "file:secret"}), project)
    assert (spec.url, spec.folder) == ("sqlite:///old.db", project.folder)


def test_a_relative_sqlite_file_is_placed_by_its_connector(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = project.folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    url = "sqlite:///crm.db"
    for folder, expected in ((project.folder, project.folder / "crm.db"), (None, elsewhere / "crm.db")):
        target = SQL.target({"url": url}, folder=folder)
        target.prepare([TargetObject("t", (TargetField("a", "text"),))], apply=True)
        target.close()
        assert expected.is_file()
    absolute = f"sqlite:///{(elsewhere / 'crm.db').as_posix()}"
    assert SQL.source(SourceSpec("s", url=absolute, table="t", folder=project.folder)).describe().columns


def test_a_file_that_changes_before_it_is_read_is_refused(project: Project) -> None:
    """Its rows would be read under the columns that it had."""
    source = CONNECTOR.source(build_spec(PLAN, project))
    source.describe()
    (project.folder / "old" / "a.csv").write_bytes("Ad;Id\nAyşe;1\nAli;2\n".encode())
    with pytest.raises(InputError, match="has changed since its columns were read"):
        extract(PLAN, project, project.run("r1"), source=source)


def test_a_database_is_one_snapshot_per_run(project: Project) -> None:
    import sqlite3

    path = project.folder / "old.db"
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x')")
    plan = SourcePlan(
        name="kisi", connector="sql", url="sqlite:///old.db", table="t", key=("id",), locale="en", time_zone="UTC"
    )
    source = SQL.source(build_spec(plan, project))
    first = extract(plan, project, project.run("r1"), source=source)
    db.execute("INSERT INTO t VALUES (2, 'y')")
    db.commit()
    db.close()
    again = extract(plan, project, project.run("r1"), source=SQL.source(build_spec(plan, project)))
    assert (first.records, again.records, again.reused) == (1, 1, True)
    assert rows(project, "records") == [{"__row": 0, "__file": 0, "__line": 1, "id": "1", "a": "x"}]


def test_a_source_of_nothing_is_a_wrong_mapping() -> None:
    with pytest.raises(UsageError, match="names no file"):
        CONNECTOR.source(SourceSpec("s"))
    with pytest.raises(UsageError, match="names no database"):
        SQL.source(SourceSpec("s"))
