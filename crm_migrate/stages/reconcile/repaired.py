"""What became of the cells that a repair was asked for: what stood there, what stands there now."""

from collections.abc import Iterator

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, names_of
from crm_migrate.stages.load.repairing import repairs
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.repair_figures import RepairFigure
from crm_migrate.workspace.tables import DIFFERENCES, OUTCOMES, PLANNED, REPAIR, REPAIRED

_OUTCOMES = ("repaired", "right", "still", "edited", "opt_out", "waits", "left")
_STAY = {"opt_out": "opt_out", "opt_out_stands": "opt_out", "opt_out_elsewhere": "opt_out", "target_conflict": "edited"}


def repair_figures(tables: Relations, plan: Plan) -> Iterator[RepairFigure]:
    """Write `reconcile/<object>/repaired` of a run that repairs, and count it; the differences are written."""
    if not repairs(tables.run):
        return
    for object_plan in plan.objects:
        tables.publish(_lines(tables, object_plan), REPAIRED, object_plan.name)
        counts = ", ".join(f"count(*) FILTER (outcome = {literal(each)})" for each in _OUTCOMES)
        for field, cause, exception, cells, *counted in tables.rows(
            f"""SELECT name, cause, exception, count(*), {counts} FROM {tables.scan(REPAIRED, object_plan.name)}
            GROUP BY name, cause, exception ORDER BY count(*) DESC, name, cause, exception"""
        ):
            told = dict(zip(_OUTCOMES, map(int, counted), strict=True))
            place = {"object": object_plan.name, "field": field, "cause": cause, "exception": exception or ""}
            yield RepairFigure.model_validate({**place, "cells": cells, **told})


def _lines(tables: Relations, object_plan: ObjectPlan) -> str:
    """Query: every cell with its outcome; of a record that waits nothing is compared, so nobody knows what stands."""
    name = object_plan.name
    written = f"""p.__action = 'update' AND o.outcome = 'loaded'
      AND coalesce(list_contains({names_of("p.__changed_fields")}, r.field), FALSE)"""
    differs, compared = "d.__entity IS NOT NULL", "(p.__action = 'unchanged' OR o.outcome = 'loaded')"
    code = "coalesce(r.stays, nullif(p.__code, ''), '')"
    stays = " ".join(f"WHEN {literal(code)} THEN {literal(outcome)}" for code, outcome in _STAY.items())
    return f"""SELECT __entity, target_id, name, cause, exception, expected, before, now, outcome,
        CASE WHEN outcome IN ('repaired', 'right', 'still') THEN '' ELSE code END AS code, batch
      FROM (SELECT r.__entity, r.target_id, r.name, r.cause, r.exception, r.expected, r.actual AS before,
          {code} AS code,
          CASE WHEN {differs} THEN d.actual WHEN {compared} THEN r.expected END AS now, o.batch,
          CASE WHEN {written} THEN CASE WHEN {differs} THEN 'still' ELSE 'repaired' END
            WHEN NOT ({differs}) AND {compared} THEN 'right'
            ELSE CASE {code} {stays} ELSE CASE WHEN r.stays IS NULL THEN 'waits' ELSE 'left' END END END AS outcome
        FROM {tables.scan(REPAIR, name)} r LEFT JOIN {tables.scan(PLANNED, name)} p ON p.__entity = r.__entity
        LEFT JOIN (SELECT __entity, min(outcome) AS outcome, min(batch) AS batch
          FROM {tables.scan(OUTCOMES, name)} GROUP BY __entity) o ON o.__entity = r.__entity
        LEFT JOIN (SELECT * FROM {tables.scan(DIFFERENCES, name)} WHERE class <> 'match_normalised') d
          ON d.__entity = r.__entity AND d.field = r.field)
      ORDER BY name, cause, __entity"""
