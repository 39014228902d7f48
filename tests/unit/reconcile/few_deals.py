"""A few deals as the stages would leave them: rows with amounts, what became of them, and what the target holds.

Only what an amount bridge looks at is written: one object, so a test of a bridge takes a moment. All is invented.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mini_run

from crm_migrate.mapping.plan import (
    CorrectionPlan,
    EnrichPlan,
    EnvironmentPlan,
    FeedPlan,
    FieldPlan,
    MoneyPlan,
    ObjectPlan,
    Plan,
    SourcePlan,
)
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.accounting import settle_dispositions
from crm_migrate.stages.reconcile.bridges import Money, money
from crm_migrate.stages.reconcile.keeping import note_kept
from crm_migrate.stages.reconcile.sides import expected_side, loaded_fields
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import relations

Cells = tuple[str | None, str | None, str | None]  # amount, currency, day
COLUMNS = {"amount": "Amount", "currency": "Currency", "day": "Day"}
SOURCES = ("sheet", "crm", "more")  # the last one enriches


@dataclass(frozen=True)
class Row:
    """A row of a source. `aside` (state, code, rule): the mapping set it aside; `was`: cells before a correction.

    `cleared`: the amount could not be read, and the mapping emptied it.
    """

    amount: str | None
    currency: str | None = "EUR"
    day: str | None = "2025-05-02"
    source: str = "sheet"
    key: str | None = ""  # "": its number
    aside: tuple[str, str, str] | None = None
    was: tuple[tuple[str, str], ...] = ()
    cleared: bool = False

    @property
    def cells(self) -> Cells:
        """What the row says."""
        return self.amount, self.currency, self.day


@dataclass(frozen=True)
class Deal:
    """A record: its rows, what it was completed to (`said`: as its first row), planned to be, and is in the target.

    `there` is what the target holds, None for nothing; "" for what was planned. Further rows of the first one's source
    are folded into it, those of other sources merged. `edits`: fields that a user has changed in the target since our
    last load; there the plan read `read`. `changed`: fields that an update writes.
    """

    rows: tuple[Row, ...]
    state: tuple[str, str] = ("ready", "")
    said: Cells | None = None
    action: str = "create"
    code: str = ""
    planned: Cells | None = None
    outcome: str = "loaded"
    there: Cells | str | None = ""
    edits: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    read: Cells | None = None


def deal(amount: str | None, currency: str | None = "EUR", day: str | None = "2025-05-02", **more: Any) -> Deal:
    """A record of one row that arrives as it is."""
    return Deal((Row(amount, currency, day),), **more)


def plan(money_plan: MoneyPlan | None = None, *, currency: bool = True, **amount: Any) -> Plan:
    """The plan of the deals; `amount` are further words of the mapping on that field."""
    cells = {name: dict.fromkeys(SOURCES, mini_run.cell(column)) for name, column in COLUMNS.items()}
    fields = (
        FieldPlan(**{"name": "amount", "type": "money", "target": "amount", "cells": cells["amount"], **amount}),
        FieldPlan(name="currency", type="currency", target="currency", cells=cells["currency"]),
        FieldPlan(name="day", type="date", target="day", cells=cells["day"]),
    )
    deals = ObjectPlan(
        name="deals",
        entity="thing",
        target="deal",
        feeds=(FeedPlan(source="sheet"), FeedPlan(source="crm", trust=2)),
        enrich=(EnrichPlan(source="more", by="name"),),
        fields=tuple(f for f in fields if currency or f.name != "currency"),
    )
    return Plan(
        project="few",
        title="Few",
        money=money_plan or MoneyPlan(),
        environment=EnvironmentPlan(name="mock", connector="sql"),
        sources=tuple(SourcePlan(name=name, key=("Nr",), locale="en", time_zone="UTC") for name in SOURCES),
        objects=(deals,),
    )


def bridged(
    folder: Path, *deals: Deal, following: Plan | None = None, rows: Sequence[Row] = (), before: Sequence[Cells] = (),
    now: Sequence[Cells] = (), strange: Sequence[Cells] = (), without: Sequence[str] = (),
) -> Money:  # fmt: skip
    """The bridges of these deals and of rows that are none.

    `before`: records of ours that the target held before this run, which did not write them; `now`: what is in them
    today, where that is something else; `strange`: such as nobody knows. `without`: fields that the target does not
    give back.
    """
    following = following or plan()
    content = _Content()
    for one in deals:
        content.add(one)
    for row in rows:
        content.row(row)
    for number, cells in enumerate(before):
        content.there(f"b{number}", dict(enumerate(now)).get(number, cells))
        held = dict(zip(COLUMNS, cells, strict=True))
        content.put("load", "deals", "theirs", target_id=f"t-b{number}", __entity=f"b{number}", **held)
        content.put("load", "deals", "before", target_id=f"t-b{number}", __entity=f"b{number}")
    for number, cells in enumerate(strange):
        content.there(f"s{number}", cells)
    for held in content.tables.get(("validate", "deals", "actual"), ()):
        for name in without:
            del held[name]
    corrected = {path[1] for path in content.tables if path[-1] == "corrected"}
    words = CorrectionPlan(name="C-1", column="Amount", was="", now="", by="ayse")
    following = following.model_copy(update={"corrections": dict.fromkeys(corrected, (words,))})
    run = Run(folder, "r1")
    mini_run.write_tables(run, content.tables)
    with relations(run, "reconcile", partial=True) as tables:
        listing.start(tables)
        settle_dispositions(tables, following, following.object("deals"))
        expected_side(tables, following, following.object("deals"))
        note_kept(tables, following.object("deals"), loaded_fields(following.object("deals")))
        return money(tables, following, following.object("deals"))


class _Content:
    """The tables of a run, written line by line."""

    def __init__(self) -> None:
        self.tables: mini_run.Tables = {}
        self._rows: Counter[str] = Counter()
        self._nodes = self._clusters = 0
        for source in SOURCES:
            self.tables["map", "deals", source, "records"] = []
        self.tables["validate", "deals", "actual"] = []

    def put(self, *path: str, **cells: Any) -> None:
        self.tables.setdefault(path, []).append(cells)

    def row(self, row: Row) -> tuple[int, str | None]:
        """Write a row as read and as mapped; its place and key."""
        number = self._rows[row.source]
        self._rows[row.source] += 1
        key = str(number) if row.key == "" else row.key
        raw = dict(zip(COLUMNS.values(), row.cells, strict=True))
        self.put("extract", row.source, "records", __row=number, __file=0, __line=number + 2, Nr=key, **raw)
        for column, text in row.was:
            self.put("extract", row.source, "corrected", __row=number, name=column, was=text, now=raw[column])
        mapped = dict(zip(COLUMNS, row.cells, strict=True))
        if row.cleared:
            mapped["amount"] = None
            flagged = {"field": "amount", "code": "not_a_number", "before": row.amount, "after": None}
            self.put("map", "deals", row.source, "cells", __row=number, __split=0, **flagged)
        if row.source == "more":
            reached = {"__key": key, "by": "x", "__node": 0, "__split": 0}
            self.put("link", "deals", "enrichment", __source=row.source, __row=number, **reached)
        if row.aside is None:
            self.put("map", "deals", row.source, "records", __row=number, __split=0, __key=key, **mapped)
        else:
            why = dict(zip(("state", "code", "rule"), row.aside, strict=True))
            self.put("map", "deals", row.source, "set_aside", __row=number, __split=0, __key=key, **why)
        return number, key

    def add(self, one: Deal) -> None:
        """Write a record through all stages."""
        cluster, entity, nodes = self._clusters, f"d{self._clusters}", {}
        self._clusters += 1
        for row in one.rows:
            number, key = self.row(row)
            folded = row.source in nodes
            node = nodes.setdefault(row.source, self._nodes)
            place = {"__source": row.source, "__row": number, "__split": 0, "__node": node}
            self.put("link", "deals", "rows", **place, folded=folded)
            if not folded:
                self._nodes += 1
                self.put("link", "deals", "nodes", **place, __key=key, __trust=len(nodes))
                state = "merged" if len(nodes) > 1 else "single"
                self.put("dedupe", "deals", "clusters", __node=node, __cluster=cluster, state=state, rule="same deal")
        said = dict(zip(COLUMNS, one.said or one.rows[0].cells, strict=True))
        state, code = one.state
        self.put("complete", "deals", "entities", __cluster=cluster, __state=state, __code=code, **said)
        planned = dict(zip(COLUMNS, one.planned, strict=True)) if one.planned else said
        action = one.action if state == "ready" else state
        changed = json.dumps(one.changed) if one.changed else None
        self.put(
            "load", "deals", "entities", __cluster=cluster, __entity=entity, __action=action, __code=one.code,
            __changed_fields=changed, **planned,
        )  # fmt: skip
        if action in ("create", "update"):
            self.put("load", "deals", "outcomes", __entity=entity, outcome=one.outcome, target_id=f"t-{entity}")
        arrived = action == "unchanged" or (action in ("create", "update") and one.outcome == "loaded")
        if arrived and one.there is not None:
            self.there(entity, tuple(planned.values()) if one.there == "" else one.there)
        for name in one.edits:
            self.put("load", "deals", "edits", __entity=entity, field=name)
        if one.read is not None:
            held = dict(zip(COLUMNS, one.read, strict=True))
            self.put("load", "deals", "theirs", target_id=f"t-{entity}", __entity=entity, **held)

    def there(self, entity: str, cells: Any) -> None:
        """Write a record of the target."""
        held = dict(zip(COLUMNS, cells, strict=True))
        self.put("validate", "deals", "actual", target_id=f"t-{entity}", __entity=entity, **held)
