"""Findings as cards for a meeting: what, how many, for example, what it does in the new CRM, and what can be done."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from crm_migrate.assessing.costing import costed
from crm_migrate.assessing.figures import (
    Card,
    ConsentFigure,
    DuplicateFigure,
    Example,
    MoneyFigure,
    OwnerFigure,
    PicklistFigure,
    RelationFigure,
    Said,
    SensitiveFigure,
    Severity,
)
from crm_migrate.assessing.hiding import shown
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.quality.damage import Damage

_LOST = frozenset({"scientific", "cut_text", "cut_rows", "shifted", "mixed_order", "exchanged_order", "moved_days"})
_EXAMPLES = 3
ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


def card(
    kind: str,
    severity: Severity,
    source: str,
    columns: Sequence[str],
    count: int,
    of: int,
    places: dict[str, int | str] | None = None,
    examples: Sequence[Example] = (),
    mended: int = 0,
) -> Card:
    """A card; its sentences are those of its kind in the catalogue."""
    words: dict[str, int | str] = {"n": count, "of": of, "column": ", ".join(columns), "source": source}
    words |= places or {}
    told = hashlib.sha256("\x1f".join([kind, source, *columns]).encode()).hexdigest()
    return costed(
        Card(
            id=told[:10],
            kind=kind,
            severity=severity,
            source=source,
            columns=tuple(columns),
            count=count,
            of=of,
            mended=mended,
            because=Said(key=f"card.{kind}", places=words),
            effect=Said(key=f"effect.{kind}", places=words),
            option=Said(key="option.mended" if mended and mended == count else f"option.{kind}", places=words),
            examples=tuple(examples),
        )
    )


def of_damage(source: str, damage: Damage, meanings: Meanings, masked: bool) -> Card:
    """The card of what happened to a column or a table."""
    kind = meanings.of(source, damage.columns[0]).kind if damage.columns else ""
    examples = [Example(row=row + 1, value=shown(value, kind, masked)) for row, value in damage.examples[:_EXAMPLES]]
    severity: Severity = "error" if damage.kind in _LOST else "warning"
    mended = sum(1 for _ in damage.mended)
    done = damage.cells if mended and damage.kind != "scientific" else 0
    places: dict[str, int | str] = dict(damage.facts)
    if "proof" in places:
        places["proof"] = f"proof.{places['proof']}"
    count = max(damage.cells, 1)
    return card(damage.kind, severity, source, damage.columns, count, damage.of, places, examples, done)


def of_aside(source: str, rows: int, aside: int) -> Iterator[Card]:
    """Rows that cannot be read as rows of their columns."""
    if aside:
        yield card("aside", "error", source, (), aside, rows + aside)


def of_relation(figure: RelationFigure) -> Iterator[Card]:
    """References to nobody, and rows that lead back to themselves."""
    columns = [figure.column]
    places: dict[str, int | str] = {"parent": figure.parent, "key": figure.key}
    if figure.orphans:
        yield card("orphans", "error", figure.source, columns, figure.orphans, figure.filled, places)
    if figure.cycles:
        yield card("cycles", "error", figure.source, columns, figure.cycles, figure.filled, places)
    if figure.whales:
        places["most"] = figure.most
        yield card("whales", "warning", figure.source, columns, len(figure.whales), figure.parents, places)


def of_duplicates(figure: DuplicateFigure, rows: int) -> Iterator[Card]:
    """Rows that are probably one record."""
    if figure.surplus:
        places: dict[str, int | str] = {"groups": figure.groups, "rule": f"rule.{figure.rule}"}
        yield card("duplicates", "warning", figure.source, figure.columns, figure.surplus, rows, places)


def of_key(source: str, key: Sequence[str], rows: int, filled: int, different: int) -> Iterator[Card]:
    """A key that is missing or stands twice."""
    if not key:
        yield card("no_key", "warning", source, (), rows, rows)
        return
    if filled < rows:
        yield card("key_missing", "error", source, key, rows - filled, rows)
    if different < filled:
        yield card("key_twice", "error", source, key, filled - different, filled)


def of_picklist(figure: PicklistFigure) -> Iterator[Card]:
    """Words that no value map translates."""
    if figure.unmapped:
        waiting = [value for value in figure.values if value.becomes is None]
        examples = [Example(row=0, value=f"{each.value} × {each.cells}") for each in waiting[:_EXAMPLES]]
        cells = sum(each.cells for each in waiting)
        of = sum(each.cells for each in figure.values)
        places: dict[str, int | str] = {"words": figure.unmapped}
        yield card("unmapped", "error", figure.source, [figure.column], cells, of, places, examples)


def of_owners(figures: Sequence[OwnerFigure]) -> Iterator[Card]:
    """Records of people who left without a successor, and of people whom the owners file does not know."""
    by_column: dict[tuple[str, str], list[OwnerFigure]] = {}
    for figure in figures:
        by_column.setdefault((figure.source, figure.column), []).append(figure)
    for (source, column), found in sorted(by_column.items()):
        of = sum(each.records for each in found)
        gone = [each for each in found if each.state == "left" and not each.successor]
        strange = [each for each in found if each.state == "unknown"]
        for kind, some in (("owners_left", gone), ("owners_unknown", strange)):
            if some:
                examples = [Example(row=0, value=f"{each.owner} × {each.records}") for each in some[:_EXAMPLES]]
                records = sum(each.records for each in some)
                yield card(kind, "error", source, [column], records, of, {"people": len(some)}, examples)


def of_money(figures: Sequence[MoneyFigure]) -> Iterator[Card]:
    """Open deals of people who left without a successor, with their sums by currency."""
    gone = [each for each in figures if each.state == "left" and not each.successor]
    if gone:
        sums = {currency: Decimal(0) for currency in sorted({each.currency for each in gone})}
        for each in gone:
            sums[each.currency] += Decimal(each.amount)
        deals = sum(each.deals for each in gone)
        places: dict[str, int | str] = {
            "people": len({each.owner for each in gone}),
            "money": "money." + "; ".join(f"{total} {currency}".strip() for currency, total in sums.items()),
            "unread": deals - sum(each.summed for each in gone),
        }
        owned = Counter(
            {owner: sum(m.deals for m in gone if m.owner == owner) for owner in sorted({m.owner for m in gone})}
        )
        examples = [Example(row=0, value=f"{owner} × {count}") for owner, count in owned.most_common(_EXAMPLES)]
        of = sum(each.deals for each in figures)
        yield card("owners_money", "error", gone[0].source, [gone[0].column], deals, of, places, examples)


def of_consent(figure: ConsentFigure) -> Iterator[Card]:
    """Consent without any proof of when it was given."""
    if figure.filled > figure.proved:
        yield card(
            "consent_unproved", "warning", figure.source, [figure.column], figure.filled - figure.proved, figure.filled
        )


def of_sensitive(figure: SensitiveFigure) -> Iterator[Card]:
    """Content that needs a reason to be kept."""
    severity: Severity = "note" if figure.category == "birth_date" else "warning"
    places: dict[str, int | str] = {"category": f"category.{figure.category}"}
    found = card("sensitive", severity, figure.source, [figure.column], figure.cells, figure.of, places)
    told = hashlib.sha256(f"{found.id}{figure.category}".encode()).hexdigest()[:10]
    yield found.model_copy(update={"id": told})
