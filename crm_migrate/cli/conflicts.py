"""The verb `conflicts`: fields that the sources and users of the target both changed, and whose value stays."""

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

WORKBOOK = "conflicts.xlsx"


@click.command("conflicts")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Of this run; the latest whose load was planned by default.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help=f"Workbook to write; {WORKBOOK}.")
@answer_options
@json_option
def conflicts_command(
    folder: Path, run_id: str | None, out: Path | None, answers: Path | None, who: str | None, why: str | None,
    dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show fields that were changed on both sides since our last load, with their three values; say which one stays.

    \b
    crm-migrate conflicts demo -o conflicts.xlsx     write `ours` or `theirs` into yellow cells
    crm-migrate conflicts demo --read conflicts.xlsx --who ayse --why asked
    crm-migrate run demo                             acts on it

    What only users changed stays, what only the sources changed is written: neither is asked about. The answers become
    decisions/conflicts.yaml; where one of the values changes again, the question comes back.
    """
    by = reader("conflicts", answers, who, why, dry_run=dry_run, writing={"-o": out, "--run": run_id})
    if answers is None or by is None:
        _show(folder, run_id, out or Path(WORKBOOK), as_json=as_json)
    else:
        _take(folder, answers, by, dry_run=dry_run, as_json=as_json)


def _show(folder: Path, run_id: str | None, out: Path, *, as_json: bool) -> None:
    from crm_migrate.correcting.conflicts import conflicts, render
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.workspace.files import write_file
    from crm_migrate.workspace.state import look_at

    run = look_at(project_of(folder), run_id, "plan")
    found = conflicts(read_plan(run), run)
    if found:
        write_file(out, render(found, run.id))
    screen = Screen(quiet=as_json)
    if as_json:
        told = {"run": run.id, "file": str(out) if found else None, "fields": len(found)}
        screen.lines([json.dumps(told, ensure_ascii=False)])
    elif not found:
        screen.lines([f"no field of run {run.id} was changed on both sides"])
    else:
        records = len({each.entity for each in found})
        screen.lines([str(out), f"{len(found):,} field(s) of {records:,} record(s) were changed on both sides"])
        screen.warn("this file shows personal values; keep it where the project's sources are kept")
        read = f"crm-migrate conflicts PROJECT --read {next_step.quoted(out)} --who NAME --why REASON"
        screen.next(f"answer, then: {read}")


def _take(folder: Path, answers: Path, who: "Who", *, dry_run: bool, as_json: bool) -> None:
    from crm_migrate.cli import frames
    from crm_migrate.correcting.conflicts import take

    taken = take(project_of(folder), answers, who, dry_run=dry_run)
    ours = sum(each.keep == "ours" for each in taken.settled)
    screen = Screen(quiet=as_json)
    if as_json:
        findings = [{"code": f.code, "place": str(f.place), "message": f.message} for f in taken.findings]
        told = {"ours": ours, "theirs": len(taken.settled) - ours, "open": taken.open, "findings": findings}
        screen.lines([json.dumps(told, ensure_ascii=False)])
    else:
        click.echo(frames.render(taken.findings), err=True, nl=False)
        done = "would be written" if dry_run else "are in decisions/conflicts.yaml"
        counts = f"{ours:,} ours, {len(taken.settled) - ours:,} theirs"
        screen.lines([f"{len(taken.settled):,} answers {done}: {counts}", f"{taken.open:,} not answered"])
        screen.next("crm-migrate run" if taken.settled and not dry_run else "")
    if taken.findings:
        raise SystemExit(1)
