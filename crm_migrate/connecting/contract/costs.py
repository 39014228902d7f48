"""What a target allows, and what a load costs it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from crm_migrate.connecting.contract.targets import Action, TargetObject


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
