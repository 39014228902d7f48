"""The files of a run: what it created, what it changed, what is to be emptied, and who may not be written to."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import ENTITY, TargetField, TargetObject
from crm_migrate.crm.types import REFUSALS, type_of
from crm_migrate_bundles.instructing import Written, instructions
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names, Read
from crm_migrate_bundles.outbox import CHANGED, CREATED, Outbox
from crm_migrate_bundles.pages import pages

LOOKUP = 5_000
EMPTIED, OPT_OUTS = "to-be-emptied", "opt-outs"


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
        written = [each for name, headers, rows in self._tables(run) for each in self._file(made, name, headers, rows)]
        if not written:
            shutil.rmtree(made)
            return None
        said = instructions(self.layout, project, run, written)
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

    def _tables(self, run: str) -> Iterator[tuple[str, list[str], Iterator[list[str]]]]:
        """Name, headers and rows of every file, in the order in which they are imported."""
        listed = set(self.outbox.objects(run))
        ordered = dict.fromkeys(name for name in (*self.layout.order, *sorted(listed)) if name in listed)
        objects = [self.outbox.object(name) for name in ordered]
        names = Names(self.layout, self.outbox, self.read)
        at, emptied = 0, list[list[str]]()
        for action, suffix in ((CREATED, ""), (CHANGED, "-changes")):
            for each in objects:
                brings = self.outbox.brings(run, each.name, action)
                brought = set[str]().union(*set(brings.values()))
                fields = [field for field in each.fields if field.name in brought and self.layout.has_column(field)]
                if brings and (fields or action == CREATED) and each.name != self.layout.opt_outs:
                    at += 1
                    always = self.layout.always.get(each.name, {}) if action == CREATED else {}
                    headers = [self.layout.key_of(each.name), *(field.name for field in fields), *always]
                    rows = self._rows(each, fields, brings, names, emptied if action == CHANGED else None)
                    yield f"{at:02}-{slug(each.name)}{suffix}", headers, ([*row, *always.values()] for row in rows)
        if emptied:
            at += 1
            yield f"{at:02}-{EMPTIED}", ["object", "key", "field"], iter(emptied)
        if refused := self._refused(run, objects):
            yield f"{at + 1:02}-{OPT_OUTS}", [self.layout.mailbox], iter([[mail] for mail in refused])

    def _rows(
        self,
        object: TargetObject,
        fields: list[TargetField],
        brings: dict[str, tuple[str, ...]],
        names: Names,
        emptied: list[list[str]] | None,
    ) -> Iterator[list[str]]:
        """The cells of the records that are there; of a changed one only what changed, and what is empty now goes to
        `emptied`: an empty cell says `leave it` to whoever imports it."""
        for record in self._records(object, [*brings]):
            entity = str(record[ENTITY])
            cells = [entity]
            for field in fields:
                value = record.get(field.name) if field.name in brings[entity] else None
                cells.append(names.cell(value, field))  # who cannot be named was refused
                if emptied is not None and value is None and field.name in brings[entity]:
                    emptied.append([object.name, entity, field.name])
            yield cells

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
            mailbox = next((f.name for f in each.fields if type_of(f.type).role == "mailbox"), None)
            consents = [f.name for f in each.fields if type_of(f.type).role == "consent" and f.about != "phone"]
            brought = {**self.outbox.brings(run, each.name, CREATED), **self.outbox.brings(run, each.name, CHANGED)}
            if mailbox is None or not brought or not (consents or each.name == self.layout.opt_outs):
                continue
            for record in self._records(each, [*brought]):
                no = each.name == self.layout.opt_outs or any(record.get(name) in REFUSALS for name in consents)
                if no and record.get(mailbox):
                    found[str(record[mailbox])] = None
        return [*found]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def slug(name: str) -> str:
    """A name of an object as a file can be called."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip("-")
