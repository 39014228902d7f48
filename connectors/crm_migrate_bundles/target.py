"""A CRM that is reached by files alone: what it is to hold lies in a database of ours, what is to be imported in files.

The database (`.mirror.db`) is what every other stage reads and compares with; a run that ends writes the files of what
it created and changed. The names of fields are those of the CRM's files, so ours in the database have a letter before
them: a file may have a column `id`, and a table has one already.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import (
    ENTITY,
    Action,
    Answer,
    By,
    Limits,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.errors import UsageError
from crm_migrate_bundles.bundling import Bundling
from crm_migrate_bundles.exported import Exported
from crm_migrate_bundles.layout import layout_of
from crm_migrate_bundles.naming import Names
from crm_migrate_bundles.outbox import Outbox
from crm_migrate_bundles.refusing import refusals
from crm_migrate_sql.target import SqlTarget

_OURS = "f_"
KEY = "crm_migrate_id"


class FilesTarget:
    """Writes files to be imported into `folder` of the project (default: `import`), a folder of its own per run."""

    def __init__(self, options: Mapping[str, Any], folder: Path | None = None) -> None:
        self._layout = layout_of(options)
        named = str(options.get("folder", "import"))
        self._place = (folder or Path()) / named
        self._mirror = SqlTarget({"url": f"sqlite:///{Path(named).as_posix()}/.mirror.db"}, folder)
        self._outbox = Outbox(self._place / ".outbox.db")

    def limits(self, object: TargetObject, action: Action) -> Limits:
        """As the database has them."""
        return self._mirror.limits(_inside(object), action)

    def identity(self) -> str:
        """That of the database: files without it are those of nobody."""
        return self._mirror.identity()

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """What the files have had so far."""
        found = self._mirror.describe(objects)
        return replace(found, objects=tuple(_outside(each) for each in found.objects))

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Make the folder, the database and what it needs; files come with a load."""
        if apply:
            self._place.mkdir(parents=True, exist_ok=True)
            self._outbox.keep(objects)
        return self._mirror.prepare([_inside(each) for each in objects], apply=apply)

    def write(self, batch: WriteBatch) -> Answer:
        """Write one batch into the database, but for what the files could not say."""
        refused = refusals(batch, self._layout, Names(self._layout, self._outbox, self.read))
        kept = batch.rows.filter(pc.invert(pc.is_in(batch.rows[ENTITY], pa.array([*refused], pa.string()))))
        self._outbox.expect(batch, kept[ENTITY].to_pylist())
        rows = kept.rename_columns([_name(name) for name in kept.column_names])
        answer = self._mirror.write(replace(batch, object=_inside(batch.object), rows=rows))
        return replace(answer, refused={**answer.refused, **refused})

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as the CRM is to hold them."""
        for table in self._mirror.read(_inside(object), by, values):
            yield table.rename_columns([name.removeprefix(_OURS) for name in table.column_names])

    def bundle(self, project: str, run: str) -> Path | None:
        """Write the files of a run, and what to do with them; the same run, the same files."""
        return Bundling(self._place, self._layout, self._outbox, self.read).write(project, run)

    def exported(self, place: Path, keys: Mapping[str, str]) -> "ExportedTarget":
        """The records as a CRM has exported them. InputError where its files are not those."""
        return ExportedTarget(self, Exported(place, self._layout, self._outbox, self.read, keys))

    def committed(self, project: str, run: str) -> Mapping[str, str]:
        """As the database has them."""
        return self._mirror.committed(project, run)

    def claims(self, object: TargetObject) -> Iterator[pa.Table]:
        """As the database has them."""
        return self._mirror.claims(object)

    def claim(self, object: TargetObject, project: str, members: pa.Table) -> None:
        """In the database."""
        self._mirror.claim(object, project, members)

    def close(self) -> None:
        """Give back the connection."""
        self._mirror.close()


class ExportedTarget:
    """A CRM as its exports show it: what it is to hold in the mirror, what it has in the files. It takes nothing."""

    def __init__(self, mirror: FilesTarget, exported: Exported) -> None:
        self._mirror, self._exported = mirror, exported

    def limits(self, object: TargetObject, action: Action) -> Limits:
        """As the mirror has them."""
        return self._mirror.limits(object, action)

    def identity(self) -> str:
        """That of the mirror: it is the same CRM."""
        return self._mirror.identity()

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """As the mirror has them."""
        return self._mirror.describe(objects)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing is made in an export."""
        return () if not apply else self._refuse()

    def write(self, batch: WriteBatch) -> Answer:  # noqa: ARG002 -- part of the contract
        """Refused."""
        return self._refuse()

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they were exported."""
        return self._exported.read(object, by, values)

    def withheld(self, object: TargetObject) -> Collection[str]:
        """What is in none of its files."""
        return {field.name for field in object.fields} - self._exported.columns(object)

    def close(self) -> None:
        """Give back the connection of the mirror."""
        self._mirror.close()

    def _refuse(self) -> NoReturn:
        raise UsageError("exports are only read", hint="crm-migrate run writes the files to import")


def _name(name: str) -> str:
    return name if name.startswith("__") else f"{_OURS}{name}"


def _inside(object: TargetObject) -> TargetObject:
    fields = tuple(replace(field, name=_name(field.name)) for field in object.fields)
    return replace(object, fields=fields, key_field=KEY)


def _outside(object: TargetObject) -> TargetObject:
    fields = tuple(replace(f, name=f.name.removeprefix(_OURS)) for f in object.fields if f.name.startswith(_OURS))
    return replace(object, fields=fields, key_field=KEY)
