"""What the target allows only once: the best record keeps the value, or all that claim it wait."""

from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.query import Query, Sql
from crm_migrate.workspace.relations import Relations


def settle_unique(work: Relations, each: ObjectPlan, query: Query) -> Query:
    """Hold or clear values that several ready records claim; the query without the cleared ones.

    The best is the most trusted, then the one of most members, then the newest, then the lowest key; the others give
    the value up with a warning that names the record which keeps it. Table `cleared/<object>` lists them.
    """
    table = cleared_table(each)
    work.execute(f"CREATE TABLE {table} (cluster BIGINT, field VARCHAR)")
    for field, policy in sorted(each.target_unique.items()):
        work.execute(_claims(each, query, field), query.bound)
        if policy == "hold":
            _hold(work, each, field)
        else:
            _clear(work, each, field)
        work.execute("DROP TABLE claims")
    if not work.count(table):
        return query
    cells = {
        field: Sql(
            f"CASE WHEN q.__cluster IN (SELECT cluster FROM {table} WHERE field = {literal(field)}) THEN NULL"
            f" ELSE q.{quoted(field)} END"
        )
        for field in sorted(each.target_unique)
    }
    return query.with_columns(cells)


def cleared_table(each: ObjectPlan) -> str:
    """The quoted name of the table of values that were given up (`cluster`, `field`)."""
    return quoted(f"cleared/{each.name}")


def _claims(each: ObjectPlan, query: Query, field: str) -> str:
    name = f"lower(q.{quoted(field)}::VARCHAR)"
    best = "q.__trust, q.__members DESC, q.__changed DESC NULLS LAST, q.__cluster"
    return (
        f"CREATE TABLE claims AS SELECT * FROM (SELECT q.__cluster AS cluster, {name} AS value,"
        f" row_number() OVER (PARTITION BY {name} ORDER BY {best}) AS place, count(*) OVER (PARTITION BY"
        f" {name}) AS many,"
        f" first_value(q.__cluster) OVER (PARTITION BY {name} ORDER BY {best}) AS best FROM ({query.text}) q"
        f" WHERE {name} IS NOT NULL AND q.__cluster NOT IN (SELECT cluster FROM {quoted(f'verdicts/{each.name}')}))"
        " WHERE many > 1"
    )


def _hold(work: Relations, each: ObjectPlan, field: str) -> None:
    work.execute(
        f"INSERT INTO {quoted(f'verdicts/{each.name}')} SELECT cluster, 'held', 'target_unique', 'target_unique',"
        f" {literal(field)}, concat('The target allows {field} only once, and ', many, ' records have this"
        f" one.') FROM claims"
    )


def _clear(work: Relations, each: ObjectPlan, field: str) -> None:
    work.execute(f"INSERT INTO {cleared_table(each)} SELECT cluster, {literal(field)} FROM claims WHERE place > 1")
    work.execute(
        f"INSERT INTO {quoted(f'warnings/{each.name}')} SELECT cluster, 'target_unique', 'target_unique',"
        f" {literal(field)},"
        f" concat('The target allows {field} only once; record ', best, ' keeps it.') FROM claims WHERE place > 1"
    )
