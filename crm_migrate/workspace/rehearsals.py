"""The run in a row with those before it: a few figures of each, for the trend since the last rehearsals."""

from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.follow_up import Rehearsal

SHOWN = 8  # runs in a row, this one included

_ARRIVED, _WAITING = ("created", "updated", "unchanged"), ("held", "rejected", "failed")


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
        links_wrong=figures.links_off(),
        kpis_differ=figures.business().count(False),
        consent_raised=sum(cell.without_evidence for cell in figures.consent),
        unexpected=sum(found.unexpected + found.vanished for found in figures.target_sets),
        open=sum(group.count for group in figures.exceptions if group.severity != "note"),
    )
