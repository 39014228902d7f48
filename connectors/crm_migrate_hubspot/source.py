"""The records of one object of a portal as a source, paged without a search, with the ids of what they are linked with.

A link is a column of its own: `associations.companies` holds the first company (of several the one with the lowest id),
or by label (`associations.companies.primary`); `associations.companies.all` the ids of all.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW, FileFact, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import InputError, TargetError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_hubspot import portal_answers
from crm_migrate_hubspot.answers import Record
from crm_migrate_hubspot.auth import Rooms
from crm_migrate_hubspot.calls import read_cell
from crm_migrate_hubspot.describe import semantic
from crm_migrate_hubspot.link_answers import Linked
from crm_migrate_hubspot.linking import end_of
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH, Requests
from crm_migrate_hubspot.settings import Settings
from crm_migrate_hubspot.shapes import ASSOCIATIONS, CONTACTS, EMAIL, is_object, linked_with
from crm_migrate_hubspot.shapes import Place as Spot
from crm_migrate_hubspot.values import Names

ID, OPTED_OUT = "id", "opted_out"
NO_COUNT = "none: HubSpot counts an object only in its search index, which lags; read a second time, page by page"


class HubSpotSource:
    """Reads one object. Every reading begins anew: HubSpot has no snapshot."""

    def __init__(self, spec: SourceSpec, settings: Settings, properties: Sequence[str]) -> None:
        self._spec, self._named = spec, tuple(properties)
        self._object = str(spec.table)
        self._place = Place(source=spec.name)
        self._rooms = Rooms(settings, Waiting())
        self._portal = Portal(self._rooms.questions, Requests(settings.api_version), lambda: True)
        self._facts: FileFact | None = None
        self._findings: list[Finding] = []
        self._doubled = self._late = self._left = self._lost = 0

    # ------------------------------------------------------------------------------------------------ columns

    @cached_property
    def _properties(self) -> tuple[str, ...]:
        """The properties that are read: those that the source names, else all."""
        try:
            known = self._portal.properties(self._object) if is_object(self._object) else None
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None
        if known is None:
            raise InputError(f"source `{self._spec.name}`: HubSpot has no object {self._object}")
        lacking = [name for name in self._named if name not in known]
        if lacking:
            raise InputError(f"source `{self._spec.name}`: HubSpot has no property {lacking[0]} of {self._object}")
        return self._named or tuple(sorted(known))

    @cached_property
    def _links(self) -> tuple[Spot, ...]:
        """The links that are columns, by the objects at their other ends and their labels; `all` stands for itself."""
        found = []
        for to in linked_with(self._object):
            labels = self._portal.labels(self._object, to)
            for label in ("", *(each for each in labels or () if each), "all") if labels is not None else ():
                name = f"{ASSOCIATIONS}.{to}.{label}" if label else f"{ASSOCIATIONS}.{to}"
                found.append(Spot(name, to=to, label=label))
        return tuple(found)

    @cached_property
    def _header(self) -> Header:
        consent = [OPTED_OUT] if self._reads_consent else []
        columns = [ID, *map(_column, self._properties), *(link.name for link in self._links), *consent]
        return name_columns(columns, self._place)

    @property
    def _reads_consent(self) -> bool:
        return self._object == CONTACTS and EMAIL in self._properties

    def describe(self) -> SourceSchema:
        """Properties by their internal names, and links. InputError where the object cannot be read."""
        return SourceSchema(self._header.names, self._header.renamed)

    # ------------------------------------------------------------------------------------------------ reading

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records that are not archived, in HubSpot's order; behind them those that no page had at first."""
        self._header  # noqa: B018 -- what cannot be read is told before anything is read
        names, row, seen = self._portal.names(self._object), 0, set[str]()
        self._doubled = self._late = self._left = self._lost = 0
        for records in self._every(seen):
            columns = self._columns(records, names)
            for start in range(0, len(records), batch_rows):
                part = {name: cells[start : start + batch_rows] for name, cells in columns.items()}
                yield _batch(part, row)
                row += len(part[ID])
        self._settle(row)

    def _every(self, seen: set[str]) -> Iterator[Sequence[Record]]:
        """The records page by page; then their ids are read a second time, as a page may drop one at its edge."""
        for page in self._portal.pages(self._object, self._properties):
            fresh = [(id, values) for id, values in page if id not in seen]
            self._doubled += len(page) - len(fresh)
            seen.update(id for id, _ in fresh)
            yield fresh
        again = [id for page in self._portal.pages(self._object, ()) for id, _ in page]
        late = [id for id in dict.fromkeys(again) if id not in seen]
        found = self._portal.surely_of(self._object, self._properties, late)
        self._late, self._left, self._lost = len(found), len(seen - set(again)), len(late) - len(found)
        if found:
            yield list(found.items())

    def _columns(self, records: Sequence[Record], names: Names) -> dict[str, list[str | None]]:
        ids = [id for id, _ in records]
        columns: dict[str, list[str | None]] = {ID: list(ids)}
        known = self._portal.existing(self._object)
        for name in self._properties:
            type = semantic(known[name])
            cells = [read_cell(self._object, known[name], type, each.get(name), names) for _, each in records]
            columns[_column(name)] = cells
        links = {to: self._portal.links(self._object, to, ids) if ids else {} for to in {e.to for e in self._links}}
        for link in self._links:
            columns[link.name] = [self._ends(link, links[link.to].get(id, [])) for id in ids]
        if self._reads_consent:
            columns[OPTED_OUT] = self._opted_out([str(values.get(EMAIL) or "").lower() for _, values in records])
        return dict(zip(self._header.names, columns.values(), strict=True))

    def _ends(self, link: Spot, linked: Sequence[Linked]) -> str | None:
        if link.label != "all":
            return end_of(link, self._portal.type(self._object, link), linked)
        return json.dumps(sorted((each.id for each in linked), key=lambda id: (len(id), id))) if linked else None

    def _opted_out(self, mailboxes: Sequence[str]) -> list[str | None]:
        asked = sorted({each for each in mailboxes if each})
        out: set[str] = set()
        for start in range(0, len(asked), BATCH):
            request = self._portal.requests.opted_out(asked[start : start + BATCH])
            out |= self._portal.ask(request, portal_answers.opted_out)
        return [None if not each else "true" if each in out else "false" for each in mailboxes]

    def _settle(self, records: int) -> None:
        """Say what was read, and what was left out."""
        archived = sum(1 for _ in self._portal.archived(self._object))
        self._findings = list(self._odd(archived))
        self._facts = FileFact(
            path=f"hubspot {self._portal.account().portal}: {self._object}",
            sha256="",
            bytes=0,
            records=records,
            quarantined=0,
            counted=None,
            count_method=NO_COUNT,
            evidence=("pages by `after`, no search", f"{archived:,} archived record(s) left out"),
        )

    def _odd(self, archived: int) -> Iterator[Finding]:
        told = (
            (self._late, "were on no page at first, and were read by their ids"),
            (self._left, "were read, and were on no page a moment later"),
            (self._lost, "are listed, and could not be read: they are not among what was read"),
            (self._doubled, "stood on two pages, and were read once"),
        )
        for count, words in told:
            if count:
                message, hint = f"{count:,} record(s) of {self._object} {words}", "read it when nobody works in it"
                yield Finding("source_moved", message, Severity.WARNING, self._place, hint, count)
        if archived:
            message = f"{archived:,} record(s) of {self._object} are archived and were not read"
            hint = "restore them in HubSpot where they are wanted"
            yield Finding("archived_left_out", message, Severity.NOTE, self._place, hint, archived)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        facts = (self._facts,) if self._facts else ()
        return facts, (*self._header.findings, *self._findings)


def _column(property: str) -> str:
    """What the column of a property is called: like it, unless a column of ours is."""
    return f"properties.{property}" if property in (ID, OPTED_OUT) else property


def _batch(columns: Mapping[str, Sequence[str | None]], row: int) -> SourceBatch:
    count = len(columns[ID])
    origin = {
        ROW: pa.array(range(row, row + count), pa.int64()),
        FILE: pa.array([0] * count, pa.int32()),
        LINE: pa.array(range(row + 1, row + count + 1), pa.int64()),
    }
    texts = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
    return SourceBatch(pa.table({**origin, **texts}))
