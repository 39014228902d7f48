"""Consent of records that are one of another object, or may be: the strictest that any of them says.

What is said of a mailbox holds for every record that carries it, whatever becomes of the one that says it; a record
that is left out because it is another speaks for that one, whatever its mailbox. What nobody says is no statement, and
a grant of one opens nothing for the other. It is settled before anything is computed of the records.
"""

from collections.abc import Iterator

from crm_migrate.crm.types import CONSENT_STRICTNESS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.complete.query import Query, Sql
from crm_migrate.stages.dedupe.survivorship import strictness
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import MERGED, NODES, texts

STRICTER = "consent_of_equal"
_LAXEST = len(CONSENT_STRICTNESS) - 1


def find_strictest(work: Relations, plan: Plan) -> None:
    """Table `strictest/<object>/<consent>` (`cluster`, `rank`, `record`: who says it) of every consent that hears one
    of another object; the tables `equals/<object>` are there."""
    for each in plan.objects:
        for field in each.of_role("consent"):
            heard = list(_heard(work, plan, each, field))
            if heard:
                work.execute(
                    f"CREATE TABLE {quoted(_table(each, field))} AS SELECT cluster, min(rank) AS rank,"
                    f" arg_min(record, rank) AS record FROM ({' UNION ALL '.join(heard)}) GROUP BY cluster"
                )


def _table(each: ObjectPlan, field: FieldPlan) -> str:
    return f"strictest/{each.name}/{field.name}"


def _heard(work: Relations, plan: Plan, each: ObjectPlan, field: FieldPlan) -> Iterator[str]:
    """Queries: what every object says that this one may be, or that may be this one, of what this consent is about."""
    shared = f"list_contains(e.shared, {literal(each.point_of(field))})"
    for owner in plan.objects:
        for other in (plan.object(name) for name in sorted({rule.object for rule in owner.equal})):
            skips = ", ".join(str(number) for number, rule in enumerate(owner.equal) if rule.do == "skip") or "NULL"
            if each.name == other.name:
                taken = f"(NOT e.weak AND e.n = 1 AND e.number = e.first AND e.number IN ({skips}))"
                for said in _speaking(owner, each, field):
                    yield _said(work, owner, other, owner, said, f"{shared} OR coalesce({taken}, FALSE)")
            elif each.name == owner.name:
                for said in _speaking(other, each, field):
                    yield _said(work, owner, other, other, said, shared)


def _speaking(speaker: ObjectPlan, each: ObjectPlan, field: FieldPlan) -> list[FieldPlan]:
    """The consents of another object that this one hears."""
    return [said for said in speaker.of_role("consent") if each.consent_like(said, speaker) == field]


def _said(
    work: Relations, owner: ObjectPlan, other: ObjectPlan, speaker: ObjectPlan, said: FieldPlan, where: str
) -> str:
    by, to = ("cluster", "other") if speaker is owner else ("other", "cluster")
    value = f"s.{quoted(said.name)}"
    pairs = f"""(SELECT *, count(*) OVER (PARTITION BY cluster, number) AS n,
      min(number) OVER (PARTITION BY cluster) AS first FROM {quoted(f"equals/{owner.name}")})"""
    return f"""SELECT e.{to} AS cluster, {strictness(value)} AS rank,
      {literal(speaker.name)} || ' ' || n.__source || ':' || n.__key AS record
    FROM {pairs} e JOIN {work.scan(MERGED, speaker.name, also=texts(said.name))} s ON s.__cluster = e.{by}
    JOIN {work.scan(NODES, speaker.name)} n ON n.__node = e.{by}
    WHERE e.object = {literal(other.name)} AND {value} <> '' AND ({where})"""


def with_strictest(work: Relations, each: ObjectPlan, query: Query) -> Query:
    """The merged records of an object, each with the strictest that its consents hear, which is told with it."""
    for field in each.of_role("consent"):
        if work.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [_table(each, field)]):
            query = _stricter(work, each, field, query)
    return query


def _stricter(work: Relations, each: ObjectPlan, field: FieldPlan, query: Query) -> Query:
    own = f"q.{quoted(field.name)}"
    words = " ".join(f"WHEN {rank} THEN {literal(word)}" for rank, word in enumerate(CONSENT_STRICTNESS))
    stricter = f"t.rank < CASE WHEN coalesce({own}, '') = '' THEN {_LAXEST} ELSE {strictness(own)} END"
    joined = f" LEFT JOIN {quoted(_table(each, field))} t ON t.cluster = q.__cluster"
    work.execute(
        f"INSERT INTO {quoted(f'warnings/{each.name}')} SELECT q.__cluster, {literal(STRICTER)}, 'equal_to',"
        f" {literal(field.name)}, 'the stricter consent is that of ' || t.record"
        f" FROM ({query.text}) q{joined} WHERE {stricter}",
        query.bound,
    )
    cells = {field.name: Sql(f"CASE WHEN {stricter} THEN CASE t.rank {words} END ELSE {own} END")}
    for proof in (f.name for f in each.fields if f.follows == field.name):  # it proves what does not stand any more
        cells[proof] = Sql(f"CASE WHEN NOT coalesce({stricter}, FALSE) THEN q.{quoted(proof)} END")
    return query.with_columns(cells, joined)
