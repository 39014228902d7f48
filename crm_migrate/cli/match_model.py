"""What matching learned in a project: `match model`, `match relearn`, `match changes`."""

from collections import Counter
from pathlib import Path

import click

from crm_migrate.cli.options import project_argument
from crm_migrate.cli.screen import Screen

SHOWN = 20  # pairs that `match changes` lists


@click.command("model")
@project_argument
def model_command(folder: Path) -> None:
    """What the project's model was learned from, and how often each level of agreement is seen."""
    from crm_migrate.cli.mapping import project_of
    from crm_migrate.errors import UsageError
    from crm_migrate.matching.weighing.frozen import FrozenModel
    from crm_migrate.reports.terminal import aligned
    from crm_migrate.workspace.models import learned_when, read_models

    project = project_of(folder)
    models, when = read_models(project.models), learned_when(project.models)
    if not models:
        raise UsageError("this project has learned no model yet", hint="crm-migrate run, with `match: learned`")
    for name, text in sorted(models.items()):
        model = FrozenModel.model_validate_json(text)
        day, run = when[name]
        records = model.learned_from.records
        click.echo(f"{name}: model {model.hash[:12]}, learned on {day} in run {run} from {records:,} records")
        click.echo(f"  of all pairs {model.same:.3g} are one before anything is compared")
        rows = [["", "", "of pairs that are one", "by chance"]]
        rows += [
            [each.name.replace("_", " "), level.level, f"{level.same:.3g}", f"{level.chance:.3g}"]
            for each in model.comparisons
            for level in each.levels
        ]
        click.echo("\n".join(aligned(rows, left=(0, 1))))


@click.command("relearn")
@project_argument
@click.option("--object", "objects", multiple=True, metavar="NAME", help="Only of this object; repeatable.")
def relearn_command(folder: Path, objects: tuple[str, ...]) -> None:
    """Forget what matching learned: the next run learns anew. Decisions of people stay.

    \b
      crm-migrate match relearn demo --object contacts
    """
    from crm_migrate.cli.mapping import project_of
    from crm_migrate.errors import UsageError
    from crm_migrate.workspace.locking import project_lock
    from crm_migrate.workspace.models import forget_models, read_models

    project = project_of(folder)
    with project_lock(project):
        known = read_models(project.models)
        if unknown := sorted(set(objects) - known.keys()):
            raise UsageError(f"no model of {unknown[0]!r} was learned", hint=f"there are: {', '.join(known) or 'none'}")
        forgotten = forget_models(project.models, objects or None)
    click.echo(f"{project.models.name}: {', '.join(forgotten) or 'nothing'} will be learned anew")
    Screen().next("crm-migrate run" if forgotten else "")


@click.command("changes")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Which run; the latest that matched by default.")
@click.option("--since", metavar="ID", help="The run to compare with; the one before that matched by default.")
def changes_command(folder: Path, run_id: str | None, since: str | None) -> None:
    """Which pairs a run proposes, merges or keeps apart otherwise than the run before, and what changed.

    \b
      crm-migrate match changes demo
    """
    from crm_migrate.cli.mapping import project_of
    from crm_migrate.inspecting.proposals import changed_proposals, earlier_run
    from crm_migrate.reports.visible import visible
    from crm_migrate.workspace.state import look_at

    project = project_of(folder)
    run = look_at(project, run_id, "dedupe")
    before = look_at(project, since, "dedupe") if since else earlier_run(project, run)
    found = changed_proposals(before, run)
    click.echo(f"{len(found):,} pairs of run {run.id} are spoken of otherwise than in {before.id}")
    kinds = Counter((each.object, each.before or "nothing", each.now or "nothing") for each in found)
    for (name, was, now), count in sorted(kinds.items()):
        click.echo(f"  {name}: {count:,} {was} -> {now}")
    for each in found[:SHOWN]:
        left, right = map(visible, each.pair)
        because = visible("; ".join(each.because))
        click.echo(f"  {left} and {right}: {each.before or 'nothing'} -> {each.now or 'nothing'}, because of {because}")
    if len(found) > SHOWN:
        click.echo(f"  and {len(found) - SHOWN:,} more")
