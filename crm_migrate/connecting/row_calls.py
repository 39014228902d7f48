"""What loading and taking back share for targets that describe their columns and take many records in a request:
the time of a batch, what a refusal as a whole means, and the records that it is about."""

import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Generic

from crm_migrate.connecting import found, row_results
from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import Current
from crm_migrate.connecting.http import Pace, Waiting
from crm_migrate.connecting.shaping import Described, Place, Record, Shape
from crm_migrate.errors import TargetError

Pages = Iterator[Sequence[Record]]


class RowCalls(ABC, Generic[Described, Place]):
    """A target as it is asked and told. A connector says how records are found, and what of them is key and id."""

    def __init__(self, waiting: Waiting, pace: Pace) -> None:
        self._waiting, self._pace = waiting, pace

    # ------------------------------------------------------------------------------------------------ what it is there

    @abstractmethod
    def described(self, object: TargetObject) -> Described:
        """An object. TargetError where there is none."""

    @abstractmethod
    def finds(self, shape: Shape[Described, Place], by: By, values: Collection[str], also: Sequence[str] = ()) -> Pages:
        """The records with one of these keys or ids, and what of them has to be read, `also` these columns."""

    @abstractmethod
    def key_of(self, shape: Shape[Described, Place], record: Record) -> str | None:
        """Our key of a record."""

    @abstractmethod
    def id_of(self, shape: Shape[Described, Place], record: Record) -> str:
        """The id of a record."""

    @abstractmethod
    def looked_at(self, shape: Shape[Described, Place]) -> Sequence[str]:
        """The columns that have to be known before a record is changed."""

    def completed(self, shape: Shape[Described, Place], pages: Pages) -> Pages:  # noqa: ARG002 -- for those who override
        """Records that are to be changed, with what stands beside them."""
        return pages

    # ------------------------------------------------------------------------------------------------ time

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
        return row_results.joined(others, Answer(later=dict.fromkeys(entities, self.now())))

    def whole(self, refusal: Refusal, entities: Iterable[str], others: Answer) -> Answer:
        """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
        return row_results.whole(refusal, list(entities), others, self.now())

    # ------------------------------------------------------------------------------------------------ records

    def keyed(self, object: TargetObject, entities: Collection[str]) -> dict[str, str]:
        """Entity -> target id by our key; of two records with one key that with the lesser id."""
        shape: Shape[Described, Place] = Shape(self.described(object), object.key_field, {})
        wanted, there = frozenset(entities), dict[str, str]()
        for page in self.finds(shape, "key", entities):
            for record in page:
                key = self.key_of(shape, record)
                if key in wanted:
                    there.setdefault(str(key), self.id_of(shape, record))
        return there

    def surely(self, object: TargetObject, entities: Collection[str]) -> dict[str, str] | None:
        """Who is there; None where nobody can be asked. All are in doubt then: no error may lose an answer, and who is
        refused may be there by an earlier try."""
        try:
            return self.keyed(object, entities)
        except TargetError:
            return None

    def current(self, shape: Shape[Described, Place], batch: WriteBatch) -> Current:
        """The records to be changed, as they are now, and why others are not changed."""
        rows, also = rows_of(batch), self.looked_at(shape)
        bare: Shape[Described, Place] = Shape(shape.described, batch.object.key_field, {})
        key_of = partial(self.key_of, bare)
        if TARGET_ID not in batch.rows.column_names:
            pages = self.completed(shape, self.finds(bare, "key", list(rows), also))
            return found.by_key(rows, (record for page in pages for record in page), key_of)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        pages = self.completed(shape, self.finds(bare, "id", list(ids.values()), also))
        there = {self.id_of(bare, record): record for page in pages for record in page}
        return found.by_id(ids, there, key_of)
