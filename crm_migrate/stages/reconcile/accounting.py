"""One disposition for every row of every source and object, counted from what was read and not from what stages say."""

from typing import Any

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.mapping.plan import ObjectPlan, Plan, SplitPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.fates import settle_fates
from crm_migrate.workspace.figures import AccountingLine, SourceFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sealing import read_sealed
from crm_migrate.workspace.tables import (
    DISPOSITIONS,
    ENRICHMENT,
    EXTRACTED,
    LINK_SET_ASIDE,
    RECORDS,
    SET_ASIDE,
    texts,
)

STATES = (
    "created", "updated", "unchanged", "folded", "merged", "enrichment", "absent", "excluded", "rejected", "held",
    "failed",
)  # fmt: skip
UNEXPLAINED = "unexplained"


def source_facts(tables: Relations, source: str) -> dict[str, Any]:
    """What the extract stage wrote down about a source; empty where it did not."""
    try:
        return read_sealed(tables.run.table("extract", source) / "facts.json")
    except FileNotFoundError:
        return {}


def source_figures(tables: Relations, plan: Plan) -> tuple[SourceFigure, ...]:
    """Every file of every source: parsed, set aside, and counted independently."""
    facts = ((source.name, fact) for source in plan.sources for fact in _files(tables, source.name))
    return tuple(_source_figure(name, fact) for name, fact in facts)


def _files(tables: Relations, source: str) -> list[dict[str, Any]]:
    return list(source_facts(tables, source).get("files", ()))


def _source_figure(name: str, fact: dict[str, Any]) -> SourceFigure:
    known = {key: fact[key] for key in fact.keys() & SourceFigure.model_fields.keys()}
    return SourceFigure(source=name, **known | {"evidence": tuple(fact.get("evidence", ()))})


def settle_dispositions(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> tuple[AccountingLine, ...]:
    """Write `reconcile/<object>/dispositions` and count its lines, one figure per source."""
    name = object_plan.name
    _, members = settle_fates(tables, name)
    universes = {s: _universe(tables, name, s, split) for s, split in _sources(object_plan).items()}
    universes = universes or _waiting(tables, plan, name)
    sources = list(universes)
    none = ", ".join(f"NULL::{kind} AS {quoted(column)}" for column, kind in DISPOSITIONS.columns.items())
    selects = [f"SELECT {none} WHERE FALSE"]
    selects += [_settle_source(tables, name, source, universe, members) for source, universe in universes.items()]
    listed = ", ".join(quoted(column) for column in DISPOSITIONS.columns)
    query = f"SELECT {listed} FROM ({' UNION ALL BY NAME '.join(selects)})"
    tables.publish(f"{query} ORDER BY __source, __row, __split, state, code", DISPOSITIONS, name)
    return tuple(_line(tables, name, source) for source in sources)


def _sources(object_plan: ObjectPlan) -> dict[str, SplitPlan | None]:
    """The sources that feed or enrich an object, each with how its rows are split."""
    enriching: dict[str, SplitPlan | None] = {enrich.source: None for enrich in object_plan.enrich}
    return enriching | {feed.source: feed.split for feed in object_plan.feeds}


def _waiting(tables: Relations, plan: Plan, object_name: str) -> dict[str, str]:
    """What an object accounts for that no source feeds: every statement about a mailbox, listed or carried."""
    return {
        enrich.source: f"""SELECT DISTINCT __row, __split
            FROM {tables.scan(ENRICHMENT, owner.name)}
            WHERE __source = {literal(enrich.source)} AND "by" IS NOT NULL"""
        for owner in plan.objects
        for enrich in owner.enrich
        if enrich.unmatched == "suppression_list" and object_name == SUPPRESSIONS
    }


def _settle_source(tables: Relations, object_name: str, source: str, rows: str, members: str) -> str:
    """Claims of all stages about the rows of one source, against the rows that it has: the query of its lines."""
    claims, universe = quoted(f"claims/{object_name}/{source}"), quoted(f"universe/{object_name}/{source}")
    tables.execute(f"CREATE TEMP TABLE {claims} AS {_claims(tables, object_name, source, members)}")
    tables.execute(f"CREATE TEMP TABLE {universe} AS {rows}")
    doubled = quoted(f"doubled/{object_name}/{source}")
    tables.execute(
        f"""CREATE TEMP TABLE {doubled} AS SELECT __row, __split FROM {claims} WHERE state IS NOT NULL
        GROUP BY __row, __split HAVING count(*) > 1 OR bool_or(state = 'twice')"""
    )
    lost = quoted(f"lost/{object_name}/{source}")
    tables.execute(
        f"""CREATE TEMP TABLE {lost} AS SELECT * FROM {universe} u
        ANTI JOIN (SELECT * FROM {claims} WHERE state IS NOT NULL) c ON u.__row = c.__row AND u.__split = c.__split"""
    )
    origin = f"{literal(source)} AS __source"
    return f"""
    (SELECT {origin}, c.__row, c.__split, c.__key, c.state, c.code, c.rule, c.field, c.message, c.__cluster,
           c.__entity, c.target_id, c.survivor
    FROM {claims} c SEMI JOIN {universe} u ON u.__row = c.__row AND u.__split = c.__split
    ANTI JOIN {doubled} d ON d.__row = c.__row AND d.__split = c.__split WHERE c.state IS NOT NULL
    UNION ALL BY NAME
    SELECT {origin}, u.__row, u.__split, max(c.__key) AS __key, {_unexplained("lost")},
           'no stage says what became of it; last seen in '
           || coalesce(max(c.seen), {_last_seen(tables, object_name, source)}) AS message
    FROM {lost} u LEFT JOIN {claims} c ON u.__row = c.__row AND u.__split = c.__split GROUP BY u.__row, u.__split
    UNION ALL BY NAME
    SELECT {origin}, c.__row, c.__split, max(c.__key) AS __key, {_unexplained("doubled")},
           'more than one stage claims it: ' || string_agg(DISTINCT c.state, ', ' ORDER BY c.state) AS message
    FROM {claims} c SEMI JOIN {doubled} d ON d.__row = c.__row AND d.__split = c.__split
    SEMI JOIN {universe} u ON u.__row = c.__row AND u.__split = c.__split GROUP BY c.__row, c.__split
    UNION ALL BY NAME
    SELECT {origin}, c.__row, c.__split, max(c.__key) AS __key, {_unexplained("phantom")},
           'the source has no such row' AS message
    FROM {claims} c ANTI JOIN {universe} u ON u.__row = c.__row AND u.__split = c.__split
    GROUP BY c.__row, c.__split)"""


def _unexplained(why: str) -> str:
    """The columns of a line that has no fate, or more than one."""
    nothing = "NULL::VARCHAR AS __entity, NULL::VARCHAR AS target_id, NULL::VARCHAR AS survivor"
    code = f"'{UNEXPLAINED}' AS state, 'unexplained_{why}' AS code, '' AS rule, '' AS field"
    return f"{code}, NULL::BIGINT AS __cluster, {nothing}"


def _last_seen(tables: Relations, object_name: str, source: str) -> str:
    """A scalar expression over `u`: the last table that still had the row although nothing claimed it."""
    records = tables.scan(RECORDS, object_name, source)
    return (
        f"CASE WHEN u.__row IN (SELECT __row FROM {records}) THEN {literal(f'map/{object_name}/{source}/records')}"
        f" ELSE {literal(f'extract/{source}/records')} END"
    )


def _claims(tables: Relations, object_name: str, source: str, members: str) -> str:
    """What each stage says about rows of a source. A null state is a row that a stage has but says nothing about."""
    map_aside = tables.scan(SET_ASIDE, object_name, source)
    link_aside = tables.scan(LINK_SET_ASIDE, object_name)
    enrichment = tables.scan(ENRICHMENT, object_name)
    aside = "__row, __split, __key, state, code, rule, field, message"
    ended = (
        "NULL::BIGINT AS __cluster, NULL::VARCHAR AS __entity, NULL::VARCHAR AS target_id, NULL::VARCHAR AS survivor"
    )
    bound = literal(source)
    return f"""
    SELECT {aside}, {ended}, 'map/set_aside' AS seen FROM {map_aside}
    UNION ALL SELECT {aside}, {ended}, 'link/set_aside' AS seen FROM {link_aside} WHERE __source = {bound}
    UNION ALL SELECT {aside}, __cluster, entity, target_id, survivor, seen FROM {members} WHERE __source = {bound}
    UNION ALL SELECT __row, 0, min(__key), 'enrichment',
      CASE WHEN count(__node) = 0 THEN 'enrichment_unmatched' ELSE '' END, '', '',
      CASE WHEN count(__node) = 0 THEN 'reaches no record; waits in the list of unmatched enrichment'
           ELSE 'reaches ' || count(DISTINCT __node) || ' record(s)' END, {ended}, 'link/enrichment'
      FROM {enrichment} WHERE __source = {bound} GROUP BY __row"""


def _universe(tables: Relations, object_name: str, source: str, split: SplitPlan | None) -> str:
    """Every (row, split) that must have a disposition, from the raw rows and the parser's own count."""
    raw = tables.scan(EXTRACTED, source, also=texts(*([split.column] if split else [])))
    counted = sum(int(fact["records"]) for fact in source_facts(tables, source).get("files", ()))
    rows = f"SELECT unnest(range(greatest({counted}, coalesce((SELECT max(__row) + 1 FROM {raw}), 0)))) AS __row"
    if split is None:
        return f"SELECT __row, 0 AS __split FROM ({rows})"
    whole = tables.scan(SET_ASIDE, object_name, source)
    parts = (
        f"len(list_filter(string_split(coalesce(r.{quoted(split.column)}, ''), {literal(split.by)}), "
        r"lambda part: regexp_matches(part, '[^\s\p{Z}]')))"
    )
    # A row that a filter left out before the split has its one line at split 0 and no parts.
    return f"""
    WITH unsplit AS (SELECT DISTINCT __row FROM {whole} WHERE __split = 0
                     AND (state IN ('absent', 'excluded') AND code NOT IN ('erased', 'other_target')
                       OR code = 'not_comparable'))
    SELECT a.__row, unnest(range(CASE WHEN x.__row IS NULL THEN greatest({parts}, 1) ELSE 1 END))::INTEGER AS __split
    FROM ({rows}) a LEFT JOIN {raw} r USING (__row) LEFT JOIN unsplit x USING (__row)"""


def _line(tables: Relations, object_name: str, source: str) -> AccountingLine:
    """Count the written dispositions of one source against its rows."""
    view = tables.scan(DISPOSITIONS, object_name)
    universe = quoted(f"universe/{object_name}/{source}")
    read, all_rows = tables.one(f"SELECT count(DISTINCT __row), count(*) FROM {universe}")
    found = tables.rows(f"SELECT state, count(*) FROM {view} WHERE __source = ? GROUP BY state", [source])
    counts: dict[str, int] = dict(found)
    unexplained = sum(int(count) for state, count in counts.items() if state not in STATES)
    states = {state: int(counts.get(state, 0)) for state in STATES}
    return AccountingLine(
        source=source, object=object_name, read=read, extra=all_rows - read, states=states, unexplained=unexplained
    )
