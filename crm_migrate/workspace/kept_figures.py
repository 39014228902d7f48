"""The figures of a run as `reconcile` left them."""

from pathlib import Path

from pydantic import ValidationError

from crm_migrate.errors import InputError
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sealing import read_sealed


def figures_path(run: Run) -> Path:
    """Where `reconcile` left the figures of a run."""
    return run.table("reconcile", "figures.json")


def read_figures(run: Run) -> Figures:
    """The figures of a run. InputError where they are of another version, DamagedFile where they were changed."""
    try:
        return Figures.model_validate(read_sealed(figures_path(run)))
    except ValidationError as error:
        raise InputError(
            f"the figures of run {run.id} were written by another version of crm-migrate", hint="crm-migrate run"
        ) from error
