"""Files below one folder that others name: found by their names and read, never through a link, a pipe or a device."""

import errno
import hashlib
import mimetypes
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

_CHUNK = 1 << 20
_TYPES = mimetypes.MimeTypes()  # of Python itself: what the machine knows besides would make two machines differ
# How the content of a file begins that says what it is, whatever it is called.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"GIF8", "image/gif", "gif"),
    (b"MZ", "application/x-msdownload", "exe"),
    (b"\x7fELF", "application/x-executable", "elf"),
    (b"#!", "text/x-script", "sh"),
)
_UNKNOWN = "application/octet-stream"


class FileChanged(Exception):
    """A file is not what it was when it was looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a name: the path below the folder as it is on disk, and `problem` (a code, "" for none) with why.

    `size`, `sha256` and `md5` are those of the bytes that were read; `type` is by the content where that says it, else
    by the name, and `endings` are those of both.
    """

    path: str
    problem: str = ""
    why: str = ""
    size: int | None = None
    sha256: str = ""
    md5: str = ""
    type: str = ""
    endings: frozenset[str] = frozenset()


class PlainTree:
    """The files below `base`, itself below `project`, neither of which is left, not through a link either."""

    def __init__(self, project: Path, base: str, largest: int | None = None) -> None:
        self._project, self._base, self._largest = project, PurePosixPath(base), largest
        self._listed: dict[Path, dict[str, str]] = {}

    def look(self, name: str) -> Found:
        """The file of that name: a path below the folder, with slashes of either kind."""
        where = self._where(name)
        return where if isinstance(where, Found) else self._read(*where)

    def pieces(self, found: Found) -> Iterator[bytes]:
        """The bytes of a file that was looked at, piece by piece. The last piece comes when all are known to be what
        they were: FileChanged is raised before it where they are not."""
        where = self._where(found.path)
        if isinstance(where, Found):
            raise FileChanged(where.problem)
        digest, waiting = hashlib.sha256(), b""
        try:
            with _opened(where[0], where[0].lstat()) as handle:
                while chunk := handle.read(_CHUNK):
                    digest.update(chunk)
                    if waiting:
                        yield waiting
                    waiting = chunk
        except OSError as error:
            raise FileChanged("file_unreadable") from error
        if digest.hexdigest() != found.sha256:
            raise FileChanged("file_changed")
        yield waiting

    def _where(self, name: str) -> tuple[Path, str] | Found:
        """Where a name leads, and its path below the folder as it is written there; or why it leads nowhere."""
        path = unicodedata.normalize("NFC", name.strip().replace("\\", "/"))
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in parts or "\0" in path or not parts:
            return Found(path, "file_outside", "it leads out of the folder")
        here, seen = self._project, list[str]()
        for part in (*self._base.parts, *parts):
            actual = self._actual(here, part)
            if actual is None:
                return Found("/".join(parts), "file_missing", self._near(here, part))
            here = here / actual
            seen.append(actual)
            if problem := _odd(here):
                return Found("/".join(parts), *problem)
        return here, "/".join(seen[len(self._base.parts) :])

    def files(self) -> Iterator[str]:
        """The paths of all plain files below the folder, in order; links are not followed."""
        top = self._project / self._base
        if any(part.is_symlink() for part in (top, *top.parents) if part.is_relative_to(self._project)):
            return
        for folder, names, files in os.walk(top):
            names.sort()
            for name in sorted(files):
                path = Path(folder) / name
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path.relative_to(top).as_posix()

    def _read(self, file: Path, path: str) -> Found:
        """Size, digest and type of a file that is no link; of the open one, which nobody can exchange."""
        found = Found(path, endings=frozenset({PurePosixPath(path).suffix.lower().lstrip(".")}))
        try:
            state = file.lstat()
            if not stat.S_ISREG(state.st_mode):
                return replace(found, problem="file_special", why="it is a folder, a pipe or a device")
            if self._largest is not None and state.st_size > self._largest:
                why = f"{state.st_size:,} bytes are more than {self._largest:,}"
                return replace(found, problem="file_too_large", why=why, size=state.st_size, type=_by_name(path))
            return _digested(file, found, state)
        except OSError as error:
            return replace(found, problem="file_unreadable", why=error.strerror or "it cannot be read")

    def _actual(self, folder: Path, name: str) -> str | None:
        """How an entry of a folder is written there: as it is named, or with its letters decomposed."""
        if os.path.lexists(folder / name):  # also for a dead link, and False for a name that no system takes
            return name
        return self._names(folder).get(name)

    def _names(self, folder: Path) -> dict[str, str]:
        if folder not in self._listed:
            try:
                listed = sorted(each.name for each in folder.iterdir())
            except OSError:
                listed = []
            self._listed[folder] = {unicodedata.normalize("NFC", name): name for name in listed}
        return self._listed[folder]

    def _near(self, folder: Path, name: str) -> str:
        alike = [each for each in self._names(folder) if each.casefold() == name.casefold()]
        return f"there is {alike[0]}, which differs by case" if alike else "there is none of that name"


def _odd(path: Path) -> tuple[str, str] | None:
    """What forbids an entry: a link, wherever it leads."""
    return ("file_link", "it is a link, or behind one") if path.is_symlink() else None


def _opened(file: Path, state: os.stat_result) -> BinaryIO:
    """The file that had this state. OSError where another one took its place."""
    # A pipe that took the place of the file would be waited for; a link that did would be followed.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.fdopen(os.open(file, flags), "rb")
    if not os.path.samestat(os.fstat(handle.fileno()), state):
        handle.close()
        raise OSError(errno.ESTALE, "it was exchanged while it was read")
    return handle


def _digested(file: Path, found: Found, state: os.stat_result) -> Found:
    digest, md5, size, head = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0, b""
    with _opened(file, state) as handle:
        while chunk := handle.read(_CHUNK):
            head = head or chunk[:16]
            digest.update(chunk)
            md5.update(chunk)
            size += len(chunk)
    kind, ending = next(((kind, end) for start, kind, end in _BEGINNINGS if head.startswith(start)), ("", ""))
    full = replace(
        found,
        size=size,
        sha256=digest.hexdigest(),
        md5=md5.hexdigest(),
        type=kind or _by_name(found.path),
        endings=found.endings | ({ending} if ending else frozenset()),
    )
    return full if size else replace(full, problem="file_empty", why="it has no bytes")


def _by_name(path: str) -> str:
    return _TYPES.guess_type(path)[0] or _UNKNOWN
