"""How files name the records that links lead to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, By, TargetField, TargetObject
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.outbox import Outbox
from crm_migrate_bundles.spelling import spelled


class Read(Protocol):
    """Reads records as `Target.read` does."""

    def __call__(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]: ...


class Names:
    """Of the records as they are at one moment: by our key, or by a field in which no other is like it."""

    def __init__(self, layout: Layout, outbox: Outbox, read: Read) -> None:
        self._layout, self._outbox, self._read = layout, outbox, read
        self._known: dict[tuple[str, str | None], Mapping[str, str]] = {}

    def of(self, object: str) -> Mapping[str, str]:
        """Target id -> name of every record that files can name; they are read once."""
        return self.by(object, self._layout.called.get(object))

    def by(self, object: str, field: str | None) -> Mapping[str, str]:
        """The same by a field, or by our key."""
        if (object, field) not in self._known:
            self._known[object, field] = self._read_names(object, field)
        return self._known[object, field]

    def cell(self, text: str | None, field: TargetField) -> str:
        """What a file says for a value; a link by the name of its record, nothing where that cannot be named."""
        if field.reference:
            return "" if text is None else self.of(field.reference).get(text, "")
        return spelled(text, field.type, self._layout)

    def _read_names(self, object: str, field: str | None) -> Mapping[str, str]:
        found: dict[str, str | None] = {}
        known = self._outbox.object(object)
        column = field if field and known.field(field) else None
        for table in self._read(known):
            named = table[column] if column else table[ENTITY] if field is None else pa.nulls(table.num_rows)
            found.update(zip(table["target_id"].to_pylist(), named.to_pylist(), strict=True))
        counted = Counter(folded(name) for name in found.values() if name)
        shared = field is None or self._layout.links == "text"
        return {id: name for id, name in found.items() if name and (shared or counted[folded(name)] == 1)}


def folded(name: str) -> str:
    """Importers compare without case and blanks around."""
    return name.strip().casefold()
