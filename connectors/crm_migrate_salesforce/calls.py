"""What loading and taking back share: records found by key or id, and changes sent."""

from collections.abc import Collection, Sequence

from crm_migrate.connecting.batch_rows import fields_of
from crm_migrate.connecting.contract import By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.http import Http, Pace, Request, Waiting
from crm_migrate.connecting.row_calls import Pages, RowCalls
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers, records, soql
from crm_migrate_salesforce.describe import Described, Place
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.records import Named, Shape
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.shapes import PERSONS


class Calls(RowCalls[Described, Place]):
    """One organisation as it is asked and told."""

    def __init__(self, changes: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        super().__init__(waiting, pace)
        self._changes, self.looking = changes, looking

    @property
    def api(self) -> Api:
        """The version of the API."""
        return self.looking.api

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
        names = fields_of(batch)
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

    def finds(self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()) -> Pages:
        """The records with one of these keys or ids, and what of them has to be read, `also` these fields."""
        fields = [*records.asked(shape), *([PERSONS] if shape.described.sorts else []), *also]
        where = "Id" if by == "id" else shape.key_field
        wanted = [value for value in values if by != "id" or soql.is_id(value)]
        return self.looking.among(shape.described.object, fields, where, wanted)

    def key_of(self, shape: Shape, record: Record) -> str | None:
        """Our key of a record."""
        return records.key_of(shape, record)

    def id_of(self, shape: Shape, record: Record) -> str:  # noqa: ARG002 -- it is called alike everywhere
        """Its `Id`."""
        return str(record["Id"])

    def looked_at(self, shape: Shape) -> Sequence[str]:
        """The columns that have to be known before a record is changed."""
        return records.looked_at(shape)
