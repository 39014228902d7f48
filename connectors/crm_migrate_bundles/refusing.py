"""Records of which the files could not say what they are to say: refused, so that none is lost in silence."""

import re
from collections.abc import Callable
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import ENTITY, Refusal, TargetField, WriteBatch
from crm_migrate.crm.types import type_of
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names
from crm_migrate_bundles.pages import size_of
from crm_migrate_bundles.spelling import unfit

_MOST_GROWN = 5  # times as long as its text may a cell be at most: quotes doubled, in UTF-16, and what is around it


def refusals(batch: WriteBatch, layout: Layout, names: Names) -> dict[str, Refusal]:
    """Entity -> why the files cannot say it."""
    found: dict[str, Refusal] = {}
    for field in batch.object.fields:
        if field.name in batch.rows.column_names:
            why = _test(batch.object.name, field, layout, names)
            values = zip(batch.rows[ENTITY].to_pylist(), batch.rows[field.name].to_pylist(), strict=True)
            found.update({entity: Refusal(said, field=field.name) for entity, text in values if (said := why(text))})
    return {**_too_large(batch, layout, names), **found}


def _too_large(batch: WriteBatch, layout: Layout, names: Names) -> dict[str, Refusal]:
    """Records of which each would be larger than a file may be."""
    if layout.bytes is None:
        return {}
    fields = [field for field in batch.object.fields if field.name in batch.rows.column_names]
    room = layout.bytes - size_of([layout.key_of(batch.object.name), *(f.name for f in fields)], layout, first=True)
    lengths = [pc.fill_null(pc.binary_length(batch.rows[field.name]), 0) for field in fields]
    raw = reduce(pc.add, lengths, pa.array([0] * batch.rows.num_rows))
    found = batch.rows.filter(pc.greater(raw, room // _MOST_GROWN))
    sizes = {
        row[ENTITY]: size_of([row[ENTITY], *(names.cell(row[field.name], field) for field in fields)], layout)
        for row in found.to_pylist()
    }
    why = "the record has {} bytes in a file, and a file with its headers has room for {}"
    return {entity: Refusal(why.format(size, room)) for entity, size in sizes.items() if size > room}


def _test(object: str, field: TargetField, layout: Layout, names: Names) -> Callable[[str | None], str]:
    """Why a value of a field cannot be said; the answer is empty where it can."""
    if type_of(field.type).role == "owner" and layout.owner_form:
        form, other = layout.owner_form, f"the import finds a user by the {layout.owner_by}, and this is none"
        return lambda text: other if text and not re.fullmatch(form, text) else unfit(text, field.type, layout)
    if not field.reference:
        return lambda text: unfit(text, field.type, layout)
    called = _called_by(object, field, layout)
    if not called:
        return lambda text: ""  # noqa: ARG005 -- our key names every record
    there = names.by(field.reference, called)
    why = f"the files name the {field.reference} it belongs to by `{called}`: it has none, or others have the same"
    return lambda text: why if text is not None and text not in there else ""


def _called_by(object: str, field: TargetField, layout: Layout) -> str | None:
    """The field by which the import finds the record that a link leads to; None where our key does."""
    beside = (there for link, there in layout.beside.get(object, {}).values() if link == field.name)
    return layout.called.get(field.reference or "") or next(beside, None)
