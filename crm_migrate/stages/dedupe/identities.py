"""Identities: what the records of an object say about who they are, as a frame for the learned matching.

Which field tells what follows from its semantic type, never from its name. The name of the firm that a person belongs
to is taken from the firm's cluster, so that two spellings of one firm are one employer.
"""

import numpy as np
import polars as pl

from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.matching.comparing.terms import Codes
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.keys import without_placeholders
from crm_migrate.workspace.relations import Relations

EMPLOYER = "employer"
COMPANY = "company_name"


def kinds(plan: Plan, each: ObjectPlan) -> dict[str, str]:
    """Field -> what it tells (`detection.KINDS`), in the order of the mapping; empty where nothing tells anything."""
    told = {field.name: _kind(plan, each, field) for field in each.fields}
    return {name: kind for name, kind in told.items() if kind}


def _kind(plan: Plan, each: ObjectPlan, field: FieldPlan) -> str:
    if field.ref is not None:
        return EMPLOYER if each.entity == "person" and _firm_name(plan, field) else ""
    return told_by(each.entity, field.type) if field.cells else ""


def told_by(entity: str, semantic_type: str) -> str:
    """What values of a semantic type tell about a person or an organisation; empty where they tell nothing."""
    kind = TYPES[semantic_type].identity
    return EMPLOYER if kind == COMPANY and entity == "person" else kind


def _firm_name(plan: Plan, field: FieldPlan) -> FieldPlan | None:
    """The field with the name of the firm that a reference leads to; None where it leads elsewhere."""
    parent = next((o for o in plan.objects if field.ref is not None and o.name == field.ref.object), None)
    if parent is None or parent.entity != "organisation":
        return None
    return next((f for f in parent.fields if f.type == COMPANY and f.cells), None)


def identities(work: Relations, plan: Plan, each: ObjectPlan, nodes: str) -> tuple[Codes, pl.DataFrame]:
    """The nodes, and a frame of texts (fields of `kinds`) beside them; placeholders are empty.

    They stand in an order that their texts give, so that the matching does not depend on how the sources were sorted.
    """
    cells, joins = ["n.__node"], []
    for number, name in enumerate(kinds(plan, each)):
        field = each.field(name)
        firm = _firm_name(plan, field) if field.ref is not None else None
        if firm is None or field.ref is None:
            cells.append(f"n.{quoted(name)}")
            continue
        if not work.rows("SELECT 1 FROM duckdb_views() WHERE view_name = ?", [f"nodes/{field.ref.object}"]):
            cells.append(f"NULL::VARCHAR AS {quoted(name)}")  # a circle: the firms are matched after their people
            continue
        cells.append(f"p{number}.{quoted(firm.name)} AS {quoted(name)}")
        parent = quoted(f"nodes/{field.ref.object}")
        joins.append(f" LEFT JOIN {parent} p{number} ON p{number}.__node = n.{quoted(name)}")
    query = f"SELECT {', '.join(cells)} FROM {nodes} n{''.join(joins)} ORDER BY n.__node"
    frame = pl.DataFrame(pl.from_arrow(work.connection.sql(query).to_arrow_table()))
    types = {name: COMPANY if field.ref else field.type for name in kinds(plan, each) for field in [each.field(name)]}
    texts = frame.select(without_placeholders(frame[name].cast(pl.String), kind) for name, kind in types.items())
    order = np.argsort(texts.hash_rows(7).to_numpy(), kind="stable")
    return frame["__node"].to_numpy().astype(np.int64)[order], texts[order]
