"""The records of an account, with what they were a moment ago: lists and searches are behind."""

from collections.abc import Iterator

from crm_migrate_simulators.schema import Schema
from crm_migrate_simulators.store import Record, Store


class AccountStore(Store):
    """A store that remembers what its records were."""

    def __init__(self, schema: Schema) -> None:
        self._versions: dict[tuple[str, str], list[Record]] = {}
        super().__init__(schema)

    def as_of(self, object: str, at: float) -> Iterator[Record]:
        """The live records as they were at an instant, in the order of their ids."""
        with self.lock:
            for id in list(self._order[self.definition(object).name]):
                then = [each for each in self._versions.get((object, id), ()) if each.changed <= at]
                if then and not then[-1].deleted:
                    yield then[-1]

    def _set(self, before: Record | None, after: Record) -> None:
        super()._set(before, after)
        self._versions.setdefault((after.object, after.id), []).append(after)

    def _unset(self, before: Record | None, after: Record) -> None:
        super()._unset(before, after)
        self._versions[after.object, after.id].pop()
