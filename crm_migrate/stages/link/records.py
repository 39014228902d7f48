"""What `map` left, as views that the linking works on; and the names of the tables it keeps while it runs."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import RECORDS, SET_ASIDE, texts


def table(kind: str, object_name: str) -> str:
    """The quoted name of a working table of one object: `table("rows", "contacts")`."""
    return quoted(f"{kind}/{object_name}")


def references(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The reference fields of an object."""
    return tuple(field for field in plan.fields if field.ref is not None)


def values(plan: ObjectPlan) -> tuple[FieldPlan, ...]:
    """The fields of an object that are no references."""
    return tuple(field for field in plan.fields if field.ref is None)


def create_records(work: Relations, plan: ObjectPlan) -> None:
    """View `records/<object>`: the records of all feeds under each other, every field as text."""
    fields = texts(*(field.name for field in plan.fields))
    feeds = [
        f"SELECT {literal(feed.source)} AS __source, {feed.trust}::INTEGER AS __trust, *"
        f" FROM {work.scan(RECORDS, plan.name, feed.source, also=fields)}"
        for feed in plan.feeds
    ]
    if not feeds:
        empty = ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in (RECORDS.columns | fields).items())
        feeds = [f"SELECT NULL::VARCHAR AS __source, NULL::INTEGER AS __trust, {empty} WHERE FALSE"]
    work.execute(f"CREATE VIEW {table('records', plan.name)} AS {' UNION ALL '.join(feeds)}")


def create_aside(work: Relations, plan: ObjectPlan, whole: Plan) -> None:
    """Table `mapped_aside/<object>`: the rows that `map` set aside, for what a reference to them means; `decision` is
    the rule where it is a decision, and the one by which people are erased."""
    known = ", ".join(map(literal, whole.decisions)) or "NULL"
    because = literal(whole.erase.because) if whole.erase is not None and whole.erase.because else "NULL"
    feeds = [
        f"SELECT {literal(feed.source)} AS __source, __row, __key, __row_key, state, code,"
        f" CASE WHEN code = 'erased' THEN {because} WHEN rule IN ({known}) THEN rule END AS decision"
        f" FROM {work.scan(SET_ASIDE, plan.name, feed.source)}"
        for feed in plan.feeds
    ]
    empty = (
        "SELECT ''::VARCHAR AS __source, 0::BIGINT AS __row, '' AS __key, '' AS __row_key, '' AS state, '' AS code,"
        " '' AS decision WHERE FALSE"
    )
    work.execute(f"CREATE TABLE {table('mapped_aside', plan.name)} AS {' UNION ALL '.join([empty, *feeds])}")
