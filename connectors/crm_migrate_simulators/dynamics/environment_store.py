"""The records of an environment: ids that are GUIDs, given or made; what goes along when one is deleted."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crm_migrate_simulators.dynamics.catalogue import Words
from crm_migrate_simulators.rules import Bent, Refused
from crm_migrate_simulators.schema import Field, Schema
from crm_migrate_simulators.store import Record, Store

SETUP = frozenset({"systemuser", "team", "businessunit", "transactioncurrency", "uom", "territory"})
PARENTS = ("parentcustomerid", "customerid", "parentaccountid", "parentcontactid", "regardingobjectid", "objectid",
           "activityid", "opportunityid", "listid", "entityid", "partyid")  # fmt: skip
MERGED = {"account": (1, 2), "contact": (1, 2), "lead": (2, 7), "incident": (2, 2000)}  # state and reason of the loser
OWNERS = ("ownerid", "transactioncurrencyid")


class EnvironmentStore(Store):
    """A store that knows what every table of an environment has in common."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._numbers: dict[str, int] = {}
        self._given = ""
        self._sets = {str(each.more["set"]): name for name, each in schema.objects.items()}

    # ------------------------------------------------------------------------------------------------ names

    def table_of(self, set: str) -> str | None:
        """The table whose entity set has that name."""
        return self._sets.get(set)

    def words(self, table: str) -> Words:
        """What is said of a table beside its columns."""
        return dict(self.schema.objects[table].more)

    def column(self, table: str, name: str) -> Field | None:
        """A column, None where there is none."""
        return self.schema.objects[table].fields.get(name)

    def object_of(self, id: str) -> str | None:
        """The table that an id is of."""
        return next((name for name, records in self._records.items() if id in records), None)

    def add_table(self, name: str, words: Words, columns: Mapping[str, Field]) -> None:
        """An administrator makes a table. Refused where there is one."""
        with self.lock:
            self.add_object(name, columns)
            self._dress(name, words)
            self.put("tables", name, words)

    def restore(self, what: str, told: Mapping[str, Any]) -> None:
        """A table that was made in an earlier life has its words again."""
        super().restore(what, told)
        if what == "setting" and told["kind"] == "tables":
            self._dress(told["name"], told["value"])

    def _dress(self, name: str, words: Words) -> None:
        self.schema.objects[name].more = dict(words)
        self._sets[str(words["set"])] = name

    def in_use(self) -> list[str]:
        """All but what an administrator sets up."""
        return sorted(set(self.schema.objects) - SETUP)

    # ------------------------------------------------------------------------------------------------ records

    def create_as(self, table: str, values: Mapping[str, Any], at: float, bent: Bent, id: str) -> Record:
        """A new record with an id that the client gave."""
        with self.lock:
            self._given = id
            try:
                return self.create(table, values, at, bent)
            finally:
                self._given = ""

    def indexed(self, table: str, column: str) -> None:
        """Values of a column are there once, and found by an index, from now on."""
        with self.lock:
            field = self.schema.objects[table].fields[column]
            if not field.unique:
                self.schema.objects[table].fields[column] = replace(field, unique=True, folded=True)
                for record in self.all(table):
                    self._index.update(dict.fromkeys(self._keys(record), record.id))

    def having(self, table: str, column: str, id: str) -> list[Record]:
        """The live records whose lookup leads to an id."""
        return [record for record in self.all(table) if record.values.get(column) == id]

    def taken_away(self, table: str, id: str, at: float) -> None:
        """Delete a record as an environment does: its children go along, other lookups are emptied."""
        with self.all_or_nothing():
            self.delete(table, id, at)
            for name, definition in list(self.schema.objects.items()):
                for column in [f.name for f in definition.fields.values() if table in f.reference]:
                    for child in self.having(name, column, id):
                        if column in PARENTS:
                            self.taken_away(name, child.id, at)
                        elif column not in OWNERS:
                            self.update(name, child.id, {column: None}, at)

    def merge(self, object: str, winner: str, loser: str, at: float) -> Record:
        """As an environment merges: the loser stays, out of use and with its own key; its children go to the winner.
        Only some tables know of merges; others refuse."""
        with self.lock:
            if object not in MERGED:
                raise Refused("NOT_MERGED", f"{object} are not merged")
            gone, kept = self._live(object, loser), self._live(object, winner)
            state, reason = MERGED[object]
            values = gone.values | {"merged": True, "masterid": winner, "statecode": state, "statuscode": reason}
            self._put(gone, replace(gone, values=values, changed=at, version=gone.version + 1))
            self._repoint(object, loser, winner, at)
            return self._records[object][kept.id]

    def _id(self, object: str, number: int) -> str:
        del object
        made = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.schema.organisation}/{number}"))
        id = self._given or made
        self._numbers[id] = number
        return id

    def _place(self, id: str) -> int:
        """The number of a record; of one from an earlier life the next one: they are told in their order."""
        return self._numbers.setdefault(id, self._last_id + 1)
