"""What of the sources the mapping speaks of: their columns, and the relations in them."""

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.reconcile.accounting import source_facts
from crm_migrate.stages.reconcile.columns import column_figures, filled_cells
from crm_migrate.stages.reconcile.related import relation_figures
from crm_migrate.workspace.coverage_figures import ColumnFigure, RelationFigure
from crm_migrate.workspace.relations import Relations


def coverage(tables: Relations, plan: Plan) -> tuple[tuple[ColumnFigure, ...], tuple[RelationFigure, ...]]:
    """Every column and every relation of every source, with what became of it."""
    columns = {}
    for source in plan.sources:
        names = source_facts(tables, source.name).get("columns", ())
        rows, filled = filled_cells(tables, source.name, names)
        columns[source.name] = tuple(column_figures(plan, source, names, rows, filled))
    return tuple(each for of in columns.values() for each in of), tuple(relation_figures(tables, plan, columns))
