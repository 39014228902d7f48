"""What loading and taking back share: records found by key or id, and requests that go out one after the other.

amagi-crm takes one record per request, so a batch is many of them.
"""

import time
from collections.abc import Sequence

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Http, Pace, Waiting
from crm_migrate.connecting.one_by_one import One, one_by_one
from crm_migrate.errors import TargetError
from crm_migrate_amagi.looking import Looking
from crm_migrate_amagi.records import Names, Record, keys_of
from crm_migrate_amagi.shapes import DEALS, Model, Path, model_of, path_of

GONE = Refusal("amagi-crm has no such record", "NOT_FOUND")


class Calls:
    """One installation as it is asked and told."""

    def __init__(self, http: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        self.http, self.looking, self.waiting = http, looking, waiting
        self._pace = pace

    def until(self) -> float:
        """When the last request of a batch may be begun that begins now, by the clock of `one_by_one`."""
        return time.monotonic() + self._pace.begin_seconds

    def model(self, object: TargetObject) -> Model:
        """The model of an object. TargetError where there is none."""
        found = model_of(object.name)
        if found is None:
            raise TargetError(f"amagi-crm has no {object.name}", hint="it has contacts, deals and tasks")
        return found

    def paths(self, object: TargetObject, names: Sequence[str]) -> dict[str, Path]:
        """Where these fields are. TargetError for one that there is no place for: nothing is left out."""
        model, found = self.model(object), dict[str, Path]()
        for name in names:
            field = object.field(name)
            path = path_of(model, name, field.reference if field else None)
            if path is None:
                raise TargetError(
                    f"amagi-crm has no place {name} in {object.name}", hint="say tags.X or notes.X: `to:`"
                )
            found[name] = path
        return found

    def names(self, model: Model) -> Names:
        """What names stand for in records of a model."""
        return self.looking.names() if model.name == DEALS else Names()

    def current(self, batch: WriteBatch, model: Model) -> tuple[dict[str, Record], dict[str, Refusal]]:
        """The records that a batch is about, as they are now, and why others are not touched."""
        rows = rows_of(batch)
        adopting = TARGET_ID in batch.rows.column_names
        found: dict[str, list[tuple[Record, list[str]]]] = {}
        for record in self.looking.records(model.name):
            keys = keys_of(model, record)
            for named in [str(record["id"])] if adopting else keys:
                found.setdefault(named, []).append((record, keys))
        current: dict[str, Record] = {}
        refused: dict[str, Refusal] = {}
        for entity, row in rows.items():
            for record, keys in found.get(str(row[TARGET_ID]) if adopting else entity, [])[:1]:
                current[entity] = record
                if keys and entity not in keys:
                    refused[entity] = TAKEN
        refused |= {entity: GONE for entity in rows if entity not in current}
        return {entity: record for entity, record in current.items() if entity not in refused}, refused

    def one_by_one(self, entities: Sequence[str], one: One, known: Answer, until: float) -> Answer:
        """The requests about these entities, and what is known of others."""
        return one_by_one(entities, one, known, until, self.waiting.now)
