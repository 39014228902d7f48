"""Cells in which the target rightly says something else than the sources: edited there, or emptied here and kept."""

from collections.abc import Sequence

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.stages.reconcile.causes import EDITED, EMPTIED
from crm_migrate.stages.reconcile.columns import COMPLETE, LOAD, texts
from crm_migrate.stages.reconcile.database import Tables, literal, quote


def kept_cells(tables: Tables, object_plan: ObjectPlan, fields: Sequence[FieldPlan]) -> str:
    """A FROM item: `__entity`, `field`, `cause` of the cells that the target keeps by a rule.

    Edited since our last load and not written by this one; or empty in the completed record while the load kept what
    it had sent before.
    """
    name = object_plan.name
    load = tables.view(LOAD | texts("__changed_fields", *(str(f.target) for f in fields)), "load", name, "entities")
    complete = tables.view(COMPLETE | texts(*(f.name for f in fields)), "complete", name, "entities")
    edits = tables.view(texts("__entity", "field"), "load", name, "edits")
    there = set(tables.columns(complete))
    emptied = ", ".join(
        f"CASE WHEN nullif(c.{quote(f.name)}::VARCHAR, '') IS NULL AND nullif(l.{quote(str(f.target))}, '') IS NOT NULL"
        f" THEN {literal(str(f.target))} END"
        for f in fields
        if f.name in there
    )
    return f"""(SELECT e.__entity, e.field, {literal(EDITED)} AS cause FROM {edits} e JOIN {load} l USING (__entity)
      WHERE NOT (l.__action = 'update'
        AND coalesce(list_contains(from_json(l.__changed_fields, '["VARCHAR"]'), e.field), FALSE))
    UNION ALL SELECT __entity, unnest(list_filter([{emptied or "NULL"}]::VARCHAR[], lambda x: x IS NOT NULL)) AS field,
      {literal(EMPTIED)} FROM (SELECT * FROM {load} WHERE __action IN ('update', 'unchanged')
        AND __code IS DISTINCT FROM 'existing') l
      JOIN {complete} c USING (__cluster))"""
