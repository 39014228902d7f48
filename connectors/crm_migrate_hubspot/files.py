"""Files of a portal: uploaded into a folder of ours, named by a note that hangs on their records, and taken back.

The bytes go first, the note follows and has our key: what is found by it has its bytes and links. Who was interrupted
in between finds the file by its path, and sends its bytes not again.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pyarrow as pa

from crm_migrate.connecting.batch_rows import cells_of, fields_of, rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Content, Refusal, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Http, Waiting
from crm_migrate.errors import InDoubt, Retryable
from crm_migrate_hubspot import file_answers
from crm_migrate_hubspot.answers import Record, is_missing
from crm_migrate_hubspot.calls import GONE, Row, key_of
from crm_migrate_hubspot.file_shapes import ATTACHED, File, attached, path_of
from crm_migrate_hubspot.linking import taken
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.removing import Removing
from crm_migrate_hubspot.shapes import CONTENT, KEY, MOMENT, NOTES
from crm_migrate_hubspot.writing import Writing

NO_BYTES = Refusal("the bytes of a file become others by a file only", "NO_BYTES")
OTHER = Refusal("another file lies where this one belongs", "OTHER_FILE")
CALLED = Refusal("HubSpot calls the file otherwise than it was told", "OTHER_PATH")
ADDED = Refusal("somebody attached another file to the note", "ATTACHED")
REPLACED = Refusal("somebody replaced the file", "REPLACED")


class Files:
    """Writes one portal's files, each by itself."""

    def __init__(self, portal: Portal, http: Http, writing: Writing, removing: Removing, waiting: Waiting) -> None:
        self._portal, self._http, self._waiting = portal, http, waiting
        self._writing, self._removing = writing, removing

    def of(self, note: Mapping[str, Any]) -> File | None:
        """The file of a note: that of its key, or else the only one."""
        there = self._attached(note)
        key = key_of(note)
        ours = [each for each in there if key is not None and each.is_of(key)]
        return ours[-1] if ours else there[0] if len(there) == 1 else None

    def _attached(self, note: Mapping[str, Any]) -> list[File]:
        return [file for id in attached(note) if (file := self._portal.file(id)) is not None]

    # ------------------------------------------------------------------------------------------------ writing

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """One file with its note: a new one, or one whose bytes become others."""
        ((entity, row),) = rows_of(batch).items()
        return self._create(batch, entity, row, content) if batch.action == "create" else (
            self._renew(batch, entity, row, content))  # fmt: skip

    def _create(self, batch: WriteBatch, entity: str, row: Row, content: Content) -> Answer:
        stored = self._stored(entity, row, content)
        if isinstance(stored, Refusal):
            return Answer(refused={entity: stored})
        now = self._waiting.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        moment = {} if row.get(MOMENT) else {MOMENT: now}  # there is no note without
        answer = self._writing.write(_with(batch, {ATTACHED: stored.id, **moment}))
        self._tidied(answer, entity, stored)
        return answer

    def _renew(self, batch: WriteBatch, entity: str, row: Row, content: Content) -> Answer:
        """Another file takes the place of the one before, which goes when the note names the new one."""
        found = self._note(entity, row)
        if isinstance(found, Refusal):
            return Answer(refused={entity: found})
        old = {each.id: each for each in self._attached(found[1]) if each.is_of(entity)}
        held = next((each for each in old.values() if each.holds(content)), None)
        stored = held or self._stored(entity, row, content)
        if isinstance(stored, Refusal):
            return Answer(refused={entity: stored})
        ids = [id for id in attached(found[1]) if id not in old]
        answer = self._writing.change(_with(batch, {ATTACHED: ";".join([*ids, stored.id])}))
        if entity in answer.loaded:
            for id in old.keys() - {stored.id}:
                self._drop(id)
        elif held is None:
            self._tidied(answer, entity, stored)
        return answer

    def _note(self, entity: str, row: Row) -> Record | Refusal:
        """The note that a row is about."""
        id = row.get(TARGET_ID)
        if id is None:
            found = self._portal.surely_keyed(NOTES, [ATTACHED], [entity])
            return found.get(entity, GONE)
        there = self._portal.surely_of(NOTES, [KEY, ATTACHED], [id])
        if id not in there:
            return GONE
        return (id, there[id]) if key_of(there[id]) in (None, entity) else TAKEN

    def write(self, batch: WriteBatch) -> Answer:
        """Changes of notes that leave the bytes as they are; `release` takes the key off."""
        if batch.action == "create" or CONTENT & set(fields_of(batch)):
            return Answer(refused=dict.fromkeys(rows_of(batch), NO_BYTES))
        return self._writing.change(batch)

    release = write

    # ------------------------------------------------------------------------------------------------ bytes

    def _stored(self, entity: str, row: Row, content: Content) -> File | Refusal:
        """The file with these bytes: that of an earlier try, or a new one. InDoubt where nobody says whether it is
        there."""
        path = path_of(entity, content)
        there: File | Refusal | None = self._portal.file_at(path)
        if there is None:
            answer = self._http.send(self._portal.requests.send_file(path, content))
            refusal = file_answers.refused(answer, cells_of(row))
            if refusal is not None:
                return refusal
            made: File | None = None
            with suppress(Retryable, InDoubt):  # an answer that cannot be read is none
                made = file_answers.file(answer)
            there = made if made is not None and made.is_at(path) else self._instead(entity, path, made)
        if isinstance(there, Refusal):
            return there
        return there if there.holds(content) else OTHER

    def _instead(self, entity: str, path: str, made: File | None) -> File | Refusal:
        """What lies at the path, where an answer does not name it: that may be an earlier try, which arrived late; then
        the new one goes."""
        there = self._portal.file_at(path)
        if made is None and there is None:
            raise InDoubt("HubSpot does not say whether it has the file")
        own = self._portal.file(made.id) if made is not None else None
        if own is not None and own.is_of(entity) and not own.is_at(path):
            self._drop(own.id)
        return there or CALLED

    def _tidied(self, answer: Answer, entity: str, stored: File) -> None:
        """A file whose note was refused goes again."""
        if entity in answer.refused or answer.refused_whole is not None:
            self._drop(stored.id)

    def _drop(self, id: str) -> None:
        """Delete a file. InDoubt where it is still to be seen."""
        answer = self._http.send(self._portal.requests.drop_file(id))
        if not is_missing(answer):
            taken(answer)
        if self._portal.file(id) is not None:
            raise InDoubt("HubSpot does not say whether a file is gone")

    # ------------------------------------------------------------------------------------------------ taking back

    def remove(self, batch: WriteBatch) -> Answer:
        """Note and file, the file first: who is interrupted in between finds the note."""
        return self._removing.remove(batch, self._emptied)

    def _emptied(self, going: Mapping[str, str]) -> dict[str, Refusal]:
        """Entity -> why its file stays, and so its note."""
        notes = self._portal.of(NOTES, [ATTACHED], list(going.values()))
        refused: dict[str, Refusal] = {}
        for entity, id in going.items():
            there = self._attached(notes.get(id, {}))
            why = _of_others(entity, there)
            if why is not None:
                refused[entity] = why
                continue
            for each in there:
                self._drop(each.id)
        return refused


def _of_others(entity: str, files: Sequence[File]) -> Refusal | None:
    if any(not each.is_of(entity) for each in files):
        return ADDED
    return None if all(each.is_as_made() for each in files) else REPLACED


def _with(batch: WriteBatch, cells: Mapping[str, str]) -> WriteBatch:
    """A batch of one row with these cells besides."""
    rows = batch.rows
    for name, cell in cells.items():
        rows = rows.drop_columns([name]) if name in rows.column_names else rows
        rows = rows.append_column(name, pa.array([cell], pa.string()))
    return replace(batch, rows=rows)
