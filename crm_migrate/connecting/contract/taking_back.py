"""What some targets do with records after a load: take back, follow, bring back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import pyarrow as pa

from crm_migrate.connecting.contract.targets import Answer, Refusal, TargetObject, WriteBatch


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
