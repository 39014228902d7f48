"""The figures of a run as `reconcile` left them."""

from pathlib import Path

from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sealing import as_we_write, read_sealed


def figures_path(run: Run) -> Path:
    """Where `reconcile` left the figures of a run."""
    return run.table("reconcile", "figures.json")


def read_figures(run: Run) -> Figures:
    """The figures of a run. OtherVersion where they have another shape, DamagedFile where they were changed."""
    said = read_sealed(figures_path(run))
    with as_we_write(figures_path(run)):
        return Figures.model_validate(said)
