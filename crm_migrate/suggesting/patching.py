"""Proposals into a mapping file: lines are added, and not one character that a person wrote is changed."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_migrate.errors import UsageError
from crm_migrate.mapping.editing import Set, edited, refuse_shared
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.tree import Plain, plain
from crm_migrate.suggesting.lines import field_lines, new_objects, object_lines
from crm_migrate.suggesting.suggestion import Suggestion

_STEP = 2  # blanks of indentation of what is new


@dataclass(slots=True)
class _Insertion:
    """Lines that go in at a place: before the line of that number (0-based), or inside braces at a character."""

    line: int
    column: int | None
    lines: list[str] = field(default_factory=list)


def patched(text: str, told: Suggestion, sources: Mapping[str, list[str]], name: str) -> str:
    """The text of a mapping file with the proposals in it; `sources` has who feeds the objects that are written.

    UsageError where the file says its objects in a way that nothing can be added to without changing it, or where a
    line that is added at one place would count at another (anchors).
    """
    refuse_shared(text, name)
    end = "\r\n" if "\r\n" in text else "\n"
    root = _composed(text)
    block = _value(root, "objects")
    places = [*_into_objects(block, told, sources), *_objects(text, root, block, told)]
    new = text
    for place in sorted(places, key=lambda p: (p.line, p.column or 0), reverse=True):
        new = _inserted(new, place, end)
    asked = {each for each in told.maps if any(f"map({each})" in line for place in places for line in place.lines)}
    if asked:
        edits = [edit for each, words in told.maps.items() if each in asked for edit in _map(root, each, words)]
        new = edited(new, edits, name)
    _prove(text, new, name)
    return new


def _map(root: object, name: str, words: Mapping[str, str]) -> Iterator[Set]:
    """A translation that cells ask for, where none of that name is there."""
    if _value(_value(root, "value_maps"), name) is None:
        yield Set(("value_maps", name, "unmapped"), "hold")
        yield Set(("value_maps", name, "map"), words)


def difference(old: str, new: str, name: str) -> str:
    """What is added, as a unified diff that `patch` takes."""
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


# -------------------------------------------------------------------------------------------------- where it goes


def _composed(text: str) -> object:
    try:
        return YAML(pure=True).compose(text)
    except YAMLError as error:
        raise UsageError("the mapping cannot be read", hint="crm-migrate mapping check") from error


def _value(node: object, key: str) -> object:
    pairs = getattr(node, "value", None)
    for name, value in pairs if isinstance(pairs, list) and getattr(node, "tag", "").endswith(":map") else ():
        if name.value == key:
            return value
    return None


def _into_objects(block: object, told: Suggestion, sources: Mapping[str, list[str]]) -> list[_Insertion]:
    """New lines for objects that are there, behind the last line of their `fields:`."""
    places = []
    for name in sources:
        offers = [offer for offer in told.offers if offer.object == name]
        fields = _value(_value(block, name), "fields")
        if not offers or fields is None:
            continue
        if getattr(fields, "flow_style", False):
            places.append(_in_braces(fields, field_lines(offers, sources, 0)))
        else:
            indent = fields.value[0][0].start_mark.column  # type: ignore[attr-defined]
            places.append(_Insertion(_last_line(fields) + 1, None, field_lines(offers, sources, indent)))
    return places


def _in_braces(node: object, lines: list[str]) -> _Insertion:
    """Before the closing brace, each on a line of its own: a comment ends a line also there."""
    mark = node.end_mark  # type: ignore[attr-defined]
    indent = " " * (node.start_mark.column + 1)  # type: ignore[attr-defined]
    bare = not node.value or _ends_with_comma(node)  # type: ignore[attr-defined]
    parts = ["" if bare else ","]
    for at, line in enumerate(lines):
        value, _, why = line.partition("  # proposed: ")
        comma = "," if at + 1 < len(lines) else ""
        parts.append(f"{indent}{value.rstrip()}{comma}  # proposed: {why}")
    return _Insertion(mark.line, mark.column - 1, [*parts, indent])


def _ends_with_comma(node: object) -> bool:
    last = node.value[-1][1].end_mark  # type: ignore[attr-defined]
    between = node.end_mark.buffer[last.pointer : node.end_mark.pointer] if node.end_mark.buffer else ""  # type: ignore[attr-defined]
    return "," in between


def _last_line(node: object) -> int:
    """The last line that a block stands on, without blank lines and comments behind it."""
    value = getattr(node, "value", None)
    if isinstance(value, list) and value and not getattr(node, "flow_style", False):
        last = value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    mark = node.end_mark  # type: ignore[attr-defined]
    return int(mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line)  # type: ignore[attr-defined]


def _objects(text: str, root: object, block: object, told: Suggestion) -> list[_Insertion]:
    """New objects, behind the last one that is there."""
    there = [name.value for name, _ in getattr(block, "value", None) or ()] if _is_map(block) else []
    names = new_objects(told, there)
    if not names:
        return []
    if block is None or not _is_map(block):
        if root is None or not _is_map(root) or getattr(root, "flow_style", False) or _has(root, "objects"):
            raise UsageError(
                "`objects:` stands there without a block of lines",
                hint="take the empty `objects:` out, or write one object below it",
            )
        return [_Insertion(text.count("\n") + 1, None, ["objects:", *_blocks(names, told, _STEP)])]
    if getattr(block, "flow_style", False):
        raise UsageError("the objects stand in braces", hint="write `objects:` in lines, one object below another")
    indent = block.value[0][0].start_mark.column  # type: ignore[attr-defined]
    return [_Insertion(_last_line(block) + 1, None, _blocks(names, told, indent))]


def _has(root: object, key: str) -> bool:
    return any(name.value == key for name, _ in root.value)  # type: ignore[attr-defined]


def _is_map(node: object) -> bool:
    return isinstance(getattr(node, "value", None), list) and str(getattr(node, "tag", "")).endswith(":map")


def _blocks(names: list[str], told: Suggestion, indent: int) -> list[str]:
    return [line for name in names for line in object_lines(name, told, indent)]


def _inserted(text: str, place: _Insertion, end: str) -> str:
    lines = text.splitlines(keepends=True)
    if place.column is None:
        if place.line >= len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += end
        lines[place.line : place.line] = [line + end for line in place.lines]
    else:
        line = lines[place.line]
        first, *middle = place.lines
        added = first + "".join(f"{end}{each}" for each in middle)
        lines[place.line] = line[: place.column].rstrip(" ") + added + line[place.column :]
    return "".join(lines)


def _prove(old: str, new: str, name: str) -> None:
    """The new text is read, and all that the old one says stands in it unchanged. UsageError otherwise."""
    before, _ = read_text(old, name)
    after, findings = read_text(new, name)
    known = {(f.code, f.message) for f in read_text(old, name)[1]}
    fresh = [f for f in findings if (f.code, f.message) not in known]
    if fresh or not _within(plain(before.root), plain(after.root)):
        raise UsageError(
            f"`{name}` is written in a way that nothing can be added to safely"
            + (f": {fresh[0].message}" if fresh else ""),
            hint="take what is printed without --write, and put it in by hand",
        )


def _within(old: Plain, new: Plain) -> bool:
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and _within(value, new[key]) for key, value in old.items())
    return old == new
