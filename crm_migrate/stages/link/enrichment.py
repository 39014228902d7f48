"""Sources that only add: whom each of their rows reaches, and the list of suppressions.

One line per row and reached record; a row that reaches nobody keeps one line without a node. A statement about a
mailbox is a record of the object `suppressions` where the plan has it: whether somebody carries the mailbox into the
target is known only when the records are complete, and then `complete` leaves those out.
"""

from crm_migrate.crm.model import SUPPRESSIONS
from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.mapping.plan import EnrichPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.dedupe.survivorship import strictness
from crm_migrate.stages.link.records import table
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import RECORDS

_WHOSE = "Somebody must not be written to, and no mailbox says who. Fill it in, or leave the row out by decision."


def enriching_fields(plan: ObjectPlan) -> tuple[str, ...]:
    """The fields that any enriching source of the object says something about, in the order of the mapping."""
    sources = {enrich.source for enrich in plan.enrich}
    return tuple(field.name for field in plan.fields if sources & field.cells.keys() and field.ref is None)


def reach(work: Relations, plan: ObjectPlan) -> None:
    """Table `enrichment/<object>`; needs `rows/`, `records/` and `gone/`."""
    fields = enriching_fields(plan)
    typed = "".join(f", {quoted(name)} VARCHAR" for name in fields)
    work.execute(
        f"CREATE TABLE {table('enrichment', plan.name)} (__source VARCHAR, __row BIGINT, __split INTEGER,"
        f" __key VARCHAR,"
        f" __by VARCHAR, __node BIGINT, __changed VARCHAR, __ev VARCHAR{typed})"
    )
    for enrich in plan.enrich:
        work.execute(_reached(work, plan, enrich, fields, _consent(plan)))


def _named(scan: str, by: str) -> str:
    """SQL: the rows of a suppression list, one line for each mailbox that a row names (`email(every)` joins them)."""
    number = "generate_subscripts(coalesce(mailboxes, [NULL]), 1)"
    return (
        f"(SELECT * REPLACE (nth - 1 AS __split, mailboxes[nth] AS {by},"
        " CASE WHEN nth > 1 THEN concat(__key, '#', nth) ELSE __key END AS __key) FROM"
        f" (SELECT *, {number}::INTEGER AS nth FROM (SELECT *, string_split({by}, '|') AS mailboxes FROM {scan})))"
    )


def _nameless(by: str, consent: str) -> str:
    """SQL: a row says that somebody must not be written to, and not whom."""
    return f"({by} IS NULL AND {strictness(consent)} < {CONSENT_STRICTNESS.index('unknown')})"


def _set_nameless_aside(work: Relations, plan: ObjectPlan, enrich: EnrichPlan, rows: str, nameless: str) -> None:
    """An opt-out without a mailbox is nobody's yet: a person must find out whose it is, so it waits."""
    by = literal(enrich.by)
    work.execute(
        f"INSERT INTO {table('aside', plan.name)} SELECT {literal(enrich.source)}, __row, __split, __key, 'held',"
        f" 'opt_out_nameless', {by}, {by}, {literal(_WHOSE)} FROM {rows} WHERE {nameless}"
    )


def _reached(
    work: Relations, plan: ObjectPlan, enrich: EnrichPlan, fields: tuple[str, ...], consent: str | None
) -> str:
    rows = work.scan(RECORDS, plan.name, enrich.source, also=dict.fromkeys(fields, "VARCHAR"))
    by = quoted(enrich.by)
    nameless = "FALSE"
    if enrich.unmatched == "suppression_list":
        rows = _named(rows, by)
        if consent is not None:
            nameless = _nameless(by, quoted(consent))
            _set_nameless_aside(work, plan, enrich, rows, nameless)
    said = "".join(f", e.{quoted(name)}" for name in fields)
    return (
        f"INSERT INTO {table('enrichment', plan.name)} WITH standing AS ("
        f" SELECT r.{by} AS value, k.__node FROM {table('records', plan.name)} r JOIN {table('rows', plan.name)} k"
        " ON k.__source = r.__source AND k.__row = r.__row AND k.__split = r.__split"
        f" WHERE NOT k.folded AND r.{by} IS NOT NULL"
        f" AND k.__node NOT IN (SELECT node FROM {table('gone', plan.name)}))"
        f" SELECT {literal(enrich.source)}, e.__row, e.__split, e.__key, e.{by}, s.__node, e.__changed, e.__ev{said}"
        f" FROM (SELECT * FROM {rows} WHERE NOT {nameless}) e LEFT JOIN standing s ON s.value = e.{by}"
    )


def suppress(work: Relations, plan: Plan) -> None:
    """Add what was said to `records/` and `rows/suppressions`: one record per mailbox, the strictest speaks."""
    target = plan.object(SUPPRESSIONS)
    waiting = [
        _waiting(target, owner, enrich, consent)
        for owner in plan.objects
        for enrich in owner.enrich
        if enrich.unmatched == "suppression_list" and (consent := _consent(owner)) is not None
    ]
    if not waiting:
        return
    records, table_name = table("records", SUPPRESSIONS), table("waiting", SUPPRESSIONS)
    work.execute(f"CREATE TABLE {table_name} AS {' UNION ALL '.join(waiting)}")
    work.execute(f"ALTER VIEW {records} RENAME TO {quoted('fed/' + SUPPRESSIONS)}")
    work.execute(
        f"CREATE VIEW {records} AS SELECT * FROM {quoted('fed/' + SUPPRESSIONS)}"
        f" UNION ALL BY NAME SELECT * EXCLUDE (__mailbox, __strictness) FROM {table_name}"
    )
    work.execute(
        f"INSERT INTO {table('rows', SUPPRESSIONS)} SELECT __source, __row, __split, __key,"
        f" (SELECT count(*) FROM {table('rows', SUPPRESSIONS)}) + dense_rank() OVER (ORDER BY __mailbox) - 1,"
        " row_number() OVER (PARTITION BY __mailbox ORDER BY __strictness, __changed DESC NULLS LAST,"
        " __source, __key, __ev,"
        f" __row, __split) > 1 FROM {table_name}"
    )


def _consent(plan: ObjectPlan) -> str | None:
    said = enriching_fields(plan)
    return next((field.name for field in plan.mailbox_consents if field.name in said), None)


def _waiting(target: ObjectPlan, owner: ObjectPlan, enrich: EnrichPlan, consent: str) -> str:
    """What one enriching source says about mailboxes, in the columns of the target's records; one line per row."""
    state = f"coalesce({quoted(consent)}, 'unknown')"
    known = {"email": "__by", "state": state, "reason": literal(f"{enrich.source}: nobody has it"), "evidence": "__ev"}
    fields = "".join(f", {known.get(f.name, 'NULL')}::VARCHAR AS {quoted(f.name)}" for f in target.fields)
    return (
        f"SELECT DISTINCT __source, 1::INTEGER AS __trust, __row, __split, __key, __changed, __ev{fields},"
        f" lower(__by) AS __mailbox, {strictness(state)} AS __strictness FROM {table('enrichment', owner.name)}"
        f" WHERE __source = {literal(enrich.source)} AND __by IS NOT NULL"
    )
