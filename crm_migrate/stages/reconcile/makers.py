"""Who made a cell that differs: our load, a step of the mapping that was not taken, or the target."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.causes import MISSING
from crm_migrate.workspace.cause_figures import Maker, Who
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import CHANGES, PLANNED, texts

_DIFFERING = f"s.class IN ('lost', 'different', 'filled_by_target') AND s.cause <> {literal(MISSING)}"


def add_makers(tables: Relations, object_plan: ObjectPlan, sourced: str) -> None:
    """Fill `made` and `made_rule` of the table of differing cells with their sources; null where nobody is to be named.

    What the load planned to write and the target has is the load's; what the source has, changed by the mapping, and
    the target has unchanged is a step's; what was sent as expected is the target's.
    """
    names = [
        str(field)
        for (field,) in tables.rows(f"SELECT DISTINCT field FROM {sourced} s WHERE {_DIFFERING} ORDER BY ALL")
    ]
    if not names:
        return
    planned = tables.scan(PLANNED, object_plan.name, also=texts(*names))
    cells = " ".join(f"WHEN {literal(name)} THEN nullif(p.{quoted(name)}, '')" for name in names)
    tables.execute(
        f"""UPDATE {sourced} s SET made = CASE
            WHEN p.sent IS NOT DISTINCT FROM s.actual AND p.sent IS DISTINCT FROM s.expected THEN 'load'
            WHEN s.source_value = s.actual AND s.class = 'different' THEN 'step' ELSE 'target' END,
          made_rule = CASE WHEN p.sent IS NOT DISTINCT FROM s.actual AND p.sent IS DISTINCT FROM s.expected
            THEN p.__code END
        FROM (SELECT s.__entity, s.field, CASE s.field {cells} END AS sent, p.__code
              FROM {sourced} s JOIN {planned} p ON p.__entity = s.__entity WHERE {_DIFFERING}) p
        WHERE p.__entity = s.__entity AND p.field = s.field AND {_DIFFERING}"""
    )
    _add_steps(tables, object_plan, sourced)


def _add_steps(tables: Relations, object_plan: ObjectPlan, sourced: str) -> None:
    """Name the steps that had changed the cells of which the target has the source's."""
    for (source,) in tables.rows(f"SELECT DISTINCT source FROM {sourced} WHERE made = 'step' AND source IS NOT NULL"):
        changes = tables.scan(CHANGES, object_plan.name, str(source))
        tables.execute(
            f"""UPDATE {sourced} s SET made_rule = x.rules FROM (
              SELECT __row, __split, field, string_agg(DISTINCT rule, ', ' ORDER BY rule) AS rules
              FROM {changes} SEMI JOIN {sourced} d ON d.row = __row AND d.made = 'step' GROUP BY ALL) x
            WHERE s.made = 'step' AND s.source = {literal(str(source))} AND s.row = x.__row
              AND s.split = x.__split AND s.name = x.field"""
        )


def makers_of(field: FieldPlan, cause: str, found: list[tuple[Who, str, int]]) -> tuple[Maker, ...]:
    """The makers of one cause, the one of most cells first; of what ends at the field's length that is said."""
    ends = cause == f"truncated at {field.length}"
    told = (
        Maker(who=who, rule=f"length {field.length}" if who == "target" and ends else rule, count=count)
        for who, rule, count in found
    )
    return tuple(sorted(told, key=lambda maker: (-maker.count, maker.who, maker.rule)))
