"""What loading and taking back share: records found by key or id, and changes sent."""

from collections.abc import Collection, Mapping, Sequence

from crm_migrate.connecting.batch_rows import fields_of
from crm_migrate.connecting.contract import By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.http import Http, Pace, Request, Waiting
from crm_migrate.connecting.row_calls import Pages, RowCalls
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate.errors import TargetError
from crm_migrate_dynamics import answers, records
from crm_migrate_dynamics.answers import GUID
from crm_migrate_dynamics.describe import Described, Place
from crm_migrate_dynamics.looking import Looking
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.records import Named, Shape
from crm_migrate_dynamics.requests import Api


class Calls(RowCalls[Described, Place]):
    """One environment as it is asked and told."""

    def __init__(self, changes: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        super().__init__(waiting, pace)
        self._changes, self.looking = changes, looking

    @property
    def api(self) -> Api:
        """The version of the API."""
        return self.looking.api

    def together(self, request: Request, rows: Collection[Row]) -> list[str] | Refusal:
        """The ids of a message for many records, or why it did none of them."""
        return answers.many(self._changes.send(request), rows, self.we)

    def we(self) -> str:
        """The id of our user."""
        return self.looking.who[1]

    def each(self, groups: Sequence[Sequence[Step]], rows: Sequence[Row]) -> list[Result] | Refusal:
        """What a batch says of its groups, each about the row at its place."""
        return answers.results(self._changes.send(self.api.batch(groups)), groups, rows)

    def described(self, object: TargetObject) -> Described:
        """A table. TargetError where there is none."""
        return self.looking.table(object.name)

    def shape(self, batch: WriteBatch) -> Shape:
        """How a batch is written. TargetError for a column that the table does not have: nothing is left out."""
        described, key = self.described(batch.object), batch.object.key_field
        if not described.keyed(key):
            words = (
                described.wrong_key(key) or f"{described.table}.{key} is missing, or no alternate key that is active"
            )
            raise TargetError(f"our key has no place in Dataverse: {words}", hint="crm-migrate target prepare")
        names = fields_of(batch)
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

    def finds(self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()) -> Pages:
        """The records with one of these keys or ids, and what of them has to be read, `also` these columns."""
        described: Described = shape.described
        where = described.key if by == "id" else shape.key_field
        wanted = [value for value in values if by != "id" or GUID.fullmatch(value)]
        return self.looking.among(described, list(dict.fromkeys([*records.asked(shape), *also])), where, wanted)

    def completed(self, shape: Shape, pages: Pages) -> Pages:
        """Records with who took part in them, where a batch says that."""
        wanted = records.parties(shape)
        return (self.looking.with_parties(shape.described, wanted, page) for page in pages)

    def key_of(self, shape: Shape, record: Record) -> str | None:
        """Our key of a record."""
        return records.key_of(shape, record)

    def id_of(self, shape: Shape, record: Record) -> str:
        """By the column that every table has for it."""
        return str(record[shape.described.key])

    def looked_at(self, shape: Shape) -> Sequence[str]:
        """The columns that have to be known before a record is changed."""
        return records.looked_at(shape)
