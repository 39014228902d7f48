"""The verb `conformance`: the contract's promises tried on a sandbox of the user's own, with a dated result."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from crm_migrate import __version__
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import UsageError


@click.command("conformance")
@project_argument
@click.option("--env", "environment", metavar="NAME", required=True, help="The sandbox; never production.")
@click.option("--apply", "apply_", is_flag=True, help="Do it: makes objects of its own there, and records in them.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the result.")
@json_option
def conformance_command(folder: Path, environment: str, apply_: bool, out: Path | None, as_json: bool) -> None:
    """Try on a sandbox what a load relies on: each promise of the contract, kept or not, with the target's own words.

    \b
    crm-migrate conformance demo --env uat            says what it would do
    crm-migrate conformance demo --env uat --apply    does it, and writes conformance-uat-<date>.json

    It works in objects that it makes for itself (conformance_...), and takes its records away again where the target
    can; the objects stay. Exit code 1 where a promise is broken.
    """
    from crm_migrate.inspecting.conforming import conform
    from crm_migrate.mapping.opening import open_target
    from crm_migrate.mapping.resolving import resolve
    from crm_migrate.mapping.resolving_environments import is_production

    if is_production(environment):
        raise UsageError("no tries in production", hint="name a sandbox: --env uat")
    project = project_of(folder)
    plan, _ = resolve(project, environment=environment)
    screen = Screen(quiet=as_json)
    if not apply_:
        screen.lines([f"would make objects conformance_... in {environment} ({plan.environment.connector})"])
        screen.next(f"crm-migrate conformance PROJECT --env {environment} --apply")
        return
    promises = []
    for promise in conform(lambda: open_target(plan, project)):
        promises.append(promise)
        if not as_json:
            word = "kept  " if promise.kept else "BROKEN"
            screen.lines([f"{word}  {promise.name}", *_more(promise.words, promise.left)])
    target = open_target(plan, project)
    today = datetime.now(UTC).date().isoformat()
    told = {
        "target": target.identity(), "connector": plan.environment.connector, "environment": environment,
        "date": today, "crm_migrate": __version__, "promises": [asdict(promise) for promise in promises],
    }  # fmt: skip
    target.close()
    file = out or Path(f"conformance-{environment}-{today}.json")
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = sum(promise.kept for promise in promises)
    words = [f"{kept} of {len(promises)} promises kept", str(file)]
    screen.lines([json.dumps(told, ensure_ascii=False)] if as_json else words)
    if kept < len(promises):
        raise SystemExit(1)


def _more(words: str, left: int) -> list[str]:
    lines = [f"        {words}"] if words else []
    return [*lines, *([f"        {left} record(s) could not be taken away"] if left else [])]
