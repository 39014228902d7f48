"""The files of `decisions/`: YAML lists of what people decided, each under a word of its own, under version control.

    duplicates:      # which records are the same (`decisions.py`)
    corrections:     # cells of the sources that are wrong (`corrections.py`)

A file may hold other decisions beside; an entry that stands under the wrong word is told, never left out.
"""

import re
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.finding import Finding, Place

MAX_BYTES = 64 << 20
_BREAKS = re.compile("[\x85\u2028\u2029]")
T = TypeVar("T")


def decision_files(folder: Path) -> list[Path]:
    """The files of a folder that hold decisions, sorted."""
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in (".yaml", ".yml"))


def decision_ids(folder: Path) -> frozenset[str]:
    """The ids of all decisions of a project: of `decisions.yaml` and of the files below `decisions/`, in any list.
    ValueError, YAMLError or OSError where one of them cannot be read."""
    found: set[str] = set()
    for path in (folder / "decisions.yaml", *decision_files(folder / "decisions")):
        document = YAML(typ="base").load(read_plain(path, MAX_BYTES).decode()) if path.is_file() else None
        lists = document.values() if isinstance(document, dict) else ()
        found |= {item["id"] for each in lists if isinstance(each, list) for item in each if _has(item, "id")}
    return frozenset(name for name in found if isinstance(name, str))


def read_entries(
    paths: Iterable[Path], word: str, mark: str, read: Callable[[Any], T | str]
) -> tuple[list[T], list[Finding]]:
    """What stands under `word` in these files, and what is wrong with them.

    `mark` is a key that entries of this list have and others have not; `read` makes one of an entry, or says what is
    wrong with it.
    """
    found: list[T] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            items = _entries(path, word, mark)
        except (YAMLError, ValueError, OSError, RecursionError) as error:
            findings.append(wrong(path, f"The file cannot be read: {_said(error)}", _line(error)))
            continue
        lines: list[int] = []  # asked for where something is wrong, and once
        for number, item in enumerate(items, 1):
            entry = read(item) if _worded(item) else "a list stands where a word must stand, before a colon."
            if isinstance(entry, str):
                lines = lines or _lines(path, word)
                findings.append(wrong(path, f"Decision {number} of `{word}`: {entry}", lines[number - 1]))
            else:
                found.append(entry)
    return found, findings


def place_of(paths: Iterable[Path], word: str, mark: str, read: Callable[[Any], T | str], entry: T) -> Place:
    """Where an entry that was read stands; a file that has changed since then says nothing of a line."""
    for path in paths:
        for item, line in zip(_entries(path, word, mark), _lines(path, word), strict=False):
            if _worded(item) and read(item) == entry:
                return Place(file=_called(path), line=line)
    return Place(file="decisions")


def _lines(path: Path, word: str) -> list[int]:
    """The line of each entry under a word, from 1."""
    document = YAML(typ="base").compose(read_plain(path, MAX_BYTES).decode())
    listed = next((value for key, value in document.value if key.value == word), None)
    return [item.start_mark.line + 1 for item in listed.value] if listed is not None else []


def _called(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _entries(path: Path, word: str, mark: str) -> list[Any]:
    """What stands under a word; the failsafe schema, so that a date or a number stays the text it is.

    _NoList where it is no list: a decision that is not read would be a silent loss.
    """
    document = YAML(typ="base").load(read_plain(path, MAX_BYTES).decode())
    if document is None or (isinstance(document, list) and not any(_has(item, mark) for item in document)):
        return []  # a list of other decisions
    if not isinstance(document, dict):
        raise _NoList(f"It should say `{word}:` with a list.")
    listed = document.get(word) or []
    if not isinstance(listed, list):
        raise _NoList(f"What stands under `{word}` is no list.")
    for other, items in document.items():
        if other != word and isinstance(items, list) and any(_has(item, mark) for item in items):
            raise _NoList(f"Decisions with `{mark}` stand under `{other}`, and are read under `{word}` only.")
    return listed


def _worded(item: Any) -> bool:
    """Whether each key of an entry is a text; YAML allows a list there."""
    return not isinstance(item, dict) or all(isinstance(key, str) for key in item)


def _has(item: Any, mark: str) -> bool:
    return isinstance(item, dict) and mark in item


class _NoList(ValueError):
    """A file of decisions of another shape; says which."""


def _said(error: Exception) -> str:
    """What a parser found, in its words."""
    return str(getattr(error, "problem", None) or error or type(error).__name__).splitlines()[0]


def _line(error: Exception) -> int:
    """The line where a parser stopped, from 1; 0 where it does not say."""
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else 0


def wrong(path: Path, message: str, line: int = 0) -> Finding:
    """A file of decisions, or an entry of it, that cannot be taken."""
    place = Place(file=_called(path), line=line)
    return Finding("decision_invalid", message, place=place, hint="Mend the entry or remove it.")


def is_ours(path: Path, word: str) -> bool:
    """Whether entries can be added; what cannot be read at all is told by who reads it."""
    try:
        document = YAML(typ="base").load(read_plain(path, MAX_BYTES).decode())
    except (YAMLError, UnicodeDecodeError):
        return True
    return document is None or (isinstance(document, dict) and isinstance(document.get(word) or [], list))


def _quoted(value: Any) -> Any:
    """A text with a line break of Unicode in quotes, as an escape: unquoted, YAML would read a blank."""
    return DoubleQuotedScalarString(value) if isinstance(value, str) and _BREAKS.search(value) else value


def with_entries(path: Path, word: str, fresh: Iterable[dict[str, Any]], stands: Callable[[Any], bool]) -> bytes:
    """The file with fresh entries under `word`, after those that stand. What else is in it stays, comments too."""
    yaml = YAML()
    yaml.allow_unicode = True
    yaml.width = 120
    document = (yaml.load(read_plain(path, MAX_BYTES).decode()) if path.exists() else None) or {}
    if not document.get(word):
        document[word] = []
    listed = document[word]
    for place in reversed(range(len(listed))):
        if not stands(listed[place]):
            del listed[place]
    listed.extend({name: _quoted(value) for name, value in entry.items()} for entry in fresh)
    text = StringIO()
    yaml.dump(document, text)
    return text.getvalue().encode()
