"""One record of JSON as cells: nested objects by their path (`guest.id`), lists as JSON, numbers as they are written;
or each entry of a list in it as a row of its own, with the cells of the record around it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from crm_migrate.connecting.typed import unmistakable
from crm_migrate_files.parsed import Unreadable, checked

MAX_DEPTH = 32  # objects and lists in each other; a CRM's export has three or four
Cells = dict[str, str | None]
Path = tuple[str, ...]  # names on the way to a list
VALUE = "value"  # the column of entries that are no objects


class _Number(str):
    """A number as it is written: `412.50` is not 412.5, and 17 digits stay 17 digits."""

    __slots__ = ()


def _fraction(text: str) -> _Number:
    return _Number(unmistakable(text))


def value_of(record: bytes) -> Any:
    """What a record says. Unreadable where it is no JSON, or says one name twice."""
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("undecodable", f"byte {error.start + 1:,} of the line is no UTF-8") from None
    try:
        return json.loads(
            text, parse_int=_Number, parse_float=_fraction, parse_constant=_no_number, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise Unreadable("no_json_object", f"is no JSON: {error.msg} at character {error.pos + 1:,}") from None
    except RecursionError:
        raise Unreadable("no_json_object", "is nested too deeply") from None


def rows_of(record: bytes, path: Path) -> Iterator[Cells | Unreadable]:
    """The rows of a record: itself where the path is empty, else one for every entry of the lists at that path.

    An entry has the cells of what it stands in, as `parent.name`. Unreadable is given where a row would lose a value,
    and raised where the record is no JSON.
    """
    value = value_of(record)
    if not path and not isinstance(value, dict):
        yield Unreadable("no_json_object", f"is {_kind(value)}, not an object in braces")
        return
    for inner, around in entries(value, path):
        try:
            own = _flat(inner if isinstance(inner, dict) else {VALUE: inner}, "", 0)
            yield _once((*own, *_around(around)))
        except Unreadable as error:
            yield error


def entries(value: Any, path: Path, around: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The values at a path, each with the objects that it stands in, innermost first; lists on the way are gone
    through."""
    if isinstance(value, list) and around:
        for each in value:
            yield from entries(each, path, around)
    elif not path:
        yield value, around
    else:
        yield from _below(value, path, around)


def _below(value: Any, path: Path, around: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    inner = value
    for depth, name in enumerate(path, 1):
        inner = inner.get(name) if isinstance(inner, dict) else None
        if isinstance(inner, list):
            for each in inner:
                yield from entries(each, path[depth:], (value, *around))
            return
    if inner is not None:
        yield inner, (value, *around)


def _around(around: tuple[Any, ...]) -> Iterator[tuple[str, str | None]]:
    """The cells of the objects around, without their lists, which are rows themselves."""
    for depth, value in enumerate(around, 1):
        cells = _flat(value, "", 0, lists=False) if isinstance(value, dict) else ()
        yield from ((f"{'parent.' * depth}{name}", cell) for name, cell in cells)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Unreadable where a name comes twice: a dictionary would keep the last value and lose the others."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable("json_name_twice", f"says `{name[:80]}` twice")
        found[name] = value
    return found


def _no_number(word: str) -> None:
    raise Unreadable("no_json_object", f"is no JSON: {word} is no number")


def _kind(value: Any) -> str:
    kinds = {list: "a list", _Number: "a number", str: "a text", bool: "a yes or no", type(None): "null"}
    return kinds[type(value)]


def _flat(value: dict[str, Any], path: str, depth: int, *, lists: bool = True) -> Iterator[tuple[str, str | None]]:
    if depth > MAX_DEPTH:
        raise Unreadable("no_json_object", "is nested too deeply")
    for name, inner in value.items():
        checked(name)
        if isinstance(inner, dict):
            yield from _flat(inner, f"{path}{name}.", depth + 1, lists=lists)
        elif lists or not isinstance(inner, list):
            yield f"{path}{name}", None if inner is None else checked(_text(inner, depth))


def _text(value: Any, depth: int) -> str:
    """A text as it is; everything else as JSON without blanks."""
    return str(value) if isinstance(value, str) else _written(value, depth)


def _written(value: Any, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise Unreadable("no_json_object", "is nested too deeply")
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(_written(each, depth + 1) for each in value)}]"
    if isinstance(value, dict):
        inner = (f"{_written(name, depth)}:{_written(each, depth + 1)}" for name, each in value.items())
        return f"{{{','.join(inner)}}}"
    return json.dumps(value, ensure_ascii=False)
