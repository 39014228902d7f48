"""The run in a row with those before it: a few figures of each, for the trend since the last rehearsals."""

from collections.abc import Sequence

from crm_migrate.errors import CrmMigrateError
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.follow_up import Rehearsal
from crm_migrate.workspace.kept_figures import figures_path, read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.state import read_state, runs
from crm_migrate.workspace.undoing import undone_runs

SHOWN = 8  # runs in a row, this one included

_ARRIVED, _WAITING = ("created", "updated", "unchanged"), ("held", "rejected", "failed")


def rehearsals(project: Project, run: Run, figures: Figures) -> tuple[Rehearsal, ...]:
    """The runs into the same environment on as much of the sources, the oldest first and this one last; alone it is in
    no row. Runs that were undone, or that cannot be read, are left out."""
    undone = undone_runs(project)
    row: list[Rehearsal] = []
    for each in reversed(runs(project)):
        if len(row) + 1 == SHOWN:
            break
        if each.id < run.id and each.id not in undone and figures_path(each).is_file():
            row += _kept(each, run, figures.environment)
    return (*reversed(row), rehearsal(figures)) if row else ()


def _kept(earlier: Run, run: Run, environment: str) -> Sequence[Rehearsal]:
    try:
        figures = read_figures(earlier)
        alike = figures.environment == environment and read_state(earlier).limit == read_state(run).limit
    except CrmMigrateError:
        return ()
    return (rehearsal(figures),) if alike else ()


def rehearsal(figures: Figures) -> Rehearsal:
    """The few figures of a run."""
    lines = figures.accounting
    return Rehearsal(
        run=figures.header.run,
        finished=figures.header.finished,
        verdict=figures.verdict,
        arrived=sum(line.states.get(state, 0) for line in lines for state in _ARRIVED),
        waiting=sum(line.states.get(state, 0) for line in lines for state in _WAITING),
        unexplained=sum(line.unexplained for line in lines),
        compared=sum(field.compared for field in figures.fields),
        matched=sum(field.matched for field in figures.fields),
        links_wrong=sum(link.missing + link.wrong + link.extra + link.orphans for link in figures.links),
        kpis_differ=sum(not k.agrees for k in figures.kpis) + sum(not c.agrees for c in figures.controls),
        consent_raised=sum(cell.without_evidence for cell in figures.consent),
        unexpected=sum(found.unexpected + found.vanished for found in figures.target_sets),
        open=sum(group.count for group in figures.exceptions if group.severity != "note"),
    )
