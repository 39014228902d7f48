"""Files of an environment: notes with bytes, each made or changed by one request."""

from dataclasses import replace

from crm_migrate.connecting.batch_rows import fields_of, rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Answer, Content, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.http import Http
from crm_migrate.connecting.kinds import split
from crm_migrate.connecting.shaping import Row
from crm_migrate_dynamics import answers, records
from crm_migrate_dynamics.calls import Calls
from crm_migrate_dynamics.file_shapes import BODY, FILES, SIZE, body, is_content, plain
from crm_migrate_dynamics.records import Shape
from crm_migrate_dynamics.writing import Writing

NO_BYTES = Refusal("the bytes of a file become others by a file only", "NO_BYTES")
COMPARED = 16_000_000  # bytes of a file that are read to see whether they are there; larger ones are sent again


def is_file(object: TargetObject) -> bool:
    """Whether the records of an object are files."""
    return split(object.name) == FILES


class Files:
    """Writes one environment's files, each by itself."""

    def __init__(self, calls: Calls, changes: Http, writing: Writing) -> None:
        self._calls, self._changes, self._writing = calls, changes, writing

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """One file: a new note, or one whose bytes become others."""
        shape = self._calls.shape(batch)
        ((entity, row),) = rows_of(batch).items()
        try:
            if batch.action == "create":
                return self._create(shape, batch.object, entity, row, content)
            return self._renew(shape, batch, entity, row, content)
        except Unfit as unfit:
            return Answer(refused={entity: unfit.refusal})

    def _create(self, shape: Shape, object: TargetObject, entity: str, row: Row, content: Content) -> Answer:
        """Who is there by our key has bytes and links: nothing is sent again."""
        there = self._calls.keyed(object, [entity])
        if there:
            return Answer(there)
        bare = plain(shape)
        values = records.created(bare, row, self._calls.named(bare, [row]), self._calls.sets(bare)).values
        request = self._calls.api.sending(shape.described.set, body(values, content))
        said = answers.many(self._changes.send(request), [row], self._calls.we)
        found = self._calls.surely(object, [entity])
        if found:
            return Answer(found)
        if found is not None and isinstance(said, Refusal):
            return Answer(refused={entity: said})
        return Answer(in_doubt=frozenset({entity}))

    def _renew(self, shape: Shape, batch: WriteBatch, entity: str, row: Row, content: Content) -> Answer:
        """Other bytes, and what else is said; where the bytes are there already, what else is said alone."""
        bare, described = plain(shape), shape.described
        current = self._calls.current(bare, batch)
        if entity not in current.records:
            return Answer(refused=current.refused)
        record = current.records[entity]
        id = str(record[described.key])
        if self._holds(bare, id, content):
            return self._writing.change(_without_size(batch))
        key = entity if TARGET_ID in batch.rows.column_names else ""
        named, sets = self._calls.named(bare, [row]), self._calls.sets(bare)
        values = records.changed(bare, row, named, sets, record, key).values
        request = self._calls.api.sending(described.set, body(values, content), id)
        said = answers.many(self._changes.send(request), [row], self._calls.we)
        return Answer(refused={entity: said}) if isinstance(said, Refusal) else Answer({entity: id})

    def _holds(self, shape: Shape, id: str, content: Content) -> bool:
        """Whether a note has these bytes, as they are read from it."""
        described, looking = shape.described, self._calls.looking

        def told(column: str) -> list[object]:
            pages = looking.among(described, [described.key, column], described.key, [id])
            return [record.get(column) for page in pages for record in page]

        if content.size > COMPARED or told(SIZE) != [content.size]:
            return False
        return any(is_content(said, content) for said in told(BODY))

    def write(self, batch: WriteBatch) -> Answer:
        """Changes of files that leave the bytes as they are; `release` takes the key off."""
        if batch.action == "create" or SIZE in fields_of(batch):
            return Answer(refused=dict.fromkeys(rows_of(batch), NO_BYTES))
        return self._writing.change(batch)


def _without_size(batch: WriteBatch) -> WriteBatch:
    rows = batch.rows
    return replace(batch, rows=rows.drop_columns([SIZE])) if SIZE in rows.column_names else batch
