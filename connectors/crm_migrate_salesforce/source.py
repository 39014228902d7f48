"""An object of an organisation as a source: read in the order of its ids, and counted once more.

A small one is read page by page, from `job_from` records on by a query job; both give the same. What lies in the
recycle bin is left out and counted. An export of this kind is no snapshot: who changes records while they are read
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
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_salesforce import answers, soql
from crm_migrate_salesforce.answers import Record
from crm_migrate_salesforce.auth import open_rooms
from crm_migrate_salesforce.describe import Described
from crm_migrate_salesforce.looking import Looking
from crm_migrate_salesforce.query_jobs import QueryJobs
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.settings import Settings
from crm_migrate_salesforce.shapes import CONVERTED, LEAD
from crm_migrate_salesforce.values import read_text

# Types that stay out: files, and compounds, whose parts are fields of their own. One that we do not know goes along.
_LEFT_OUT = frozenset({"base64", "address", "location"})


# A query job writes values of such a field as texts, whatever they are: an object that has one is read by pages.
_OF_ANY_TYPE = "anyType"


class SalesforceSource:
    """Reads one object. Every `read` begins anew."""

    def __init__(self, spec: SourceSpec, settings: Settings, waiting: Waiting | None = None) -> None:
        self._spec, self._place = spec, Place(source=spec.name)
        waiting = waiting or Waiting()
        questions, _, _ = open_rooms(settings, waiting)
        self._looking = Looking(questions, Api(settings.version), waiting)
        self._jobs = QueryJobs(self._looking, waiting, spec.scratch)
        self._job_from, self._by_job = settings.job_from, False
        self._fact: FileFact | None = None
        self._findings: list[Finding] = []

    @cached_property
    def _described(self) -> Described:
        try:
            found = self._looking.described(str(self._spec.table))
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None
        if found is None:
            raise InputError(
                f"source `{self._spec.name}`: Salesforce has no object {self._spec.table} that this user may see",
                hint="look at its name and the user's rights",
            )
        return found

    @cached_property
    def _fields(self) -> list[str]:
        """The fields of the object that a query gives, its id first."""
        kept = (n for n, words in self._described.fields.items() if words.get("type") not in _LEFT_OUT)
        return list(dict.fromkeys(("Id", *kept)))

    @cached_property
    def _header(self) -> Header:
        return name_columns(self._fields, self._place)

    def describe(self) -> SourceSchema:
        """The fields of the object that this user may see. InputError where it cannot be read."""
        return SourceSchema(self._header.names, self._header.renamed)

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the order of their ids, in batches of at most `batch_rows`."""
        row = 0
        for records in _cut(self._pages(), batch_rows):
            yield SourceBatch(self._table(records, row))
            row += len(records)
        self._settle(row)

    def _pages(self) -> Iterator[Sequence[Record]]:
        object = self._described.kind.object
        try:
            types = {name: self._type(name) for name in self._fields}
            many = _OF_ANY_TYPE not in types.values() and self._standing() >= self._job_from
            self._by_job = many
            if many:
                yield from self._jobs.pages(object, types, self._where)
            else:
                yield from self._looking.pages(object, self._fields, self._where)
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None

    def _type(self, field: str) -> str:
        return str(self._described.fields.get(field, {}).get("type"))

    @property
    def _where(self) -> list[str]:
        return self._looking.of_kind(self._described.kind, self._described)

    def _table(self, records: Sequence[Record], row: int) -> pa.Table:
        named = zip(self._fields, self._header.names, strict=True)
        cells = {name: [read_text(each.get(field), self._type(field)) for each in records] for field, name in named}
        return numbered(row, len(records), cells)

    def _settle(self, read: int) -> None:
        """Count again, and say what lies in the recycle bin."""
        kind = self._described.kind
        counted = self._standing()
        self._findings = []
        if "IsDeleted" in self._described.fields:
            deleted = self._count(soql.count(kind.object, [*self._where, "IsDeleted = true"]), every=True)
            if deleted:
                words = f"records of {kind.object} in the recycle bin, which are left out: {deleted:,}"
                hint = "whoever is missed can be brought back there for 15 days"
                self._findings.append(Finding("deleted_left_out", words, Severity.NOTE, self._place, hint, deleted))
        self._findings += self._converted()
        self._fact = FileFact(
            path=f"salesforce: {self._spec.table}",
            sha256="",
            bytes=0,
            records=read,
            quarantined=0,
            counted=counted,
            count_method="SELECT COUNT() behind the reading",
            evidence=(
                f"read {'by a query job' if self._by_job else 'page by page'} in the order of its ids; no snapshot",
            ),
        )

    def _converted(self) -> Iterator[Finding]:
        """Say how many leads are contacts by now: nothing else of their columns keeps them from becoming open ones."""
        if self._described.kind.object == LEAD and CONVERTED in self._described.fields:
            count = self._count(soql.count(LEAD, [*self._where, f"{CONVERTED} = true"]), every=False)
            if count:
                words = f"leads that were converted, and are contacts, accounts or opportunities by now: {count:,}"
                hint = f"leave them out, with a decision: where: \"{CONVERTED} != 'true'\""
                yield Finding("converted_read", words, Severity.WARNING, self._place, hint, count)

    def _standing(self) -> int:
        """How many records there are now, without those that were deleted."""
        object = self._described.kind.object
        archived = self._looking.archived(object)
        where = [*self._where, *(["IsDeleted = false"] if archived else [])]
        return self._count(soql.count(object, where), every=archived)

    def _count(self, query: str, *, every: bool) -> int:
        return self._looking.ask(self._looking.api.query(query, every=every), answers.counted)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        return ((self._fact,) if self._fact else ()), (*self._header.findings, *self._findings)


def _cut(pages: Iterator[Sequence[Record]], rows: int) -> Iterator[list[Record]]:
    """Records in batches of that size."""
    batch: list[Record] = []
    for record in chain.from_iterable(pages):
        batch.append(record)
        if len(batch) == rows:
            yield batch
            batch = []
    if batch:
        yield batch
