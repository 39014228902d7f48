"""The records of a portal. What HubSpot does otherwise than others: a merge makes a new record of two old ones, and
what a property was before is told, too."""

from collections.abc import Mapping
from dataclasses import replace

from crm_migrate_simulators.hubspot.link_types import OWN_TYPES
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import Schema
from crm_migrate_simulators.store import Record, Store

MERGED = frozenset({"contacts", "companies", "deals", "tickets"})  # and custom objects
PRIMARY = [each for each in OWN_TYPES if each.primary and each.left != "companies"]


class PortalStore(Store):
    """A store whose merged records have a new id, to which both old ids lead; it remembers what records were."""

    def __init__(self, schema: Schema) -> None:
        self._versions: dict[tuple[str, str], list[Record]] = {}
        super().__init__(schema)

    def history(self, object: str, id: str, name: str) -> list[tuple[str, float]]:
        """The values that a field had, each with the instant since when, the latest first."""
        told: list[tuple[str, float]] = []
        for record in self._versions.get((object, id), ()):
            value = record.values.get(name)
            if value is not None and (not told or told[0][0] != value):
                told.insert(0, (value, record.changed))
        return told

    def forget(self, object: str, id: str) -> None:
        """What a record was is not remembered."""
        self._versions.pop((object, id), None)

    def _set(self, before: Record | None, after: Record) -> None:
        super()._set(before, after)
        self._versions.setdefault((after.object, after.id), []).append(after)

    def _unset(self, before: Record | None, after: Record) -> None:
        super()._unset(before, after)
        self._versions[after.object, after.id].pop()

    def merge(self, object: str, winner: str, loser: str, at: float) -> Record:
        """A new record with the values of the first, and those of the second where it has none. No new creation."""
        if object not in MERGED and not object.startswith("2-"):
            raise Refused("NOT_MERGEABLE", f"records of {object} cannot be merged")
        with self.lock:
            kept, gone = self._live(object, winner), self._live(object, loser)
            if winner == loser:
                raise Refused("SAME_RECORD", "a record cannot be merged with itself")
            self._last_id += 1
            id = self._id(object, self._last_id)
            for each in (gone, kept):
                self._put(each, replace(each, deleted=True, merged_into=id, changed=at, version=each.version + 1))
            values = gone.values | {name: value for name, value in kept.values.items() if value != ""}
            merged = Record(object, id, values, min(kept.created, gone.created), at)
            self._set(None, merged)
            self._done(lambda: self._unset(None, merged), "record", {"record": merged, "fresh": False})
            primary = {each.kind: self.linked(each.kind, winner) for each in PRIMARY}
            for each in (gone, kept):
                self._keep_aliases(object, each, id)
                self._repoint(object, each.id, id, at)
                self._relink(each.id, id)
            self._one_primary(id, primary)
            return merged

    def _one_primary(self, id: str, before: Mapping[str, list[str]]) -> None:
        """Of two primary companies the one of the record that was named first stays."""
        for kind in PRIMARY:
            there = self.linked(kind.kind, id)
            for other in there if len(there) > 1 else []:
                if other not in before[kind.kind]:
                    self.link(kind.kind, id, other, present=False)
                    self.link(kind.back, other, id, present=False)
