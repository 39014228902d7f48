"""What loading and taking back share: records found by key or id, and what a refused call means."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.http import Http, Pace, Request, Waiting
from crm_migrate.errors import TargetError
from crm_migrate_tryton import answers, records
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.describe import Model
from crm_migrate_tryton.looking import Looking
from crm_migrate_tryton.records import Record, Row
from crm_migrate_tryton.shapes import KEY_PREFIX, KEYED, Path

PAGE = 500  # records
PAUSE = timedelta(seconds=1)  # after which a record that somebody else has changed is sent again
GONE = Refusal("Tryton has no such record", "NOT_FOUND")
TAKEN = Refusal("the record carries another key, or something else where ours would be", "OTHER_KEY")


class Calls:
    """One database as it is asked and told."""

    def __init__(self, http: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        self.http, self.looking, self.waiting, self.database = http, looking, waiting, looking.database
        self._pace = pace

    def until(self) -> float:
        """When the call that changes records has to be begun, of a batch that begins now, by the clock of `put_off`."""
        return time.monotonic() + self._pace.begin_seconds

    def put_off(self, until: float, entities: Iterable[str], others: Answer) -> Answer | None:
        """The answer where it is too late to begin the call: it might end after the longest time of the batch."""
        if time.monotonic() < until:
            return None
        return replace(others, later={**others.later, **dict.fromkeys(entities, self.waiting.now())})

    def send(self, request: Request) -> Any:
        """What a call gave, or how it failed."""
        return answers.result(self.http.send(request))

    def model(self, object: TargetObject) -> Model:
        """The model of an object. TargetError where there is none."""
        found = self.looking.model(object.name)
        if found is None:
            raise TargetError(f"Tryton has no model {object.name}", hint="activate the module that has it")
        return found

    def places(self, batch: WriteBatch, model: Model) -> dict[str, Path]:
        """Where the columns of a batch are. TargetError for one that the model does not have: nothing is left out."""
        names = [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]
        paths = records.paths_of(model, names)
        if lacking := [name for name in names if name not in paths]:
            hint = "activate the module that has it, or name another field with `to:`"
            raise TargetError(f"Tryton lacks the field {lacking[0]} of {batch.object.name}", hint=hint)
        return paths

    def finds(
        self, model: Model, key_field: str, asked: Sequence[str], by: By, values: Sequence[str]
    ) -> Iterator[list[Record]]:
        """The records with one of these keys or ids."""
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), PAGE):
            some = wanted[start : start + PAGE]
            domain = _by_id(some) if by == "id" else _by_key(key_field, some)
            yield self.looking.search(model.model, [domain], asked)

    def named(self, object: TargetObject, entities: Sequence[str], mark: str = "") -> dict[str, str]:
        """Entity -> target id by our key, with a mark behind it."""
        model, marked = self.model(object), {entity + mark: entity for entity in entities}
        asked = records.asked(model, {}, object.key_field)
        return {
            marked[key]: str(record["id"])
            for page in self.finds(model, object.key_field, asked, "key", list(marked))
            for record in page
            for key in records.keys_of(record, object.key_field)
            if key in marked
        }

    def current(
        self, batch: WriteBatch, model: Model, asked: Sequence[str], rows: Mapping[str, Row]
    ) -> tuple[dict[str, Record], dict[str, Refusal]]:
        """The records to be changed by entity, as they are now, and why others are not changed."""
        key_field, adopting = batch.object.key_field, TARGET_ID in batch.rows.column_names
        by: By = "id" if adopting else "key"
        wanted = {str(row[TARGET_ID]) if adopting else entity: entity for entity, row in rows.items()}
        current: dict[str, Record] = {}
        refused = dict.fromkeys(rows, GONE)
        for page in self.finds(model, key_field, asked, by, list(wanted)):
            for record in page:
                keys = records.keys_of(record, key_field)
                for entity in (wanted[str(record["id"])],) if adopting else [key for key in keys if key in rows]:
                    other = not keys and key_field != KEYED and bool(record.get(key_field))  # a user's own words
                    if other or (keys and entity not in keys):
                        refused[entity] = TAKEN
                    else:
                        current[entity] = record
                        refused.pop(entity, None)
        return current, refused

    def failed(self, model: Model, said: Failed, rows: Mapping[str, Row], others: Answer) -> Answer:
        """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
        now = self.waiting.now()
        if said.kind == answers.CONFLICT:
            return replace(others, later={**others.later, **dict.fromkeys(rows, now + PAUSE)})
        why = self.why(model, said, rows)
        if len(rows) == 1:
            return replace(others, refused={**others.refused, **dict.fromkeys(rows, why)})
        if others.loaded or others.refused or others.later:
            return replace(others, later={**others.later, **dict.fromkeys(rows, now)})
        return Answer(refused_whole=why)

    def why(self, model: Model, said: Failed, rows: Mapping[str, Row]) -> Refusal:
        """The server's words about rows, without their values."""
        cells = {cell for row in rows.values() for name, cell in row.items() if cell and name != TARGET_ID}
        return answers.refusal(said, cells, model.labels())


def _by_key(key_field: str, keys: Sequence[str]) -> list[Any]:
    field = f"{KEYED}.code" if key_field == KEYED else key_field
    return [field, "in", [KEY_PREFIX + key for key in keys]]


def _by_id(ids: Sequence[str]) -> list[Any]:
    return ["id", "in", [int(id) for id in ids if id.isascii() and id.isdigit()]]
