"""Changes put into the text of a mapping file by their places: what nobody changed stays to the character.

A value is replaced where it stands, in the quotes it had; an entry is added as a line of its own (or inside the braces
of its block), or taken out. Comments, alignment and line ends stay. The new text is read before anybody gets it: it
says what the old one said with exactly these changes, or nothing is changed.
"""

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_migrate.errors import MappingError, UsageError
from crm_migrate.mapping.proposed import mark_of, proposals
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.tree import Path, Plain, plain

Value = str | Mapping[str, str]  # a text, or a small block that is written in braces
_SHARED = frozenset({"mapping_anchor", "mapping_tag"})
_PLAIN = re.compile(r"[^\W_][\w .\-/]*[^\W_]|[^\W_]")
_WORDS = re.compile(r"(?i)null|true|false|yes|no|on|off|~|[-+.\d][\d.,_e+\-:]*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_STEP = 2  # blanks of indentation of what is new


@dataclass(frozen=True, slots=True)
class Set:
    """A path gets a value, whether it is there or not; blocks on the way that are not there are made."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Remove:
    """A key and its value go."""

    path: Path


@dataclass(frozen=True, slots=True)
class Confirm:
    """The mark `# proposed:` behind the line of a key goes."""

    path: Path


Edit = Set | Remove | Confirm


@dataclass(frozen=True, slots=True)
class _Change:
    """The characters from `start` to `end` become `text`; `line` is a whole line that is put in."""

    start: int
    end: int
    text: str
    line: bool = False


def scalar(text: str) -> str:
    """A text as YAML takes it in a block and inside braces alike: in quotes unless it is plain words, or a day."""
    bare = (_PLAIN.fullmatch(text) and not _WORDS.fullmatch(text)) or _DAY.fullmatch(text)
    return text if bare else json.dumps(text, ensure_ascii=False)


def refuse_shared(text: str, name: str) -> None:
    """MappingError where the file has anchors, aliases, merge keys or tags: a change at one place would be one at
    another, which nobody sees."""
    found = [finding for finding in read_text(text, name)[1] if finding.code in _SHARED]
    if found:
        message = f"`{name}` has anchors, aliases or tags: a line that is changed may stand for several places"
        raise MappingError(message, found, hint="write them out, then again; nothing was changed")


def edited(text: str, edits: Sequence[Edit], name: str) -> str:
    """The text with all edits in it. UsageError where one of them cannot be put in without changing more."""
    refuse_shared(text, name)
    wanted = plain(read_text(text, name)[0].root)
    for edit in edits:
        wanted = _meant(wanted, edit)
    new, pending = text, list(edits)
    while pending:
        changes, pending = _together(new, pending, name)
        new = _applied(new, changes)
    _prove(text, new, wanted, name)
    return new


def _together(text: str, edits: Sequence[Edit], name: str) -> tuple[list[_Change], list[Edit]]:
    """The changes of as many edits as can be made of one reading of the text, and the edits that must wait for the
    next: reading is slow, and people fill in hundreds of cells."""
    writer = _Writer(text)
    taken: list[_Change] = []
    for at, edit in enumerate(edits):
        alone = isinstance(edit, Remove)  # what stands beside it may go with it
        if alone and taken:
            return taken, list(edits[at:])
        changes = _confirmed(text, edit.path, name) if isinstance(edit, Confirm) else writer.changes(edit)
        if any(_touch(one, other) for one in changes for other in taken):
            return taken, list(edits[at:])
        taken += changes
        if alone:
            return taken, list(edits[at + 1 :])
    return taken, []


def _touch(one: _Change, other: _Change) -> bool:
    """Whether two changes are of the same characters, or of one place where the order would matter."""
    if one.start == one.end == other.start == other.end:
        return not (one.line and other.line)
    return one.start < other.end and other.start < one.end


def _applied(text: str, changes: Sequence[_Change]) -> str:
    """The text with the changes, from its end on; lines at one place in the order in which they came."""
    for _, change in sorted(enumerate(changes), key=lambda each: (each[1].start, each[0]), reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _confirmed(text: str, path: Path, name: str) -> list[_Change]:
    """The comment that marks the line of a key, with the blanks before it."""
    document, _ = read_text(text, name)
    line = document.key_spot(path).line
    if line not in {each.spot.line for each in proposals(document)}:
        return []
    start = sum(len(each) for each in re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)[: line - 1])
    end = next((at for at in range(start, len(text)) if text[at] in "\r\n"), len(text))
    mark = mark_of(text[start:end])
    return [_Change(start + mark, end, "")] if mark is not None else []


# ------------------------------------------------------------------------------------------------------- by places


class _Writer:
    """One edit of one text, by the places of what it says now."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = "\r\n" if "\r\n" in text else "\n"
        try:
            self._root = YAML(pure=True).compose(text)
        except YAMLError as error:
            raise UsageError("the mapping cannot be read", hint="crm-migrate mapping check") from error

    def changes(self, edit: "Set | Remove") -> list[_Change]:
        found = [self._root, *self._along(edit.path)]
        missing = edit.path[len(found) - 1 :]
        if isinstance(edit, Remove):
            return [] if missing else self._removed(found, edit.path)
        if missing:
            return [self._added(found[-1], missing, edit.value)]
        return [self._replaced(found[-1], edit.value, _flows(found[:-1]))]

    def _along(self, path: Path) -> Iterator[Any]:
        """The nodes behind the keys of a path, as far as they are there."""
        node = self._root
        for step in path:
            node = next((value for key, value in _pairs(node) if key.value == str(step)), None)
            if node is None:
                return
            yield node

    def _replaced(self, node: Any, value: Value, flow: bool) -> _Change:
        start, end = node.start_mark.index, node.end_mark.index
        old = self._text[start:end]
        if not isinstance(value, str):
            if "#" in old or "\n" in old:
                raise _unfit("/".join(old.split())[:60])
            return _Change(start, end, braces(value))
        if not isinstance(node.value, str) or "\n" in old:
            raise _unfit(old.split("\n")[0])
        return _Change(start, end, _in_its_quotes(value, node.style or "", flow))

    def _added(self, parent: Any, missing: Path, value: Value) -> _Change:
        """A line at the end of a block, or an entry at the end of braces."""
        if parent is None or not hasattr(parent, "value") or isinstance(parent.value, str):
            raise _unfit(str(missing[0]))
        if getattr(parent, "flow_style", False):
            return self._in_braces(parent, missing, value)
        indent = parent.value[0][0].start_mark.column
        place = self._behind(parent)
        begin = "" if place == 0 or self._text[place - 1] in "\r\n" else self._end
        gap = self._end if indent == 0 and begin == "" else ""
        lines = _lines(missing, value, indent)
        text = begin + gap + "".join(f"{line}{self._end}" for line in lines)
        return _Change(place, place, text, line=not begin and not gap and len(missing) == 1)

    def _in_braces(self, node: Any, missing: Path, value: Value) -> _Change:
        entry = _in_one_line(missing, value)
        close = node.end_mark.index - 1
        last = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        if "#" in self._text[last:close]:
            raise _unfit(str(missing[0]))
        comma = "" if not node.value or "," in self._text[last:close] else ","
        blank = " " if node.value else ""
        return _Change(last, last, f"{comma}{blank}{entry}")

    def _removed(self, found: Sequence[Any], path: Path) -> list[_Change]:
        parent = found[-2]
        if len(parent.value) == 1 and len(found) > 2:  # a block without an entry says nothing: it goes too
            return self._removed(found[:-1], path[:-1])
        key, value = next(pair for pair in parent.value if pair[0].value == str(path[-1]))
        if getattr(parent, "flow_style", False):
            return [self._out_of_braces(parent, key, value)]
        start = self._line_start(key.start_mark.index)
        return [_Change(start, self._behind(value), "")]

    def _out_of_braces(self, parent: Any, key: Any, value: Any) -> _Change:
        start, end = key.start_mark.index, value.end_mark.index
        at = next(n for n, pair in enumerate(parent.value) if pair[0] is key)
        if at:
            start = parent.value[at - 1][1].end_mark.index
        else:
            end = parent.value[1][0].start_mark.index
        if "#" in self._text[start:end]:
            raise _unfit(str(key.value))
        return _Change(start, end, "")

    def _line_start(self, index: int) -> int:
        return max(self._text.rfind("\n", 0, index), self._text.rfind("\r", 0, index)) + 1

    def _behind(self, node: Any) -> int:
        """The beginning of the line behind a node, without blank lines and comments on lines of their own."""
        while _pairs(node) and not getattr(node, "flow_style", False):
            node = node.value[-1][1]
        while isinstance(node.value, list) and node.value and not getattr(node, "flow_style", False):
            node = node.value[-1]
            node = node[1] if isinstance(node, tuple) else node
        index = node.end_mark.index
        if isinstance(node.value, str) and node.style in ("|", ">"):
            return int(index)
        line_end = re.compile(r"[^\r\n]*(\r\n|\r|\n)?").match(self._text, index)
        return line_end.end() if line_end else len(self._text)


def _pairs(node: Any) -> Sequence[tuple[Any, Any]]:
    value = getattr(node, "value", None)
    return value if isinstance(value, list) and str(getattr(node, "tag", "")).endswith(":map") else ()


def _flows(nodes: Iterable[Any]) -> bool:
    return any(getattr(node, "flow_style", False) for node in nodes)


def _unfit(what: str) -> UsageError:
    return UsageError(
        f"`{what}` is written in a way that cannot be changed without changing more",
        hint="change it in the file by hand, then: crm-migrate mapping check",
    )


# ---------------------------------------------------------------------------------------------------- how it is said


def braces(value: Mapping[str, str]) -> str:
    """A small block in braces."""
    return "{" + ", ".join(f"{_key(key, flow=True)}: {_written(text, flow=True)}" for key, text in value.items()) + "}"


def _in_one_line(missing: Path, value: Value) -> str:
    """An entry as it stands inside braces, with braces for each key of its path that is not there yet."""
    first, *rest = missing
    if rest:
        said = "{" + _in_one_line(tuple(rest), value) + "}"
    else:
        said = _written(value, flow=True) if isinstance(value, str) else braces(value)
    return f"{_key(str(first), flow=True)}: {said}"


def _lines(missing: Path, value: Value, indent: int) -> list[str]:
    """The lines of an entry whose path is not there yet, each key below the one before."""
    keys = [_key(str(step), flow=False) for step in missing]
    heads = [f"{' ' * (indent + _STEP * at)}{key}:" for at, key in enumerate(keys)]
    said = _written(value, flow=False) if isinstance(value, str) else braces(value)
    return [*heads[:-1], f"{heads[-1]} {said}"]


def _key(text: str, *, flow: bool) -> str:
    return text if _is_plain(text, "{}: x", flow) else json.dumps(text, ensure_ascii=False)


def _written(text: str, *, flow: bool) -> str:
    return text if scalar(text) == text or _is_plain(text, "k: {}", flow) else json.dumps(text, ensure_ascii=False)


def _in_its_quotes(text: str, style: str, flow: bool) -> str:
    """A text in the quotes that stood there; without any only where it needs none."""
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False) if style else _written(text, flow=flow)


def _is_plain(text: str, form: str, flow: bool) -> bool:
    """Whether a text is read as itself without quotes, and no trap is seen in it."""
    if not text.isprintable() or text != text.strip() or not text or _WORDS.fullmatch(text):
        return bool(_DAY.fullmatch(text))
    entry = form.replace("{}", text, 1)
    document, findings = read_text("top: {" + entry + "}" if flow else f"top:\n  {entry}", "")
    key, value = (text, "x") if form.startswith("{}") else ("k", text)
    return not findings and plain(document.root) == {"top": {key: value}}


# ---------------------------------------------------------------------------------------------------------- the proof


def _meant(tree: Plain, edit: Edit) -> Plain:
    """What the file says with an edit in it."""
    if isinstance(edit, Confirm):
        return tree
    new: Any = copy.deepcopy(tree)
    here, way = new, []
    for step in edit.path[:-1]:
        if isinstance(edit, Remove) and not (isinstance(here, dict) and str(step) in here):
            return tree
        way.append((here, str(step)))
        here = here.setdefault(str(step), {})
    if isinstance(edit, Set):
        here[str(edit.path[-1])] = edit.value if isinstance(edit.value, str) else dict(edit.value)
        return new  # type: ignore[no-any-return]
    here.pop(str(edit.path[-1]), None)
    for block, step in reversed(way):
        if block[step] == {}:
            block.pop(step)
    return new  # type: ignore[no-any-return]


def _prove(old: str, new: str, wanted: Plain, name: str) -> None:
    """The new text is read, and says what was meant and nothing else."""
    known = {(finding.code, finding.message) for finding in read_text(old, name)[1]}
    document, findings = read_text(new, name)
    fresh = [finding for finding in findings if (finding.code, finding.message) not in known]
    if fresh or plain(document.root) != wanted:
        raise UsageError(
            f"`{name}` is written in a way that cannot be changed safely" + (f": {fresh[0].message}" if fresh else ""),
            hint="change it in the file by hand, then: crm-migrate mapping check",
        )
