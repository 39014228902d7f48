"""The files of a run: what it created, what it changed, what is to be emptied, and who may not be written to."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import ENTITY, TargetField, TargetObject
from crm_migrate_bundles.closing import Closed
from crm_migrate_bundles.instructing import Column, Written, instructions
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names, Read
from crm_migrate_bundles.opting_out import refused, speaks
from crm_migrate_bundles.outbox import CHANGED, CREATED, Outbox
from crm_migrate_bundles.pages import pages
from crm_migrate_bundles.spelling import spelled

LOOKUP = 5_000
EMPTIED, CLOSED, OPT_OUTS = "to-be-emptied", "to-be-closed", "opt-outs"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A file to be: of records of an object that were made or changed, `brings` is entity -> what it brings of each."""

    object: TargetObject
    action: str
    brings: dict[str, tuple[str, ...]]
    fields: list[TargetField]

    @property
    def name(self) -> str:
        return slug(self.object.name) + ("-changes" if self.action == CHANGED else "")


@dataclass(frozen=True, slots=True)
class Bundling:
    """Makes the folder of a run in `place`. `read` gives the records as the CRM is to hold them."""

    place: Path
    layout: Layout
    outbox: Outbox
    read: Read

    def write(self, project: str, run: str) -> Path | None:
        """All files of a run in a folder of its name, put there when they are whole; the page that says what to do."""
        final, made = self.place / run, self.place / f".{run}.part"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        objects = self._objects(run)
        drafts = [*self._drafts(run, objects)]
        tables = self._tables(run, objects, drafts)
        written = [each for name, headers, rows in tables for each in self._file(made, name, headers, rows)]
        if not written:
            shutil.rmtree(made)
            return None
        said = instructions(self.layout, project, run, written, self._columns(drafts))
        (made / "README.md").write_text(said, "utf-8", newline="\n")
        listed = [{"file": w.file, "rows": w.rows, "sha256": w.sha256} for w in written]
        (made / "manifest.json").write_text(json.dumps({"run": run, "files": listed}, indent=1) + "\n", "utf-8")
        shutil.rmtree(final, ignore_errors=True)
        made.replace(final)
        return final / "README.md"

    def _file(self, folder: Path, name: str, headers: list[str], rows: Iterator[list[str]]) -> Iterator[Written]:
        for path, count in pages(folder, name, headers, rows, self.layout):
            yield Written(path.name, name, count, _digest(path))

    # ---------------------------------------------------------------------------------------------- what stands in them

    def _objects(self, run: str) -> list[TargetObject]:
        """Those of which a run brings something, in the order in which they are imported."""
        listed = set(self.outbox.objects(run))
        ordered = dict.fromkeys(name for name in (*self.layout.order, *sorted(listed)) if name in listed)
        return [self.outbox.object(name) for name in ordered]

    def _drafts(self, run: str, objects: list[TargetObject]) -> Iterator[_Draft]:
        for action in (CREATED, CHANGED):
            for each in objects:
                columns = [field for field in each.fields if self.layout.has_column(field)]
                for brings in self._apart(self.outbox.brings(run, each.name, action), action, columns):
                    brought = set[str]().union(*set(brings.values()))
                    fields = [field for field in columns if field.name in brought]
                    if (fields or action == CREATED) and each.name != self.layout.opt_outs:
                        yield _Draft(each, action, brings, fields)

    def _apart(
        self, brings: dict[str, tuple[str, ...]], action: str, columns: list[TargetField]
    ) -> Iterable[dict[str, tuple[str, ...]]]:
        """The records that share a file: all; of changed ones, where an import would clear the fields whose cells are
        empty, those of which the same fields changed."""
        together = action == CREATED or self.layout.empty_cells == "keep" or self.layout.changes == "by_hand"
        named = {field.name for field in columns}
        found: dict[frozenset[str], dict[str, tuple[str, ...]]] = {}
        for entity, fields in brings.items():
            found.setdefault(frozenset() if together else frozenset(named.intersection(fields)), {})[entity] = fields
        return found.values()

    def _tables(
        self, run: str, objects: list[TargetObject], drafts: list[_Draft]
    ) -> Iterator[tuple[str, list[str], Iterator[list[str]]]]:
        """Name, headers and rows of every file, in the order in which they are imported."""
        names = Names(self.layout, self.outbox, self.read)
        emptied, closed = list[list[str]](), list[list[str]]()
        for at, draft in enumerate(drafts, 1):
            yield f"{at:02}-{draft.name}", self._headers(draft), self._rows(draft, names, emptied, closed)
        at = len(drafts)
        if emptied:
            at += 1
            yield f"{at:02}-{EMPTIED}", ["object", "key", "field"], iter(emptied)
        if closed:
            at += 1
            yield f"{at:02}-{CLOSED}", ["object", "key", "state", "day"], iter(closed)
        if refused := self._refused(run, objects):
            yield f"{at + 1:02}-{OPT_OUTS}", [self.layout.mailbox], iter([[mail] for mail in refused])

    def _headers(self, draft: _Draft) -> list[str]:
        beside, always = self._beside(draft), self._always(draft)
        states = state.columns() if (state := self._state(draft)) else []
        named = (field.name for field in draft.fields)
        return [self.layout.key_of(draft.object.name), *named, *states, *beside, *always]

    def _rows(
        self, draft: _Draft, names: Names, emptied: list[list[str]], closed: list[list[str]]
    ) -> Iterator[list[str]]:
        """The cells of the records that are there; of a changed one only what changed. What is empty now goes to
        `emptied`, as an empty cell says `leave it` to whoever imports it; what people have to close, to `closed`."""
        beside, always, state = self._beside(draft).values(), self._always(draft).values(), self._state(draft)
        for record in self._records(draft.object, [*draft.brings]):
            entity = str(record[ENTITY])
            brought = {name: record.get(name) for name in draft.brings[entity]}
            said = {**brought, state.by: state.stage(brought.get(state.by))} if state else brought
            cells = (names.cell(said.get(field.name), field) for field in draft.fields)
            yield [
                entity,
                *cells,
                *(self._states(draft, state, brought, record) if state else ()),
                *(names.by(to, by).get(brought.get(link) or "", "") for link, to, by in beside),
                *always,
            ]
            if state and state.by_hand and (state.word(word := brought.get(state.by)) or self._reopened(draft, word)):
                closed.append([draft.object.name, entity, state.state(word), self._closed_on(draft, record)])
            if draft.action == CHANGED:
                columns = (field.name for field in draft.fields)
                emptied += [[draft.object.name, entity, name] for name in columns if brought.get(name, "") is None]

    def _state(self, draft: _Draft) -> Closed | None:
        """How a file says what is closed; None where it says nothing of that."""
        state = self.layout.closed.get(draft.object.name)
        return state if state and any(field.name == state.by for field in draft.fields) else None

    def _states(
        self, draft: _Draft, state: Closed, brought: Mapping[str, str | None], record: Mapping[str, str | None]
    ) -> list[str]:
        """Whether a record is closed; nothing of a changed one that is as it was."""
        if draft.action == CHANGED and state.by not in brought:
            return [""] * len(state.columns())
        return state.cells(brought.get(state.by), self._closed_on(draft, record))

    def _closed_on(self, draft: _Draft, record: Mapping[str, str | None]) -> str:
        """The day on which a record was closed, as the files write days."""
        state = self.layout.closed[draft.object.name]
        day = draft.object.field(state.day or "")
        return spelled(record.get(day.name), day.type, self.layout) if day and state.word(record.get(state.by)) else ""

    def _reopened(self, draft: _Draft, word: str | None) -> bool:
        """Whether a record has a stage now, and may have been closed before."""
        return draft.action == CHANGED and word is not None

    def _beside(self, draft: _Draft) -> dict[str, tuple[str, str, str]]:
        """Column -> the link that it stands beside, the object there, and the field whose value it has."""
        links = {field.name: field.reference for field in draft.fields if field.reference}
        said = self.layout.beside.get(draft.object.name, {})
        return {column: (link, to, there) for column, (link, there) in said.items() if (to := links.get(link))}

    def _always(self, draft: _Draft) -> Mapping[str, str]:
        return self.layout.always.get(draft.object.name, {}) if draft.action == CREATED else {}

    def _columns(self, drafts: list[_Draft]) -> list[Column]:
        """Those of all files, each once, object by object."""
        ordered = sorted(drafts, key=lambda draft: [each.object.name for each in drafts].index(draft.object.name))
        fields = {(each.object.name, field.name): field for each in ordered for field in each.fields}
        known = {name: set(columns) for name, columns in self.layout.known.items()}
        return [Column(name, field, field.name not in known.get(name, ())) for (name, _), field in fields.items()]

    def _records(self, object: TargetObject, entities: list[str]) -> Iterator[dict[str, str | None]]:
        """In the order in which they came."""
        for start in range(0, len(entities), LOOKUP):
            wanted = entities[start : start + LOOKUP]
            found = {row[ENTITY]: row for table in self.read(object, "key", wanted) for row in table.to_pylist()}
            yield from (found[entity] for entity in wanted if entity in found)

    def _refused(self, run: str, objects: list[TargetObject]) -> list[str]:
        """Every mailbox that a run brings and that nobody may write to, once."""
        found: dict[str, None] = {}
        for each in objects:
            if not speaks(each, self.layout.opt_outs):
                continue
            brought = {**self.outbox.brings(run, each.name, CREATED), **self.outbox.brings(run, each.name, CHANGED)}
            for record in self._records(each, [*brought]):
                if mail := refused(each, self.layout.opt_outs, record):
                    found[mail] = None
        return [*found]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def slug(name: str) -> str:
    """A name of an object as a file can be called."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip("-")
