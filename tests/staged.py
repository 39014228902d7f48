"""Tables of a run as a test writes them: small frames in the places where a stage looks for them."""

from pathlib import Path
from typing import Any

import polars as pl

from crm_migrate.mapping.plan import CellPlan, FieldPlan, ObjectPlan, Plan, RefPlan, SourcePlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import tables, write_manifest, write_part
from crm_migrate.workspace.tables import RECORDS, SET_ASIDE

Line = dict[str, Any]


def new_run(folder: Path) -> Run:
    """A run inside a project folder, as the pipeline lays it out."""
    return Run(folder / ".crm-migrate" / "runs" / "r1", "r1")


def field(name: str, type_: str = "text", *sources: str, **options: Any) -> FieldPlan:
    """A field that the sources feed from a column of the same name."""
    return FieldPlan(name=name, type=type_, target=name, cells={s: CellPlan(column=name) for s in sources}, **options)


def reference(name: str, ref: RefPlan, *sources: str, **options: Any) -> FieldPlan:
    """A reference field."""
    return field(name, "reference", *sources, ref=ref, **options)


def plan(*objects: ObjectPlan, **options: Any) -> Plan:
    """A plan of these objects in load order; the sources are those that feed them."""
    names = sorted({feed.source for each in objects for feed in (*each.feeds, *each.enrich)})
    return Plan(
        project="test",
        environment=EnvironmentPlan(name="mock", connector="sql"),
        sources=tuple(SourcePlan(name=n, key=("id",), locale="tr-TR", time_zone="UTC") for n in names),
        objects=objects,
        **options,
    )


def mapped(run: Run, each: ObjectPlan, source: str, *lines: Line, parts: int = 1) -> None:
    """Leave `map/<object>/<source>/records`; `key`, `row`, `split`, `changed` and `ev` are short names of ours."""
    names = {"row": "__row", "split": "__split", "key": "__key", "changed": "__changed", "ev": "__ev"}
    fields = [f.name for f in each.fields if source in f.cells]
    schema = RECORDS.frame | dict.fromkeys(fields, pl.String)
    rows = [
        {"__row": number, "__split": 0} | {names.get(key, key): value for key, value in line.items()}
        for number, line in enumerate(lines)
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    write(run, frame, "map", each.name, source, "records", parts=parts)
    if not (run.table("map", each.name, source, "set_aside") / "manifest.json").exists():
        aside(run, each.name, source)


def aside(run: Run, object_name: str, source: str, *lines: Line) -> None:
    """Leave `map/<object>/<source>/set_aside`."""
    rows = [{"__split": 0, "rule": "", "field": "", "message": ""} | line for line in lines]
    frame = pl.DataFrame([{name: row.get(name) for name in SET_ASIDE.columns} for row in rows], schema=SET_ASIDE.frame)
    write(run, frame, "map", object_name, source, "set_aside")


def write(run: Run, frame: pl.DataFrame, *path: str, parts: int = 1) -> None:
    """Publish a frame as a table of the run, cut into that many parts."""
    folder = run.table(path[0], *path[1:])
    size = max(1, -(-len(frame) // parts))
    cuts = [frame.slice(start, size) for start in range(0, max(1, len(frame)), size)]
    write_manifest(folder, [write_part(folder, f"p{n}", cut.to_arrow()) for n, cut in enumerate(cuts)])


def read(run: Run, *path: str) -> pl.DataFrame:
    """A whole table of the run."""
    return pl.concat([pl.DataFrame(pl.from_arrow(part)) for part in tables(run.table(path[0], *path[1:]))])
