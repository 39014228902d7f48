"""What loading and taking back share: records found by key or id, what is known of whom they name, and changes sent."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from crm_migrate.connecting.batch_rows import fields_of
from crm_migrate.connecting.contract import By, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.http import Http, Pace, Waiting
from crm_migrate.connecting.row_calls import Pages, RowCalls
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate.errors import TargetError
from crm_migrate_odoo import answers, records
from crm_migrate_odoo.answers import Failed, Loaded
from crm_migrate_odoo.describe import Described, Place
from crm_migrate_odoo.looking import Looking
from crm_migrate_odoo.records import Known, Line, Shape
from crm_migrate_odoo.shapes import ABOUT_MODEL, ACTIVE, BESIDE, BLACKLIST, KEY, MODULE, TAGS, WHOSE
from crm_migrate_odoo.tags import external_id

EXTERNAL_ID = "id"  # the column of an import


class Calls(RowCalls[Described, Place]):
    """One database as it is asked and told."""

    def __init__(self, changes: Http, looking: Looking, waiting: Waiting, pace: Pace) -> None:
        super().__init__(waiting, pace)
        self._changes, self.looking = changes, looking

    # ------------------------------------------------------------------------------------------------ what it is there

    def described(self, object: TargetObject) -> Described:
        """A model. TargetError where there is none, or where our key is to be elsewhere."""
        if object.key_field != KEY:
            hint = "take `key_field:` out of the profile"
            raise TargetError(f"our key is an external id in Odoo, and no field like {object.key_field}", hint=hint)
        return self.looking.model(object.name)

    def shape(self, batch: WriteBatch) -> Shape:
        """How a batch is written. TargetError for a column that the model does not have: nothing is left out."""
        names = fields_of(batch)
        shape = records.shape_of(self.described(batch.object), batch.object, names)
        lacking = [name for name in names if name not in shape.places or shape.places[name].column.read_only]
        if lacking:
            raise TargetError(
                f"Odoo has no field {lacking[0]} of {batch.object.name} that can be written",
                hint="crm-migrate target prepare makes fields that begin with x_; name another one with `to:`",
            )
        return shape

    def finds(self, shape: Shape, by: By, values: Collection[str], also: Sequence[str] = ()) -> Pages:
        """The records with one of these keys or ids, and what of them has to be read, `also` these columns."""
        model, names = shape.described.model, list(dict.fromkeys([*records.asked(shape), *also]))
        if by == "key":
            keys = self.looking.with_keys(model, values)
            for page in self.looking.among(model, "id", keys, names):
                asked = [record for record in page if int(record["id"]) in keys]  # nobody else's record is ours
                yield [{**record, KEY: keys[int(record["id"])]} for record in asked]
            return
        ids = [int(value) for value in values if value.isascii() and value.isdigit()]
        for page in self.looking.among(model, "id", ids, names):
            yield self.looking.keyed(model, page)

    def key_of(self, shape: Shape, record: Record) -> str | None:  # noqa: ARG002 -- all models are alike there
        """Our key of a record."""
        return records.key_of(record)

    def id_of(self, shape: Shape, record: Record) -> str:  # noqa: ARG002 -- all models are alike there
        """The id of a record."""
        return str(record["id"])

    def looked_at(self, shape: Shape) -> Sequence[str]:
        """What is written depends on it: the other kinds of a customer, the mailbox of who wants no mail, and the
        address that is taken over from a company."""
        return [*records.asked(shape), *records.taken_over(shape)]

    # ------------------------------------------------------------------------------------------------ whom rows name

    def known(self, shape: Shape, rows: Sequence[Row]) -> Known:
        """What has to be known to write rows; tags that are not there are made."""
        ids = {}
        for (of, by), values in records.named_in(shape, rows).items():
            ids[of, by] = self.looking.ids_of(of, by, values)
            if of in TAGS and (lacking := sorted(set(values) - ids[of, by].keys())):
                self._make_tags(of, lacking)
                ids[of, by] = self.looking.ids_of(of, by, values)
        places = [place for place in shape.places.values() if place.whose]
        partners = {int(id) for place in places if not place.about for row in rows if (id := row.get(place.name))}
        customers = self.looking.who("res.partner", partners) if partners else {}
        return Known(ids, self._models(shape), customers)

    def _models(self, shape: Shape) -> Mapping[str, str]:
        about = ABOUT_MODEL in shape.described.columns and any(place.about for place in shape.places.values())
        return self.looking.models({kind.object for kind in WHOSE.values()}) if about else {}

    def read(self, shape: Shape, page: Sequence[Record], known: Known | None = None) -> Known:
        """What has to be known to tell records: names, kinds, who wants no mail."""
        looking, models = self.looking, self._models(shape)
        names = {of: looking.names_of(*of, ids) for of, ids in records.led_to(shape, page).items()}
        customers = dict(known.customers) if known else {}
        for model, ids in records.whose(shape, page, {id: name for name, id in models.items()}).items():
            customers |= looking.who(model, ids)
        column = shape.described.mailbox if shape.consent else ""
        mailboxes = {str(each[column]).strip().lower() for each in page if column and each.get(column)}
        shut = frozenset(each for each, (_, force) in looking.blocked(mailboxes).items() if force)
        return Known(known.ids if known else {}, models, customers, names, shut)

    # ------------------------------------------------------------------------------------------------ changes

    def load(self, shape: Shape, lines: Sequence[Line], rows: Sequence[Row]) -> Loaded | Failed:
        """What becomes of an import of lines that have the same columns, of these rows."""
        columns = list(lines[0])
        request = self.looking.session.load(shape.described.model, columns, [list(line.values()) for line in lines])
        fields = records.fields_of_columns(shape)
        return answers.loaded(self._changes.send(request), rows, fields)

    def put(self, model: str, lines: Sequence[Line]) -> None:
        """An import of what rows need beside themselves. TargetError where it is refused."""
        for columns in dict.fromkeys(tuple(line) for line in lines):
            same = [line for line in lines if tuple(line) == columns]
            request = self.looking.session.load(model, columns, [list(line.values()) for line in same])
            said = answers.loaded(self._changes.send(request), same, {})
            why = answers.refusal(said, same) if isinstance(said, Failed) else next(iter(said.why.values()), None)
            if why is not None:
                raise TargetError(f"Odoo takes no new record of {model}: {why.words}", hint="give our user the right")

    def claim(self, model: str, ids: Mapping[str, str], rows: Sequence[Row]) -> Refusal | None:
        """Give records our keys (entity -> id); why not."""
        words = {"module": MODULE, "model": model, "noupdate": True}
        made = [{**words, "name": entity, "res_id": int(id)} for entity, id in ids.items()]
        return answers.done(self._changes.send(self.looking.session.create("ir.model.data", made)), rows)

    def unlink(self, model: str, ids: Iterable[int], rows: Sequence[Row]) -> Refusal | None:
        """Take records away for good; why not."""
        return answers.done(self._changes.send(self.looking.session.unlink(model, list(ids))), rows)

    def _make_tags(self, model: str, names: Sequence[str]) -> None:
        kind = model.replace(".", "_")
        self.put(model, [{EXTERNAL_ID: f"{BESIDE}.{external_id(kind, name)}", "name": name} for name in names])
        self.looking.unlearn(model)

    def block(self, mailboxes: Collection[str]) -> None:
        """Let nobody write to these mailboxes in bulk; who is blocked already stays so."""
        there = self.looking.blocked(mailboxes) if mailboxes else {}
        new = [each for each in sorted(mailboxes) if each not in there]
        named = ((each, f"{BESIDE}.{external_id('blocked', each)}") for each in new)
        lines: list[Line] = [{EXTERNAL_ID: name, "email": each} for each, name in named]
        lines += [{".id": str(id), ACTIVE: "1"} for id, force in there.values() if not force]
        self.put(BLACKLIST, lines)
