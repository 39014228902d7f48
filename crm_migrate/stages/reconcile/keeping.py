"""Cells in which the target rightly says something else than the sources: edited there, or emptied here and kept."""

from collections.abc import Sequence

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import COMPLETED, EDITS, PLANNED, texts


def kept_cells(tables: Relations, object_plan: ObjectPlan, fields: Sequence[FieldPlan]) -> str:
    """A FROM item: `__entity`, `field`, `cause` of the cells that the target keeps by a rule.

    Edited since our last load and not written by this one; or empty in the completed record while the load kept what
    it had sent before.
    """
    name = object_plan.name
    load = tables.scan(PLANNED, name, also=texts("__changed_fields", *(str(f.target) for f in fields)))
    complete = tables.scan(COMPLETED, name, also=texts(*(f.name for f in fields)))
    edits = tables.scan(EDITS, name)
    emptied = ", ".join(
        f"CASE WHEN nullif(c.{quoted(f.name)}::VARCHAR, '') IS NULL"
        f" AND nullif(l.{quoted(str(f.target))}, '') IS NOT NULL THEN {literal(str(f.target))} END"
        for f in fields
    )
    return f"""(SELECT e.__entity, e.field, {literal(EDITED)} AS cause FROM {edits} e JOIN {load} l USING (__entity)
      WHERE NOT (l.__action = 'update'
        AND coalesce(list_contains(from_json(l.__changed_fields, '["VARCHAR"]'), e.field), FALSE))
    UNION ALL SELECT __entity, unnest(list_filter([{emptied or "NULL"}]::VARCHAR[], lambda x: x IS NOT NULL)) AS field,
      {literal(EMPTIED)} FROM (SELECT * FROM {load} WHERE __action IN ('update', 'unchanged')
        AND __code IS DISTINCT FROM 'existing') l
      JOIN {complete} c USING (__cluster))"""
