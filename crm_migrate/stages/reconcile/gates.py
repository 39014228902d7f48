"""Gates: the limits of the project and those that always hold, each with what was found.

Shares are of the rows that hold the object and are in scope: not of absent, excluded and enriching ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial

from crm_migrate.crm.money import plain
from crm_migrate.crm.types import type_of
from crm_migrate.mapping.plan import GatePlan, Plan
from crm_migrate.stages.reconcile.bridge_tables import add
from crm_migrate.stages.reconcile.hidden import hidden_gates
from crm_migrate.stages.reconcile.pack.gates import pack_gates
from crm_migrate.workspace.coverage_figures import ColumnFigure, RelationFigure
from crm_migrate.workspace.figures import (
    AccountingLine,
    Bridge,
    ConsentCell,
    ControlFigure,
    FieldFigure,
    Gate,
    KpiFigure,
    LinkFigure,
    MaskFigure,
    SourceFigure,
    TargetSet,
)
from crm_migrate.workspace.mapping_figures import MappingChanges
from crm_migrate.workspace.night_figures import WatchFigure
from crm_migrate.workspace.pack_figures import PackFigure
from crm_migrate.workspace.visibility_figures import VisibilityFigure

ARRIVED = ("created", "updated", "unchanged", "folded", "merged")
OUT_OF_SCOPE = ("absent", "excluded", "enrichment")
_STEP = Decimal("0.01")  # of one per cent: what a share is shown to
_NAMED = 8  # columns that a gate names
NEVER_ACCEPTED = frozenset({"read", "whole", "unexplained", "in_doubt", "compared"})


@dataclass(slots=True)
class Found:
    """Everything that gates are about."""

    sources: tuple[SourceFigure, ...] = ()
    columns: tuple[ColumnFigure, ...] = ()
    relations: tuple[RelationFigure, ...] = ()
    mapping: MappingChanges | None = None  # since the last mapping whose run was good
    accounting: list[AccountingLine] = field(default_factory=list)
    target_sets: list[TargetSet] = field(default_factory=list)
    bridges: list[Bridge] = field(default_factory=list)
    report_bridges: list[Bridge] = field(default_factory=list)
    fields: list[FieldFigure] = field(default_factory=list)
    masked: list[MaskFigure] = field(default_factory=list)
    reached: int = 0  # cells of ours in the target that reach somebody, in an environment that masks
    links: list[LinkFigure] = field(default_factory=list)
    consent: list[ConsentCell] = field(default_factory=list)
    kpis: list[KpiFigure] = field(default_factory=list)
    pack: list[PackFigure] = field(default_factory=list)
    visibility: list[VisibilityFigure] = field(default_factory=list)
    controls: list[ControlFigure] = field(default_factory=list)
    in_doubt: int = 0
    breaches: int = 0
    entities_without_row: int = 0
    limit: int | None = None  # a rehearsal took only so many records of every source
    uncompared: list[str] = field(default_factory=list)
    odd: dict[str, int] = field(default_factory=dict)  # key figure -> records whose values its condition could not read
    left_out: dict[str, Decimal] = field(default_factory=dict)  # currency -> amounts that do not arrive
    left_converted: dict[str, Decimal] = field(default_factory=dict)  # the same in the report's currency
    left_open: int = 0  # rows with open work that do not arrive
    gone: dict[str, tuple[int, int]] = field(default_factory=dict)  # object -> not exported any more, ever loaded
    gone_amounts: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)  # currency -> of those, of all
    unrated: dict[str, int] = field(default_factory=dict)  # key figure -> source rows without a rate on their day


def gates(plan: Plan, found: Found) -> tuple[Gate, ...]:
    """The implied gates, then those of the project; a project's limit replaces the implied one of the same name."""
    declared = {gate.name for gate in plan.reconcile.gates} - NEVER_ACCEPTED
    implied = [gate for gate in _implied(found) if gate.name not in declared]
    implied += [*_masked(plan, found), *_unlimited(plan, found), *_gone(plan, found)]
    own = NEVER_ACCEPTED | {"gone"}
    said = [_declared(plan, gate, found) for gate in plan.reconcile.gates if gate.name not in own]
    return tuple(_accepted(plan, gate) for gate in (*implied, *said))


def _accepted(plan: Plan, gate: Gate) -> Gate:
    """A failed gate names the decision that accepts it: one with the id `accept:<gate>` or `accept:<gate>.<scope>`."""
    if gate.passed or gate.name in NEVER_ACCEPTED:
        return gate
    ids = (f"accept:{gate.name}.{gate.scope}", f"accept:{gate.name}")
    return gate.model_copy(update={"accepted": next((i for i in ids if i in plan.decisions), "")})


def stability(plan: Plan, watch: WatchFigure) -> Gate:
    """Enough nights running under their limits; `actual` names the share that broke the row last night."""
    last = watch.nights[-1] if watch.nights else None
    worst = last.worst if last is not None and last.outcome == "over" else None
    told = f" (over: {worst.scope or 'all'} {shown_share(_decimal(worst.share))})" if worst else ""
    told = f" (blocked: {', '.join(last.blocked)})" if last is not None and last.blocked else told
    gate = Gate(
        name="stable", scope="", limit=f">= {watch.needed} nights", actual=f"{watch.row}{told}", passed=watch.stable
    )  # fmt: skip
    return _accepted(plan, gate)


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


def _unlimited(plan: Plan, found: Found) -> Iterator[Gate]:
    """Nothing is lost in silence: where the project gives no limit, no row may wait, be rejected or be unreadable."""
    for name in ("quarantined", "held", "rejected"):
        limits = {gate.scope for gate in plan.reconcile.gates if gate.name == name}
        if limits & {"", "other"}:
            continue
        if name == "quarantined":
            unread = sum(s.quarantined for s in found.sources if s.source not in _sources(plan, limits))
            yield _zero(name, unread)
            continue
        lines = [line for line in found.accounting if line.object not in limits]
        if lines:
            yield _zero(name, sum(line.states.get(name, 0) for line in lines), "other" if limits else "")


def _sources(plan: Plan, objects: set[str]) -> set[str]:
    """The sources that feed or enrich these objects."""
    chosen = [o for o in plan.objects if o.name in objects]
    return {feed.source for o in chosen for feed in o.feeds} | {each.source for o in chosen for each in o.enrich}


def _implied(found: Found) -> Iterator[Gate]:
    """What must hold in every migration."""
    if found.limit:
        first = f"the first {found.limit:,} of every source"
        yield Gate(name="whole", scope="", limit="every record", actual=first, passed=False)
    unread = [s for s in found.sources if not s.adds_up]
    yield _zero("read", len(unread), "", "files whose count differs")
    yield from _unspoken("columns", {(c.source, c.column) for c in found.columns if c.fate == "unspoken"})
    yield from _unspoken("relations", {(r.source, _called(r)) for r in found.relations if r.fate == "unspoken"})
    if found.mapping is not None:
        yield from _unspoken("taken_out", set(found.mapping.taken_out))
    unexplained = sum(line.unexplained for line in found.accounting) + found.entities_without_row
    broken = sum(1 for line in found.accounting if not line.adds_up)
    yield _zero("unexplained", max(unexplained, broken))
    yield _zero("failed", sum(line.states["failed"] for line in found.accounting))
    yield _zero("in_doubt", found.in_doubt)
    yield from _amounts("unexplained_amount", _unexplained(found))
    yield from _amounts("left_out_amount", _in_scopes(found.left_out, found.left_converted))
    yield _zero("left_out_open", found.left_open)
    yield _zero("unreadable_amounts", sum(bridge.unreadable for bridge in found.bridges))
    yield _zero("unrated_amounts", sum(bridge.unrated_arrived for bridge in found.report_bridges))
    yield _zero("unexplained_values", sum(_unknown(figure) for figure in found.fields))
    yield from _match(found, GatePlan(name="field_match", compare=">=", limit="1", share=True))
    yield _zero("links", sum(link.missing + link.wrong + link.extra for link in found.links))
    yield _zero("orphans", sum(link.orphans for link in found.links))
    yield _zero("unexpected", sum(s.unexpected for s in found.target_sets))
    yield _zero("vanished", sum(s.vanished + (0 if s.adds_up else 1) for s in found.target_sets))
    yield _consent(found)
    yield _zero("kpis", sum(1 for kpi in found.kpis if not kpi.agrees))
    yield from pack_gates(found.pack)
    yield from hidden_gates(found.visibility)
    yield _zero("controls", sum(1 for control in found.controls if not control.agrees))
    yield _zero("rules_in_target", found.breaches)
    uncompared = ", ".join(found.uncompared) or "0"
    yield Gate(name="compared", scope="", limit="every record", actual=uncompared, passed=not found.uncompared)


def _unspoken(name: str, what: set[tuple[str, str]]) -> Iterator[Gate]:
    """One gate per source (or object) of which the mapping leaves something unsaid: each is decided by itself."""
    by_source: dict[str, list[str]] = {}
    for source, said in sorted(what):
        by_source.setdefault(source, []).append(said)
    for source, names in by_source.items():
        named = ", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")
        yield Gate(name=name, scope=source, limit="0", actual=f"{len(names)}: {named}", passed=False)
    if not by_source:
        yield _zero(name, 0)


def _called(relation: RelationFigure) -> str:
    """A relation by its column; what one row is made into by both objects."""
    return relation.column or " + ".join((relation.parent, *relation.into))


def _masked(plan: Plan, found: Found) -> Iterator[Gate]:
    """In an environment that masks: nobody is reached, and no two values have become one."""
    if plan.environment.mask:
        yield _zero("reached", found.reached)
        yield _zero("masks_shared", sum(each.values - each.masks for each in found.masked))


def _amounts(name: str, sums: Iterable[tuple[str, str, Decimal]]) -> Iterator[Gate]:
    """One gate per currency and one in the report's: amounts of several currencies have no sum."""
    for scope, currency, amount in list(sums) or [("", "", Decimal(0))]:
        yield Gate(name=name, scope=scope, limit="0", actual=_sum_of(currency, amount), passed=not amount)


def _unexplained(found: Found) -> Iterator[tuple[str, str, Decimal]]:
    """What is not explained of every bridge, without signs, by what it is counted in."""
    sides = []
    for bridges in (found.bridges, found.report_bridges):
        sums: dict[str, Decimal] = {}
        for bridge in bridges:
            add(sums, {bridge.currency: abs(Decimal(bridge.unexplained))})
        sides.append(sums)
    return _in_scopes(*sides)


def _in_scopes(single: Mapping[str, Decimal], converted: Mapping[str, Decimal]) -> Iterator[tuple[str, str, Decimal]]:
    """Sums by currency, and those in the report's currency: the scope of their gates, currency, amount."""
    yield from ((currency or "no currency", currency, amount) for currency, amount in sorted(single.items()))
    yield from ((f"all in {currency}", currency, amount) for currency, amount in sorted(converted.items()))


def _gone(plan: Plan, found: Found) -> Iterator[Gate]:
    """What the sources do not have any more, in records and in money: the limits of `gone`, else nothing may be."""
    limits = {gate.scope: gate for gate in plan.reconcile.gates if gate.name == "gone"}
    nothing = GatePlan(name="gone", limit="0")
    scopes = limits or {"": nothing}
    if limits and not limits.keys() & {"", "other"}:
        scopes = limits | {"other": nothing}
    for scope, gate in scopes.items():
        named = [scope] if scope in found.gone else [o for o in found.gone if scope == "" or o not in limits]
        gone, known = (sum(found.gone[o][i] for o in named) for i in (0, 1))
        yield _limited(gate.model_copy(update={"scope": scope}), Decimal(gone), Decimal(known))
    share = next((gate for gate in limits.values() if gate.share and gate.scope in ("", "other")), nothing)
    for currency, (lost, whole) in sorted(found.gone_amounts.items()) or [("", (Decimal(0), Decimal(0)))]:
        scope = (currency or "no currency") if found.gone_amounts else ""
        gate = share.model_copy(update={"name": "gone_amount", "scope": scope})
        yield _limited(gate, lost, whole, partial(_sum_of, currency))


def _sum_of(currency: str, amount: Decimal) -> str:
    return plain(amount, currency) if amount else "0"


def _limited(gate: GatePlan, count: Decimal, whole: Decimal, shown: Callable[[Decimal], str] = str) -> Gate:
    """A count or a sum, as it is `shown`, against its limit, which may be a share of the whole."""
    if not gate.share:
        return _judged(gate, count, shown(count))
    share = count / whole if whole else Decimal(1 if gate.compare == ">=" else 0)
    return _judged(gate, share, f"{shown_share(share)} ({shown(count)} of {shown(whole)})")


def _consent(found: Found) -> Gate:
    """Nobody may be granted without evidence; of a consent that the target does not say nobody knows."""
    moved = sum(cell.without_evidence for cell in found.consent)
    consents = [each for each in found.fields if type_of(each.type).role == "consent"]
    unsaid = ", ".join(f"{each.object}.{each.field}" for each in consents if each.classes.get("not_comparable"))
    actual = f"{moved}; not compared: {unsaid}" if unsaid else str(moved)
    return Gate(name="consent", scope="", limit="0", actual=actual, passed=not moved and not unsaid)


def _zero(name: str, actual: int, scope: str = "", what: str = "") -> Gate:
    return Gate(
        name=name, scope=scope, limit="0", actual=f"{actual} {what}".strip() if actual else "0", passed=not actual
    )


def _unknown(figure: FieldFigure) -> int:
    """Cells that are lost or different and do not say why."""
    return sum(cause.count for cause in figure.causes if cause.cause in ("unknown", "lost"))


def _declared(plan: Plan, gate: GatePlan, found: Found) -> Gate:
    if gate.name == "field_match":
        return next(_match(found, gate, plan))
    count, whole = _quarantined(plan, gate, found) if gate.name == "quarantined" else _counted(gate, found)
    return _limited(gate, Decimal(count), Decimal(whole))


def _quarantined(plan: Plan, gate: GatePlan, found: Found) -> tuple[int, int]:
    """Rows that could not be read of the sources in scope, and all their rows."""
    fed = _sources(plan, {gate.scope})
    sources = [s for s in found.sources if gate.scope in ("", "other") or s.source in fed]
    return sum(s.quarantined for s in sources), sum(s.records + s.quarantined for s in sources)


def _counted(gate: GatePlan, found: Found) -> tuple[int, int]:
    """What a project's gate counts, and the whole that a share is of."""
    lines = [line for line in found.accounting if gate.scope in ("", "other", line.object)]
    whole = sum(line.read + line.extra - _sum(line, OUT_OF_SCOPE) for line in lines)
    links = [link for link in found.links if gate.scope in ("", link.object, link.field)]
    sets = [s for s in found.target_sets if gate.scope in ("", s.object)]
    match gate.name:
        case "arrived":
            return sum(_sum(line, ARRIVED) for line in lines), whole
        case "orphans":
            return sum(link.orphans for link in links), sum(link.expected for link in links)
        case "links":
            return sum(link.missing + link.wrong + link.extra for link in links), sum(link.expected for link in links)
        case "unexpected":
            return sum(s.unexpected for s in sets), sum(s.after for s in sets)
        case "vanished":
            return sum(s.vanished for s in sets), sum(s.before for s in sets)
        case _:
            return sum(line.states.get(gate.name, 0) for line in lines), whole


def _sum(line: AccountingLine, states: Iterable[str]) -> int:
    return sum(line.states.get(state, 0) for state in states)


def _match(found: Found, gate: GatePlan, plan: Plan | None = None) -> Iterator[Gate]:
    """The worst field in the scope of a gate: one field, one object, or all that no other gate names."""
    named = {other.scope for other in plan.reconcile.gates if other.name == gate.name} if plan else set()
    fields = [f for f in found.fields if f.compared and _in_scope(f, gate.scope, named)]
    worst = min(fields, key=lambda f: (Decimal(f.matched) / f.compared, f.object, f.field), default=None)
    if worst is None:
        yield _judged(gate, Decimal(1), "nothing to compare")
        return
    share = Decimal(worst.matched) / worst.compared
    yield _judged(
        gate, share, f"{shown_share(share)} ({worst.object}.{worst.field}: {worst.matched} of {worst.compared})"
    )


def _in_scope(figure: FieldFigure, scope: str, named: set[str]) -> bool:
    if scope in ("", "other"):
        return not named & {figure.field, figure.object, f"{figure.object}.{figure.field}"}
    return scope in (figure.field, figure.object, f"{figure.object}.{figure.field}")


def _judged(gate: GatePlan, value: Decimal, actual: str) -> Gate:
    limit = Decimal(gate.limit)
    passed = value >= limit if gate.compare == ">=" else value <= limit
    shown = shown_share(limit) if gate.share else _plain(limit)
    return Gate(name=gate.name, scope=gate.scope, limit=f"{gate.compare} {shown}", actual=actual, passed=passed)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"


def shown_share(share: Decimal) -> str:
    """A share as per cent, rounded half up to two places; what is not all is never 100 %, what is some never 0 %."""
    rounded = (share * 100).quantize(_STEP, rounding="ROUND_HALF_UP")
    if 0 < share < 1:
        rounded = min(max(rounded, _STEP), 100 - _STEP)
    return f"{_plain(rounded)} %"
