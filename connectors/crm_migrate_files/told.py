"""The reader of one file, and one about which more is to be told than it knows itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol, runtime_checkable

from crm_migrate.connecting.contract import FileFact
from crm_migrate.connecting.headers import Header
from crm_migrate.finding import Finding
from crm_migrate_files.parsed import Parsed


class FileReader(Protocol):
    """Reads one file: the header at once, the records in stretches, facts and findings after them."""

    @property
    def header(self) -> Header:
        """The columns of the file."""
        ...

    def read(self) -> Iterator[Parsed]:
        """All records in order."""
        ...

    def fact(self) -> FileFact:
        """What was read."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """What is odd."""
        ...


@runtime_checkable
class Headed(Protocol):
    """Reads a file of which a row may be chosen that names the columns."""

    def heads(self, last: int) -> Mapping[int, tuple[str, ...]]:
        """Row -> the columns that it would name, of the rows below the first one up to `last`."""
        ...


class Told:
    """A reader with further findings; `path` is where its file is, for whoever asks, where that is another place."""

    def __init__(self, reader: FileReader, findings: tuple[Finding, ...] = (), path: str | None = None) -> None:
        self._reader, self._findings, self._path = reader, findings, path

    @property
    def header(self) -> Header:
        """As the reader."""
        return self._reader.header

    def heads(self, last: int) -> Mapping[int, tuple[str, ...]]:
        """As the reader, where it knows of any."""
        return self._reader.heads(last) if isinstance(self._reader, Headed) else {}

    def read(self) -> Iterator[Parsed]:
        """As the reader."""
        return self._reader.read()

    def fact(self) -> FileFact:
        """As the reader, of the file in its own place."""
        fact = self._reader.fact()
        return fact if self._path is None else replace(fact, path=self._path)

    def findings(self) -> tuple[Finding, ...]:
        """Ours and those of the reader."""
        return (*self._findings, *self._reader.findings())
