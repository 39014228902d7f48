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
from crm_migrate_dynamics import answers, records
from crm_migrate_dynamics.answers import GUID
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.looking import Looking
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.records import Named, Shape
from crm_migrate_dynamics.requests import Api


class Calls:
    """One environment as it is asked and told."""

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

    def together(self, request: Request, rows: Collection[Row]) -> list[str] | Refusal:
        """The ids of a message for many records, or why it did none of them."""
        return answers.many(self._changes.send(request), rows)

    def each(self, groups: Sequence[Sequence[Step]], rows: Sequence[Row]) -> list[Result] | Refusal:
        """What a batch says of its groups, each about the row at its place."""
        return answers.results(self._changes.send(self.api.batch(groups)), len(groups), rows)

    def shape(self, batch: WriteBatch) -> Shape:
        """How a batch is written. TargetError for a column that the table does not have: nothing is left out."""
        described, key = self.looking.table(batch.object.name), batch.object.key_field
        if not described.keyed(key):
            words = (
                described.wrong_key(key) or f"{described.table}.{key} is missing, or no alternate key that is active"
            )
            raise TargetError(f"our key has no place in Dataverse: {words}", hint="crm-migrate target prepare")
        names = [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]
        shape = records.shape_of(described, batch.object, names, self.looking.nobody)
        if lacking := [name for name in names if name not in shape.places]:
            raise TargetError(
                f"Dataverse lacks the field {lacking[0]} of {batch.object.name}, or this user may not see it",
                hint="make it there, give the user the right, or name another field with `to:`",
            )
        return shape

    def named(self, shape: Shape, rows: Sequence[Row]) -> Named:
        """The records that rows name by names of their own."""
        said = records.named_in(shape, rows)
        return {(of, by): self.looking.ids_of(of, by, values) for (of, by), values in said.items() if values}

    def sets(self, shape: Shape) -> Mapping[str, str]:
        """The entity sets of the tables that the lookups of a batch lead to."""
        return {place.of: self.looking.table(place.of).set for place in shape.places.values() if place.of}

    def finds(
        self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()
    ) -> Iterator[Sequence[Record]]:
        """The records with one of these keys or ids, and what of them has to be read, `also` these columns."""
        described: Described = shape.described
        where = described.key if by == "id" else shape.key_field
        wanted = [value for value in values if by != "id" or GUID.fullmatch(value)]
        return self.looking.among(described, list(dict.fromkeys([*records.asked(shape), *also])), where, wanted)

    def keyed(self, object: TargetObject, entities: Collection[str]) -> dict[str, str]:
        """Entity -> target id by our key."""
        shape = records.shape_of(self.looking.table(object.name), object, ())
        wanted, there = frozenset(entities), dict[str, str]()
        for page in self.finds(shape, "key", entities):
            for record in page:
                key = records.key_of(shape, record)
                if key in wanted:
                    there.setdefault(str(key), str(record[shape.described.key]))
        return there

    def current(self, shape: Shape, batch: WriteBatch) -> Current:
        """The records to be changed, as they are now, and why others are not changed."""
        rows = {str(row[ENTITY]): row for row in batch.rows.to_pylist()}
        bare, also = records.shape_of(shape.described, batch.object, ()), records.looked_at(shape)
        key_of = partial(records.key_of, bare)
        if TARGET_ID not in batch.rows.column_names:
            pages = self._parted(shape, self.finds(bare, "key", list(rows), also))
            return found.by_key(list(rows), (record for page in pages for record in page), key_of)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        pages = self._parted(shape, self.finds(bare, "id", list(ids.values()), also))
        there = {str(record[shape.described.key]): record for page in pages for record in page}
        return found.by_id(ids, there, key_of)

    def _parted(self, shape: Shape, pages: Iterator[Sequence[Record]]) -> Iterator[Sequence[Record]]:
        """Records with who took part in them, where a batch says that."""
        wanted = records.parties(shape)
        return (self.looking.with_parties(shape.described, wanted, page) for page in pages)

    def whole(self, refusal: Refusal, entities: Sequence[str], others: Answer) -> Answer:
        """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
        return whole(refusal, entities, others, self.now())
