"""Quality per field before and after: cells that were right as the source wrote them, and cells that are right now."""

from crm_migrate.cleansing.steps import INVALID_FLAGS
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.transform.own_code import OWN_FLAGS
from crm_migrate.workspace.figures import RuleScore
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CELLS, CHANGES, RECORDS, texts


def rule_scores(tables: Relations, object_plan: ObjectPlan) -> tuple[RuleScore, ...]:
    """A score for every field whose type has a rule, over the rows of all sources that hold the object.

    A cell passed before when no step had to change it and none found fault; it passes after when none found fault.
    """
    fields = [f for f in object_plan.fields if f.kind.rule and f.cells and not f.let]
    return tuple(score for field in fields if (score := _score(tables, object_plan, field)) is not None)


def _score(tables: Relations, object_plan: ObjectPlan, field: FieldPlan) -> RuleScore | None:
    of = before = after = 0
    for source in field.cells:
        counts = _counts(tables, object_plan.name, source, field)
        of, before, after = of + counts[0], before + counts[1], after + counts[2]
    if not of:
        return None
    return RuleScore(
        object=object_plan.name,
        field=field.name,
        rule=field.kind.rule,
        of=of,
        passed_before=before,
        passed_after=after,
    )


def _counts(tables: Relations, name: str, source: str, field: FieldPlan) -> tuple[int, int, int]:
    """Filled cells, those right before, those right after."""
    records = tables.scan(RECORDS, name, source, also=texts(field.name))
    cells = tables.scan(CELLS, name, source)
    changes = tables.scan(CHANGES, name, source)
    codes = {field.kind.reason(flag) for flag in INVALID_FLAGS} | {"value_unmapped", *OWN_FLAGS}
    flags = ", ".join(map(literal, sorted(codes)))
    bound = literal(field.name)
    row = tables.one(
        f"""WITH bad AS (SELECT DISTINCT __row, __split FROM {cells} WHERE field = {bound} AND code IN ({flags})),
        filled AS (SELECT __row, __split FROM {records} WHERE {quoted(field.name)} IS NOT NULL
                   UNION SELECT __row, __split FROM bad),
        changed AS (SELECT DISTINCT __row, __split FROM {changes} WHERE field = {bound})
        SELECT count(*), count(*) FILTER (b.__row IS NULL AND c.__row IS NULL), count(*) FILTER (b.__row IS NULL)
        FROM filled f LEFT JOIN bad b USING (__row, __split) LEFT JOIN changed c USING (__row, __split)"""
    )
    return int(row[0]), int(row[1]), int(row[2])
