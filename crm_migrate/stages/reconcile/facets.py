"""By what records are parted to see where a cause is concentrated: origin, owner, choices, country, months, batch."""

from collections.abc import Iterator

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile.accounting import source_facts
from crm_migrate.stages.reconcile.concentrating import Facet
from crm_migrate.workspace.cause_figures import Dimension
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import COMPLETED, EXTRACTED, NODES, OUTCOMES, texts


def facets_of(tables: Relations, object_plan: ObjectPlan) -> tuple[str, list[Facet]]:
    """Create the view of facets of an object's records (a line per `__entity` of the load's plan), and what they are.

    Source and file are those of the row that names the record; owner, choices, country and dates as they are expected.
    """
    name = object_plan.name
    view, names = quoted(f"facets/{name}"), quoted(f"names/{name}")
    said = dict(_said(object_plan))
    facets = [Facet("source", "source"), Facet("file", "file")]
    facets += [Facet(dimension, f"={field}", field) for field, dimension in said.items()]
    facets.append(Facet("batch", "batch"))
    complete = tables.scan(COMPLETED, name, also=texts(*said))
    cells = "".join(
        f", {_value(dimension, f'c.{quoted(field)}')} AS {quoted(f'={field}')}" for field, dimension in said.items()
    )
    batches = f"(SELECT __entity, min(batch) AS batch FROM {tables.scan(OUTCOMES, name)} GROUP BY __entity)"
    tables.execute(
        f"""CREATE OR REPLACE TEMP VIEW {view} AS SELECT m.__entity, coalesce(n.__source, '') AS source,
          coalesce(p.path, '') AS file{cells}, coalesce(b.batch, '') AS batch
        FROM {names} m LEFT JOIN {tables.scan(NODES, name)} n ON n.__node = m.node
        LEFT JOIN {_files(tables, object_plan)} p ON p.source = n.__source AND p.row = n.__row
        LEFT JOIN {complete} c ON c.__cluster = m.__cluster LEFT JOIN {batches} b ON b.__entity = m.__entity"""
    )
    return view, facets


def _said(object_plan: ObjectPlan) -> Iterator[tuple[str, Dimension]]:
    """The fields of ours that part the records, with what they say."""
    for field in object_plan.fields:
        dimension = None if field.ref is not None or field.action != "migrate" else _dimension(field)
        if dimension is not None:
            yield field.name, dimension


def _dimension(field: FieldPlan) -> Dimension | None:
    if field.kind.storage in ("date", "instant"):
        return "month"
    if field.kind.clean == "country":
        return "country"
    if field.kind.role == "owner":
        return "owner"
    return "choice" if field.kind.role == "choice" else None


def _value(dimension: Dimension, cell: str) -> str:
    return f"coalesce({f'left({cell}, 7)' if dimension == 'month' else cell}, '')"


def _files(tables: Relations, object_plan: ObjectPlan) -> str:
    """A FROM item: `source`, `row`, `path` of the rows of sources that have several files."""
    selects = ["SELECT '' AS source, 0::BIGINT AS row, '' AS path WHERE FALSE"]
    for source in object_plan.sources:
        paths = [str(fact["path"]) for fact in source_facts(tables, source).get("files", ())]
        if len(paths) > 1:
            listed = ", ".join(map(literal, paths))
            selects.append(
                f"SELECT {literal(source)}, __row, [{listed}][__file + 1] FROM {tables.scan(EXTRACTED, source)}"
            )
    return f"({' UNION ALL '.join(selects)})"
