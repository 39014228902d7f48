"""Records of which the files could not say what they are to say: refused, so that none is lost in silence."""

from collections.abc import Callable

from crm_migrate.connecting.contract import ENTITY, Refusal, TargetField, WriteBatch
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names
from crm_migrate_bundles.spelling import unfit


def refusals(batch: WriteBatch, layout: Layout, names: Names) -> dict[str, Refusal]:
    """Entity -> why the files cannot say it."""
    found: dict[str, Refusal] = {}
    for field in batch.object.fields:
        if field.name in batch.rows.column_names:
            why = _test(field, layout, names)
            values = zip(batch.rows[ENTITY].to_pylist(), batch.rows[field.name].to_pylist(), strict=True)
            found.update({entity: Refusal(said, field=field.name) for entity, text in values if (said := why(text))})
    return found


def _test(field: TargetField, layout: Layout, names: Names) -> Callable[[str | None], str]:
    """Why a value of a field cannot be said; the answer is empty where it can."""
    called = layout.called.get(field.reference or "")
    if not field.reference:
        return lambda text: unfit(text, field.type, layout)
    if not called:
        return lambda text: ""  # noqa: ARG005 -- our key names every record
    there = names.of(field.reference)
    why = f"the files name the {field.reference} it belongs to by `{called}`: it has none, or others have the same"
    return lambda text: why if text is not None and text not in there else ""
