"""The declared cause of what was sent instead of a value: how many cells of each masked field are pseudonyms."""

from collections.abc import Iterator, Sequence

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.figures import FieldFigure, MaskFigure
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import COMPLETED, MASKED, texts

RULE = "masked"  # in the changes of a field, beside the steps that clean it


def mask_figures(tables: Relations, plan: Plan, object_plan: ObjectPlan) -> Iterator[MaskFigure]:
    """One figure per masked field, over the records that arrived; needs `arrived/<object>`."""
    kinds = plan.environment.mask.get(object_plan.name, {})
    masks = tables.scan(MASKED, object_plan.name, also=texts(*kinds)) if kinds else ""
    clear = tables.scan(COMPLETED, object_plan.name, also=texts(*kinds))
    for name, kind in kinds.items():
        value = f"c.{quoted(name)}" if kind in ("phone", "words") else f"lower(c.{quoted(name)})"  # as a mailbox is one
        cells, values, different = tables.one(
            f"""SELECT count(*), count(DISTINCT {value}), count(DISTINCT m.{quoted(name)}) FROM {masks} m
            SEMI JOIN {quoted(f"arrived/{object_plan.name}")} USING (__cluster) JOIN {clear} c USING (__cluster)
            WHERE m.{quoted(name)} IS NOT NULL"""
        )
        yield MaskFigure(object=object_plan.name, field=name, cells=cells, values=values, masks=different)


def with_masks(fields: Sequence[FieldFigure], masked: Sequence[MaskFigure]) -> Iterator[FieldFigure]:
    """The figures of fields with masking among the rules that changed their values."""
    cells = {figure.field: figure.cells for figure in masked if figure.cells}
    for field in fields:
        count = cells.get(field.field, 0)
        rules = field.changed_by_rule | ({RULE: count} if count else {})
        yield field.model_copy(
            update={"changed_by_rule": rules, "changed_from_source": field.changed_from_source + count}
        )
