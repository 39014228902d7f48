"""What a source is told, and what it gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

from crm_migrate.finding import Finding


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source and the tag that its rows carry (a mailing tool's list state), if any.

    `member`: the file is in the archive `path`, by that name.
    """

    path: Path
    tag: str | None = None
    member: str | None = None

    @property
    def place(self) -> str:
        """Where it is, as facts and messages name it: what is in an archive as in a folder."""
        return str(self.path) if self.member is None else f"{self.path.as_posix()}/{self.member}"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Where a source is and how it is written; everything that is None is detected and told in the facts.

    `url` and `query`/`table` are for databases; `header_row` is 1-based; `locale` is a hint for encodings;
    `short_rows`: what becomes of rows of a text file that lack cells at their end; with `fill` those are empty ones.
    `url` and `options` (further words of the source, of those in `source_options`) are already resolved (no `env:`
    reference) and are never printed. What is named relatively lies in `folder`,
    that of the project (None: where we work). `scratch` is a folder of the project for what a reader has to lay
    down in between; None: that of the system.
    """

    name: str
    files: tuple[SourceFile, ...] = ()
    tag_column: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    short_rows: Literal["aside", "fill"] = "aside"
    url: str | None = None
    table: str | None = None
    query: str | None = None
    joins: tuple["JoinSpec", ...] = ()
    order_by: tuple[str, ...] = ()
    locale: str | None = None
    covers: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """A left join of a database source: at most one partner unless `take` or `gather` says what is meant."""

    alias: str
    table: str
    by: Mapping[str, str]
    take: str | None = None
    gather: bool = False


@dataclass(frozen=True, slots=True)
class FileFact:
    """What was read of one file or table, and how we know that it is all.

    `records` is what the parser gave (good rows); `quarantined` what it set aside; `counted` what an independent count
    of the same bytes gave (None where the format has none, `count_method` says why): `records + quarantined` must be
    `counted`.
    `evidence` are printable lines: how encoding, delimiter and quoting were decided.
    `days_from` is the year that a workbook counts its day numbers from (1900 or 1904); None for other formats.
    """

    path: str
    sha256: str
    bytes: int
    records: int
    quarantined: int
    counted: int | None
    count_method: str
    encoding: str = ""
    delimiter: str = ""
    evidence: tuple[str, ...] = ()
    days_from: int | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that cannot be read as a record: kept with its place and its raw text (at most 4,000 characters)."""

    file: int
    line: int
    offset: int | None
    code: str
    message: str
    raw: str


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """Records with their origin: `__row`, `__file`, `__line` and one text column per source column."""

    records: pa.Table
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSchema:
    """The columns of a source in their order, as they are named in a mapping (NFC, trimmed, doubles `Tel#1`)."""

    columns: tuple[str, ...]
    renamed: Mapping[str, str] = field(
        default_factory=dict
    )  # name in the file -> name in the mapping, where they differ


class Source(Protocol):
    """Reads one source. A SQL source reads in one snapshot; every source can be read again from the start."""

    def describe(self) -> SourceSchema:
        """Columns without reading everything. Raises InputError when the source cannot be opened."""
        ...

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the source's own order, `__row` ascending from 0."""
        ...

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read and what is odd about it; complete only after `read` is exhausted."""
        ...
