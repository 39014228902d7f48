"""The verb `crosswalk`: old id -> new id -> survivor, as a file; exports of other systems checked against it."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.reporting import find_run
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.table_input import part_options
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from crm_migrate.cleansing.table_files import Sheet
    from crm_migrate.inspecting.pointing import Pointer
    from crm_migrate.workspace.layout import Project, Run

_ADDED = ("new", "outcome", "survivor", "reason", "shared by")
_SAID = {
    "moved": "have a new record",
    "merged": "were merged: the record of the survivor",
    "right": "have the new id already",
    "empty": "have no old id",
    "missing": "lack the new id",
    "other": "have another id than the new one",
    "waits": "wait: no record yet",
    "left_out": "were left out: there is no record",
    "unknown": "are no id of the source",
}


@click.command("crosswalk")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="By this run; the latest that was reconciled by default.")
@click.option(
    "--check", "export", type=click.Path(path_type=Path), help="The export of another system that holds old ids."
)
@click.option("--old", metavar="COLUMN", help="With --check: the column with the ids of the old CRM.")
@click.option("--new", metavar="COLUMN", help="With --check: the column with the new ids, once they were changed.")
@click.option("--object", "object_name", metavar="NAME", help="With --check: whose ids they are.")
@click.option("--source", metavar="NAME", help="With --check: of which source, where several feed the object.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--encoding", help="Of an export that is not UTF-8.")
@part_options
@json_option
def crosswalk_command(
    folder: Path,
    run_id: str | None,
    export: Path | None,
    old: str | None,
    new: str | None,
    object_name: str | None,
    source: str | None,
    output: Path | None,
    encoding: str | None,
    sheet: str | None,
    table: str | None,
    as_json: bool,
) -> None:
    """What every id of the old CRM is in the new one: for the ERP, billing and mailings that hold the old ones.

    \b
    crm-migrate crosswalk PROJECT -o crosswalk.csv                            all of them
    crm-migrate crosswalk PROJECT --check erp.csv --old CRM_ID --object accounts
    crm-migrate crosswalk PROJECT --check erp.csv --old CRM_ID --new NEW_ID --object accounts

    --check writes the export again with the new id of every row, what became of the old one, and which rows lead to one
    record by now. Exit code 1: some lead nowhere (or, with --new, elsewhere). Ids are written as they are.
    """
    project = project_of(folder)
    run = find_run(project, run_id)
    _refuse_undone(project, run)
    screen = Screen(quiet=as_json)
    if export is not None:
        asked = _Asked(export, old, new, object_name, source, output, encoding, sheet, table)
        _check(run, asked, screen, as_json=as_json)
        return
    beside = {"--old": old, "--new": new, "--object": object_name, "--source": source, "--encoding": encoding}
    for name, value in (beside | {"--sheet": sheet, "--table": table}).items():
        if value is not None:
            raise UsageError(
                f"{name} goes with --check", hint="crm-migrate crosswalk PROJECT --check FILE --old COLUMN"
            )
    _whole(run, output or Path("crosswalk.csv"), screen, as_json=as_json)


def _refuse_undone(project: "Project", run: "Run") -> None:
    """UsageError where the records of a run were taken back: its ids lead nowhere."""
    from crm_migrate.workspace.undoing import undone_runs

    if at := undone_runs(project).get(run.id):
        raise UsageError(f"run {run.id} was undone ({at}): its ids are none any more", hint="crm-migrate run")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of an export."""

    export: Path
    old: str | None
    new: str | None
    object_name: str | None
    source: str | None
    output: Path | None
    encoding: str | None
    sheet: str | None
    table: str | None

    @property
    def place(self) -> Path:
        """Where the checked export goes. UsageError where that is the export itself."""
        from crm_migrate.cli.table_input import is_own

        suffix = self.export.suffix if is_own(self.export) else ".csv"
        place = self.output or self.export.with_name(f"{self.export.stem}.crosswalk{suffix}")
        if place.resolve() == self.export.resolve():
            raise UsageError("the output is the input", hint="name another file with -o")
        return place


def _whole(run: "Run", place: Path, screen: Screen, *, as_json: bool) -> None:
    """Every old id of the project, as CSV."""
    from crm_migrate.inspecting.pointing import every_way
    from crm_migrate.mapping.frozen import read_plan

    lines = [(*at, way.outcome, way.new_id, way.survivor, way.code) for *at, way in every_way(run, read_plan(run))]
    heads = ("object", "source", "old_id", "outcome", "new_id", "survivor", "code")
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *lines])
    counts = Counter(str(line[3]) for line in lines)
    told = {"run": run.id, "file": str(place), "ids": len(lines), **counts}
    screen.lines(
        [json.dumps(told)] if as_json else [f"{place}: {len(lines):,} old ids, by run {run.id}", *_counted(counts)]
    )


def _check(run: "Run", asked: _Asked, screen: Screen, *, as_json: bool) -> None:
    """The export of another system, row by row. Leaves with 1 where some lead nowhere, or elsewhere."""
    from crm_migrate.cli.table_input import sheet_of
    from crm_migrate.connecting.lying import Part
    from crm_migrate.inspecting.pointing import DANGLING, checked, pointed, ways, which
    from crm_migrate.mapping.frozen import read_plan

    if asked.old is None:
        raise UsageError("which column has the old ids is not said", hint="--old COLUMN")
    plan, place = read_plan(run), asked.place
    meant = which(plan, asked.object_name, asked.source)
    read = sheet_of(asked.export, plan.locale, asked.encoding, Part(asked.sheet, asked.table))
    known, ids = ways(run, *meant), _column(read, asked.old)
    found = pointed(known, ids) if asked.new is None else checked(known, ids, _column(read, asked.new))
    _write(read, asked.old, found, place, asked.export)
    counts, shared = Counter(str(each.way.outcome) for each in found), sum(each.shared > 0 for each in found)
    told = {"run": run.id, "file": str(place), "rows": len(found), "one_with_others": shared, **counts}
    head = f"{place}: {len(found):,} rows, {asked.old} as {meant[0]} of {meant[1]}, by run {run.id}"
    one = [f"  {shared:>9,}  lead to a record to which other ids of this file lead, too"] if shared else []
    screen.lines([json.dumps(told)] if as_json else [head, *_counted(counts), *one])
    if any(counts[outcome] for outcome in DANGLING):
        raise SystemExit(1)


def _counted(counts: Mapping[str, int]) -> list[str]:
    return [f"  {counts[each]:>9,}  {words}" for each, words in _SAID.items() if counts.get(each)]


def _column(read: "Sheet", name: str) -> list[str]:
    if name not in read.columns:
        raise UsageError(f"there is no column {name!r}", hint=f"columns: {', '.join(read.columns)}")
    at = read.columns.index(name)
    return [row[at] for row in read.rows]


def _write(read: "Sheet", old: str, found: Sequence["Pointer"], place: Path, origin: Path) -> None:
    """The export with what was found of each row behind its columns."""
    from crm_migrate.cleansing.table_files import write_sheet

    heads = [f"{old} {name}" for name in _ADDED]
    if there := next((name for name in heads if name in read.columns), None):
        raise UsageError(f"the export has a column `{there}` already", hint="check it as the other system wrote it")
    added = ([p.way.new_id, p.way.outcome, p.way.survivor, p.way.code, str(p.shared or "")] for p in found)
    rows = [[*row, *more] for row, more in zip(read.rows, added, strict=True)]
    write_sheet(replace(read, columns=[*read.columns, *heads], rows=rows), place, origin, len(read.columns))
