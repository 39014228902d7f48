"""What is known of a format of files: how one is recognised, and who reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files.told import FileReader


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    `suffixes` are in lower case; `begins` are the bytes that such a file begins with, b"" where it has none of its own;
    `called` and `advice` are for a file of it that has another ending; `refuse` is given the name and the first bytes
    of a file that has the ending, and raises InputError where those are not of this format; `options` are the words of
    a source that its reader reads. `looks` says by file and first bytes whether a file is of this format, where more
    than its beginning tells; `also` are endings of other formats under which programs write this one; `one_each`:
    programs write a file for every record.
    """

    called: str
    advice: str
    suffixes: frozenset[str]
    begins: bytes
    refuse: Callable[[str, bytes], None]
    reader: Callable[[Path, SourceSpec], FileReader]
    options: frozenset[str] = frozenset()
    looks: Callable[[Path, bytes], bool] | None = None
    also: frozenset[str] = frozenset()
    one_each: bool = False

    def known_by(self, path: Path, head: bytes) -> bool:
        """Whether the bytes of a file are those of this format, and of no other."""
        marked = bool(self.begins or self.looks)
        return marked and head.startswith(self.begins) and (self.looks is None or self.looks(path, head))

    def fits(self, path: Path, head: bytes) -> bool:
        """Whether the bytes of a file do not speak against this format."""
        if self.begins or self.looks:
            return self.known_by(path, head)
        try:
            self.refuse(path.name, head)
        except InputError:
            return False
        return True
