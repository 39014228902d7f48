"""The tiles of the summary: what each one speaks of, and whether that is good, accepted, within its limits, or bad."""

from collections.abc import Iterator
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
    bare = {tile for tile, gate, *place in _differing(figures) if not _limited(figures, gate, *place)}
    return {name: _state(figures, name, differs, name in bare) for name, differs in off.items()}


def _state(figures: Figures, tile: str, differs: bool, bare: bool) -> State:
    """Gates decide: what failed is bad unless it was accepted; what differs where they passed is within its limits,
    and bad where it has none."""
    gates = [gate for gate in figures.gates if gate.name in _GATES[tile]]
    failed = [gate for gate in gates if not gate.passed]
    if not failed:
        return "ok" if not differs else "within" if gates and not bare else "bad"
    return "accepted" if all(gate.accepted for gate in failed) else "bad"


def _differing(figures: Figures) -> Iterator[tuple[str, str, str, str]]:
    """What differs: its tile, the gate that a project may give limits for parts of it, object and field."""
    yield from (("fields", "field_match", f.object, f.field) for f in figures.fields if f.matched < f.compared)
    yield from (("links", "links", k.object, k.field) for k in figures.links if k.missing or k.wrong or k.extra)
    yield from (("unexpected", "unexpected", t.object, "") for t in figures.target_sets if t.unexpected)
    yield from (("unexpected", "vanished", t.object, "") for t in figures.target_sets if t.vanished)


def _limited(figures: Figures, gate: str, object_name: str, field: str) -> bool:
    """Whether a gate speaks of that place."""
    scopes = {"", "other", object_name, field, f"{object_name}.{field}"}
    return any(each.name == gate and each.scope in scopes for each in figures.gates)
