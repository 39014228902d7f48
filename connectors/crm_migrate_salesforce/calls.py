"""What loading and taking back share: records found by key or id, and changes sent."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from crm_migrate.connecting import found
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import Current
from crm_migrate.connecting.http import Http, Pace, Request, Waiting
from crm_migrate.connecting.row_results import Result, whole
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers, records, soql
from crm_migrate_salesforce.describe import Described
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.records import Named, Shape
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.shapes import PERSONS


class Calls:
    """One organisation as it is asked and told."""

    def __init__(self, changes: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        self._changes, self.looking, self._waiting, self._pace = changes, looking, waiting, pace

    @property
    def api(self) -> Api:
        """The version of the API."""
        return self.looking.api

    def now(self) -> datetime:
        """The instant that it is."""
        return self._waiting.now()

    def until(self) -> float:
        """When the request that changes records has to be begun, of a batch that begins now (`time.monotonic`)."""
        return time.monotonic() + self._pace.begin_seconds

    def late(self, until: float, entities: Collection[str], others: Answer) -> Answer | None:
        """The answer where it is too late to begin the request: it might end after the longest time of the batch."""
        if time.monotonic() < until:
            return None
        later = {**others.later, **dict.fromkeys(entities, self.now())}
        return Answer(others.loaded, others.refused, later=later, gone=others.gone)

    def send(self, request: Request, rows: Collection[Row]) -> list[Result] | Refusal:
        """What a collection says of its records, or why it is refused as a whole."""
        return answers.results(self.looking.passed(self._changes.send(request)), rows)

    def described(self, object: TargetObject) -> Described:
        """An object. TargetError where there is none."""
        found = self.looking.described(object.name)
        if found is None:
            raise TargetError(
                f"Salesforce has no object {object.name} that this user may see",
                hint="look at its name and the user's rights",
            )
        return found

    def shape(self, batch: WriteBatch) -> Shape:
        """How a batch is written. TargetError for a column that the object does not have: nothing is left out."""
        described = self.described(batch.object)
        if not described.keyed(batch.object.key_field):
            words = (
                described.wrong_key(batch.object.key_field) or f"{described.object}.{batch.object.key_field} is missing"
            )
            raise TargetError(f"our key has no place in Salesforce: {words}", hint="crm-migrate target prepare")
        names = [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]
        shape = records.shape_of(described, batch.object, names, self.looking.nobody)
        if lacking := [name for name in names if name not in shape.places]:
            raise TargetError(
                f"Salesforce lacks the field {lacking[0]} of {batch.object.name}, or this user may not see it",
                hint="make it there, give the user the right, or name another field with `to:`",
            )
        return shape

    def named(self, shape: Shape, rows: Sequence[Row]) -> Named:
        """The records that rows name by names of their own."""
        said = records.named_in(shape, rows)
        return {(of, by): self.looking.ids_of(of, by, values) for (of, by), values in said.items() if values}

    def finds(
        self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()
    ) -> Iterator[Sequence[Record]]:
        """The records with one of these keys or ids, and what of them has to be read, `also` these fields."""
        fields = [*records.asked(shape), *([PERSONS] if shape.described.sorts else []), *also]
        where = "Id" if by == "id" else shape.key_field
        wanted = [value for value in values if by != "id" or soql.is_id(value)]
        return self.looking.among(shape.described.object, fields, where, wanted)

    def keyed(self, object: TargetObject, entities: Collection[str]) -> dict[str, str]:
        """Entity -> target id by our key; of two records with one key that with the lesser id."""
        shape = records.shape_of(self.described(object), object, ())
        found: dict[str, str] = {}
        wanted = frozenset(entities)
        for page in self.finds(shape, "key", entities):
            for record in page:
                key = records.key_of(shape, record)
                if key in wanted:
                    found.setdefault(str(key), str(record["Id"]))
        return found

    def current(self, shape: Shape, batch: WriteBatch) -> Current:
        """The records to be changed, as they are now, and why others are not changed."""
        rows = {str(row[ENTITY]): row for row in batch.rows.to_pylist()}
        bare, also = records.shape_of(shape.described, batch.object, ()), records.looked_at(shape)
        if TARGET_ID not in batch.rows.column_names:
            return self._by_key(bare, list(rows), also)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        pages = self.finds(bare, "id", list(ids.values()), also)
        there = {str(record["Id"]): record for page in pages for record in page}
        return found.by_id(ids, there, partial(records.key_of, bare))

    def _by_key(self, shape: Shape, entities: Sequence[str], also: Sequence[str]) -> Current:
        every = (record for page in self.finds(shape, "key", entities, also) for record in page)
        return found.by_key(entities, every, partial(records.key_of, shape))

    def whole(self, refusal: Refusal, rows: Mapping[str, Row], others: Answer) -> Answer:
        """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
        return whole(refusal, list(rows), others, self.now())
