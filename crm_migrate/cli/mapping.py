"""The verbs about the mapping itself: check it, show what it means, write its schema for editors."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.errors import MappingError, UsageError

if TYPE_CHECKING:
    from crm_migrate.finding import Finding
    from crm_migrate.workspace.layout import Project

DEFAULT = "crm-migrate.yaml"
_PATH = click.argument("path", default=".", type=click.Path(path_type=Path))


def project_of(path: Path) -> "Project":
    """The project of a mapping file or of the folder that holds `crm-migrate.yaml`."""
    from crm_migrate.cli.next_step import working_on
    from crm_migrate.workspace.layout import Project

    working_on(path)
    mapping = path / DEFAULT if path.is_dir() else path
    if not mapping.is_file():
        raise UsageError(f"there is no mapping {mapping}", hint="name the project folder, or try: crm-migrate demo DIR")
    return Project(mapping.parent.resolve(), mapping.resolve())


@click.command("check")
@_PATH
@click.option("--env", "environment", help="Environment to check for (never production by default).")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def check_command(path: Path, environment: str | None, form: str) -> None:
    """Everything that is wrong, at once, with its place. Exit code 2 for errors, 3 for unreadable files."""
    from crm_migrate.cli import frames
    from crm_migrate.inspecting.checking import check
    from crm_migrate.mapping.opening import OpenSources

    project = project_of(path)
    checked = check(project, environment, OpenSources(project))
    renderers = {"text": frames.render, "json": frames.as_json, "github": frames.as_github}
    click.echo(renderers[form](checked.findings), nl=form == "json")
    if form == "text":
        _summary(checked.findings)
    click.get_current_context().exit(checked.exit_code)


def _summary(findings: "list[Finding]") -> None:
    from crm_migrate.cli import next_step
    from crm_migrate.finding import errors

    wrong = errors(findings)
    hint = f"crm-migrate codes {wrong[0].code}" if wrong else "crm-migrate plan"
    counts = f"{len(wrong)} error(s), {len(findings) - len(wrong)} warning(s) and note(s)"
    click.echo("\n".join([counts, *next_step.lines(hint)]), err=True)


@click.command("show")
@_PATH
@click.option("--env", "environment", help="Environment to resolve for (never production by default).")
@click.option("--resolved", is_flag=True, help="With everything that was inferred: types, steps, target names.")
@click.option("--origin", is_flag=True, help="Before each line the file and line that says it: yours, or one it uses.")
@click.option("--json", "as_json", is_flag=True, help="The frozen plan as JSON.")
def show_command(path: Path, environment: str | None, resolved: bool, origin: bool, as_json: bool) -> None:
    """The mapping as a workbook: one line per target field, one column per source."""
    from crm_migrate.cli.workbook import lines
    from crm_migrate.mapping.resolving import read, resolve

    if origin and as_json:
        raise UsageError("the plan as JSON has no lines to tell the origin of", hint="take one of the two out")
    project = project_of(path)
    plan, _ = resolve(project, environment=environment)
    if as_json:
        click.echo(plan.model_dump_json(indent=1))
        return
    written = read(project).document if origin else None
    for line in lines(plan, resolved=resolved, written=written):
        click.echo(line)


@click.command("lock")
@_PATH
def lock_command(path: Path) -> None:
    """Lock the shared mapping that the mapping uses, as it is now; what changed since the last lock is shown."""
    from crm_migrate.mapping.relocking import locked_anew

    for line in locked_anew(project_of(path)):
        click.echo(line)


@click.command("sign")
@_PATH
@click.option("--env", "environment", help="Environment that it is signed for (never production by default).")
@click.option("--role", required=True, help="As what you sign: one of `reconcile: sign_off:`, where it names some.")
@click.option("--who", required=True, help="Your name.")
def sign_command(path: Path, environment: str | None, role: str, who: str) -> None:
    """Sign the mapping as it is: a changed line asks for a new signature. Kept in `signatures.yaml`."""
    from crm_migrate.mapping.authoring import nearest
    from crm_migrate.mapping.opening import OpenSources
    from crm_migrate.pipeline import plan_now
    from crm_migrate.workspace.signatures import FILE, Signature, add_signature
    from crm_migrate.workspace.state import now

    if not (who.strip() and role.strip() and (who + role).isprintable()):
        raise UsageError("a signature needs a role and a name, in letters", hint="--role ROLE --who NAME")
    project = project_of(path)
    plan, found = plan_now(project, environment, OpenSources(project))  # with the columns, as a run resolves it
    if open_lines := [finding for finding in found if finding.code == "mapping_proposed"]:
        raise UsageError(open_lines[0].message, hint=f"{open_lines[0].hint} Then sign.")
    if plan.reconcile.sign_off and role not in plan.reconcile.sign_off:
        raise UsageError(f"nobody signs as `{role}`", hint=nearest(role, plan.reconcile.sign_off))
    add_signature(project.folder, Signature(role, who.strip(), now(), plan.meaning))
    click.echo(f"{who.strip()} signed as {role}: mapping {plan.meaning[:16]}, in {FILE}")


@click.command("schema")
@_PATH
@click.option("--write", "to_file", is_flag=True, help="Write it into the project, and name it in the mapping.")
def schema_command(path: Path, to_file: bool) -> None:
    """The JSON Schema of the mapping language, for editors.

    With --write it knows the objects of the mapping: an editor completes their fields, and behind `to:` the places that
    the target had at the last `target pull`, or those of the profile.
    """
    from crm_migrate.mapping import schema

    if not to_file:
        click.echo(schema.schema(), nl=False)
        return
    from crm_migrate.mapping.completing import offers

    project = project_of(path)
    try:
        known = offers(project)
    except MappingError as error:
        known = {}
        click.echo(f"without the fields of the target: {error.message} (crm-migrate mapping check)", err=True)
    added = schema.write(project.folder, project.mapping, known)
    click.echo(f"wrote {schema.FILE}" + (f" and named it in {project.mapping.name}" if added else ""))
