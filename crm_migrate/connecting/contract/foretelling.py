"""What a target tells before a load: doubts about values, and what only people can make or allow there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.contract.targets import TargetObject


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
