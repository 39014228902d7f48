"""Links: every reference as the completed records have it, against the parent that the target record hangs on."""

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.reconcile.comparing import Compared, Comparison, compare
from crm_migrate.stages.reconcile.examples import with_parents
from crm_migrate.stages.reconcile.fields import add_source_values
from crm_migrate.stages.reconcile.grouping import causes_by_field
from crm_migrate.stages.reconcile.keeping import kept_cells
from crm_migrate.stages.reconcile.sides import actual_links, expected_links, link_fields
from crm_migrate.workspace.figures import Cause, LinkFigure
from crm_migrate.workspace.relations import Relations


def compare_links(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, names: str
) -> tuple[tuple[LinkFigure, ...], str | None]:
    """The link figures of an object, and the table of its differing links (None where it has no references).

    Call after `compare_object`, which makes the two sides.
    """
    fields = link_fields(plan, object_plan)
    if not fields:
        return (), None
    expected, actual = expected_links(tables, object_plan, fields), actual_links(tables, object_plan, fields)
    kept = kept_cells(tables, object_plan, fields)
    compared = [Compared(str(field.target), field.type, entity=True) for field in fields]
    comparison = compare(tables, f"{object_plan.name}/links", expected, actual, compared, kept)
    sourced = add_source_values(tables, object_plan, comparison.cells, names)
    causes = causes_by_field(tables, object_plan, comparison, sourced, fields)
    figures = tuple(_figure(tables, object_plan, field, comparison, actual, causes[field.name]) for field in fields)
    return figures, sourced


def _figure(
    tables: Relations,
    object_plan: ObjectPlan,
    field: FieldPlan,
    comparison: Comparison,
    actual: str,
    causes: tuple[Cause, ...],
) -> LinkFigure:
    classes = comparison.classes[str(field.target)]
    present, missing, wrong = classes["match"], classes["lost"], classes["different"]
    unread = classes["not_comparable"]
    return LinkFigure(
        object=object_plan.name,
        field=field.name,
        parent=field.ref.object if field.ref else "",
        expected=present + missing + wrong + unread,
        present=present,
        missing=missing + unread,
        wrong=wrong,
        extra=classes["filled_by_target"],
        orphans=_orphans(tables, actual, field),
        causes=tuple(cause.model_copy(update={"examples": ()}) for cause in causes),
        examples=with_parents(tables, field, [example for cause in causes for example in cause.examples][:50]),
    )


def _orphans(tables: Relations, actual: str, field: FieldPlan) -> int:
    """Links of our records in the target that point to nothing."""
    column = f"__orphan {field.target}"
    if column not in tables.kinds(actual):
        return 0
    return int(tables.one(f"SELECT count(*) FROM {actual} WHERE {quoted(column)}")[0])
