"""A workbook as a ZIP file, opened with distrust: every member is inflated and counted before any parser sees it."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import IO, BinaryIO
from xml.etree.ElementTree import Element, iterparse, parse

from crm_migrate_files.refused import Refused

MAX_MEMBERS = 10_000
MAX_INFLATED = 1 << 30
MAX_RATIO = 200
SMALL = 1 << 24  # below this size a high ratio is no attack: repeated rows compress well
_BLOCK = 1 << 18
_EMPTIED = frozenset({"table-row", "table-column", "style"})
_MANIFEST = "META-INF/manifest.xml"  # of old OpenOffice it has a document type; it is never parsed
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


class Package:
    """The parts of a workbook. Refused where the container is damaged or hostile."""

    def __init__(self, handle: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(handle)
            self._inspect()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise Refused(f"the file is damaged or cut off ({error})") from error

    def _inspect(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise Refused(f"the container has {len(infos):,} members; a workbook has at most {MAX_MEMBERS:,}")
        if len({info.filename for info in infos}) != len(infos):
            raise Refused("the container holds two members of one name")
        left = MAX_INFLATED
        for info in infos:
            self._check_name(info)
            left -= self._inflate(info, left)

    def _check_name(self, info: zipfile.ZipInfo) -> None:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename:
            raise Refused(f"the container holds a path that leads out of it: {info.filename[:80]!r}")
        if info.flag_bits & 1:
            raise Refused("the container is encrypted; save it without a password")
        if path.suffix.lower() in (".zip", ".xlsx", ".xlsm", ".xlsb", ".ods"):
            raise Refused(f"the container holds another container: {info.filename[:80]!r}")

    def _inflate(self, info: zipfile.ZipInfo, left: int) -> int:
        """Inflate one member to nothing, counting what really comes out and not what its header says."""
        size, tail = 0, b""
        limit = min(left, max(info.compress_size * MAX_RATIO, SMALL))
        with self._zip.open(info) as member:
            while block := member.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise Refused(f"{info.filename} inflates to more than {limit:,} bytes: this is a ZIP bomb")
                tail = self._check_xml(tail + block, info.filename)
        return size

    def _check_xml(self, data: bytes, name: str) -> bytes:
        if not name.lower().endswith((".xml", ".rels")) or name == _MANIFEST:
            return b""
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or any(word in data for word in _FORBIDDEN):
            raise Refused(f"{name} holds a document type or entities, which no workbook needs")
        return data[-16:]

    def names(self) -> list[str]:
        """All members."""
        return self._zip.namelist()

    def open(self, name: str) -> IO[bytes]:
        """The inflated bytes of a part."""
        return self._zip.open(name)

    def tree(self, name: str) -> Element:
        """A small part as a tree. KeyError where there is none."""
        with self._zip.open(name) as part:
            return parse(part).getroot()  # noqa: S314 -- document types were refused in `_inspect`

    def elements(self, name: str, tags: frozenset[str]) -> Iterator[Element]:
        """Elements of a large part as they end, by local name; each is emptied after use."""
        with self._zip.open(name) as part:
            context = iterparse(part, events=("start", "end"))  # noqa: S314 -- as above
            path: list[Element] = []
            for event, element in context:
                if event == "start":
                    path.append(element)
                    continue
                path.pop()
                if local(element) in tags:
                    yield element
                    element.clear()
                    if path:
                        path[-1].remove(element)

    def walk(self, name: str) -> Iterator[tuple[list[str], Element, bool]]:
        """Every element of a large part as it begins and as it ends, with the local names of those around it.

        What is a row, a column or a style is emptied behind its end.
        """
        with self._zip.open(name) as part:
            context = iterparse(part, events=("start", "end"))  # noqa: S314 -- as above
            around: list[Element] = []
            names: list[str] = []
            for event, element in context:
                if event == "start":
                    yield names, element, False
                    around.append(element)
                    names.append(local(element))
                    continue
                around.pop()
                names.pop()
                yield names, element, True
                if local(element) in _EMPTIED and "table-row" not in names:
                    element.clear()
                    around[-1].remove(element)

    def related(self, name: str) -> dict[str, str]:
        """Relation id -> part, of the relations of a part."""
        folder, base = posixpath.split(name)
        try:
            root = self.tree(f"{folder}/_rels/{base}.rels".lstrip("/"))
        except KeyError:
            return {}
        found = {}
        for relation in root:
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[relation.get("Id", "")] = path
        return found


def local(element: Element) -> str:
    """The name of an element without its namespace: strict and transitional workbooks differ in it."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
