"""The verb `rejects`: rejected rows as a workbook in the shape of their source, and the corrected workbook back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.answered import answer_options, reader
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.screen import Screen

if TYPE_CHECKING:
    from crm_migrate.correcting.sheets import Who

WORKBOOK = "rejects.xlsx"


@click.command("rejects")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Of this run; the latest that was reconciled by default.")
@click.option("--held", is_flag=True, help="Also rows that wait for a person.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help=f"Workbook to write; {WORKBOOK}.")
@answer_options
@json_option
def rejects_command(
    folder: Path, run_id: str | None, held: bool, out: Path | None, answers: Path | None, who: str | None,
    why: str | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Give back the rows that were rejected, in the shape of their source and with the reason; take them corrected.

    \b
    crm-migrate rejects demo -o rejects.xlsx     yellow cells may be changed
    crm-migrate rejects demo --read rejects.xlsx --who ayse --why asked
    crm-migrate run demo                         with the corrections

    The export stays as it is. What is changed becomes decisions/corrections.yaml: every run puts it in again, and the
    report says so. Where a cell of a later export says something else, its correction is left out and told.
    """
    by = reader("rejects", answers, who, why, dry_run=dry_run, writing={"-o": out, "--held": held, "--run": run_id})
    if answers is None or by is None:
        _give(folder, run_id, out or Path(WORKBOOK), held=held, as_json=as_json)
    else:
        _take(folder, answers, by, dry_run=dry_run, as_json=as_json)


def _give(folder: Path, run_id: str | None, out: Path, *, held: bool, as_json: bool) -> None:
    from crm_migrate.correcting import render, returned
    from crm_migrate.correcting.rejects import REFUSED, WAITING
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.workspace.files import write_file
    from crm_migrate.workspace.state import look_at

    run = look_at(project_of(folder), run_id, "reconcile")
    states = WAITING if held else REFUSED
    found = returned(read_plan(run), run, states)
    screen = Screen(quiet=as_json)
    if found:
        write_file(out, render(found, run.id, states))
    if as_json:
        counts = {each.source: len(each.lines) for each in found}
        more = {each.source: each.more for each in found if each.more}
        told = {"run": run.id, "file": str(out) if found else None, "rows": counts, "left_out": more}
        screen.lines([json.dumps(told, ensure_ascii=False)])
        return
    if not found:
        screen.lines([f"no row of run {run.id} was {' or '.join(states)}"])
        return
    screen.lines([str(out), *(f"{each.source}: {len(each.lines):,} row(s)" for each in found)])
    for each in (each for each in found if each.more):
        screen.warn(f"{each.source}: {each.more:,} more rows are not in it: that many are mended in the mapping")
    screen.warn("this file shows personal values; keep it where the project's sources are kept")
    read = f"crm-migrate rejects PROJECT --read {next_step.quoted(out)} --who NAME --why REASON"
    screen.next(f"correct yellow cells, then: {read}")


def _take(folder: Path, answers: Path, who: "Who", *, dry_run: bool, as_json: bool) -> None:
    from crm_migrate.cli import frames
    from crm_migrate.correcting.taking import take

    taken = take(project_of(folder), answers, who, dry_run=dry_run)
    screen = Screen(quiet=as_json)
    if as_json:
        findings = [{"code": f.code, "place": str(f.place), "message": f.message} for f in taken.findings]
        counts = {"rows": taken.rows, "untouched": taken.untouched, "gone": taken.gone}
        told = {"run": taken.run, "corrections": len(taken.corrections), **counts, "findings": findings}
        screen.lines([json.dumps(told, ensure_ascii=False)])
    else:
        click.echo(frames.render(taken.findings), err=True, nl=False)
        done = "would be written" if dry_run else "are in decisions/corrections.yaml"
        screen.lines([
            f"{len(taken.corrections):,} corrections {done}: {taken.rows - taken.untouched:,} rows changed",
            f"{taken.untouched:,} rows as they were, {taken.gone:,} not in the workbook any more",
        ])  # fmt: skip
        screen.next("crm-migrate run" if taken.corrections and not dry_run else "")
    if taken.findings:
        raise SystemExit(1)
