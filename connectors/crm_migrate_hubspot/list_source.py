"""Lists of a portal as a source (`lists:contacts`), and who is a member of which (`contacts>lists`).

Members of active lists are those whom their filters find now; `processing_type` tells such lists from static ones.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from crm_migrate.connecting.contract import FILE, LINE, ROW, FileFact, SourceBatch, SourceSchema, SourceSpec
from crm_migrate.connecting.http import Waiting
from crm_migrate.errors import InputError, TargetError
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_hubspot.auth import Rooms
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import Requests
from crm_migrate_hubspot.rosters import LISTS, Roster, is_enrolled, listed, number_of
from crm_migrate_hubspot.settings import Settings

LIST_COLUMNS = ("id", "name", "processing_type")
MEMBER_COLUMNS = ("id", "from", "to", "since", "processing_type")
NO_COUNT = "none: HubSpot counts members beside its lists, and a little later; its count is compared, and told"
Cells = tuple[str, ...]


def reads(table: str) -> bool:
    """Whether a table is lists, or their members."""
    return listed(table) is not None or is_enrolled(table)


class HubSpotListSource:
    """Reads lists or members. Every reading begins anew: HubSpot has no snapshot."""

    def __init__(self, spec: SourceSpec, settings: Settings) -> None:
        self._spec, self._table = spec, str(spec.table)
        self._of = listed(self._table) or self._table.partition(">")[0]
        self._place = Place(source=spec.name)
        self._rooms = Rooms(settings, Waiting())
        self._portal = Portal(self._rooms.questions, Requests(settings.api_version), lambda: True)
        self._facts: FileFact | None = None
        self._findings: list[Finding] = []

    @property
    def _columns(self) -> tuple[str, ...]:
        return MEMBER_COLUMNS if is_enrolled(self._table) else LIST_COLUMNS

    def describe(self) -> SourceSchema:
        """The columns. InputError where lists cannot be read."""
        try:
            next(self._portal.rosters(), None)
        except TargetError as error:
            raise InputError(f"source `{self._spec.name}`: {error.message}", hint=error.hint) from None
        return SourceSchema(self._columns)

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All lists in HubSpot's order, or all members, list by list."""
        self.describe()
        self._findings, row = [], 0
        rosters = self._rosters()
        for some in self._members(rosters) if is_enrolled(self._table) else iter([list(map(_cells, rosters))]):
            for start in range(0, len(some), batch_rows):
                part = some[start : start + batch_rows]
                yield _batch(self._columns, part, row)
                row += len(part)
        again = {each.id for each in self._rosters()}
        self._tell(len(again ^ {each.id for each in rosters}), f"lists of {self._of} came or went while they were read")
        path = f"hubspot {self._portal.account().portal}: {self._table}"
        self._facts = FileFact(path=path, sha256="", bytes=0, records=row, quarantined=0, counted=None,
                               count_method=NO_COUNT, evidence=(f"{len(rosters):,} {LISTS}",))  # fmt: skip

    def _rosters(self) -> list[Roster]:
        return [each for each in self._portal.rosters() if each.of == number_of(self._of)]

    def _members(self, rosters: Sequence[Roster]) -> Iterator[list[Cells]]:
        for roster in rosters:
            seen, total = set[str](), None
            for page in self._portal.member_pages(roster.id):
                fresh = {id: since for id, since in page.since.items() if id not in seen}
                seen.update(fresh)
                total = page.total
                yield [(f"{id}-{roster.id}", id, roster.id, since, roster.type) for id, since in fresh.items()]
            if total is not None:
                self._tell(abs(total - len(seen)), f"members of list {roster.id} are counted by HubSpot, and not read, "
                           "or the other way round")  # fmt: skip

    def _tell(self, count: int, words: str) -> None:
        if count:
            hint = "read it when nobody works in it"
            self._findings.append(
                Finding("source_moved", f"{count:,} {words}", Severity.WARNING, self._place, hint, count)
            )

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read; complete only after `read` is exhausted."""
        return (self._facts,) if self._facts else (), tuple(self._findings)


def _cells(roster: Roster) -> Cells:
    return roster.id, roster.name, roster.type


def _batch(names: Sequence[str], rows: Sequence[Cells], row: int) -> SourceBatch:
    count = len(rows)
    origin = {
        ROW: pa.array(range(row, row + count), pa.int64()),
        FILE: pa.array([0] * count, pa.int32()),
        LINE: pa.array(range(row + 1, row + count + 1), pa.int64()),
    }
    texts = {name: pa.array([cells[at] or None for cells in rows], pa.string()) for at, name in enumerate(names)}
    return SourceBatch(pa.table({**origin, **texts}))
