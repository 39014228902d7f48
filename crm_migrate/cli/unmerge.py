"""`unmerge`: take records out of a merged cluster, by a decision that every later run replays."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option
from crm_migrate.cli.screen import Screen


@click.command("unmerge")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=True, exists=True), metavar="PROJECT")
@click.argument("subject", metavar="CLUSTER-or-RECORD")
@click.option("--member", "members", multiple=True, metavar="SOURCE:KEY", help="Who leaves the cluster; repeatable.")
@click.option("--object", "object_name", metavar="NAME", help="Of which object, where a row is merged in several.")
@click.option("--who", required=True, help="Who decides.")
@click.option("--why", required=True, help="Why they are not the same.")
@click.option("--run", "run_id", metavar="ID", help="Whose clusters; those of the latest that matched by default.")
@json_option
def unmerge_command(
    folder: Path, subject: str, members: tuple[str, ...], object_name: str | None, who: str, why: str,
    run_id: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Take records out of a merged cluster: writes the decisions, and tells what the next run does in the target.

    \b
    A row of a source leaves its cluster, a record of the target falls apart, unless --member says who leaves:
      crm-migrate unmerge demo kisi:4711 --who ayse --why "father and son"
      crm-migrate unmerge demo contacts:17 --member books:A-4 --who ayse --why "two people, one mailbox"
    """
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.reviewing.unmerging import unmerge
    from crm_migrate.workspace.state import look_at

    project = project_of(folder)
    run = look_at(project, run_id, "dedupe")
    today = datetime.now(UTC).date().isoformat()
    done = unmerge(
        read_plan(run), project, run, subject, members=members, object_name=object_name, who=who, why=why, when=today
    )
    if as_json:
        click.echo(json.dumps(asdict(done), indent=1, ensure_ascii=False))
        return
    apart = f"{', '.join(done.leaving)} apart from {', '.join(done.staying)}" if done.staying else "all apart"
    click.echo(f"{done.object}: {apart}; {len(done.decisions)} decision(s) in decisions/duplicates.yaml")
    for sentence in done.follows:
        click.echo(f"  {sentence}")
    Screen().next("crm-migrate run")
