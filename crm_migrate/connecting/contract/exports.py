"""Targets that people load by hand, and those that do not say all of a record."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from crm_migrate.connecting.contract.targets import Target, TargetObject


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
