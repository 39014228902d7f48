"""Archives of exports (ZIP): which files are in one, and one of them unpacked, with distrust of whoever packed it.

A path goes on behind an archive as behind a folder: `exports/weekly.zip/Contact.csv`.
"""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from crm_migrate.errors import InputError

SUFFIX = ".zip"
MAX_MEMBERS = 10_000
MAX_BYTES = 64 << 30
MAX_RATIO = 200
SMALL = 1 << 26  # bytes below which a high ratio is no attack: rows that repeat compress well
_BLOCK = 1 << 20
_LITTER = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
_UNPACK = "unpack it by hand, look at it, and name the file that is in it"


def parted(pattern: str) -> tuple[str, str | None]:
    """A pattern as that of the archive and that of what is in it; None behind one that names no archive."""
    parts = PurePosixPath(pattern.replace("\\", "/")).parts
    at = next((i for i, part in enumerate(parts) if part.lower().endswith(SUFFIX)), None)
    if at is None:
        return pattern, None
    return PurePosixPath(*parts[: at + 1]).as_posix(), PurePosixPath(*parts[at + 1 :]).as_posix().strip(".")


def members(path: Path) -> tuple[str, ...]:
    """The files in an archive, in the order of their names, without the litter of systems.

    InputError where it is damaged, where a path leads out of it, or where two files have one name.
    """
    with _opened(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise InputError(f"{path.name}: holds {len(infos):,} files; at most {MAX_MEMBERS:,} are read", hint=_UNPACK)
        for info in infos:
            _check(path, info)
        names = [info.filename for info in infos]
    if len({normalize("NFC", name) for name in names}) != len(names):
        raise InputError(f"{path.name}: holds two files of one name", hint=_UNPACK)
    return tuple(sorted(name for name in names if _LITTER.isdisjoint(name.lower().split("/"))))


def matching(path: Path, pattern: str) -> tuple[str, ...]:
    """The files in an archive that a pattern means; the only one where it is empty.

    InputError where an empty one could mean several, or none.
    """
    there = members(path)
    if pattern:
        wanted = normalize("NFC", pattern)
        return tuple(name for name in there if fnmatchcase(normalize("NFC", name), wanted))
    if len(there) == 1:
        return there
    listed = ", ".join(there[:10]) + (" ..." if len(there) > 10 else "")
    message = f"{path.name}: holds {len(there):,} files: {listed}" if there else f"{path.name}: holds no file"
    hint = f"name those that are one table: `file: {path.name}/{there[0]}`" if there else "export it again"
    raise InputError(message, hint=hint)


def digest(path: Path, member: str) -> str:
    """The sha256 of what a file in an archive unpacks to."""
    found = hashlib.sha256()
    for block in _blocks(path, member):
        found.update(block)
    return found.hexdigest()


def unpack(path: Path, member: str, folder: Path) -> Path:
    """One file of an archive, unpacked into a folder that is there. InputError where it cannot be, or is a bomb."""
    target = folder / PurePosixPath(member).name
    with target.open("wb") as out:
        for block in _blocks(path, member):
            out.write(block)
    return target


def _blocks(path: Path, member: str) -> Iterator[bytes]:
    with _opened(path) as archive:
        try:
            info = archive.getinfo(member)
        except KeyError:
            raise InputError(f"{path.name}: holds no `{member}` any more", hint="run again") from None
        _check(path, info)
        most = min(MAX_BYTES, max(info.compress_size * MAX_RATIO, SMALL))
        size = 0
        with archive.open(info) as packed:
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > most:
                    message = f"{path.name}: `{member}` unpacks to more than {most:,} bytes: this may be a ZIP bomb"
                    raise InputError(message, hint=_UNPACK)
                yield block


def _check(path: Path, info: zipfile.ZipInfo) -> None:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in info.filename:
        raise InputError(f"{path.name}: holds a path that leads out of it: {info.filename[:80]!r}", hint=_UNPACK)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise InputError(f"{path.name}: holds a link: {info.filename[:80]!r}", hint=_UNPACK)
    if info.flag_bits & 1:
        hint = "unpack it with its password, and name the file that is in it"
        raise InputError(f"{path.name}: is protected with a password", hint=hint)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # asked before opening: a pipe would wait for a writer
            raise InputError(f"{path.name}: is no plain file", hint="name an archive, not a pipe or device")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise InputError(f"{path.name}: is a damaged archive ({error})", hint="fetch it again") from None
    except (NotImplementedError, RuntimeError) as error:
        hint = "unpack it by hand, and name the file that is in it"
        raise InputError(f"{path.name}: is packed in a way that is not read ({error})", hint=hint) from None
