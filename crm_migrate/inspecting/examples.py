"""The examples of a mapping, executed: given rows go through the stages of a run, up to the record to be loaded."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migrate.connecting.contract import FILE, LINE, ROW
from crm_migrate.disk.scratch import Scratch
from crm_migrate.inspecting.narrowing import narrowed
from crm_migrate.mapping.expressions import parse
from crm_migrate.mapping.plan import ExamplePlan, Plan, SourcePlan
from crm_migrate.stages.complete import complete
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link
from crm_migrate.stages.map import map_all
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.parts import paths, read_manifest, write_manifest, write_part

SET_ASIDE_WORDS = ("held", "rejected", "excluded", "absent")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that does not hold: which field was expected to be what, and what came out."""

    example: str
    object: str
    field: str
    expected: str
    got: str


def try_example(plan: Plan, example: ExamplePlan, scratch: Path) -> list[Mismatch]:
    """Run one example in a folder of its own, in a place of the project, that is gone afterwards.

    No mismatch means that it passes. Given rows may be somebody's: they leave the project no more than those of a run.
    """
    plan = narrowed(plan, example)
    with closing(Scratch(scratch)) as place:
        run = Project(place.path, place.path / "crm-migrate.yaml").run("example")
        write_file(run.plan, plan.canonical_json().encode())
        for source in plan.sources:
            _write_rows(plan, source, example.given.get(source.name, ()), run)
        map_all(plan, run, workers=1)
        for stage in (link, dedupe, complete):
            stage(plan, run)
        return [
            mismatch
            for name, expectations in example.expect.items()
            for expected in expectations
            for mismatch in _compare(run, example.name, name, expected)
        ]


# ------------------------------------------------------------------------------------------------------------ given


def _write_rows(plan: Plan, source: SourcePlan, given: tuple[Mapping[str, str], ...], run: Run) -> None:
    """The given rows as `extract` would have left them; a key that the example does not care for is made up."""
    columns = columns_used(plan, source)
    rows = [{column: row.get(column) for column in columns} for row in given]
    for number, row in enumerate(rows, 1):
        if not any(row[column] for column in source.key):
            row[source.key[0]] = f"example-{number}"
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)).with_columns(
        pl.int_range(len(rows), dtype=pl.Int64).alias(ROW),
        pl.lit(0, pl.Int32).alias(FILE),
        pl.int_range(1, len(rows) + 1, dtype=pl.Int64).alias(LINE),
    )
    folder = run.table("extract", source.name, "records")
    write_manifest(folder, [write_part(folder, "part-00000", frame.to_arrow())])


def columns_used(plan: Plan, source: SourcePlan) -> list[str]:
    """Every column of a source that the plan reads, sorted."""
    used = {*source.key, *([source.changed] if source.changed else []), *([source.tag] if source.tag else [])}
    expressions = [skip.expression for skip in source.skip if skip.expression]
    for object_plan in plan.objects:
        feeds = [feed for feed in object_plan.feeds if feed.source == source.name]
        expressions += [feed.where for feed in feeds if feed.where]
        used |= {column for feed in feeds if feed.split for column in (feed.split.column, *feed.split.companions)}
        for field in object_plan.fields:
            cell = field.cells.get(source.name)
            used |= {*([cell.column] if cell.column else []), *cell.beside} if cell else set()
            expressions += [cell.expression] if cell and cell.expression else []
            used |= {text.partition(".")[2] for text in field.evidence if text.partition(".")[0] == source.name}
    return sorted(used | {name.name for text in expressions for name in parse(text).names()})


# --------------------------------------------------------------------------------------------------------- expected


def _compare(run: Run, example: str, name: str, expected: Mapping[str, str | None]) -> Iterator[Mismatch]:
    """Compare one expectation with the record of that object that comes nearest to it."""
    word = next((word for word in SET_ASIDE_WORDS if word in expected), None)
    if word is not None:
        yield from _compare_fate(run, example, name, word, expected)
        return
    records = [row for row in _rows(run.table("complete", name, "entities")) if row["__state"] == "ready"]
    if not records:
        fates = "; ".join(f"{fate['state']} {fate['code']} {fate['field']}".strip() for fate in _fates(run, name))
        yield Mismatch(example, name, "", "a record", fates or "no record")
        return
    misses = [[(f, v) for f, v in expected.items() if (row.get(f) or None) != (v or None)] for row in records]
    best = min(range(len(records)), key=lambda index: len(misses[index]))
    for field, value in misses[best]:
        yield Mismatch(example, name, field, value or "(empty)", str(records[best].get(field) or "(empty)"))


def _compare_fate(
    run: Run, example: str, name: str, word: str, expected: Mapping[str, str | None]
) -> Iterator[Mismatch]:
    """Compare `held: value_unmapped, field: stage` with the rows that were set aside."""
    wanted = (word, expected[word] or "", expected.get("field") or "")
    fates = [(fate["state"], fate["code"], fate["field"]) for fate in _fates(run, name)]
    for state, code, field in fates:
        if state == word and code == wanted[1] and wanted[2] in ("", field):
            return
    yield Mismatch(
        example, name, "", " ".join(wanted).strip(), "; ".join(" ".join(fate) for fate in fates) or "nothing"
    )


def _fates(run: Run, name: str) -> list[dict[str, str]]:
    """Every row and record of an object that does not arrive, with its state, code and field."""
    mapped = [row for folder in sorted(run.table("map", name).iterdir()) for row in _rows(folder / "set_aside")]
    linked = _rows(run.table("link", name, "set_aside"))
    entities = _rows(run.table("complete", name, "entities"))
    stopped = [
        {key: row[f"__{key}"] for key in ("state", "code", "field")} for row in entities if row["__state"] != "ready"
    ]
    return [{key: row.get(key) or "" for key in ("state", "code", "field")} for row in (*mapped, *linked, *stopped)]


def _rows(folder: Path) -> list[dict[str, str]]:
    """All rows of a small table; none where the object has no such table."""
    if read_manifest(folder) is None or not paths(folder):
        return []
    return pl.read_parquet(paths(folder)).to_dicts()
