"""Records of which the files could not say what they are to say: refused, so that none is lost in silence."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, Refusal, TargetField, TargetObject, WriteBatch
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.outbox import Outbox
from crm_migrate_bundles.spelling import unfit

Read = Callable[[TargetObject], Iterator[pa.Table]]


class Names:
    """How files name the record that a link leads to: by our key, or by a field in which no other is like it."""

    def __init__(self, layout: Layout, outbox: Outbox, read: Read) -> None:
        self._layout, self._outbox, self._read = layout, outbox, read

    def of(self, object: str) -> Mapping[str, str]:
        """Target id -> name of every record that files can name."""
        field = self._layout.called.get(object)
        found: dict[str, str | None] = {}
        known = self._outbox.object(object)
        column = field if field and known.field(field) else None
        for table in self._read(known):
            named = table[column] if column else table[ENTITY] if field is None else pa.nulls(table.num_rows)
            found.update(zip(table["target_id"].to_pylist(), named.to_pylist(), strict=True))
        counted = Counter(_folded(name) for name in found.values() if name)
        return {id: name for id, name in found.items() if name and (field is None or counted[_folded(name)] == 1)}


def _folded(name: str) -> str:
    """Importers compare without case and blanks around."""
    return name.strip().casefold()


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
