"""The verdict, the sentence of facts, and what was not checked: nothing may look better than it is."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile.fields import sample_size
from crm_migrate.stages.reconcile.gates import ARRIVED, Found
from crm_migrate.words.language import language
from crm_migrate.workspace.figures import Bridge, Gate, Verdict

_PARTS = (
    (ARRIVED[:3], "arrived"), (("folded", "merged"), "are one with another record"),
    (("enrichment",), "added to others"), (("absent",), "hold no such record"), (("excluded",), "excluded by rule"),
    (("rejected",), "rejected"), (("held",), "wait for you"), (("failed",), "refused or lost by the target"),
)  # fmt: skip


def verdict(gates: tuple[Gate, ...]) -> Verdict:
    """GO when every gate passed; with accepted exceptions when a decision accepts each one that did not."""
    failed = [gate for gate in gates if not gate.passed]
    if not failed:
        return "GO"
    return "GO WITH ACCEPTED EXCEPTIONS" if all(gate.accepted for gate in failed) else "NO-GO"


def sentence(found: Found) -> str:
    """Rows and amounts in words, from the accounting only."""
    rows = sum(line.read + line.extra for line in found.accounting)
    parts = []
    for states, words in _PARTS:
        count = sum(line.states.get(state, 0) for line in found.accounting for state in states)
        if count:
            parts.append(f"{count:,} {words}")
    unexplained = sum(line.unexplained for line in found.accounting)
    parts.append(f"{unexplained:,} are not explained" if unexplained else "none is unexplained")
    told = [_read(found), f"Of {rows:,} records to account for, {', '.join(parts)}.", _money(found)]
    return " ".join(part for part in told if part)


def _read(found: Found) -> str:
    """Rows of the files, each once: a row that holds several objects is several records to account for."""
    rows, unread = (sum(getattr(source, name) for source in found.sources) for name in ("records", "quarantined"))
    could_not = f", {unread:,} of them could not be read" if unread else ""
    return f"The sources have {rows + unread:,} rows{could_not}." if found.sources else ""


def _money(found: Found) -> str:
    if not found.bridges:
        return ""
    open_bridges = [b for b in found.bridges if Decimal(b.unexplained) or b.unreadable]
    parts = [_told(bridge) for bridge in open_bridges]
    parts += [_unrated(bridge) for bridge in found.report_bridges if bridge.unrated_arrived]
    return f"{'; '.join(parts)}." if parts else "All amounts are explained."


def _told(bridge: Bridge) -> str:
    """What is open about one bridge, in words."""
    of = f"of {bridge.object}.{bridge.measure}"
    parts = []
    if Decimal(bridge.unexplained):
        parts.append(f"{_shown(bridge)} {of} are not explained")
    if bridge.unreadable:
        parts.append(f"{bridge.unreadable:,} amounts {of} cannot be read")
    return ", ".join(parts)


def _shown(bridge: Bridge) -> str:
    """What is not explained, with the digits of its currency and thousands apart, as everywhere on the page."""
    return language("en").amount_in(bridge.unexplained, bridge.currency)


def _unrated(bridge: Bridge) -> str:
    of = f"of {bridge.object}.{bridge.measure}"
    return f"{bridge.unrated_arrived:,} amounts {of} have no rate on their day and are in no sum in {bridge.currency}"


def not_checked(plan: Plan, found: Found) -> Iterator[str]:
    """What this report cannot say, in sentences."""
    yield from _not_read(plan, found)
    yield from _not_compared(plan, found)
    for name, count in found.odd.items():
        yield f"{name}: {count:,} values could not be read as it asks; their records are not in the figure."
    for name, count in found.unrated.items():
        yield f"{name}: {count:,} rows have no exchange rate on their day; its figure of the sources is without them."
    for bridge in found.report_bridges:
        if bridge.unrated:
            told = f"amounts have no exchange rate on their day; the sums in {bridge.currency} are without them."
            yield f"{bridge.object}.{bridge.measure}: {bridge.unrated:,} {told}"
    if not plan.reconcile.controls:
        yield "No control total from outside was given: that units and scale are right is not proven by this report."
    if not plan.reconcile.kpis and not plan.reconcile.pack:
        yield "No key figure was declared; pipeline, mailable people and the like were not compared."
    yield from _unmatched(plan)
    yield from _left_columns(found)
    yield "What the target's own automations do after the records were read back."


def _unmatched(plan: Plan) -> Iterator[str]:
    """People and organisations whose doubles nobody looked for: their mapping has no way in which records match."""
    alone = [one.name for one in plan.objects if one.entity != "thing" and not one.match and one.learned is None]
    if alone:
        yield f"{', '.join(alone)}: no doubles were looked for among its records; its mapping has no `match:`."


def _left_columns(found: Found) -> Iterator[str]:
    """Columns without a way into the target, each source counted once however many files it has."""
    fates = Counter(column.fate for column in found.columns)
    archived, dropped = fates["archived"], fates["dropped"]
    if archived or dropped:
        counts = f"archived ({archived:,}) or dropped ({dropped:,})"
        yield f"{archived + dropped:,} columns are {counts} by decision; their values are not in the target."
    if unmapped := fates["unspoken"]:
        yield f"{unmapped:,} columns are neither mapped, archived nor dropped; see the sources."


def _not_compared(plan: Plan, found: Found) -> Iterator[str]:
    for name in found.uncompared:
        size = sample_size(plan, name.split(" ")[0])
        how = "were not read back or not compared" if not size else f"were compared on a sample of {size} only"
        yield f"{name.split(' ')[0]}: its records {how}; nothing is proven for the others."
    if pseudonyms := [f"{figure.object}.{figure.field}" for figure in found.masked if figure.cells]:
        told = "in this environment; what the target makes of the real values is not proven."
        yield f"{', '.join(pseudonyms)} hold pseudonyms {told}"
    for figure in found.fields:
        if figure.classes.get("not_comparable"):
            yield f"{figure.object}.{figure.field}: the target does not give it back; it was not compared."


def _not_read(plan: Plan, found: Found) -> Iterator[str]:
    """What of the sources was left out, not counted, or feeds nothing."""
    if found.limit:
        yield f"This is a rehearsal with the first {found.limit:,} records of every source; the rest was left out."
    for source in found.sources:
        if source.counted is None:
            yield f"{source.path}: rows were not counted independently of the parser ({source.count_method})."
    feeding = {feed.source for o in plan.objects for feed in o.feeds}
    feeding |= {enrich.source for o in plan.objects for enrich in o.enrich}
    for plain in plan.sources:
        if plain.stays_behind is not None:
            rows = sum(source.records for source in found.sources if source.source == plain.name)
            told = "they were read and counted, and nothing of them is in the target."
            yield f"{plain.name}: its {rows:,} rows stay behind by decision {plain.stays_behind}; {told}"
        elif plain.name not in feeding:
            yield f"{plain.name}: feeds no object; none of its rows is accounted for."
