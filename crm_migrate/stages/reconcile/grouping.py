"""The differences of an object's fields grouped by cause: count, how sure, where, who made it, examples, fix."""

from collections.abc import Iterator, Sequence

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.stages.reconcile import concentrating
from crm_migrate.stages.reconcile.causes import fix_of
from crm_migrate.stages.reconcile.comparing import Comparison
from crm_migrate.stages.reconcile.concentrating import Spread, spread
from crm_migrate.stages.reconcile.examples import EXAMPLES
from crm_migrate.stages.reconcile.facets import facets_of
from crm_migrate.stages.reconcile.makers import makers_of
from crm_migrate.stages.reconcile.sure import confidence
from crm_migrate.workspace.cause_figures import Who
from crm_migrate.workspace.figures import Cause, Example
from crm_migrate.workspace.relations import Relations, Row

_Lines = dict[concentrating.Cause, tuple[int, list[Row]]]
_Makers = dict[concentrating.Cause, list[tuple[Who, str, int]]]


def causes_by_field(
    tables: Relations, object_plan: ObjectPlan, comparison: Comparison, sourced: str, fields: Sequence[FieldPlan]
) -> dict[str, tuple[Cause, ...]]:
    """Field -> its differences grouped by cause, the most frequent first."""
    lines = _lines(tables, sourced)
    if not lines:  # most objects: what tells where causes are costs tens of milliseconds to plan
        return {field.name: () for field in fields}
    spreads, makers = _spreads(tables, object_plan, comparison), _makers(tables, sourced)
    return {
        field.name: tuple(
            _cause(field, group, *found, spreads.get(group, Spread()), makers.get(group, []))
            for group, found in lines.items()
            if group[0] == field.target
        )
        for field in fields
    }


def _lines(tables: Relations, sourced: str) -> _Lines:
    """Every cause with the number of its cells, and the lines of its examples."""
    rows = tables.rows(
        f"""SELECT field, class, cause, n, record, source_value, expected, actual FROM (
          SELECT *, count(*) OVER w AS n, row_number() OVER (w ORDER BY record, __entity) AS i
          FROM {sourced} WINDOW w AS (PARTITION BY field, class, cause))
        WHERE i <= {EXAMPLES} ORDER BY n DESC, class, cause, i"""
    )
    lines: _Lines = {}
    for target, cls, cause, count, *cells in rows:
        lines.setdefault((target, cls, cause), (count, []))[1].append(tuple(cells))
    return lines


def _spreads(tables: Relations, object_plan: ObjectPlan, comparison: Comparison) -> dict[concentrating.Cause, Spread]:
    if not tables.count(f"{comparison.cells} WHERE class <> 'match_normalised'"):
        return {}
    facets, by = facets_of(tables, object_plan)
    return spread(tables, comparison.expected, comparison.cells, facets, by)


def _makers(tables: Relations, sourced: str) -> _Makers:
    rows = tables.rows(
        f"""SELECT field, class, cause, made, coalesce(made_rule, ''), count(*) FROM {sourced}
        WHERE made IS NOT NULL GROUP BY ALL"""
    )
    makers: _Makers = {}
    for field, cls, cause, *maker in rows:
        makers.setdefault((field, cls, cause), []).append((maker[0], maker[1], int(maker[2])))
    return makers


def _cause(
    field: FieldPlan, group: concentrating.Cause, count: int, lines: Sequence[Row], found: Spread,
    makers: list[tuple[Who, str, int]],
) -> Cause:  # fmt: skip
    _, cls, cause = group
    return Cause(
        cause=cause,
        cls=cls,
        count=count,
        of=found.of,
        confidence=confidence(cls, cause, count, found),
        places=tuple(found.places),
        makers=makers_of(field, cause, makers),
        fix=fix_of(cause),
        examples=tuple(_examples(field, lines)),
    )


def _examples(field: FieldPlan, lines: Sequence[Row]) -> Iterator[Example]:
    for record, source, expected, actual in lines:
        yield Example(
            record=record, field=field.name, source=source, expected=expected, actual=actual, personal=field.personal
        )
