"""Rows of one key: folded where they say the same, held where they do not; and the node that each becomes.

A row without a key is held. Rows of one source and key with equal content are one record; with different content all
of them are held, unless the feed says `one_per`, which declares that many rows make one record: then one row speaks
(newest, then the fullest, then by content, so that the order of rows decides nothing) and what others say is noted.
"""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.extract import read_facts
from crm_migrate.stages.link.records import table
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EXTRACTED

_ASIDE = (
    "__source VARCHAR, __row BIGINT, __split INTEGER, __key VARCHAR, state VARCHAR, code VARCHAR, rule VARCHAR,"
    " field VARCHAR, message VARCHAR"
)

_NOWHERE = "(SELECT NULL::BIGINT AS __row, NULL::INTEGER AS __file, NULL::BIGINT AS __line WHERE FALSE)"


def fold(work: Relations, plan: ObjectPlan) -> None:
    """Tables `rows/`, `aside/` and `notes/<object>` from `records/<object>`."""
    name = plan.name
    work.execute(f"CREATE TABLE {table('aside', name)} ({_ASIDE})")
    work.execute(f"CREATE TABLE {table('notes', name)} (__node BIGINT, field VARCHAR, code VARCHAR, message VARCHAR)")
    work.execute(
        f"CREATE TABLE {table('keyed', name)} AS SELECT __source, __row, __split, __key FROM {table('records', name)}"
    )
    _set_keyless_aside(work, plan)
    _compare_doubled(work, plan)
    _set_conflicts_aside(work, plan)
    _number(work, name)
    _note_differences(work, plan)


def _set_keyless_aside(work: Relations, plan: ObjectPlan) -> None:
    name = plan.name
    if not _find_places(work, plan, f"(SELECT * FROM {table('keyed', name)} WHERE coalesce(__key, '') = '')"):
        return
    work.execute(
        f"INSERT INTO {table('aside', name)} SELECT __source, __row, __split, __key, 'held', 'key_missing',"
        f" '__key', '',"
        " concat(__source, ': the row at ', place, ' has no key. Fill the key column or exclude the row.')"
        f" FROM {table('keyed', name)} k LEFT JOIN {table('places', name)} p USING (__source, __row)"
        " WHERE coalesce(__key, '') = ''"
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
        f" count(DISTINCT content) > 1 AS differs FROM r GROUP BY ALL)"
        f" SELECT r.*, told.differing, told.differs AND coalesce(r.__source NOT IN ({one_per}),"
        f" TRUE) AS conflict,"
        f" row_number() OVER (PARTITION BY r.__source, r.__key"
        f" ORDER BY r.__changed DESC NULLS LAST, {filled} DESC, r.content, r.__row, r.__split) = 1 AS speaks"
        f" FROM r JOIN told ON r.__source = told.__source AND r.__key = told.__key"
    )


def _differs(field: str) -> str:
    """The field's name where rows of a key differ in it. Counting distinct values takes megabytes for each field."""
    name = quoted(field)
    several = f"min({name}) <> max({name}) OR count({name}) BETWEEN 1 AND count(*) - 1"
    return f"CASE WHEN {several} THEN {literal(field)} END"


def _find_places(work: Relations, plan: ObjectPlan, rows: str) -> bool:
    """Table `places/`: where the rows of a relation stand in their files; a row of a table has its number.

    False, and no table, where there are no rows.
    """
    if not work.count(rows):
        return False
    found = [f"SELECT __source, __row, concat('row ', __row, ' of ', __source) AS place FROM {rows} WHERE FALSE"]
    for feed in plan.feeds:
        wanted = f"(SELECT DISTINCT __row FROM {rows} WHERE __source = {literal(feed.source)})"
        extracted = work.finished(EXTRACTED, feed.source)
        records = work.scan(EXTRACTED, feed.source) if extracted else _NOWHERE
        files = ", ".join(map(literal, _files(work.run, feed.source))) or "NULL"
        here = f"concat(list_extract([{files}]::VARCHAR[], r.__file + 1), ':', r.__line)"
        place = (
            f"CASE WHEN r.__line IS NULL THEN concat('row ', w.__row, ' of ', {literal(feed.source)}) ELSE {here} END"
        )
        found.append(
            f"SELECT {literal(feed.source)}, w.__row, {place} FROM {wanted} w LEFT JOIN {records} r USING (__row)"
        )
    work.execute(f"CREATE OR REPLACE TABLE {table('places', plan.name)} AS {' UNION ALL '.join(found)}")
    return True


def _files(run: Run, source: str) -> list[str]:
    """The files of a source in the order of their numbers; none where it was not extracted."""
    try:
        return [fact.path for fact in read_facts(run, source).files]
    except FileNotFoundError:
        return []


def _set_conflicts_aside(work: Relations, plan: ObjectPlan) -> None:
    name, doubled = plan.name, table("doubled", plan.name)
    if not _find_places(work, plan, f"(SELECT __source, __row FROM {doubled} WHERE conflict)"):
        return
    work.execute(
        f"INSERT INTO {table('aside', name)} WITH shown AS (SELECT __source, __key,"
        " list(place ORDER BY __row, __split) AS places"
        f" FROM {doubled} JOIN {table('places', name)} USING (__source, __row) WHERE conflict GROUP BY ALL)"
        " SELECT d.__source, d.__row, d.__split, d.__key, 'held', 'key_conflict', '__key',"
        " coalesce(differing[1], ''), concat('The rows at ', array_to_string(places[:8], ', '),"
        " CASE WHEN len(places) > 8 THEN ' and more' ELSE '' END, ' share the key ', d.__key,"
        " ' and differ in ', CASE WHEN len(differing) = 0 THEN 'their evidence' ELSE"
        " array_to_string(differing, ', ') END,"
        " '. Mend the key or the rows: neither is taken.')"
        f" FROM {doubled} d JOIN shown s ON s.__source = d.__source AND s.__key = d.__key WHERE d.conflict"
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
    doubled, rows, places = (table(kind, plan.name) for kind in ("doubled", "rows", "places"))
    if not _find_places(work, plan, f"(SELECT __source, __row FROM {doubled} WHERE NOT conflict)"):
        return
    for field in plan.fields:
        name = quoted(field.name)
        work.execute(
            f"INSERT INTO {table('notes', plan.name)} SELECT r.__node, {literal(field.name)}, 'fold_differs',"
            f" concat('The row at ', arg_min(po.place, o.__row), CASE WHEN count(*) > 1"
            f" THEN concat(' and ', count(*) - 1, ' more') ELSE '' END,"
            f" ' was folded into the one at ', any_value(ps.place), ' and says otherwise in ',"
            f" {literal(field.name)}, '.')"
            f" FROM {doubled} s JOIN {rows} r ON s.__source = r.__source AND s.__row = r.__row AND"
            f" s.__split = r.__split"
            f" JOIN {doubled} o ON o.__source = s.__source AND o.__key = s.__key AND NOT o.speaks"
            f" JOIN {places} ps ON ps.__source = s.__source AND ps.__row = s.__row"
            f" JOIN {places} po ON po.__source = o.__source AND po.__row = o.__row"
            f" WHERE s.speaks AND NOT s.conflict AND o.{name} IS NOT NULL AND o.{name} IS DISTINCT FROM s.{name}"
            " GROUP BY r.__node, s.__source, s.__row"
        )
