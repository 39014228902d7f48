"""The verb `signoff`: a name under a run, bound to all that it is about."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.reporting import find_run
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from crm_migrate.workspace.sign_offs import Answer


@click.command("signoff")
@project_argument
@click.option("--role", help="As what you sign: one of `reconcile: sign_off:`, where it names some.")
@click.option("--who", help="Your name.")
@click.option("--condition", metavar="TEXT", help="You approve, on this condition.")
@click.option("--reject", metavar="WHY", help="You do not approve.")
@click.option("--check", is_flag=True, help="Only say whether all have signed who must: exit code 1 where not.")
@click.option("--run", "run_id", metavar="ID", help="This run; the latest that was reconciled by default.")
@json_option
def signoff_command(
    folder: Path, role: str | None, who: str | None, condition: str | None, reject: str | None, check: bool,
    run_id: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Sign a run off: its figures, the mapping, the decisions, what was said of exceptions, and samples.

    \b
    crm-migrate signoff demo --role sales_director --who "Ada Su"
    crm-migrate signoff demo --check

    A run that ended with NO-GO cannot be approved, nor by who made its decisions or started it. When anything changes
    the sign-off is void. Kept in sign-offs.yaml; the names are those that were typed.
    """
    from crm_migrate.signing.signing_off import bound_now, missing, sign_off

    said = {"--role": role, "--who": who, "--condition": condition, "--reject": reject}
    if check and (odd := [name for name, value in said.items() if value]):
        raise UsageError("--check signs nothing", hint=f"leave out {', '.join(odd)}")
    if condition and reject:
        raise UsageError("--condition approves and --reject does not", hint="say one of them")
    if not check and not _names(role, who):
        raise UsageError("a sign-off needs a role and a name, in letters", hint="--role ROLE --who NAME, or --check")
    project = project_of(folder)
    run = find_run(project, run_id)
    if not check:
        answer: Answer = "reject" if reject else "conditions" if condition else "approve"
        sign_off(project, run, str(role), str(who).strip(), answer, (condition or reject or "").strip())
    open_, bound = missing(project, run), bound_now(project, run)
    screen = Screen(quiet=as_json)
    if as_json:
        screen.lines([json.dumps({"run": run.id, "hash": bound.hash, "signed": not open_, "missing": open_})])
    else:
        screen.lines([f"run {run.id}", f"hash {bound.hash}", *(open_ or ["signed by all who must"])])
        screen.next("crm-migrate evidence PROJECT" if not open_ else "")
    if check and open_:
        raise SystemExit(1)


def _names(role: str | None, who: str | None) -> bool:
    return bool((role or "").strip() and (who or "").strip() and f"{role}{who}".isprintable())
