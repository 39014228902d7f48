"""What loading and taking back share: records found by key or id, and changes sent."""

from collections.abc import Collection, Sequence

from crm_migrate.connecting.batch_rows import fields_of
from crm_migrate.connecting.contract import By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.http import Http, Pace, Request, Waiting
from crm_migrate.connecting.row_calls import Pages, RowCalls
from crm_migrate.connecting.row_results import Result
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate.errors import TargetError
from crm_migrate_zoho import answers, coql, records
from crm_migrate_zoho.describe import Described, Place
from crm_migrate_zoho.looking import Looking
from crm_migrate_zoho.records import Shape


class Calls(RowCalls[Described, Place]):
    """One organisation as it is asked and told."""

    def __init__(self, changes: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        super().__init__(waiting, pace)
        self._changes, self.looking = changes, looking

    def send(self, request: Request, rows: Collection[Row]) -> list[Result] | Refusal:
        """What is said of the records of a request, or why it is refused as a whole."""
        return answers.results(self._changes.send(request), rows)

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
        names = fields_of(batch)
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

    def finds(self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()) -> Pages:
        """The records with one of these keys or ids, and what of them has to be read, `also` these fields."""
        wanted = [value for value in values if by != "id" or coql.is_id(value)]
        columns = [*records.asked(shape), *also]
        return self.looking.among(shape.described, columns, "id" if by == "id" else shape.key_field, wanted)

    def key_of(self, shape: Shape, record: Record) -> str | None:
        """Our key of a record."""
        return records.key_of(shape, record)

    def id_of(self, shape: Shape, record: Record) -> str:  # noqa: ARG002 -- it is called alike everywhere
        """Its `id`."""
        return str(record["id"])

    def looked_at(self, shape: Shape) -> Sequence[str]:
        """The columns that have to be known before a record is changed."""
        return records.looked_at(shape)
