"""Golden cases of source profiles: files in a layout, made by us of invented people, and what comes of them.

`tests/golden/profiles/<case>.yaml`: `files` name -> `profile`, `layout`, `rows` (own column -> cell), and how the file
is written; `expect` object -> records, each with every field that is filled, in the order of the files.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from crm_migrate.connecting.contract import ROW
from crm_migrate.inspecting.previewing import batches
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.mapping.reading import read_file
from crm_migrate.mapping.resolving import examine
from crm_migrate.mapping.tree import plain
from crm_migrate.quality.evidence import decide_on
from crm_migrate.stages.map.batch import map_batch
from crm_migrate.stages.transform import SPLIT
from crm_migrate.suggesting.exports import Export
from crm_migrate.suggesting.knowledge import profiles
from crm_migrate.suggesting.starting import MAPPING, Started, start
from crm_migrate.workspace.layout import Project

CASES = Path(__file__).resolve().parents[1] / "golden" / "profiles"


@cache
def known() -> Mapping[str, SourceProfile]:
    """The profiles that we ship."""
    return profiles(Path("/nowhere"))


def of_files() -> Mapping[str, SourceProfile]:
    """The profiles of exports: those of tables are recognised in a database."""
    return {name: profile for name, profile in known().items() if profile.table is None}


def cases() -> Iterator[Path]:
    yield from sorted(CASES.glob("*.yaml"))


@cache
def case(path: Path) -> Any:
    """A case as it is written: every cell is text."""
    return plain(read_file(path, path.name)[0].root)


def header(profile: SourceProfile, layout: str) -> list[str]:
    """The columns of a layout, in order; all columns of a profile that has one layout alone."""
    columns = profile.layouts[layout].columns if profile.layouts else profile.own_columns
    return [name for name in columns if name != profile.tag]


def written(folder: Path, name: str, said: Mapping[str, Any]) -> None:
    """Write a file of a case into a folder."""
    profile = known()[said["profile"]]
    columns = header(profile, said.get("layout", ""))
    unknown = {cell for row in said["rows"] for cell in row} - set(columns)
    assert not unknown, f"{name}: no columns of the layout: {sorted(unknown)}"
    spoken = said.get("called", {})
    table = [[spoken.get(each, "" if each == f"Column {at}" else each) for at, each in enumerate(columns, 1)]]
    table = [[each.upper() for each in table[0]]] if said.get("capitals") else table
    table += [[row.get(each, "") for each in columns] for row in said["rows"]]
    if name.endswith(".xlsx"):
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in table:
            book.active.append(
                [_cell(cell, each in said.get("days", ())) for each, cell in zip(columns, row, strict=True)]
            )
        book.save(folder / name)
        return
    sheet = io.StringIO()
    delimiter = {"tab": "\t"}.get(said.get("delimiter", ","), said.get("delimiter", ","))
    csv.writer(sheet, delimiter=delimiter).writerows(table)
    text = "".join(f"{line}\n" for line in said.get("before", [])) + sheet.getvalue()
    text += "".join(f"{line}\n" for line in said.get("after", []))
    (folder / name).write_bytes(text.encode(said.get("encoding", "utf-8")))


def _cell(text: str, day: bool) -> str | datetime | None:
    """A cell of a workbook; days are true ones."""
    return datetime.fromisoformat(text) if day and text[:1].isdigit() else text or None


def mapped(
    folder: Path, begun: Started | None = None
) -> tuple[tuple[Export, ...], str, dict[str, list[dict[str, str]]]]:
    """A folder of exports as `init` maps it: what it recognised, the mapping, and object -> records in order.

    `(told)` is what was found doubtful, `(proof)` what proves a consent; a row that ends before it is a record is
    `{(state): code}`, and one that does not hold the object is nothing.
    """
    begun = begun or start(folder)
    (folder / MAPPING).write_text(begun.text, "utf-8")
    project = Project(folder, folder / MAPPING)
    sources = OpenSources(project)
    plan, findings = examine(project, columns=sources.columns)
    assert plan is not None, [finding.message for finding in findings]
    rows = {each.name: pl.concat(batches(each, plan, project, sources)) for each in plan.sources}
    facts, _ = decide_on(plan, lambda source, column: rows[source.name][column].cast(pl.String).drop_nulls(), {})
    plan = plan.with_evidence(facts)
    records: dict[str, list[dict[str, str]]] = {}
    for each in plan.objects:
        made = [made for feed in each.feeds for made in _records(plan, each, feed.source, rows[feed.source])]
        records |= {each.name: made} if made else {}
    return begun.exports, begun.text, records


def _records(plan: Plan, each: ObjectPlan, source: str, rows: pl.DataFrame) -> Iterator[dict[str, str]]:
    done = map_batch(plan, each, plan.source(source), rows)
    told = {(cell[ROW], cell[SPLIT]): [] for cell in done.cells.iter_rows(named=True)}
    for cell in done.cells.iter_rows(named=True):
        told[cell[ROW], cell[SPLIT]].append(f"{cell['field']} {cell['code']}")
    for record in done.records.sort(ROW, SPLIT).iter_rows(named=True):
        filled = {name: str(value) for name, value in record.items() if value is not None and not name.startswith("__")}
        doubts = "; ".join(told.get((record[ROW], record[SPLIT]), []))
        proof = record["__ev"] or ""
        yield filled | ({"(told)": doubts} if doubts else {}) | ({"(proof)": proof} if proof else {})
    for aside in done.set_aside.iter_rows(named=True):
        if aside["state"] != "absent":
            yield {f"({aside['state']})": f"{aside['code']} {aside['field']}".strip()}
