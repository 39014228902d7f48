"""`mapping test`: the examples of a mapping, executed, for people and as JUnit for CI."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.mapping import project_of

if TYPE_CHECKING:
    from crm_migrate.inspecting.examples import Mismatch
    from crm_migrate.mapping.plan import ExamplePlan, Plan
    from crm_migrate.workspace.layout import Project


@click.command("test")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--env", "environment", metavar="NAME", help="Environment to resolve for (never production by default).")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write a JUnit file as well.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def test_command(path: Path, environment: str | None, junit: Path | None, as_json: bool) -> None:
    """Run the `examples:` through the stages of a run. Exit code 1 when one does not come out as said.

    One that passed is run again when something of the mapping that concerns it, or the program, has changed.
    """
    from crm_migrate.inspecting.narrowing import try_examples
    from crm_migrate.mapping.resolving import resolve
    from crm_migrate.workspace.evidence import read_evidence

    project = project_of(path)
    plan = resolve(project, environment=environment)[0].with_evidence(read_evidence(project.evidence))
    results = try_examples(plan, project, partial(_try, project))
    if junit is not None:
        from crm_migrate.inspecting.telling import examples_suite
        from crm_migrate.reports.junit import whole, written

        junit.write_text(written(whole("mapping examples", [examples_suite(results)])), encoding="utf-8")
    _print(results, as_json)
    if any(results.values()):
        click.get_current_context().exit(1)


def _try(project: "Project", plan: "Plan", example: "ExamplePlan") -> "list[Mismatch]":
    """Imported when there is something to run: the stages are dear."""
    from crm_migrate.inspecting.examples import try_example

    return try_example(plan, example, project.scratch)


def _print(results: "dict[str, list[Mismatch]]", as_json: bool) -> None:
    if as_json:
        listed = {name: [asdict(mismatch) for mismatch in mismatches] for name, mismatches in results.items()}
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for name, mismatches in results.items():
        click.echo(f"{'FAIL' if mismatches else 'ok  '}  {name}")
        if mismatches:
            _print_otherwise(mismatches)
    failed = sum(1 for mismatches in results.values() if mismatches)
    click.echo(f"{len(results) - failed} of {len(results)} examples come out as said")


def _print_otherwise(mismatches: "list[Mismatch]") -> None:
    from crm_migrate.inspecting.telling import sentence

    for mismatch in mismatches:
        click.echo("      " + sentence(mismatch))
