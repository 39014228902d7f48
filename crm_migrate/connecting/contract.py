"""The connector contract: what a source gives, what a target takes, and what both say of themselves.

Cells travel as *canonical text* in Arrow tables: null is "no value", dates are ISO 8601, amounts are plain decimals
with a point, booleans `true`/`false`, lists are JSON arrays. The semantic type beside a column says how to read it.
Columns of ours begin with two underscores; a source column that does is renamed by the reader.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import pyarrow as pa

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.finding import Finding

ROW = "__row"  # ordinal of the record in its source, from 0, in the order of files; stable for the same bytes
FILE = "__file"  # index of the file in the source
LINE = "__line"  # first physical line (text), row number (sheet) or ordinal (database), from 1
ENTITY = "__entity"  # our key of a record in the target
TARGET_ID = "__target_id"  # the target's own id of a record: only where one is adopted, released or removed


# ---------------------------------------------------------------------------------------------------- sources


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


# ---------------------------------------------------------------------------------------------------- targets


Action = Literal["create", "update", "remove", "release"]  # the last two only for a target that can `Remove`
By = Literal["all", "key", "id"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request about an object may hold, and how far an answer can be trusted.

    `rows` and `bytes` (of canonical text; None: any) bound one request, `parallel` how many may be under way. A request
    may still take effect `longest_seconds` after it was sent, though nobody answers any more; a read may lie about a
    write for `settle_seconds` after it. A key counts as absent when `misses` reads in a row, `apart_seconds` from each
    other, do not find it: where reads are not monotonic one miss proves nothing. `requests` is what writing one batch
    costs of the target's limits, with what is looked up for it; None where that is not known or not counted.
    """

    rows: int
    bytes: int | None = None
    parallel: int = 1
    longest_seconds: float = 0
    settle_seconds: float = 0
    misses: int = 1
    apart_seconds: float = 0
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a target still takes of us now; None where it has no such limit or says nothing of it.

    `per_day` requests of which `left` are left until its next day; at most `per_window` in any `window_seconds`. One
    request reads `page` records. `storage` is the room for records that is left, in bytes as the target counts them.
    `assumed`: nobody said what a window takes, so it is that of the smallest edition until a licence says more.
    """

    per_day: int | None = None
    left: int | None = None
    per_window: int | None = None
    window_seconds: float | None = None
    page: int | None = None
    storage: int | None = None
    assumed: bool = False


# How values are compared: as they are written, with A to Z as a to z, or with every capital as its small letter.
CaseBlind = Literal["", "ascii", "letters"]


@dataclass(frozen=True, slots=True)
class TargetField:
    """A field of a target object: semantic type, limits and what it points to.

    `length` counts characters; `choices` empty means free; `reference` names the target object it points to; `default`
    says that the target fills it where nothing is sent; numbers are smaller than `below`, whatever their sign, and
    keep `scale` decimals and `digits` digits. `bounds` are what else a value must be: an operator of SQL, for a
    length behind the word `length`, and a constant. `case_blind`: a `unique` value is compared so. A consent of the
    mapping says what it is `about`.
    """

    name: str
    type: str
    required: bool = False
    unique: bool = False
    length: int | None = None
    choices: tuple[str, ...] = ()
    reference: str | None = None
    read_only: bool = False
    default: bool = False
    below: Decimal | None = None
    scale: int | None = None
    digits: int | None = None
    bounds: tuple[tuple[str, str], ...] = ()
    case_blind: CaseBlind = ""
    about: Literal["", "mailbox", "phone"] = ""


@dataclass(frozen=True, slots=True)
class TargetObject:
    """An object (table, module) of a target; `key_field` is where our entity id lives.

    `unforeseen` names rules of the target that a plan cannot foretell.
    """

    name: str
    fields: tuple[TargetField, ...]
    key_field: str = "crm_migrate_id"
    unforeseen: tuple[str, ...] = ()

    def bare(self) -> "TargetObject":
        """The object without its fields: reading it gives ids and our keys alone."""
        return replace(self, fields=())

    def field(self, name: str) -> TargetField | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class TargetSchema:
    """What the target holds now. `prepared` is False where an object or our key field is still missing."""

    objects: tuple[TargetObject, ...]
    prepared: bool = True

    def object(self, name: str) -> TargetObject | None:
        """The object of that name, or None."""
        return next((o for o in self.objects if o.name == name), None)


@dataclass(frozen=True, slots=True)
class WriteBatch:
    """Rows of one object to create or to update, as one intent.

    `rows` has `__entity`, each once and never empty, and one canonical-text column per target field (reference fields
    hold *target ids*); in an update, only the columns that are there are written, and null clears. `digest` is the
    sha256 of the batch's part; `batch` and `digest` stay the same when it is sent again.
    An update whose rows have `__target_id` adopts records that were there before us: they are found by that id, take
    our key, and are refused when they carry another key already. What is removed or released has `__target_id` too.
    """

    project: str
    run: str
    batch: str
    object: TargetObject
    action: Action
    rows: pa.Table
    digest: str


NOT_FOUND = "NOT_FOUND"  # the code of a refusal of a change: there is no such record


@dataclass(frozen=True, slots=True)
class Refusal:
    """The target's own words about a record that it did not take, without the record's values; its code and field.

    `NOT_FOUND` is believed when no reading may lie any more (`Limits.settle_seconds`).
    """

    words: str
    code: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of every entity of a request, matched by identity and never by position.

    `loaded` maps an entity to its target id. What may or may not have been written is `in_doubt`; what was not written
    and may be sent again at an instant is `later`. An entity that none of these names is in doubt, and an answer for
    one that was not sent is a conflict. `refused_whole` is a refusal that does not say whose record it is about and
    that left nothing behind: the request is halved until the record is alone. `replayed` is True when the target's own
    journal shows that this very batch was committed before. `loaded` names also who was removed or released as it was
    asked; `gone` are those of them that were to be removed and were not there any more.
    """

    loaded: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    in_doubt: frozenset[str] = frozenset()
    later: Mapping[str, datetime] = field(default_factory=dict)
    refused_whole: Refusal | None = None
    replayed: bool = False
    gone: frozenset[str] = frozenset()


class Target(Protocol):
    """Writes one target.

    `write` may be called by `Limits.parallel` threads at a time, never twice at once about one entity. Every method may
    raise, of `errors`: Throttled (nothing was done; ask again at `until`), QuotaGone (nothing was done, and nothing
    will be before `until`), Retryable (nothing was done, for certain), InDoubt (something may have been done), and
    TargetError (final). None may lose an answer.
    """

    def limits(self, object: TargetObject, action: Action) -> Limits:
        """What a request of that kind may hold."""
        ...

    def identity(self) -> str:
        """Which organisation, portal or database this is: stable text, no secrets."""
        ...

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The named objects, as far as they are there, and their fields as they are in the target now."""
        ...

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Create (or with `apply=False` only name) what is missing: objects, our key field, the batch journal."""
        ...

    def write(self, batch: WriteBatch) -> Answer:
        """Write one request."""
        ...

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now: `target_id`, `__entity` (null where not ours) and the fields of `object` that are in
        the target, as canonical text (reference fields hold target ids); all of them, or by our keys, or by ids."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


# What only some targets can do. A stage asks whether the target is one of these.


@runtime_checkable
class Journal(Protocol):
    """A target that keeps, in the same transaction as the records, which batches it took, and whose records they are.

    To it a batch in doubt is sent again as it was: it answers what became of it the first time.
    """

    def committed(self, project: str, run: str) -> Mapping[str, str]:
        """Batch name -> digest of the batches of a run that are committed."""
        ...

    def claims(self, object: TargetObject) -> Iterator[pa.Table]:
        """`project`, `member`, `__entity` (text): the source records that each entity stands for, by whom they were
        loaded."""
        ...

    def claim(self, object: TargetObject, project: str, members: pa.Table) -> None:
        """Keep `member`, `__entity` of a project, on disk when it returns; the later word about a member holds.

        Said before the records are written. A member is a digest: no key of a source reaches the target.
        """
        ...


@runtime_checkable
class Jobs(Protocol):
    """A target that takes many records as one job and works it off while nobody waits.

    A job is opened empty, its id is on our disk before the records are on their way, and whoever goes on after us asks
    the job what became of them. The methods may raise and may be called like `write`.
    """

    def job_limits(self, object: TargetObject, action: Action, records: int) -> Limits | None:
        """What one job may hold; None where so many records of that kind had better go by requests."""
        ...

    def open_job(self, batch: WriteBatch) -> str:
        """The id of a new job for such a batch: nothing of it is given to the target yet. A job that is opened and
        never filled does no harm."""
        ...

    def submit(self, job: str, batch: WriteBatch) -> datetime:
        """Give the records to their job and let it begin; the instant at which to ask it first."""
        ...

    def outcome(self, job: str, batch: WriteBatch) -> Answer | datetime:
        """What became of the records, or when to ask again because the job is still at work.

        A job that was never let to begin is ended, so that it cannot begin any more, and its records are `later`, like
        those that an ended job did not come to. A job that the target does not know (any more) leaves them in doubt:
        they are asked for by our key. It refuses nobody as a whole: what is wrong with the job itself is a TargetError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file: `size` of them, with these digests (hex), as they were planned.

    `chunks` gives them piece by piece, anew each time; it raises where they are others by now, before the last piece:
    whoever sends them lets that pass, and ends the request unfinished.
    """

    name: str
    size: int
    sha256: str
    md5: str
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Room:
    """What a target takes of files; None where it has no such limit or says nothing of it: `files` in 24 hours, and the
    `bytes` that there is room for."""

    files: int | None = None
    bytes: int | None = None


@runtime_checkable
class Upload(Protocol):
    """A target that takes the bytes of files beside the fields of their records.

    A request of an object that it takes bytes of holds one record (`Limits.rows`).
    """

    def takes_bytes(self, object: TargetObject) -> bool:
        """Whether the records of an object are files."""
        ...

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """Write one record with its bytes, as `write` does: a new one, or one whose bytes become others. What is found
        by our key is whole: its bytes are there, and its links. Bytes that are there by an earlier try are not sent
        again. May raise and may be called like `write`."""
        ...

    def room(self) -> Room:
        """What it takes at this moment."""
        ...


@runtime_checkable
class Usage(Protocol):
    """A target that counts our requests, and says what is left."""

    def allowance(self) -> Allowance:
        """What it says of its limits at this moment."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of a batch before it is sent: how many records, and of each column that is written which values it
    holds: those of consents, owners and choices as they are, "" for anything else, nothing where all cells are empty.
    `adopts`: our key is written into records that were there before; `new`: this load has created them all."""

    rows: int
    columns: Mapping[str, frozenset[str]]
    adopts: bool = False
    new: bool = False


@runtime_checkable
class Costs(Protocol):
    """A target whose requests depend on what records hold: it counts those that nobody disturbs, in place of
    `Limits.requests` and `Allowance.page`. What it says of an object that `describe` has told costs nothing."""

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """Requests that write these batches, with those that look before and behind."""
        ...

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:
        """Requests that read all of so many records back, with all that they hold; not those that describe them.
        `beside` is how many there are of the other objects of the plan: kinds of one object may stand in one list."""
        ...


@dataclass(frozen=True, slots=True)
class Asks:
    """What is asked beside records, in requests: each time who the target is (`identity`), by the connection that looks
    whether all is there before anything is read (`before`), and by that of the load all else: what it prepares and
    describes, and who the users are (`during`)."""

    identity: int
    before: int
    during: int


@runtime_checkable
class CostsToAsk(Protocol):
    """A target that counts what a load asks beside records."""

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """What a load of these objects and its reading back ask, where all is prepared."""
        ...


class CostsAll(Costs, CostsToAsk, Protocol):
    """Both."""


@runtime_checkable
class InCredits(Protocol):
    """A target whose day counts something else than requests: each costs so many of what an edition has."""

    @property
    def credits(self) -> CostsAll:
        """The same as the target says of its requests, in these."""
        ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a target will make of a value of a field: a code of ours; what becomes of such values and the next step, the
    same for all of a code; a name or number to be noted of this one. `waits`: the target would refuse a record with it,
    the same for all of a code."""

    field: str
    value: str
    code: str
    words: str
    hint: str
    note: str = ""
    waits: bool = False


@runtime_checkable
class Foretells(Protocol):
    """A target that says before a load which owners it refuses, and what it makes of amounts by their currency."""

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterable[Doubt]:
        """The doubts about values of owners and currencies that are about to be written, by field."""
        ...


@runtime_checkable
class LeavesToPeople(Protocol):
    """A target in which some of what a load needs can be made by people only."""

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """All of that which these objects lack there now; `prepare` makes nothing before it is there."""
        ...

    def where_choices(self, object: str, field: str) -> str:
        """Where people add what a field of an object may be."""
        ...


@runtime_checkable
class LetsSet(Protocol):
    """A target that lets some users set fields which it sets itself for all others."""

    def where_set(self, field: str) -> str:
        """Where people let our user set it, in objects of every kind, or what else helps; "" where nothing does."""
        ...


@runtime_checkable
class Begins(Protocol):
    """A target in which a write that was cut off may leave a record that no reading shows as ours yet: the next try
    finishes it."""

    def begun(self, object: TargetObject, entities: Collection[str]) -> Collection[str]:
        """Those of these entities of which such a record is there."""
        ...


@runtime_checkable
class Remove(Protocol):
    """A target that takes back what a load did there; without it nothing can be undone.

    Records are found by `__target_id`, and only touched while they carry the key `__entity`: who carries another one
    is refused. Both answer, may raise and may be called like `write`; a journal keeps these batches too.
    """

    def remove(self, batch: WriteBatch) -> Answer:
        """Delete records. Who is not there any more is `loaded` and `gone`. No other record goes, or changes, with
        one: where the target would let it, who is referred to is refused."""
        ...

    def release(self, batch: WriteBatch) -> Answer:
        """Take our key off records that had been adopted and write the columns that are there, as one change. A record
        without a key is taken for one that was released by an earlier try."""
        ...

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """`target_id`, `object`, `field`: the records of an object that others refer to, and by which field of which
        object, as far as the target knows; fields (object, field) that are `known` are left out."""
        ...


@runtime_checkable
class Follow(Protocol):
    """A target that remembers of a record that is gone which one its users have merged it into."""

    def merged_into(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """Id -> id of the record that is left, at the end of a chain. Who is still there, was deleted, or is not known
        there is not named, nor who was merged into one that was deleted."""
        ...


@runtime_checkable
class Undelete(Protocol):
    """A target that keeps what was deleted there for a while, and gives it back with its old id."""

    def deleted(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """Id -> our key of those of these records that can be brought back. Who is there, is gone for good or was
        merged into another record is not named."""
        ...

    def undelete(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, Refusal]:
        """Bring records back; why some were not. What the target had deleted together with one comes along. Asked for
        twice it is done once."""
        ...


@runtime_checkable
class Bundles(Protocol):
    """A target that people take the records into by hand: after a load it writes the files that they import."""

    def bundle(self, project: str, run: str) -> Path | None:
        """Write the files of what a run created and changed; the page that says what to do with them, or None where
        there is nothing to do. The same run gives the same files."""
        ...

    def exported(self, place: Path, keys: Mapping[str, str]) -> Target:
        """The target as its exports, a folder or one file, show it: it describes, reads and takes nothing. `keys` is
        object -> the field by whose value its records are known there, where that is not our key: whoever loaded them
        did not know it. InputError where an object has no export there, or one without its key or a column that was
        imported; and where a key is that of several records that we expect."""
        ...


@runtime_checkable
class Withholds(Protocol):
    """A target that does not say all of a record. What it withholds is not compared, and told so: nobody calls it
    equal, nor lost."""

    def withheld(self, object: TargetObject) -> Collection[str]:
        """The names of those fields of an object."""
        ...


@runtime_checkable
class Interruptible(Protocol):
    """A target that waits by itself (for a limit, for reads to settle): who sets `stop` ends its waits, which raise
    Interrupted, and lets it begin no request more."""

    @property
    def stop(self) -> threading.Event:
        """The event that its waits look at."""
        ...


# ---------------------------------------------------------------------------------------------------- connectors


# Words of a source that the language has for all connectors, and that only some of them read.
READING = frozenset(
    {"encoding", "delimiter", "sheet", "header_row", "short_rows", "url", "table", "query", "covers", "join"}
)


class Connector(Protocol):
    """What an entry point of the group `crm_migrate.connectors` names: a factory of sources or targets."""

    name: str
    title: str
    source_options: frozenset[str]  # the words of a source that `source` reads, of `READING` and of its own
    target_options: frozenset[str]  # the words of an environment that `target` reads; any other is refused

    def source(self, spec: SourceSpec) -> Source:
        """A reader of that source. Raises UsageError where this connector has no sources."""
        ...

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:
        """A writer for an environment's options (secrets already resolved). What they name relatively lies in `folder`,
        that of the project. Raises UsageError where it has none."""
        ...
