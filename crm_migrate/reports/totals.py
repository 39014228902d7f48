"""The sums that every report shows: added up from the figures in one place, never computed by a renderer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm_migrate.workspace.figures import Figures

STATES = (
    "created", "updated", "unchanged", "folded", "merged", "enrichment",
    "absent", "excluded", "rejected", "held", "failed",
)  # fmt: skip
ARRIVED = ("created", "updated", "unchanged")
CLASSES = (
    "match", "match_normalised", "both_empty", "kept_in_target", "filled_by_target", "lost", "different",
    "not_comparable", "not_sampled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all objects and sources. A row that feeds three objects counts three times in `read`."""

    records: int  # records of the sources, each once
    quarantined: int
    read: int
    extra: int
    states: dict[str, int]
    unexplained: int
    adds_up: bool
    unexplained_amounts: tuple[tuple[str, str, str, str], ...]  # object, measure, currency, amount that is not 0
    unreadable: int
    unrated: int
    compared: int
    matched: int
    links: int
    links_off: int  # missing, wrong parent, extra
    orphans: int
    business: int  # key figures, those of the pack, control totals
    business_differ: int
    controls: int
    controls_agree: int
    consent_raised: int
    unexpected: int
    vanished: int
    gates: int
    gates_passed: int
    gates_accepted: int
    errors: int
    warnings: int
    notes: int

    @property
    def arrived(self) -> int:
        """Rows whose record is in the target under its own name."""
        return sum(self.states.get(state, 0) for state in ARRIVED)

    @property
    def accounted(self) -> bool:
        """Whether every row and every amount is explained."""
        return self.explained and not self.unreadable

    @property
    def explained(self) -> bool:
        """Whether rows and amounts add up, as far as the amounts can be read."""
        return self.adds_up and not self.unexplained and not self.unexplained_amounts

    @property
    def cells_differ(self) -> int:
        """Compared cells that do not agree."""
        return self.compared - self.matched

    @property
    def open(self) -> int:
        """Exceptions that somebody has to look at."""
        return self.errors + self.warnings


def ordered(known: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    """Known names in their order, then unknown ones by name."""
    return known + tuple(sorted(set(names) - set(known)))


def states_of(figures: Figures) -> tuple[str, ...]:
    """The states of the accounting matrix in their order."""
    return ordered(STATES, (state for line in figures.accounting for state in line.states))


def classes_of(figures: Figures) -> tuple[str, ...]:
    """The classes that occur in any field, in their order."""
    present = {name for field in figures.fields for name in field.classes}
    return tuple(name for name in ordered(CLASSES, present) if name in present)


def totals(figures: Figures) -> Totals:
    """Add everything up."""
    states: Counter[str] = Counter()
    for line in figures.accounting:
        states.update(line.states)
    weights: Counter[str] = Counter()
    for group in figures.exceptions:
        weights[group.severity] += group.count
    return Totals(
        records=sum(s.records for s in figures.sources),
        quarantined=sum(s.quarantined for s in figures.sources),
        read=sum(a.read for a in figures.accounting),
        extra=sum(a.extra for a in figures.accounting),
        states={state: states[state] for state in states_of(figures)},
        unexplained=sum(a.unexplained for a in figures.accounting),
        adds_up=all(
            (
                *(s.adds_up for s in figures.sources),
                *(a.adds_up for a in figures.accounting),
                *(t.adds_up for t in figures.target_sets),
            )
        ),
        unexplained_amounts=tuple(
            (b.object, b.measure, b.currency, b.unexplained) for b in figures.bridges if Decimal(b.unexplained) != 0
        ),
        unreadable=sum(b.unreadable for b in figures.bridges),
        unrated=sum(b.unrated_arrived for b in figures.report_bridges),
        compared=sum(f.compared for f in figures.fields),
        matched=sum(f.matched for f in figures.fields),
        links=sum(k.expected for k in figures.links),
        links_off=figures.links_off(),
        orphans=sum(k.orphans for k in figures.links),
        business=len(figures.business()),
        business_differ=figures.business().count(False),
        controls=len(figures.controls),
        controls_agree=sum(c.agrees for c in figures.controls),
        consent_raised=sum(c.without_evidence for c in figures.consent),
        unexpected=sum(t.unexpected for t in figures.target_sets),
        vanished=sum(t.vanished for t in figures.target_sets),
        gates=len(figures.gates),
        gates_passed=sum(g.passed for g in figures.gates),
        gates_accepted=sum(bool(g.accepted) and not g.passed for g in figures.gates),
        errors=weights["error"],
        warnings=weights["warning"],
        notes=weights["note"],
    )
