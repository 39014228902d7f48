"""A workbook that comes back, opened with distrust: inflated and counted before any parser sees it."""

import io
import zipfile
import zlib
from pathlib import Path

import openpyxl
from openpyxl.workbook.workbook import Workbook

from crm_migrate.errors import InputError

MAX_FILE = 64 << 20
MAX_INFLATED = 256 << 20
MAX_MEMBERS = 1_000
_BLOCK = 1 << 18
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_SAVE_AGAIN = "open it, save it as .xlsx without a password, and try again"


def read_bytes(path: Path) -> bytes:
    """The file, if it has a size that answers have. InputError where it cannot be read."""
    if not path.is_file():
        raise InputError(f"there is no file {path}", hint="check the name and the folder")
    if path.stat().st_size > MAX_FILE:
        raise InputError(f"{path} has more than {MAX_FILE:,} bytes: no workbook or page of ours is that large")
    return path.read_bytes()


def open_workbook(data: bytes, name: str) -> Workbook:
    """The workbook, cell by cell from the stream. InputError where it is damaged, hostile or none."""
    try:
        _inspect(data)
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    except _Refused as error:
        raise InputError(f"{name} is not read: {error}", hint=_SAVE_AGAIN) from error
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise InputError(f"{name} is no workbook that can be read", hint=_SAVE_AGAIN) from error


class _Refused(Exception):
    """Why the container is not opened."""


def _inspect(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            infos = container.infolist()
            if len(infos) > MAX_MEMBERS or len({info.filename for info in infos}) != len(infos):
                raise _Refused("its container has too many members, or two of one name")
            left = MAX_INFLATED
            for info in infos:
                left -= _inflate(container, info, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise _Refused(f"it is damaged, encrypted or no workbook ({error})") from error


def _inflate(container: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> int:
    """Inflate one member to nothing, counting what really comes out and not what its header says."""
    size, tail = 0, b""
    with container.open(info) as member:
        while block := member.read(_BLOCK):
            size += len(block)
            if size > left:
                raise _Refused(f"{info.filename} inflates to more than {left:,} bytes: this is a ZIP bomb")
            if any(word in tail + block for word in _FORBIDDEN) or block.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise _Refused(f"{info.filename} holds a document type or entities, which no workbook needs")
            tail = block[-16:]
    return size
