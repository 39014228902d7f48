"""The tiles of the summary: what each one speaks of, and whether that is good, accepted, within its limits, or bad."""

from typing import Literal

from crm_migrate.reports.totals import Totals
from crm_migrate.workspace.figures import Figures

State = Literal["ok", "accepted", "within", "bad"]

_GATES = {
    "accounting": {"unexplained", "unexplained_amount", "unreadable_amounts"},
    "fields": {"unexplained_values", "field_match"},
    "links": {"links", "orphans"},
    "kpis": {"kpis", "pack", "never_rises", "never_falls", "controls"},
    "consent": {"consent"},
    "unexpected": {"unexpected", "vanished"},
}


def tiles(figures: Figures, sums: Totals) -> dict[str, State]:
    """Tile -> its state."""
    off = {
        "accounting": not sums.accounted,
        "fields": bool(sums.cells_differ),
        "links": bool(sums.links_off),
        "kpis": bool(sums.business_differ),
        "consent": bool(sums.consent_raised),
        "unexpected": bool(sums.unexpected or sums.vanished),
    }
    return {name: _state(figures, _GATES[name], differs) for name, differs in off.items()}


def _state(figures: Figures, names: set[str], differs: bool) -> State:
    """Gates decide: what failed is bad unless it was accepted, what differs where they passed is within its limits."""
    gates = [gate for gate in figures.gates if gate.name in names]
    failed = [gate for gate in gates if not gate.passed]
    if not failed:
        return "ok" if not differs else "within" if gates else "bad"
    return "accepted" if all(gate.accepted for gate in failed) else "bad"
