"""Rows of one key: folded where they say the same, held where they do not; and the node that each becomes.

A row without a key is held. Rows of one source and key with equal content are one record; with different content all
of them are held, unless the feed says `one_per`, which declares that many rows make one record: then one row speaks
(newest, then the fullest, then by content, so that the order of rows decides nothing) and what others say is noted.
"""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.stages.linking.records import table
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import literal, quoted

_ASIDE = (
    "__source VARCHAR, __row BIGINT, __split INTEGER, __key VARCHAR, state VARCHAR, code VARCHAR, rule VARCHAR,"
    " field VARCHAR, message VARCHAR"
)


def fold(work: Relations, plan: ObjectPlan) -> None:
    """Tables `rows/`, `aside/` and `notes/<object>` from `records/<object>`."""
    name = plan.name
    work.execute(f"CREATE TABLE {table('aside', name)} ({_ASIDE})")
    work.execute(f"CREATE TABLE {table('notes', name)} (__node BIGINT, field VARCHAR, code VARCHAR, message VARCHAR)")
    work.execute(
        f"CREATE TABLE {table('keyed', name)} AS SELECT __source, __row, __split, __key FROM {table('records', name)}"
    )
    _set_keyless_aside(work, name)
    _compare_doubled(work, plan)
    _set_conflicts_aside(work, name)
    _number(work, name)
    _note_differences(work, plan)


def _set_keyless_aside(work: Relations, name: str) -> None:
    work.execute(
        f"INSERT INTO {table('aside', name)} SELECT __source, __row, __split, __key, 'held', 'key_missing',"
        f" '__key', '',"
        " concat('Row ', __row, ' of ', __source, ' has no key. Fill the key column or exclude the row.')"
        f" FROM {table('keyed', name)} WHERE coalesce(__key, '') = ''"
    )
    work.execute(f"DELETE FROM {table('keyed', name)} WHERE coalesce(__key, '') = ''")


def _compare_doubled(work: Relations, plan: ObjectPlan) -> None:
    """Table `doubled/`: every row whose key occurs again, whether it speaks, and in which fields its key differs."""
    fields = [quoted(field.name) for field in plan.fields]
    content = f"list_value({', '.join([*fields, '__ev'])})"
    filled = " + ".join(f"(r.{field} IS NOT NULL)::INTEGER" for field in fields) or "0"
    differing = ", ".join(_differs(field.name) for field in plan.fields) or "NULL"
    one_per = ", ".join(literal(feed.source) for feed in plan.feeds if feed.one_per) or "NULL"
    work.execute(
        f"CREATE TABLE {table('doubled', plan.name)} AS WITH again AS ("
        f" SELECT __source, __key FROM {table('keyed', plan.name)} GROUP BY ALL HAVING count(*) > 1),"
        f" r AS (SELECT *, {content} AS content FROM {table('records', plan.name)} SEMI JOIN again USING"
        f" (__source, __key)),"
        f" told AS (SELECT __source, __key, [x FOR x IN [{differing}] IF x IS NOT NULL] AS differing,"
        f" count(DISTINCT content) > 1 AS differs, list_sort(list(__row)) AS named FROM r GROUP BY ALL)"
        f" SELECT r.*, told.differing, told.named, told.differs AND coalesce(r.__source NOT IN ({one_per}),"
        f" TRUE) AS conflict,"
        f" row_number() OVER (PARTITION BY r.__source, r.__key"
        f" ORDER BY r.__changed DESC NULLS LAST, {filled} DESC, r.content, r.__row, r.__split) = 1 AS speaks"
        f" FROM r JOIN told ON r.__source = told.__source AND r.__key = told.__key"
    )


def _differs(field: str) -> str:
    name = quoted(field)
    kinds = f"count(DISTINCT {name}) + (count({name}) < count(*))::INTEGER"
    return f"CASE WHEN {kinds} > 1 THEN {literal(field)} END"


def _set_conflicts_aside(work: Relations, name: str) -> None:
    work.execute(
        f"INSERT INTO {table('aside', name)} SELECT __source, __row, __split, __key, 'held', 'key_conflict', '__key',"
        " coalesce(differing[1], ''), concat('Rows ', array_to_string(named[:8], ', '),"
        " CASE WHEN len(named) > 8 THEN ' and more' ELSE '' END, ' of ', __source, ' share the key ', __key,"
        " ' and differ in ', CASE WHEN len(differing) = 0 THEN 'their evidence' ELSE"
        " array_to_string(differing, ', ') END,"
        " '. Mend the key or the rows: neither is taken.')"
        f" FROM {table('doubled', name)} WHERE conflict"
    )


def _number(work: Relations, name: str) -> None:
    """Table `rows/`: nodes are numbered by source and key, so that neither files nor rows decide by their order."""
    work.execute(
        f"CREATE TABLE {table('rows', name)} AS"
        " SELECT k.__source, k.__row, k.__split, k.__key,"
        " (dense_rank() OVER (ORDER BY k.__source, k.__key) - 1)::BIGINT AS __node, NOT coalesce(d.speaks,"
        " TRUE) AS folded"
        f" FROM {table('keyed', name)} k LEFT JOIN {table('doubled', name)} d"
        " ON k.__source = d.__source AND k.__row = d.__row AND k.__split = d.__split"
        " WHERE NOT coalesce(d.conflict, FALSE)"
    )
    work.execute(f"DROP TABLE {table('keyed', name)}")


def _note_differences(work: Relations, plan: ObjectPlan) -> None:
    """What a folded row says otherwise than the row that speaks is noted, field by field: nothing is lost unseen."""
    doubled, rows = table("doubled", plan.name), table("rows", plan.name)
    for field in plan.fields:
        name = quoted(field.name)
        work.execute(
            f"INSERT INTO {table('notes', plan.name)} SELECT r.__node, {literal(field.name)}, 'fold_differs',"
            f" concat('Row ', min(o.__row), CASE WHEN count(*) > 1 THEN concat(' and ', count(*) - 1, '"
            f" more') ELSE '' END,"
            f" ' of ', s.__source, ' was folded into row ', s.__row, ' and says otherwise in ',"
            f" {literal(field.name)}, '.')"
            f" FROM {doubled} s JOIN {rows} r ON s.__source = r.__source AND s.__row = r.__row AND"
            f" s.__split = r.__split"
            f" JOIN {doubled} o ON o.__source = s.__source AND o.__key = s.__key AND NOT o.speaks"
            f" WHERE s.speaks AND NOT s.conflict AND o.{name} IS NOT NULL AND o.{name} IS DISTINCT FROM s.{name}"
            " GROUP BY r.__node, s.__source, s.__row"
        )
