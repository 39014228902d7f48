"""Packs of questions as they were asked, kept beside the tables of their run: answers are checked against them."""

from pydantic import ValidationError

from crm_migrate.errors import UsageError
from crm_migrate.reviewing.questions import Pack
from crm_migrate.workspace.files import write_file
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.state import runs


def keep(run: Run, pack: Pack) -> None:
    """Write the pack where `find` finds it; the same pack twice is one file."""
    write_file(run.table("review", f"{pack.id}.json"), pack.model_dump_json(indent=1).encode())


def find(project: Project, run_id: str, pack_id: str) -> Pack:
    """The pack that answers speak about. UsageError where this project never asked it, or has lost it."""
    again = "write a new workbook or page here, and answer that one: crm-migrate review"
    if not pack_id.isalnum() or run_id not in {run.id for run in runs(project)}:
        raise UsageError(f"these are answers to run {run_id!r}, which this project does not have", hint=again)
    path = project.run(run_id).table("review", f"{pack_id}.json")
    if not path.is_file():
        raise UsageError(f"run {run_id} never asked the questions {pack_id!r}", hint=again)
    try:
        pack = Pack.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UsageError(f"the questions {pack_id} are damaged, or were kept by another version", hint=again) from error
    if pack.id != pack_id:
        raise UsageError(f"the questions kept as {path.name} were changed", hint=again)
    return pack
