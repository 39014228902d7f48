"""A Salesforce organisation as a target: what is sent is made by `records`, what it answers is read by `answers`.

Our key is an external id that is unique, so who was created by a try that nobody answered is found again, never made
twice. A query reads what was committed: Salesforce has no lag there, as its search has.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import (
    Action,
    Allowance,
    Answer,
    Asks,
    By,
    Content,
    Doubt,
    Limits,
    Load,
    Refusal,
    Room,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.kinds import split
from crm_migrate.connecting.owning import by_records
from crm_migrate.connecting.shaping import Record
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import answers, records
from crm_migrate_salesforce.auth import open_rooms
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.costing import looked_up, names_read
from crm_migrate_salesforce.describe import Described, object_of, unconverted
from crm_migrate_salesforce.file_shapes import LINK, VERSION
from crm_migrate_salesforce.files import Files
from crm_migrate_salesforce.following import merged_into
from crm_migrate_salesforce.jobs import Jobs
from crm_migrate_salesforce.kit import kit
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.preparing import by_hand, prepare, where_choices, where_set
from crm_migrate_salesforce.records import Shape
from crm_migrate_salesforce.removing import Removing
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.settings import Settings
from crm_migrate_salesforce.shapes import KEY, LEAD
from crm_migrate_salesforce.undeleting import Undeleting
from crm_migrate_salesforce.writing import Writing

ROWS = 200  # of a collection
BYTES = 6_000_000
LINKS = 266  # files of which one address asks what they are shared with
FILE_REQUESTS = 3  # that a file costs: who has its key before, its bytes, who has it behind


class SalesforceTarget:
    """Writes an organisation. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._rooms = open_rooms(settings, self._waiting)
        questions, changes, _ = self._rooms
        api = Api(settings.version, settings.allow_duplicates, settings.assignment_rules)
        self._looking = Looking(questions, api, self._waiting, owns_nothing=settings.owns_nothing)
        self._calls = Calls(changes, self._looking, self._waiting, settings.pace)
        self._writing, self._removing = Writing(self._calls), Removing(self._calls)
        self._undeleting = Undeleting(self._calls, changes)
        self._jobs = Jobs(self._calls, changes, self._writing, settings)
        self._files = Files(self._calls, changes)

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all actions are alike there
        """A collection, and the times of the environment."""
        said = self._settings
        if self.takes_bytes(object):
            longest = 2 * said.longest_seconds + said.upload_seconds  # its links and its key follow the bytes
            return Limits(1, None, said.parallel, longest, said.settle_seconds, requests=FILE_REQUESTS)
        return Limits(ROWS, BYTES, said.parallel, said.longest_seconds, said.settle_seconds)

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """A request for each batch, and one that looks before or behind, or two where our key is not unique; those for
        names that were not looked up before."""
        described = self._calls.described(object)
        looks = 2 if action == "create" and not described.unique(object.key_field) else 1
        return sum(1 + looks + news for news in looked_up(described, loads))

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:  # noqa: ARG002 -- of one kind
        """A request a page, and one for each name by which references are told; of files those for what they are shared
        with."""
        described = self._calls.described(object)
        links = -(-records // LINKS) if self.takes_bytes(object) else 0
        return links + (records // answers.PAGE + 1) * (1 + len(names_read(described, object)))

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """Versions of the API and the organisation, its objects, and who we are where that matters."""
        names = {each.name for each in objects} | {LINK for each in objects if self.takes_bytes(each)}
        return Asks(identity=2, before=len(names), during=len(names) + self._settings.owns_nothing)

    def takes_bytes(self, object: TargetObject) -> bool:
        """Versions of documents are files."""
        return split(object.name).object == VERSION

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """One request with the bytes, and those that look before and behind it."""
        return self._files.upload(batch, content)

    def room(self) -> Room:
        """The room for files that is left in the organisation."""
        return self._looking.ask(self._looking.api.limits(), answers.room)

    def allowance(self) -> Allowance:
        """What is left of the requests of the last 24 hours."""
        return self._looking.ask(self._looking.api.limits(), answers.allowance)

    def identity(self) -> str:
        """The organisation; a sandbox is another one. TargetError where it does not speak our version of the API."""
        self._looking.check_version()
        found = [str(r["Id"]) for page in self._looking.pages("Organization", []) for r in page]
        if len(found) != 1:
            raise TargetError("Salesforce does not say which organisation it is", hint="look at the user's rights")
        return f"salesforce-{found[0]}"

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named objects that are there and that our user may see."""
        found = [each for name in dict.fromkeys(objects) if (each := self._looking.described(name)) is not None]
        keyed = bool(found) and all(each.keyed(KEY) for each in found)
        return TargetSchema(tuple(map(self._described, found)), prepared=keyed)

    def _described(self, described: Described) -> TargetObject:
        found = object_of(described)
        return unconverted(found, self._looking.converted_states()) if described.object == LEAD else found

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Custom fields, that of our key first, and a permission set that shows them to our user."""
        return prepare(objects, self._looking, self._waiting, apply=apply)

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """What people make, all of it."""
        return by_hand(objects, self._looking)

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By the records that owners and currencies are named by."""
        described = self._looking.described(object.name)
        return by_records(object, values, described.place, self._looking.ids_of) if described else iter(())

    def where_set(self, field: str) -> str:
        """What lets us say a date of creation."""
        return where_set(field)

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return where_choices(object, field)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, in the order of their ids; those in the recycle bin are not there."""
        if self.takes_bytes(object):
            yield from self._files.read(object, by, values)
            return
        described, wanted = self._calls.described(object), frozenset(values)
        names = [each.name for each in object.fields]
        shape = records.shape_of(described, object, names, self._looking.nobody)
        if by == "key" and object.key_field not in described.fields:
            return
        for page in self._every(shape) if by == "all" else self._calls.finds(shape, by, values):
            lines = [(str(record["Id"]), records.key_of(shape, record), record) for record in page]
            if kept := read_back.asked_for(lines, by, wanted):
                yield self._table(shape, kept)

    def _every(self, shape: Shape) -> Iterator[Sequence[Record]]:
        kind = shape.described.kind
        return self._looking.pages(kind.object, records.asked(shape), self._looking.of_kind(kind, shape.described))

    def _table(self, shape: Shape, lines: Sequence[tuple[str, str | None, Record]]) -> pa.Table:
        found = [record for _, _, record in lines]
        names = {
            (of, by): self._looking.names_of(of, by, ids) for (of, by), ids in records.led_to(shape, found).items()
        }
        rows = [records.told(shape, record, names) for _, _, record in lines]
        return read_back.table(lines, rows, shape.places)

    # ------------------------------------------------------------------------------------------------ jobs

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        """What one job of Bulk API 2.0 holds; None for few records, and for files."""
        return None if self.takes_bytes(object) else self._jobs.limits(action, records)

    def open_job(self, batch: WriteBatch) -> str:
        """An empty job."""
        return self._jobs.open(batch)

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        """Upload the records and let the job begin."""
        return self._jobs.submit(job, batch)

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        """By the sheets of its results."""
        return self._jobs.outcome(job, batch)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One collection."""
        return self._files.write(batch) if self.takes_bytes(batch.object) else self._writing.write(batch)

    def begun(self, object: TargetObject, entities: Collection[str]) -> Collection[str]:
        """Files with a mark behind their keys; other records are whole at once."""
        return self._files.begun(object, entities) if self.takes_bytes(object) else ()

    def remove(self, batch: WriteBatch) -> Answer:
        """One collection, of records that nobody refers to; into the recycle bin."""
        return (self._files if self.takes_bytes(batch.object) else self._removing).remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """One collection."""
        return self._files.write(batch) if self.takes_bytes(batch.object) else self._writing.change(batch)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By the references of all objects that users make records of; what a file is shared with is a part of it."""
        return iter(()) if self.takes_bytes(object) else self._removing.referred(object, known)

    def merged_into(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """By the record that is left, as those in the recycle bin say. Files are not merged."""
        if self.takes_bytes(object):
            return {}
        return merged_into(self._looking, self._calls.described(object), ids)

    def deleted(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """Those in the recycle bin; a file has no record there, only its document."""
        if self.takes_bytes(object):
            return {}
        return self._undeleting.deleted(object, ids)

    def undelete(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, Refusal]:
        """Out of the recycle bin."""
        return self._undeleting.undelete(object, ids)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        for room in self._rooms:
            room.close()
