"""A module of an organisation as a source: read by queries in the order of its ids, and counted once more.

What lies in the recycle bin is left out. An export of this kind is no snapshot: who changes records while they are read
changes what is read.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

import pyarrow as pa

from crm_migrate.connecting.contract import FileFact, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.paged_source import numbered
from crm_migrate.errors import InputError, TargetError
from crm_migrate.finding import Finding, Place
from crm_migrate_zoho import answers, coql, requests
from crm_migrate_zoho.auth import open_rooms
from crm_migrate_zoho.describe import Described, kind_of
from crm_migrate_zoho.looking import Looking, Rows
from crm_migrate_zoho.settings import Settings
from crm_migrate_zoho.shapes import MODULE_OF, SUBFORM
from crm_migrate_zoho.values import SEVERAL, read_text

_OWNED = "ownerlookup"  # told by the mailbox of the user, beside the id


class ZohoSource:
    """Reads one module. Every `read` begins anew."""

    def __init__(self, spec: SourceSpec, settings: Settings, waiting: Waiting | None = None) -> None:
        self._spec, self._place = spec, Place(source=spec.name)
        questions, _, _ = open_rooms(settings, waiting or Waiting())
        self._looking = Looking(questions)
        self._fact: FileFact | None = None

    @cached_property
    def _described(self) -> Described:
        try:
            found = self._looking.described(str(self._spec.table))
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None
        if found is None:
            raise InputError(
                f"source `{self._spec.name}`: Zoho CRM has no module {self._spec.table} that this user may see",
                hint="look at its API name and the user's rights",
            )
        return found

    @cached_property
    def _fields(self) -> list[str]:
        """The fields of the module, without its subforms: those are tables of their own."""
        return [name for name, words in self._described.fields.items() if kind_of(words) != SUBFORM]

    @cached_property
    def _columns(self) -> list[tuple[str, str]]:
        """What a row has, and the field that it is of: an owner has a mailbox, and an activity the module of what it is
        about, beside their ids."""
        found = [("id", "id")]
        for name in self._fields:
            found.append((name, name))
            kind = kind_of(self._described.fields[name])
            found += [(f"{name}.email", name)] if kind == _OWNED else []
            found += [(f"{name}.module", name)] if kind == SEVERAL else []
        return found

    @cached_property
    def _header(self) -> Header:
        return name_columns([column for column, _ in self._columns], self._place)

    def describe(self) -> SourceSchema:
        """The fields of the module that this user may see. InputError where it cannot be read."""
        return SourceSchema(self._header.names, self._header.renamed)

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the order of their ids, in batches of at most `batch_rows`."""
        row = 0
        for records in _cut(self._pages(), batch_rows):
            yield SourceBatch(self._table(records, row))
            row += len(records)
        self._settle(row)

    def _pages(self) -> Iterator[Rows]:
        try:
            yield from self._looking.pages(self._described, self._fields)
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None

    def _table(self, records: Rows, row: int) -> pa.Table:
        named = zip(self._columns, self._header.names, strict=True)
        return numbered(row, len(records), {name: self._cells(*column, records) for column, name in named})

    def _cells(self, column: str, field: str, records: Rows) -> list[str | None]:
        if column == "id":
            return [str(record["id"]) for record in records]
        kind = kind_of(self._described.fields[field])
        told = [read_text(record.get(field), kind) for record in records]
        if column == field:
            return told
        if kind == _OWNED:
            users = self._looking.mailboxes()
            return [users.get(id or "") for id in told]
        return [str(record[MODULE_OF]) if record.get(MODULE_OF) else None for record in records]

    def _settle(self, read: int) -> None:
        """Count again."""
        query = coql.count(self._described.module, self._looking.of_kind(self._described.kind))
        self._fact = FileFact(
            path=f"zoho: {self._spec.table}",
            sha256="",
            bytes=0,
            records=read,
            quarantined=0,
            counted=self._looking.ask(requests.query(query), answers.counted),
            count_method="COUNT(id) behind the reading",
            evidence=(
                "read by queries in the order of its ids; no snapshot, and without the recycle bin",
                *self._aside(),
            ),
        )

    def _aside(self) -> Iterator[str]:
        """What is not read with the module, in words."""
        subforms = [name for name, words in self._described.fields.items() if kind_of(words) == SUBFORM]
        if subforms:
            yield f"subforms, which are tables of their own: {', '.join(subforms)}"

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        return ((self._fact,) if self._fact else ()), self._header.findings


def _cut(pages: Iterator[Sequence[dict[str, object]]], rows: int) -> Iterator[Rows]:
    """Records in batches of that size."""
    batch: Rows = []
    for record in chain.from_iterable(pages):
        batch.append(record)
        if len(batch) == rows:
            yield batch
            batch = []
    if batch:
        yield batch
