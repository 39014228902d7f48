"""A small, consistent run on disk: three sources, three objects, every disposition at least once.

Tests take `tables()`, break one thing, `write()` it, and look whether reconcile sees it. All people are invented.
"""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from crm_migrate.mapping.plan import (
    CellPlan,
    EnrichPlan,
    EnvironmentPlan,
    FeedPlan,
    FieldPlan,
    GatePlan,
    KpiPlan,
    MoneyPlan,
    ObjectPlan,
    Plan,
    ReconcilePlan,
    RefPlan,
    SourcePlan,
    SplitPlan,
    StepPlan,
)
from crm_migrate.workspace import tables as t
from crm_migrate.workspace.figures import Header
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.parts import write_manifest, write_part
from crm_migrate.workspace.sealing import write_sealed

Path_ = tuple[str, ...]
Tables = dict[Path_, list[dict[str, Any]]]
HEADER = Header(run="r1", started="2025-03-14T10:00:00Z", finished="2025-03-14T10:01:00Z", tool_version="0.1.0")
ACCOUNT_FIELDS = ("name",)
CONTACT_FIELDS = ("first_name", "email", "consent", "company")
DEAL_FIELDS = ("name", "company", "amount", "currency", "stage", "close_date")
FIELDS = {"accounts": ACCOUNT_FIELDS, "contacts": CONTACT_FIELDS, "deals": DEAL_FIELDS}
TYPES = {
    "NULL": pa.null(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
}


def cell(column: str, *steps: str) -> CellPlan:
    """A cell of the mapping."""
    return CellPlan(column=column, steps=tuple(StepPlan(name=step) for step in steps))


def plan(**reconcile: Any) -> Plan:
    """The plan that the run followed."""
    company = RefPlan(object="accounts", same_row=("sheet",))
    return Plan(
        project="mini",
        title="Mini",
        money=MoneyPlan(report_in="EUR", rate_on="close_date", rates=(("TRY", "2020-01-01", "0.025"),)),
        environment=EnvironmentPlan(name="mock", connector="sql"),
        sources=(
            SourcePlan(name="kisi", key=("KisiNo",), locale="tr-TR", time_zone="Europe/Istanbul"),
            SourcePlan(name="sheet", key=("Nr",), locale="tr-TR", time_zone="Europe/Istanbul"),
            SourcePlan(name="mail", key=("Email",), locale="en", time_zone="UTC"),
        ),
        objects=(
            ObjectPlan(
                name="accounts",
                entity="organisation",
                target="account",
                feeds=(FeedPlan(source="sheet", one_per=("name",)),),
                fields=(FieldPlan(name="name", type="company_name", target="name", cells={"sheet": cell("Firma")}),),
            ),
            ObjectPlan(
                name="contacts",
                entity="person",
                target="contact",
                mergeable=True,
                feeds=(
                    FeedPlan(source="kisi", trust=1, where="Durum != 'Test'", because="D-004"),
                    FeedPlan(source="sheet", trust=2, split=SplitPlan(column="Kisi", by=";")),
                ),
                enrich=(EnrichPlan(source="mail", by="email"),),
                fields=(
                    FieldPlan(
                        name="first_name",
                        type="given_name",
                        target="first_name",
                        cells={"kisi": cell("Ad"), "sheet": cell("Kisi")},
                        personal=True,
                    ),
                    FieldPlan(
                        name="email", type="email", target="email", cells={"kisi": cell("Eposta")}, personal=True
                    ),
                    FieldPlan(
                        name="consent",
                        type="consent",
                        target="consent",
                        cells={"kisi": cell("Izin")},
                        survive="strictest",
                    ),
                    FieldPlan(name="company", type="reference", target="company_id", ref=company),
                ),
            ),
            ObjectPlan(
                name="deals",
                entity="thing",
                target="deal",
                feeds=(FeedPlan(source="sheet"),),
                fields=(
                    FieldPlan(name="name", type="text", target="name", cells={"sheet": cell("Firsat")}),
                    FieldPlan(name="company", type="reference", target="company_id", ref=company),
                    FieldPlan(name="amount", type="money", target="amount", cells={"sheet": cell("Tutar")}),
                    FieldPlan(name="currency", type="currency", target="currency", cells={"sheet": cell("PB")}),
                    FieldPlan(name="stage", type="choice", target="stage", cells={"sheet": cell("Asama")}),
                    FieldPlan(name="close_date", type="date", target="close_date", cells={"sheet": cell("Tarih")}),
                ),
            ),
        ),
        reconcile=ReconcilePlan(
            **(
                {
                    "kpis": (KpiPlan(name="pipeline", object="deals", sum="amount", by=("stage",)),),
                    "gates": (
                        GatePlan(name="unexplained", limit="0"),
                        GatePlan(name="held", limit="10"),
                        GatePlan(name="rejected", limit="10"),
                        GatePlan(name="quarantined", limit="10"),
                    ),
                }
                | reconcile
            )
        ),
    )


def tables() -> Tables:
    """Every table of the run, consistent."""
    return {
        **_extracted(),
        **_mapped(),
        **_linked(),
        **_deduped(),
        **_completed(),
        **_loaded(),
        **_validated(),
    }


def _rows(names: str, *values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(names.split(), value, strict=True)) for value in values]


def _extracted() -> Tables:
    return {
        ("extract", "kisi", "records"): _rows(
            "__row __file __line KisiNo Ad Eposta Izin Durum",
            (0, 0, 2, "K1", "Ayşe", "ayse@isik.example", "granted", ""),
            (1, 0, 3, "K2", "Deneme", "x@test.example", "", "Test"),
            (2, 0, 4, "K3", "Budi", "budi@nusantara.example", "belki", ""),
            (3, 0, 5, "K1", "Ayşe", "ayse@isik.example", "granted", ""),
            (4, 0, 6, "K5", "Jürgen", "juergen@beispiel.example", "withdrawn", ""),
            (5, 0, 7, "K6", "Siti", None, None, ""),
        ),
        ("extract", "sheet", "records"): _rows(
            "__row __file __line Nr Firma Kisi Firsat Tutar PB Asama Tarih",
            (0, 0, 2, "1", "IŞIK", "Ayşe; Veli", "Pres", "1250000.50", "TRY", "proposal", "2025-03-05"),
            (1, 0, 3, "2", "IŞIK", "", "Kalıp", "500", "EUR", "proposal", "2025-04-01"),
            (2, 0, 4, "3", "Nusantara", "Dewi", "Mesin", "300", "EUR", "closedwon", "2025-05-01"),
            (3, 0, 5, "", "TOPLAM", "", "", "1250800.50", "", "", ""),
            (4, 0, 6, "5", "Nusantara", None, "Servis", "70.25", "EUR", "closedwon", "2025-05-02"),
        ),
        ("extract", "mail", "records"): _rows(
            "__row __file __line Email", (0, 0, 2, "ayse@isik.example"), (1, 0, 3, "nobody@example.com")
        ),
        ("extract", "kisi", "quarantine"): _rows(
            "file line offset code message raw", (0, 8, 120, "cell_count", "5 cells, the header has 6", "K9;x")
        ),
        ("extract", "sheet", "quarantine"): [],
        ("extract", "mail", "quarantine"): [],
    }


def _mapped() -> Tables:
    aside = "__row __split __key state code rule field message"
    total = (3, 0, None, "excluded", "skipped_line", "total", "", "")
    return {
        ("map", "accounts", "sheet", "records"): _rows(
            "__row __split __key name",
            (0, 0, "IŞIK", "IŞIK"),
            (1, 0, "IŞIK", "IŞIK"),
            (2, 0, "Nusantara", "Nusantara"),
            (4, 0, "Nusantara", "Nusantara"),
        ),
        ("map", "accounts", "sheet", "set_aside"): _rows(aside, total),
        ("map", "contacts", "kisi", "records"): _rows(
            "__row __split __key first_name email consent __ev",
            (0, 0, "K1", "Ayşe", "ayse@isik.example", "granted", '["kisi.Izin: granted"]'),
            (3, 0, "K1", "Ayşe", "ayse@isik.example", "granted", None),
            (4, 0, "K5", "Jürgen", "juergen@beispiel.example", "withdrawn", None),
            (5, 0, "K6", "Siti", None, None, None),
        ),
        ("map", "contacts", "kisi", "set_aside"): _rows(
            aside,
            (1, 0, "K2", "excluded", "excluded_rule", "D-004", "", "Durum != 'Test'"),
            (2, 0, "K3", "held", "value_unmapped", "consent", "consent", "no translation: belki"),
        ),
        ("map", "contacts", "kisi", "cells"): _rows(
            "__row __split field code before after", (2, 0, "consent", "value_unmapped", "belki", None)
        ),
        ("map", "contacts", "kisi", "changes"): _rows("__row __split field rule", (0, 0, "email", "email")),
        ("map", "contacts", "sheet", "records"): _rows(
            "__row __split __key first_name", (0, 0, "1", "Ayşe"), (0, 1, "1#2", "Veli"), (2, 0, "3", "Dewi")
        ),
        ("map", "contacts", "sheet", "set_aside"): _rows(
            aside,
            (1, 0, "2", "absent", "no_such_object", "split_rows Kisi", "", ""),
            total,
            (4, 0, "5", "absent", "no_such_object", "split_rows Kisi", "", ""),
        ),
        ("map", "contacts", "mail", "records"): _rows(
            "__row __split __key email",
            (0, 0, "ayse@isik.example", "ayse@isik.example"),
            (1, 0, "nobody@example.com", "nobody@example.com"),
        ),
        ("map", "contacts", "mail", "set_aside"): [],
        ("map", "deals", "sheet", "records"): _rows(
            "__row __split __key name amount currency stage close_date",
            (0, 0, "1", "Pres", "1250000.50", "TRY", "proposal", "2025-03-05"),
            (1, 0, "2", "Kalıp", "500", "EUR", "proposal", "2025-04-01"),
            (2, 0, "3", "Mesin", "300", "EUR", "closedwon", "2025-05-01"),
            (4, 0, "5", "Servis", "70.25", "EUR", "closedwon", "2025-05-02"),
        ),
        ("map", "deals", "sheet", "set_aside"): _rows(aside, total),
    }


def _linked() -> Tables:
    node = "__node __source __key __row __split __trust"
    rows = "__source __row __split __node folded"
    return {
        ("link", "accounts", "nodes"): _rows(
            f"{node} name", (0, "sheet", "IŞIK", 0, 0, 1, "IŞIK"), (1, "sheet", "Nusantara", 2, 0, 1, "Nusantara")
        ),
        ("link", "accounts", "rows"): _rows(
            rows,
            ("sheet", 0, 0, 0, False),
            ("sheet", 1, 0, 0, True),
            ("sheet", 2, 0, 1, False),
            ("sheet", 4, 0, 1, True),
        ),
        ("link", "accounts", "set_aside"): [],
        ("link", "contacts", "nodes"): _rows(
            f"{node} first_name email consent company __ev",
            (0, "kisi", "K1", 0, 0, 1, "Ayşe", "ayse@isik.example", "granted", None, '["kisi.Izin: granted"]'),
            (1, "kisi", "K5", 4, 0, 1, "Jürgen", "juergen@beispiel.example", "withdrawn", None, None),
            (2, "kisi", "K6", 5, 0, 1, "Siti", None, None, None, None),
            (3, "sheet", "1", 0, 0, 2, "Ayşe", None, None, 0, None),
            (4, "sheet", "1#2", 0, 1, 2, "Veli", None, None, 0, None),
            (5, "sheet", "3", 2, 0, 2, "Dewi", None, None, 1, None),
        ),
        ("link", "contacts", "rows"): _rows(
            rows,
            ("kisi", 0, 0, 0, False),
            ("kisi", 3, 0, 0, True),
            ("kisi", 4, 0, 1, False),
            ("kisi", 5, 0, 2, False),
            ("sheet", 0, 0, 3, False),
            ("sheet", 0, 1, 4, False),
            ("sheet", 2, 0, 5, False),
        ),
        ("link", "contacts", "set_aside"): [],
        ("link", "contacts", "enrichment"): _rows(
            "__source __row __key by __node",
            ("mail", 0, "ayse@isik.example", "ayse@isik.example", 0),
            ("mail", 1, "nobody@example.com", "nobody@example.com", None),
        ),
        ("link", "deals", "nodes"): _rows(
            f"{node} name company amount currency stage close_date",
            (0, "sheet", "1", 0, 0, 1, "Pres", 0, "1250000.50", "TRY", "proposal", "2025-03-05"),
            (1, "sheet", "3", 2, 0, 1, "Mesin", 1, "300", "EUR", "closedwon", "2025-05-01"),
            (2, "sheet", "5", 4, 0, 1, "Servis", 1, "70.25", "EUR", "closedwon", "2025-05-02"),
        ),
        ("link", "deals", "rows"): _rows(
            rows, ("sheet", 0, 0, 0, False), ("sheet", 2, 0, 1, False), ("sheet", 4, 0, 2, False)
        ),
        ("link", "deals", "set_aside"): _rows(
            "__source __row __split __key state code rule field message",
            ("sheet", 1, 0, "2", "held", "parent_ambiguous", "company", "company", "two companies"),
        ),
    }


def _deduped() -> Tables:
    def single(*nodes: int) -> list[dict[str, Any]]:
        return _rows("__node __cluster rule state why", *((n, n, "", "single", "") for n in nodes))

    why = "same first name in the same company"
    merged = _rows("__node __cluster rule state why", (0, 0, "", "merged", ""), (3, 0, "same person", "merged", why))
    return {
        ("dedupe", "accounts", "clusters"): single(0, 1),
        ("dedupe", "contacts", "clusters"): [*merged, *single(1, 2, 4, 5)],
        ("dedupe", "contacts", "pairs"): _rows(
            "a b rule outcome why evidence decision",
            (0, 3, "same person", "merge", why, '{"first_name": ["Ayşe", "Ayşe", 1.0]}', None),
        ),
        ("dedupe", "contacts", "survivors"): _rows(
            "__cluster field __node rule losers", (0, "first_name", 0, "trust", 1), (0, "company", 3, "trust", 0)
        ),
        ("dedupe", "deals", "clusters"): single(0, 1, 2),
    }


def _completed() -> Tables:
    entity = "__cluster __state __code __rule __field __message"
    ready = ("ready", "", "", "", "")
    return {
        ("complete", "accounts", "entities"): _rows(f"{entity} name", (0, *ready, "IŞIK"), (1, *ready, "Nusantara")),
        ("complete", "contacts", "entities"): _rows(
            f"{entity} first_name email consent company",
            (0, *ready, "Ayşe", "ayse@isik.example", "granted", 0),
            (1, *ready, "Jürgen", "juergen@beispiel.example", "withdrawn", None),
            (2, "rejected", "check_failed", "C1", "email", "no way to reach this person", "Siti", None, None, None),
            (4, *ready, "Veli", None, None, 0),
            (5, *ready, "Dewi", None, None, 1),
        ),
        ("complete", "deals", "entities"): _rows(
            f"{entity} name company amount currency stage close_date",
            (0, *ready, "Pres", 0, "1250000.50", "TRY", "proposal", "2025-03-05"),
            (1, "rejected", "check_failed", "C2", "", "no", "Mesin", 1, "300", "EUR", "closedwon", "2025-05-01"),
            (2, *ready, "Servis", 1, "70.25", "EUR", "closedwon", "2025-05-02"),
        ),
    }


def _loaded() -> Tables:
    entity = "__cluster __entity __action __code __message"
    outcome = "__entity outcome message target_id batch"
    return {
        ("load", "accounts", "entities"): _rows(
            f"{entity} name", (0, "a0", "create", "", "", "IŞIK"), (1, "a1", "unchanged", "", "", "Nusantara")
        ),
        ("load", "accounts", "outcomes"): _rows(outcome, ("a0", "loaded", "", "11", "b1")),
        ("load", "accounts", "before"): _rows("target_id __entity", ("12", "a1"), ("99", None)),
        ("load", "accounts", "theirs"): _rows(
            "target_id __entity name", ("12", "a1", "Nusantara"), ("99", None, "Eski Ltd")
        ),
        ("validate", "accounts", "after"): _rows("target_id __entity", ("11", "a0"), ("12", "a1"), ("99", None)),
        ("load", "contacts", "entities"): _rows(
            f"{entity} first_name email consent company_id",
            (0, "c0", "create", "", "", "Ayşe", "ayse@isik.example", "granted", "a0"),
            (1, "c1", "create", "", "", "Jürgen", "juergen@beispiel.example", "withdrawn", None),
            (2, "c2", "rejected", "check_failed", "no way to reach this person", "Siti", None, None, None),
            (4, "c4", "create", "", "", "Veli", None, None, "a0"),
            (5, "c5", "update", "", "", "Dewi", None, None, "a1"),
        ),
        ("load", "contacts", "outcomes"): _rows(
            outcome,
            ("c0", "loaded", "", "21", "b2"),
            ("c1", "rejected", "bad mailbox", None, "b2"),
            ("c4", "loaded", "", "24", "b2"),
            ("c5", "loaded", "", "25", "b3"),
        ),
        ("load", "contacts", "before"): _rows("target_id __entity", ("25", "c5")),
        ("load", "contacts", "theirs"): _rows(
            "target_id __entity first_name email consent company_id", ("25", "c5", "Dewi", None, None, "12")
        ),
        ("validate", "contacts", "after"): _rows("target_id __entity", ("21", "c0"), ("24", "c4"), ("25", "c5")),
        ("load", "deals", "entities"): _rows(
            f"{entity} name company_id amount currency stage close_date",
            (0, "d0", "create", "", "", "Pres", "a0", "1250000.50", "TRY", "proposal", "2025-03-05"),
            (1, "d1", "rejected", "check_failed", "no", "Mesin", "a1", "300", "EUR", "closedwon", "2025-05-01"),
            (2, "d2", "create", "", "", "Servis", "a1", "70.25", "EUR", "closedwon", "2025-05-02"),
        ),
        ("load", "deals", "outcomes"): _rows(
            outcome, ("d0", "loaded", "", "31", "b4"), ("d2", "loaded", "", "32", "b4")
        ),
        ("load", "deals", "before"): [],
        ("validate", "deals", "after"): _rows("target_id __entity", ("31", "d0"), ("32", "d2")),
    }


def _validated() -> Tables:
    return {
        ("validate", "accounts", "actual"): _rows(
            "target_id __entity name", ("11", "a0", "IŞIK"), ("12", "a1", "Nusantara"), ("99", None, "Eski Ltd")
        ),
        ("validate", "contacts", "actual"): _rows(
            "target_id __entity first_name email consent company_id",
            ("21", "c0", "Ayşe", "ayse@isik.example", "granted", "11"),
            ("24", "c4", "Veli", None, None, "11"),
            ("25", "c5", "Dewi", None, None, "12"),
        ),
        ("validate", "deals", "actual"): _rows(
            "target_id __entity name company_id amount currency stage close_date",
            ("31", "d0", "Pres", "11", "1250000.50", "TRY", "proposal", "2025-03-05"),
            ("32", "d2", "Servis", "12", "70.25", "EUR", "closedwon", "2025-05-02"),
        ),
    }


CONTRACT: dict[tuple[str, str], dict[str, str]] = {
    ("extract", "records"): t.EXTRACTED.columns,
    ("extract", "quarantine"): t.QUARANTINE.columns,
    ("extract", "corrected"): t.CORRECTED.columns,
    ("map", "records"): t.RECORDS.columns,
    ("map", "set_aside"): t.SET_ASIDE.columns,
    ("map", "cells"): t.CELLS.columns,
    ("map", "changes"): t.CHANGES.columns,
    ("link", "nodes"): t.NODES.columns,
    ("link", "rows"): t.ROWS.columns,
    ("link", "set_aside"): t.LINK_SET_ASIDE.columns,
    ("link", "notes"): t.LINK_NOTES.columns,
    ("link", "enrichment"): t.ENRICHMENT.columns,
    ("dedupe", "clusters"): t.CLUSTERS.columns,
    ("dedupe", "pairs"): t.PAIRS.columns,
    ("dedupe", "survivors"): t.SURVIVORS.columns,
    ("complete", "entities"): t.COMPLETED.columns,
    ("load", "entities"): t.PLANNED.columns,
    ("load", "outcomes"): t.OUTCOMES.columns,
    ("load", "before"): t.ACTUAL.columns,
    ("validate", "after"): t.ACTUAL.columns,
    ("reconcile", "dispositions"): t.DISPOSITIONS.columns,
    ("load", "known"): t.KNOWN.columns,
    ("load", "theirs"): t.ACTUAL.columns,
    ("load", "vanished"): t.VANISHED.columns,
    ("load", "removals"): t.REMOVALS.columns,
    ("load", "edits"): t.EDITS.columns,
    ("validate", "actual"): t.ACTUAL.columns,
}


def write(folder: Path, content: Tables) -> Run:
    """Write the tables as the stages would, and the facts of the sources."""
    run = Run(folder, "r1")
    write_tables(run, content)
    for source in ("kisi", "sheet", "mail"):
        good = len(_extracted()["extract", source, "records"])
        bad = len(_extracted()["extract", source, "quarantine"])
        fact = {"path": f"{source}.csv", "sha256": "0" * 64, "bytes": 10, "records": good, "quarantined": bad}
        facts = {"files": [fact | {"counted": good + bad, "count_method": "quote parity"}], "columns": []}
        write_sealed(run.table("extract", source) / "facts.json", facts)
    return run


def write_tables(run: Run, content: Tables) -> None:
    """Write the tables as the stages would."""
    for path, rows in content.items():
        _write_table(run, path, rows)


def _write_table(run: Run, path: Path_, rows: list[dict[str, Any]]) -> None:
    contract = CONTRACT[path[0], path[-1]]
    names = list(dict.fromkeys([*contract, *(name for row in rows for name in row)]))
    node_reference = path[0] in ("link", "dedupe", "complete") and "company" in names
    types = [TYPES[contract.get(n, "BIGINT" if node_reference and n == "company" else "VARCHAR")] for n in names]
    arrays = [pa.array([row.get(n) for row in rows], type=t) for n, t in zip(names, types, strict=True)]
    folder = run.table(path[0], *path[1:])
    write_manifest(folder, [write_part(folder, "part-00000", pa.Table.from_arrays(arrays, names=names))])


def dispositions(run: Run, object_name: str) -> dict[tuple[str, int, int], tuple[str, str | None]]:
    """(source, row, split) -> (state, survivor) as reconcile wrote them."""
    path = run.table("reconcile", object_name, "dispositions") / "part-00000.parquet"
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(path)).select("__source, __row, __split, state, survivor").fetchall()
    assert len({row[:3] for row in found}) == len(found), "one line per row"
    return {(source, row, split): (state, survivor) for source, row, split, state, survivor in found}


def differences(folder: Path, object_name: str) -> list[tuple[str, str, str]]:
    """(entity, field, class) of the written differences."""
    path = Run(folder, "r1").table("reconcile", object_name, "differences") / "part-00000.parquet"
    if not path.exists():
        return []
    with duckdb.connect() as connection:
        return connection.read_parquet(str(path)).select('__entity, field, "class"').fetchall()
