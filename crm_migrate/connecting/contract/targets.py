"""What every target takes and says: its objects, batches of records, and what became of them."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

import pyarrow as pa

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


@runtime_checkable
class Interruptible(Protocol):
    """A target that waits by itself (for a limit, for reads to settle): who sets `stop` ends its waits, which raise
    Interrupted, and lets it begin no request more."""

    @property
    def stop(self) -> threading.Event:
        """The event that its waits look at."""
        ...
