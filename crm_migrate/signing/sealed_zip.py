"""A ZIP file of one form only: files stored as they are, sorted by name, without clock, comment or anything beside.

The same files give the same bytes, so a changed, missing or added byte is found by writing the file again. Reading
inflates nothing: a member that is compressed is not of this form.
"""

import io
import re
import zipfile
from collections.abc import Mapping

from crm_migrate.errors import InputError

MAX_BYTES = 2 << 30
MAX_MEMBERS = 10_000
_NAME = re.compile(r"(?!/)(?!.*(?:^|/)\.{1,2}(?:/|$))(?!.*//)[^\x00-\x1f\\:]{1,400}(?<!/)")
_CLOCK = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, bytes]) -> bytes:
    """The bytes of the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as out:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _CLOCK)
            info.create_system, info.external_attr = 3, 0o600 << 16
            out.writestr(info, files[name])
    return buffer.getvalue()


def unpacked(data: bytes, name: str) -> dict[str, bytes]:
    """The files of an archive. InputError where it is no archive, or a hostile one: compressed or encrypted members,
    names that lead elsewhere or come twice, more than there may be."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if why := _hostile(infos, len(data)):
                raise InputError(f"{name} is not read: {why}", hint="ask for the file again, from who made it")
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        hint = "ask for the file again, from who made it"
        raise InputError(f"{name} is damaged, or no archive of ours ({error})", hint=hint) from error


def _hostile(infos: list[zipfile.ZipInfo], size: int) -> str:
    if len(infos) > MAX_MEMBERS or len({info.filename.casefold() for info in infos}) != len(infos):
        return "it has too many members, or two of one name"
    for info in infos:
        if not _NAME.fullmatch(info.filename) or info.orig_filename != info.filename:
            return f"the name {info.filename[:80]!r} leads elsewhere, or is none"
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1:
            return f"{info.filename[:80]} is compressed or encrypted, which nothing of ours is"
        if info.external_attr >> 16 & 0o170000 not in (0, 0o100000):
            return f"{info.filename[:80]} is no plain file"
    total = sum(info.file_size for info in infos)
    return f"it says that it holds {total:,} bytes, and has {size:,}" if total > size else ""
