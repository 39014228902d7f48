"""What lies in files, as the connector that reads them says: which endings it knows, and the tables in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol, cast

from crm_migrate.connecting import archives
from crm_migrate.connecting.contract import Connector, Source, SourceFile, SourceSpec
from crm_migrate.connecting.discovery import connector


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a file, by the words of a source that name it; none where it is the only one, which may be called
    something all the same (`title`)."""

    sheet: str | None = None
    table: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The tables of a file, and what in it is none of them, each with its reason."""

    parts: tuple[Part, ...] = (Part(),)
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endings:
    """Endings of files, in lower case: those that are read, those of them that programs write one record each into,
    and those of files that belong to another one and are read with it."""

    read: frozenset[str]
    one_each: frozenset[str]
    beside: frozenset[str]


class FileSource(Source, Protocol):
    """A source of files."""

    def heads(self, last: int) -> Mapping[int, tuple[str, ...]]:
        """Row -> the columns as they would be called if the header were that row: rows below the first one that is
        filled, up to `last`, which stand at the beginning of the file. Nothing where no row can be chosen. InputError
        where the file cannot be read."""
        ...


class FileConnector(Connector, Protocol):
    """A connector that reads files."""

    def source(self, spec: SourceSpec) -> FileSource:
        """A reader of files, as of any connector."""
        ...

    def endings(self) -> Endings:
        """The endings that it knows."""
        ...

    def contents(self, file: SourceFile, scratch: Path | None) -> Contents:
        """The tables of a file. InputError where it cannot be read."""
        ...


def files() -> FileConnector:
    """The connector of files."""
    return cast(FileConnector, connector("files"))


def source_file(path: Path) -> SourceFile:
    """The file of a path, which goes on behind an archive as behind a folder."""
    archive, member = archives.parted(path.as_posix())
    return SourceFile(Path(archive), None, member) if member and Path(archive).is_file() else SourceFile(path)


def expanded(path: Path) -> list[Path]:
    """The path; of an archive, those of the files in it. InputError where it cannot be looked into."""
    if path.suffix.lower() != archives.SUFFIX or path.is_dir():
        return [path]
    return [path / PurePosixPath(name) for name in archives.members(path)]
