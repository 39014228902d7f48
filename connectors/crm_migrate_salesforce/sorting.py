"""Records in the order of their ids, however many there are: laid down in a file of their own, each id once."""

import errno
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType

from crm_migrate.disk.scratch import Scratch
from crm_migrate.errors import TargetError

Cells = dict[str, str]


class Sorted:
    """Cells by field, `Id` among them; they lie in a folder in `place`. A context manager: they are gone behind it."""

    def __init__(self, place: Path | None) -> None:
        self._scratch = Scratch(place)
        self._db = sqlite3.connect(self._scratch.path / "records.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")  # nobody reads what a process that was ended has left
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE records (id TEXT PRIMARY KEY, cells TEXT NOT NULL)")

    def __enter__(self) -> "Sorted":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()
        self._scratch.close()

    def add(self, records: Sequence[Cells]) -> None:
        """Lay down records. TargetError where one is there already, OSError where the disk does not take them."""
        try:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO records VALUES (?, ?)", ((r["Id"], json.dumps(r)) for r in records))
            self._db.execute("COMMIT")
        except sqlite3.IntegrityError:
            raise TargetError("Salesforce gives a record twice in the answer of one query") from None
        except sqlite3.OperationalError as error:
            number = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
            raise OSError(number, os.strerror(number)) from None

    def parts(self, rows: int) -> Iterator[list[Cells]]:
        """All of them, so many at a time."""
        with closing(self._db.execute("SELECT cells FROM records ORDER BY id")) as found:
            while several := found.fetchmany(rows):
                yield [json.loads(cells) for (cells,) in several]
