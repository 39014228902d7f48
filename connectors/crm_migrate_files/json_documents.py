"""A JSON document: the list in it whose entries are the records, found without reading what stands beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from crm_migrate.errors import InputError
from crm_migrate_files.json_lines import ENTRIES, MARK, Line, Tally, entries_in

MAX_BYTES = 128 << 20  # of a document, which is held in memory
_BLANK = " \t\r\n"
_READER = json.JSONDecoder()
Span = tuple[int, int]  # of characters


class Document:
    """The records of a document: a list, or one that an object holds; `path` is what leads on from each of them."""

    called = "record"
    counted = ENTRIES

    def __init__(self, path: Path, table: str | None) -> None:
        self._name = path.name
        self._wanted = tuple(table.split(".")) if table else None
        self.path: tuple[str, ...] = ()
        self._way: tuple[str, ...] = ()
        self.said = "UTF-8, as JSON is by its standard"

    def lines(self, handle: BinaryIO, tally: Tally) -> Iterator[Line]:
        """The records by their place in the list."""
        text = self._text(handle, tally)
        for number, (start, end) in enumerate(self._records(text), 1):
            yield Line(number, None, text[start:end].encode("utf-8", "surrogatepass"))

    def whole(self, handle: BinaryIO) -> Any:
        """All that the document says. InputError where it is not good up to its end."""
        return self._parsed(self._text(handle, Tally()))

    def _parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{self._name}: is no JSON from line {error.lineno:,} on: {error.msg}",
                hint="export it again; the file may be cut off",
            ) from None
        except RecursionError:
            raise InputError(f"{self._name}: is nested too deeply", hint="is it an export of records?") from None

    def count(self, handle: BinaryIO) -> int:
        """The rows of the document, which is read as a whole first: it is good up to its end, or refused."""
        text = self._text(handle, Tally())
        whole = self._parsed(text)
        spans = list(self._records(text))
        if self.path:
            return sum(entries_in(text[start:end].encode("utf-8", "surrogatepass"), self.path) for start, end in spans)
        for name in self._way:
            whole = whole[name]
        return len(whole) if isinstance(whole, list) else 1

    def _text(self, handle: BinaryIO, tally: Tally) -> str:
        data = handle.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(
                f"{self._name}: is a JSON document of more than {MAX_BYTES >> 20} MiB",
                hint=f"write one record per line: jq -c '.[]' {self._name} > records.jsonl",
            )
        tally.bytes += len(data)
        tally.digest.update(data)
        try:
            return data.removeprefix(MARK).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{self._name}: is no UTF-8 (byte {error.start + 1:,}), and JSON is that by its standard",
                hint="write it again as UTF-8",
            ) from None

    def _records(self, text: str) -> Iterator[Span]:
        at, rest = _skip(text, 0), list(self._wanted or ())
        way: list[str] = []
        while text[at : at + 1] == "{":
            if not rest and (self._wanted is not None or not (rest := self._only_list(text, at))):
                break
            name = rest.pop(0)
            found = next((start for key, start, _ in _pairs(text, at) if key == name), None)
            if found is None:
                names = ", ".join(key for key, _, _ in _pairs(text, at))
                raise InputError(
                    f"{self._name}: holds no `{name}`; there are: {names[:200]}",
                    hint="check `table:` of the source",
                )
            at = found
            way.append(name)
        self.path, self._way = tuple(rest), tuple(way)
        yield from _entries(text, at) if text[at : at + 1] == "[" else [(at, _end(text, at))]

    def _only_list(self, text: str, at: int) -> list[str]:
        """The name of the only list of objects in an object; none where it holds none: it is a record itself."""
        lists = [key for key, start, end in _pairs(text, at) if text[start] == "[" and "{" in text[start:end]]
        if len(lists) > 1:
            raise InputError(
                f"{self._name}: holds several lists of records: {', '.join(lists[:10])}",
                hint=f"say which one: `table: {lists[0]}`",
            )
        if lists:
            self.said = f"the records are the list `{lists[0]}`"
        return lists


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _end(text: str, at: int) -> int:
    """The end of a value, whatever is in it."""
    _, end = _READER.raw_decode(text, at)
    return end


def _expect(text: str, at: int, letters: str) -> str:
    found = text[at : at + 1]
    if found not in letters or not found:
        raise json.JSONDecodeError(f"there should be {' or '.join(letters)}", text, at)
    return found


def _pairs(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Name, beginning and end of every value of an object."""
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return
    while True:
        _expect(text, at, '"')
        name, end = _READER.raw_decode(text, at)
        at = _skip(text, end)
        _expect(text, at, ":")
        start = _skip(text, at + 1)
        end = _end(text, start)
        yield name, start, end
        at = _skip(text, end)
        if _expect(text, at, ",}") == "}":
            return
        at = _skip(text, at + 1)


def _entries(text: str, at: int) -> Iterator[Span]:
    """Beginning and end of every entry of a list."""
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return
    while True:
        end = _end(text, at)
        yield at, end
        at = _skip(text, end)
        if _expect(text, at, ",]") == "]":
            return
        at = _skip(text, at + 1)


def is_document(head: bytes, *, lines: bool) -> bool:
    """Whether a file begins as a document and not as one record per line; `lines`: its name says the latter."""
    start = head.removeprefix(MARK).lstrip()
    if start.startswith(b"[") or lines:
        return start.startswith(b"[")
    first, newline, rest = start.partition(b"\n")
    try:
        whole = isinstance(json.loads(first), dict)
    except ValueError:
        return True
    return not (whole and newline and rest.lstrip().startswith(b"{"))
