"""Files of an organisation: uploaded as versions of documents, shared with their records, and taken back.

A version cannot be deleted and a link takes no key, so document, links and key are one: a file that is shared with more
than one record has a `~` behind its key until all of them have it. Where bytes are there by an earlier try, which
Salesforce's own digest says, they are not sent again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import pyarrow as pa

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, By, Content, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import GONE, TAKEN, TWICE
from crm_migrate.connecting.http import Answer as Said
from crm_migrate.connecting.http import Http
from crm_migrate.connecting.row_results import Result, changed
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_salesforce import answers, records, soql
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.file_shapes import (
    BEGUN,
    CHECKSUM,
    FIRST,
    LATEST,
    LINK,
    OF,
    SIZE,
    TO,
    VERSION,
    Parts,
    is_content,
    kept,
    linked,
    parts,
    plain,
    sent,
    strangers,
)
from crm_migrate_salesforce.records import Shape, Values

NO_BYTES = Refusal("the bytes of a file become others by a file only", "NO_BYTES")
_OWN = [LATEST, SIZE, CHECKSUM, "CreatedById"]


class Files:
    """Writes and reads one organisation's files, each by itself."""

    def __init__(self, calls: Calls, changes: Http) -> None:
        self._calls, self._changes, self._looking = calls, changes, calls.looking

    # ------------------------------------------------------------------------------------------------ looking

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """The latest version of each document, with what it is shared with. One that is not shared with all its records
        yet has no key."""
        described = self._calls.described(object)
        shape = records.shape_of(described, object, [each.name for each in object.fields])
        if by == "key" and object.key_field not in described.fields:
            return
        for page in self._latest(shape, by, values):
            links = self._shared([str(each[OF]) for each in page]) if self._has_links(shape) else {}
            yield self._table(shape, page, links)

    def _table(self, shape: Shape, page: Sequence[Record], links: Mapping[str, Sequence[str]]) -> pa.Table:
        columns: dict[str, list[str | None]] = {"target_id": [], ENTITY: [], **{name: [] for name in shape.places}}
        names = {(of, by): self._looking.names_of(of, by, ids) for (of, by), ids in records.led_to(shape, page).items()}
        for each in page:
            columns["target_id"].append(str(each[OF]))
            columns[ENTITY].append(_whole_key(shape, each))
            told = records.told(shape, each, names)
            for name, place in shape.places.items():
                shared = linked(shape, name, links.get(str(each[OF]), ())) if place.field == TO else told[name]
                columns[name].append(shared)
        return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})

    def _latest(self, shape: Shape, by: By, values: Collection[str]) -> Iterator[Sequence[Record]]:
        """The latest versions, of all documents or by our keys or ids of documents."""
        asked = [name for name in records.asked(shape) if name != TO]
        kind = self._looking.of_kind(shape.described.kind, shape.described)
        fields, newest = [OF, *_OWN, *asked], [f"{LATEST} = true", *kind]
        if by == "all":
            yield from self._looking.pages(VERSION, fields, newest)
            return
        where = shape.key_field if by == "key" else OF
        wanted = [value for value in values if by == "key" or soql.is_id(value)]
        for some in soql.parted(wanted, 200):
            for page in self._looking.pages(VERSION, fields, [*newest, soql.among(where, some)]):
                exact = [each for each in page if by == "id" or records.key_of(shape, each) in values]
                if exact:
                    yield exact

    def _shared(self, documents: Sequence[str]) -> dict[str, list[str]]:
        """Document -> what it is shared with."""
        found: dict[str, list[str]] = {id: [] for id in documents}
        for page in self._looking.among(LINK, [OF, TO], OF, documents):
            for each in page:
                found.setdefault(str(each[OF]), []).append(str(each[TO]))
        return found

    @staticmethod
    def _has_links(shape: Shape) -> bool:
        return any(place.field == TO for place in shape.places.values())

    def _one(self, shape: Shape, by: By, *values: str) -> list[Record]:
        return [record for page in self._latest(shape, by, values) for record in page]

    def begun(self, object: TargetObject, entities: Collection[str]) -> set[str]:
        """Those of which there is a file that is not shared with all its records yet."""
        shape = records.shape_of(self._calls.described(object), object, ())
        if object.key_field not in shape.described.fields:
            return set()
        marked = [entity + BEGUN for entity in entities]
        found = (records.key_of(shape, each) for page in self._latest(shape, "key", marked) for each in page)
        return {str(key).removesuffix(BEGUN) for key in found}

    # ------------------------------------------------------------------------------------------------ writing

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """One file: a new document, or a new version of one."""
        shape = self._calls.shape(batch)
        (row,) = batch.rows.to_pylist()
        try:
            if batch.action == "create":
                return self._create(shape, row, content)
            return self._renew(shape, batch.object, row, content)
        except Unfit as unfit:
            return Answer(refused={str(row[ENTITY]): unfit.refusal})

    def _create(self, shape: Shape, row: Row, content: Content) -> Answer:
        entity, said = str(row[ENTITY]), parts(shape, row)
        wanted = {name: id for name, id in said.links.items() if id is not None}
        there = self._one(shape, "key", entity, entity + BEGUN)
        if not there:
            first, others = next(iter(wanted.values()), None), len(wanted) > 1
            named = self._calls.named(plain(shape), [row])
            values = sent(records.created(plain(shape), said.fields, named))
            values |= {FIRST: first} if first else {}
            values |= {shape.key_field: entity + BEGUN} if others else {}
            answer = self._send(values, content)
            found = self._surely(shape, entity, entity + BEGUN)
            if not found:
                return self._absent(entity, answer, row, asked=found is not None)
            there = found
        if len(there) > 1:
            return Answer(refused={entity: TWICE})
        if records.key_of(shape, there[0]) == entity:
            return Answer({entity: str(there[0][OF])})
        return self._finish(shape, entity, there[0], wanted)

    def _finish(self, shape: Shape, entity: str, record: Record, wanted: Mapping[str, str]) -> Answer:
        """Share a new file with the rest of its records, then give it its key; one that cannot be shared goes."""
        document = str(record[OF])
        refusal = self._share(document, wanted)
        if refusal is not None:
            self._calls.send(self._calls.api.deleting([document]), ())
            return Answer(refused={entity: refusal})
        return self._changed(entity, document, {"id": str(record["Id"]), shape.key_field: entity})

    def _renew(self, shape: Shape, object: TargetObject, row: Row, content: Content) -> Answer:
        """Other bytes are a new version of the document, which keeps what is not said of the one before."""
        entity, said = str(row[ENTITY]), parts(shape, row)
        found = self._current(shape, object, row)
        if isinstance(found, Refusal):
            return Answer(refused={entity: found})
        if is_content(found, content.md5, content.size):
            return self.change(shape, object, row, sends=True)
        whole = records.shape_of(shape.described, object, [each.name for each in object.fields], shape.nobody)
        (before,) = self._one(whole, "id", str(found[OF]))
        named = self._calls.named(plain(shape), [row])
        values = kept(whole, before) | sent(records.created(plain(shape), said.fields, named))
        answer = self._send(values | {OF: str(found[OF])}, content)
        newest = self._surely(shape, entity)
        if not any(is_content(each, content.md5, content.size) for each in newest or ()):
            return self._absent(entity, answer, row, asked=newest is not None)
        return self.change(shape, object, row, sends=True)

    def write(self, batch: WriteBatch) -> Answer:
        """Changes of files that leave the bytes as they are; `release` takes the key off."""
        shape = self._calls.shape(batch)
        (row,) = batch.rows.to_pylist()
        if batch.action == "create":
            return Answer(refused={str(row[ENTITY]): NO_BYTES})
        try:
            return self.change(shape, batch.object, row, releases=batch.action == "release")
        except Unfit as unfit:
            return Answer(refused={str(row[ENTITY]): unfit.refusal})

    def change(
        self, shape: Shape, object: TargetObject, row: Row, *, sends: bool = False, releases: bool = False
    ) -> Answer:
        """Fields of the latest version, and what the document is shared with. Raises Unfit."""
        entity, said = str(row[ENTITY]), parts(shape, row)
        if said.content and not sends:
            return Answer(refused={entity: NO_BYTES})
        found = self._current(shape, object, row)
        if isinstance(found, Refusal):
            return Answer(refused={entity: found})
        document, adopts = str(found[OF]), TARGET_ID in row
        if refusal := self._reshare(shape, document, said):
            return Answer(refused={entity: refusal})
        named = self._calls.named(plain(shape), [row])
        key = None if releases else entity if adopts else ""
        own = records.changed(plain(shape), str(found["Id"]), said.fields, named, found, key)
        if len(own) == len(("attributes", "id")):
            return Answer({entity: document})
        return self._changed(entity, document, own)

    def _current(self, shape: Shape, object: TargetObject, row: Row) -> Record | Refusal:
        """The latest version of the document that a row is about."""
        whole = records.shape_of(shape.described, object, [*shape.places, *(f.name for f in object.fields)])
        entity, id = str(row[ENTITY]), row.get(TARGET_ID)
        found = self._one(whole, "id", id) if id else self._one(whole, "key", entity)
        if len(found) != 1:
            return TWICE if found else GONE
        return found[0] if records.key_of(shape, found[0]) in (None, entity) else TAKEN

    def _send(self, values: Values, content: Content) -> Said:
        return self._looking.passed(self._changes.send(self._calls.api.sending(VERSION, values, content)))

    def _surely(self, shape: Shape, *keys: str) -> list[Record] | None:
        """Who is there behind a request; None where nobody can be asked."""
        try:
            return self._one(shape, "key", *keys)
        except TargetError:
            return None

    def _absent(self, entity: str, answer: Said, row: Row, *, asked: bool) -> Answer:
        """What became of a file that is not there: refused by Salesforce itself, or else in doubt."""
        refusal = answers.file_refused(answer, [row]) if asked else None
        return Answer(refused={entity: refusal}) if refusal else Answer(in_doubt=frozenset({entity}))

    def _changed(self, entity: str, document: str, values: Values) -> Answer:
        """The latest version gets these values."""
        values = {"attributes": {"type": VERSION}, **values}
        said = self._calls.send(self._calls.api.changing([values]), ())
        if isinstance(said, Refusal):
            return Answer(refused={entity: said})
        told = changed({entity: str(values["id"])}, said, self._calls.now())
        return Answer(dict.fromkeys(told.loaded, document), told.refused, told.in_doubt, told.later)

    # ------------------------------------------------------------------------------------------------ links

    def _share(self, document: str, wanted: Mapping[str, str]) -> Refusal | None:
        """Let the records of these places have the document; why one cannot. InDoubt where nobody says why."""
        shared = self._shared([document])[document]
        lacking = [id for id in wanted.values() if id not in shared]
        if not lacking:
            return None
        made = [{"attributes": {"type": LINK}, OF: document, TO: id, "ShareType": "V"} for id in lacking]
        said = self._calls.send(self._calls.api.creating(made), ())
        now = self._shared([document])[document]
        left = [at for at, id in enumerate(lacking) if id not in now]
        if not left:
            return None
        if isinstance(said, Refusal):
            return said
        result = said[left[0]] if len(said) == len(lacking) else Result()
        if result.refusal is None:
            raise InDoubt("Salesforce does not say why a file is not shared with one of its records")
        return result.refusal

    def _reshare(self, shape: Shape, document: str, said: Parts) -> Refusal | None:
        """Other records in the places that a row names, and none where it empties them."""
        if not said.links:
            return None
        before = self._shared([document])[document]
        if refusal := self._share(document, {name: id for name, id in said.links.items() if id is not None}):
            return refusal
        old = [id for name, wanted in said.links.items() if (id := linked(shape, name, before)) and id != wanted]
        ids = [str(each["Id"]) for each in self._links_to(document, old)] if old else []
        if ids:
            self._calls.send(self._calls.api.deleting(ids), ())
            if set(self._shared([document])[document]) & set(old):
                return Refusal("Salesforce shares the file still with a record that it does not belong to", "SHARED")
        return None

    def _links_to(self, document: str, ids: Sequence[str]) -> list[Record]:
        where = [f"{OF} = {soql.literal(document)}", soql.among(TO, ids)]
        return [each for page in self._looking.pages(LINK, [OF, TO], where) for each in page]

    # ------------------------------------------------------------------------------------------------ taking back

    def remove(self, batch: WriteBatch) -> Answer:
        """The document, with its versions and links: only where users added none of them."""
        shape = self._calls.shape(batch)
        whole = records.shape_of(shape.described, batch.object, [each.name for each in batch.object.fields])
        (row,) = batch.rows.to_pylist()
        entity, id = str(row[ENTITY]), str(row[TARGET_ID])
        found = self._one(whole, "id", id)
        if not found:
            return Answer({entity: id}, gone=frozenset({entity}))
        if records.key_of(shape, found[0]) != entity:
            return Answer(refused={entity: TAKEN})
        if refusal := self._of_others(whole, id):
            return Answer(refused={entity: refusal})
        said = self._calls.send(self._calls.api.deleting([id]), ())
        if isinstance(said, Refusal):
            return Answer(refused={entity: said})
        told = changed({entity: id}, said, self._calls.now(), deletes=True)
        return Answer(told.loaded, told.refused, told.in_doubt, told.later, gone=told.gone)

    def _of_others(self, shape: Shape, document: str) -> Refusal | None:
        where = [f"{OF} = {soql.literal(document)}"]
        versions = (each for page in self._looking.pages(VERSION, ["CreatedById"], where) for each in page)
        if any(each.get("CreatedById") != self._looking.user for each in versions):
            return Refusal("somebody added a version of the file", "VERSION")
        if strangers(shape, self._shared([document])[document]):
            return Refusal("somebody shared the file with another record", "SHARED")
        return None


def _whole_key(shape: Shape, record: Record) -> str | None:
    key = records.key_of(shape, record)
    return None if key is not None and key.endswith(BEGUN) else key
