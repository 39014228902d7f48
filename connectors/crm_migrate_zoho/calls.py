"""What loading and taking back share: records found by key or id, and changes sent."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from crm_migrate.connecting import found, row_results
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import Current
from crm_migrate.connecting.http import Http, Pace, Request, Waiting
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.shaping import Row
from crm_migrate.errors import TargetError
from crm_migrate_zoho import answers, coql, records
from crm_migrate_zoho.describe import Described
from crm_migrate_zoho.looking import Looking, Rows
from crm_migrate_zoho.records import Shape


class Calls:
    """One organisation as it is asked and told."""

    def __init__(self, changes: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        self._changes, self.looking, self._waiting, self._pace = changes, looking, waiting, pace

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

    def send(self, request: Request, rows: Collection[Row]) -> list[Result] | Refusal:
        """What is said of the records of a request, or why it is refused as a whole."""
        return answers.results(self._changes.send(request), rows)

    def whole(self, refusal: Refusal, rows: Mapping[str, Row], others: Answer) -> Answer:
        """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
        return row_results.whole(refusal, list(rows), others, self.now())

    def described(self, object: TargetObject) -> Described:
        """A module. TargetError where there is none."""
        described = self.looking.described(object.name)
        if described is None:
            raise TargetError(
                f"Zoho CRM has no module {object.name} that this user may see",
                hint="look at its API name and the user's rights",
            )
        return described

    def shape(self, batch: WriteBatch) -> Shape:
        """How a batch is written. TargetError for a column that the module does not have: Zoho would pass it over."""
        described, key = self.described(batch.object), batch.object.key_field
        if not described.keyed(key):
            words = described.wrong_key(key) or f"{described.module}.{key} is missing"
            raise TargetError(f"our key has no place in Zoho CRM: {words}", hint="crm-migrate target prepare")
        names = [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]
        shape = records.shape_of(described, batch.object, names, self.looking.nobody)
        if lacking := [name for name in names if name not in shape.places]:
            raise TargetError(
                f"Zoho CRM lacks the field {lacking[0]} of {batch.object.name}, or it is of a type that is not written",
                hint="make it there, give the user the right, or name another field with `to:`",
            )
        return shape

    def users(self, shape: Shape, rows: Sequence[Row]) -> dict[str, str]:
        """Mailbox -> id of the users that rows name."""
        said = records.mailboxes_in(shape, rows)
        return self.looking.ids_of(said) if said else {}

    def finds(self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()) -> Iterator[Rows]:
        """The records with one of these keys or ids, and what of them has to be read, `also` these fields."""
        wanted = [value for value in values if by != "id" or coql.is_id(value)]
        columns = [*records.asked(shape), *also]
        return self.looking.among(shape.described, columns, "id" if by == "id" else shape.key_field, wanted)

    def keyed(self, object: TargetObject, entities: Collection[str]) -> dict[str, str]:
        """Entity -> target id by our key; of two records with one key that with the lesser id."""
        shape = records.shape_of(self.described(object), object, ())
        there: dict[str, str] = {}
        wanted = frozenset(entities)
        for page in self.finds(shape, "key", entities):
            for record in page:
                key = records.key_of(shape, record)
                if key in wanted:
                    there.setdefault(str(key), str(record["id"]))
        return there

    def current(self, shape: Shape, batch: WriteBatch) -> Current:
        """The records to be changed, as they are now, and why others are not changed."""
        rows = {str(row[ENTITY]): row for row in batch.rows.to_pylist()}
        bare, also = records.shape_of(shape.described, batch.object, ()), records.looked_at(shape)
        key_of = partial(records.key_of, bare)
        if TARGET_ID not in batch.rows.column_names:
            every = (record for page in self.finds(bare, "key", rows, also) for record in page)
            return found.by_key(rows, every, key_of)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        pages = self.finds(bare, "id", list(ids.values()), also)
        return found.by_id(ids, {str(record["id"]): record for page in pages for record in page}, key_of)
