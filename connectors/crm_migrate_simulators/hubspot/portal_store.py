"""The records of a portal. What HubSpot does otherwise than others: a merge makes a new record of two old ones."""

from collections.abc import Mapping
from dataclasses import replace

from crm_migrate_simulators.hubspot.link_types import OWN_TYPES
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record, Store

MERGED = frozenset({"contacts", "companies", "deals", "tickets"})  # and custom objects
PRIMARY = [each for each in OWN_TYPES if each.primary and each.left != "companies"]


class PortalStore(Store):
    """A store whose merged records have a new id; both old ids lead to it."""

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
