"""`evidence.lock`: facts about columns, one line each, sorted, for people to review and for git to keep.

People merge this file. Whatever they leave in it that is not ours is told with its line, and never guessed at.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crm_migrate.disk.json_once import Twice, once
from crm_migrate.errors import UsageError
from crm_migrate.workspace.files import SHARED, write_file

Facts = dict[str, dict[str, dict[str, str]]]  # source -> column -> fact -> value

VERSION = 1
MAX_BYTES = 64 << 20
RENEW = "bring it back from version control, or remove it: the next crm-migrate run decides it from the sources again"
_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


def read_evidence(path: Path) -> Facts:
    """The locked facts; none where there is no file yet. UsageError, with the line, where it is not as we write it."""
    if not path.exists():
        return {}
    document = _parsed(path, _text(path))
    wrong = next(_faults(document), None)
    if wrong is not None:
        raise _refused(path, _line_of(path, wrong[0]), wrong[1])
    facts: Facts = document["columns"]
    return facts


def write_evidence(path: Path, facts: Facts) -> None:
    """Write the facts when they differ from what is there, so that an unchanged file keeps its date."""
    if read_evidence(path) != facts:
        text = json.dumps({"crm_migrate": VERSION, "columns": facts}, ensure_ascii=False, indent=2, sort_keys=True)
        write_file(path, (text + "\n").encode(), SHARED)


def _text(path: Path) -> str:
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise _refused(path, 0, "is no file of ours: it is a folder, a device or far too large")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, data[: error.start].count(b"\n") + 1, "holds bytes that are no UTF-8") from error


def _parsed(path: Path, text: str) -> Any:
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_CONFLICT):
            raise _refused(path, number, "holds a merge conflict that was not resolved")
    if not text.strip():
        raise _refused(path, 0, "is empty")
    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise _refused(path, error.lineno, f"cannot be read: {error.msg}") from error
    except Twice as error:
        raise _refused(path, _last_line_of(text, str(error)), f"says {error} twice, in one place") from error
    except RecursionError as error:
        raise _refused(path, 0, "cannot be read: it is nested too deep") from error


def _faults(document: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where the document is not as we write it: the path of names to the place, and what is wrong there."""
    if not isinstance(document, dict):
        yield (), "is not an object with `columns`"
    elif document.get("crm_migrate") != VERSION or isinstance(document.get("crm_migrate"), bool):
        yield ("crm_migrate",), f"is not of version {VERSION}, which this program reads"
    elif others := document.keys() - {"crm_migrate", "columns"}:
        yield (min(others),), f"holds {min(others)!r}, which is not of ours"
    else:
        yield from _of_level(document.get("columns"), ("columns",), ("sources", "columns", "facts"))


def _of_level(value: Any, place: tuple[str, ...], levels: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    name = ".".join(place)
    if not levels:
        if not isinstance(value, str):
            yield place, f"says for {name} what is no text"
    elif not isinstance(value, dict):
        yield place, f"should list {levels[0]} in {name}"
    else:
        for key, inner in value.items():
            yield from _of_level(inner, (*place, key), levels[1:])


def _line_of(path: Path, place: tuple[str, ...]) -> int:
    """The line of the last name of a path, each sought behind the one before; 0 where there is none."""
    lines, at = _text(path).splitlines(), 0
    for name in place:
        quoted = json.dumps(name, ensure_ascii=False)
        at = next((n for n in range(at, len(lines)) if quoted in lines[n]), -1)
        if at < 0:
            return 0
    return at + 1 if place else 1


def _last_line_of(text: str, word: str) -> int:
    return max((number for number, line in enumerate(text.splitlines(), 1) if word in line), default=0)


def _refused(path: Path, line: int, what: str) -> UsageError:
    return UsageError(f"{path.name}{f', line {line},' if line else ''} {what}", hint=RENEW)
