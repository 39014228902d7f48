"""The verbs `evidence` and `verify`: what was signed in one file, and whether a file is still that."""

import json
from pathlib import Path

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.reporting import find_run
from crm_migrate.cli.screen import Screen

FILE = "evidence.zip"


@click.command("evidence")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="This run; the latest that was reconciled by default.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path(FILE), help=f"{FILE}.")
@click.option("--reveal", is_flag=True, help="With personal values: mind who gets the file.")
@json_option
def evidence_command(folder: Path, run_id: str | None, out: Path, reveal: bool, as_json: bool) -> None:
    """Put reports, ledger, plan, mapping, decisions, samples and sign-offs of a run into one file, with their hashes.

    \b
    crm-migrate evidence demo -o evidence.zip
    crm-migrate verify evidence.zip

    The same project gives the same bytes. Keep the printed hash elsewhere: it is what the file can be held against.
    """
    from crm_migrate.signing.evidence import evidence
    from crm_migrate.signing.signing_off import missing
    from crm_migrate.workspace.files import write_file

    project = project_of(folder)
    run = find_run(project, run_id)
    data, digest = evidence(project, run, reveal=reveal)
    write_file(out, data)
    open_, screen = missing(project, run), Screen(quiet=as_json)
    if as_json:
        told = {"run": run.id, "file": str(out), "bytes": len(data), "manifest": digest, "missing": open_}
        screen.lines([json.dumps(told, ensure_ascii=False)])
        return
    screen.lines([str(out), f"manifest {digest}", *open_])
    screen.warn("decisions, corrections and notes in it are as people wrote them, and may name customers")
    screen.next(f"keep the hash elsewhere; crm-migrate verify {next_step.quoted(out)} --expect HASH")


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--expect", metavar="HASH", help="The hash that was printed when it was made.")
@json_option
def verify_command(file: Path, expect: str | None, as_json: bool) -> None:
    """Look whether an evidence file is what was written: every changed, missing or added byte is found.

    Exit code 1 where something is wrong, 3 where it is no such file or a hostile one. Nothing is unpacked to the disk.
    """
    from crm_migrate.signing.verifying import verify

    found, screen = verify(file, expect), Screen(quiet=as_json)
    if as_json:
        told = {"manifest": found.digest, "run": found.run, "verdict": found.verdict}
        screen.lines([json.dumps({**told, "wrong": found.wrong, "signed": found.signed}, ensure_ascii=False)])
    else:
        screen.lines([f"run {found.run}: {found.verdict}", f"manifest {found.digest}"])
        screen.lines(f"wrong  {each}" for each in found.wrong)
        screen.lines(f"signed  {each}" for each in found.signed)
        if not found.wrong:
            against = "the hash that was expected" if expect else "itself; --expect HASH holds it against yours"
            screen.lines([f"every byte is as it was written, against {against}"])
    if found.wrong:
        raise SystemExit(1)
