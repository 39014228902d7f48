"""Reads YAML as texts with places: failsafe, bounded before anything parses it, and told of everything that traps.

Refused: more than 1 MiB (of decisions 8), a line of more than 10,000 characters, more than 32 levels, anchors, aliases,
tags, merge keys, doubled keys, tabs as indentation, secrets written out. A `#` that cut a value, an unclosed bracket
and a comma that ended a value are told as such.
"""

import errno
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.finding import Finding, Place
from crm_migrate.mapping import indenting, secrets, traps
from crm_migrate.mapping.traps import MAX_DEPTH, QUOTED
from crm_migrate.mapping.tree import Document, Listing, Mapping, Node, Scalar, Spot, changed

MAX_BYTES = 1 << 20
MAX_ENTRIES = 15_000  # of a mapping: what has more would take a minute to be read, and no target holds it
MAX_MOVES = 20  # lines in a wrong column that are told in one round, each of which has the file parsed once more
MAX_LINE = 10_000  # characters; every pattern that looks for secrets or traps is quick on such a line

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_FOLD = "\a"  # what ruamel.yaml leaves in a text behind `>` where a line was folded; the text has none of them
_CUT = re.compile(r"\s?#(?=[\w(])")  # a comment of ours has a blank after its `#`, or two before it


def read_file(
    path: FilePath, name: str, entries: int | None = None, most: int = MAX_BYTES
) -> tuple[Document, list[Finding]]:
    """Read a YAML file of at most `most` bytes; `name` is how findings call it. The document is empty where it cannot
    be parsed.

    A file of clearly more than that many `entries` is refused before anything parses it.
    """
    try:
        data = read_plain(path, most)
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Document(name, ()), [_whole(name, f"is larger than {most:,} bytes", "Split it.")]
        reason = error.strerror or "not readable"
        return Document(name, ()), [_whole(name, f"cannot be read: {reason}", "Name the right file.", "mapping_file")]
    if entries is not None and (data.count(b"\n") + data.count(b",")) > entries:
        words = f"has more than {entries:,} lines and commas"
        return Document(name, ()), [_whole(name, words, "Keep value maps, owners and rates in files (`file:`).")]
    document, findings = _read_once(data, name)
    return document, list(findings)


def read_bytes(data: bytes, name: str) -> tuple[Document, list[Finding]]:
    """Read YAML from bytes (UTF-8, with or without byte order mark)."""
    if len(data) > MAX_BYTES:
        return Document(name, ()), [_whole(name, f"is larger than {MAX_BYTES:,} bytes", "Split it.")]
    document, findings = _read_once(data, name)
    return document, list(findings)


@lru_cache(maxsize=64)
def _read_once(data: bytes, name: str) -> tuple[Document, list[Finding]]:
    """A run looks at its mapping and the library several times; the pure parser is slow."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Document(name, ()), [_whole(name, f"is no UTF-8 text (line {line})", "Save it as UTF-8.")]
    document, findings = read_text(text, name)
    return replace(document, digest=hashlib.sha256(data).hexdigest()), findings


def read_text(text: str, name: str) -> tuple[Document, list[Finding]]:
    """Read YAML from text. Secrets are blanked out of the document's lines before anything can print them."""
    lines = tuple(re.split(r"\r\n|\r|\n", text))
    if long := [number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE]:
        words = f"has a line of more than {MAX_LINE:,} characters (line {long[0]})"
        return Document(name, ()), [_whole(name, words, "Write lists and maps over several lines.")]
    hidden = {n: spans for n, line in enumerate(lines) if (spans := secrets.in_line(line))}
    document = Document(name, tuple(secrets.blanked(line, hidden.get(n, [])) for n, line in enumerate(lines)))
    first = ((number, spans[0]) for number, spans in hidden.items())  # one finding for a line, however many it holds
    findings = [_secret(document, Spot(number + 1, start + 1, end - start)) for number, (start, end) in first]
    before = traps.in_lines(document, lines)
    findings += before
    if any(f.code in ("mapping_depth", "mapping_characters") for f in before):
        return document, findings
    document, parsed, more = _parsed(document, lines, findings)
    findings += more
    if not parsed:
        return document, findings
    told = {f.place.line for f in findings if f.code == "secret_literal"}
    return _late_secrets(document, findings, told)


def _parsed(document: Document, lines: Sequence[str], known: list[Finding]) -> tuple[Document, bool, list[Finding]]:
    """The document with its tree, and whether it has one. Lines in a column where none can begin are told and moved."""
    told: list[Finding] = []
    shown: Sequence[str] = document.lines
    for _ in range(MAX_MOVES):
        reader = _Reader(document, shown, known)
        root = reader.read("\n".join(lines))
        if (wrong := reader.misplaced) is None:
            told += [f for f in reader.findings if f.place.line not in document.moved]  # the rest may only follow
            return (document if root is None else replace(document, root=root)), root is not None, told
        told.append(document.finding("mapping_yaml", wrong.message, wrong.spot, wrong.hint))
        lines, shown = indenting.moved(lines, wrong), indenting.moved(shown, wrong)
        moves, guessed = {**wrong.moves, **document.moved}, document.guessed | wrong.guessed
        document = replace(document, moved=moves, guessed=guessed)
    return document, False, told


def _whole(name: str, message: str, hint: str, code: str = "mapping_yaml") -> Finding:
    return Finding(code, f"`{name}` {message}", place=Place(name), hint=hint)


def _secret(document: Document, spot: Spot) -> Finding:
    message = "a secret stands here as text"
    return document.finding(
        "secret_literal", message, spot, "Name where it is kept: `env:NAME`, `keyring:NAME`, `file:PATH`."
    )


def _late_secrets(document: Document, findings: list[Finding], told: set[int]) -> tuple[Document, list[Finding]]:
    """Secrets that only the tree shows, over several lines for instance; their lines are blanked out whole.

    In the tree all secrets are blanked out, so that nothing that reads it later can repeat one.
    """
    lines = list(document.lines)
    found: list[Spot] = []

    def blanked(section: str, key: str, scalar: Scalar) -> Scalar:
        random = secrets.is_random(scalar.text.strip(), hexadecimal=section == "environments")
        whole = random or secrets.behind_key(key, scalar.text)
        if not whole and not secrets.in_text(scalar.text):
            return scalar
        last = max(scalar.last, scalar.spot.line)
        if told.isdisjoint(range(scalar.spot.line, last + 1)):
            found.append(scalar.spot)
            for number in range(scalar.spot.line - 1, min(last, len(lines))):
                lines[number] = ""
        spans = [(0, len(scalar.text))] if whole else secrets.in_line(scalar.text)
        return replace(scalar, text=secrets.blanked(scalar.text, spans))

    entries, again = (
        tuple((name, changed(node, partial(blanked, name.text), name.text)) for name, node in part)
        for part in (document.root.entries, document.root.again)
    )
    root = replace(document.root, entries=entries, again=again)
    document = replace(document, root=root, lines=tuple(lines))
    return document, [replace(f, place=_hidden(f.place, lines)) for f in findings] + [
        _secret(document, s) for s in found
    ]


def _hidden(place: Place, lines: list[str]) -> Place:
    return replace(place, excerpt=lines[place.line - 1]) if 0 < place.line <= len(lines) else place


# ---------------------------------------------------------------------------------------------------- parsing


@dataclass(slots=True)
class _Open:
    """A collection that is being read: its items or entries so far, and the key that waits for a value."""

    spot: Spot
    mapping: bool
    flow: bool
    items: list[Node] = field(default_factory=list)
    keys: list[Scalar] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    again: list[tuple[Scalar, Node]] = field(default_factory=list)
    key: Scalar | None = None


class _Reader:
    """Builds the tree from the parser's events, so that nothing recurses and no value is interpreted."""

    def __init__(self, document: Document, lines: Sequence[str], known: list[Finding]) -> None:
        self.document = document
        self.known = known
        self.findings: list[Finding] = []
        self.misplaced: indenting.Misplaced | None = None
        self._lines = lines
        self._stack: list[_Open] = []
        self._root: Node | None = None

    def read(self, text: str) -> Mapping | None:
        try:
            for event in YAML(pure=True).parse(text):
                if not self._event(event):
                    return None
        except MarkedYAMLError as error:
            self._refused(error)
            return None
        except (YAMLError, ValueError, RecursionError) as error:
            self._tell("mapping_yaml", f"this is no YAML: {type(error).__name__}", Spot(1, 1), "Check the file.")
            return None
        if isinstance(self._root, Mapping):
            return self._root
        if isinstance(self._root, Listing):  # a file of decisions may be a bare list
            return Mapping(((Scalar("decisions", self._root.spot), self._root),), self._root.spot)
        self._tell("mapping_yaml", "a mapping starts with `crm_migrate: 1`", Spot(1, 1), "See: crm-migrate demo DIR")
        return None

    def _tell(self, code: str, message: str, spot: Spot, hint: str) -> None:
        self.findings.append(self.document.finding(code, message, spot, hint))

    def _event(self, event: Any) -> bool:
        kind = type(event).__name__
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._decorated(event)
            if len(self._stack) >= MAX_DEPTH:
                self._tell("mapping_depth", f"nested more than {MAX_DEPTH} deep", _spot(event), "Write it flatter.")
                return False
            self._stack.append(
                _Open(_spot(event), kind == "MappingStartEvent", bool(event.flow_style), [], [], set(), [])
            )
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._add(_closed(self._stack.pop()))
        elif kind == "ScalarEvent":
            self._decorated(event)
            self._add(self._scalar(event))
        elif kind == "AliasEvent":
            hint = "Write the value out, or put quotes around a name that starts with `*`."
            self._tell("mapping_anchor", "aliases (`*name`) are no part of the language", _spot(event), hint)
            self._add(Scalar(f"*{event.anchor}", _spot(event), plain=False))
        elif kind == "DocumentStartEvent" and self._root is not None:
            self._tell("mapping_yaml", "a second document starts here", _spot(event), "Keep one document in a file.")
            return False
        return True

    def _decorated(self, event: Any) -> None:
        if event.anchor:
            hint = "Write the value out where it is needed, or put quotes around a text that starts with `&`."
            self._tell("mapping_anchor", "anchors (`&name`) are no part of the language", _spot(event), hint)
        if getattr(event, "tag", None):
            hint = "Leave it out, or put quotes around a text that starts with `!`."
            self._tell("mapping_tag", "tags (`!name`) are no part of the language", _spot(event), hint)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark, event.end_mark
        length = (
            end.column - start.column if end.line == start.line else max(1, len(self._line(start.line)) - start.column)
        )
        plain_style = not event.style
        spot = Spot(start.line + 1, start.column + 1, max(1, length))
        said = event.value.replace(_FOLD, "") if event.style == ">" else event.value
        if _NO_TEXT.search(said):
            message = "an escape writes a sign that no text has: half of a pair (`\\uD800`), or NUL"
            self._tell("mapping_characters", message, spot, "Write the letter itself, or leave it out.")
        last = end.line + (end.column > 0)  # a block ends where the next line begins
        scalar = Scalar(_NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", said), spot, plain_style, last=last)
        if not plain_style:
            return scalar
        self._cut(scalar, end)
        self._unclosed(scalar)
        return replace(scalar, null=not event.value)

    def _line(self, index: int) -> str:
        return self._lines[index] if index < len(self._lines) else ""

    def _cut(self, scalar: Scalar, end: Any) -> None:
        rest = self._line(end.line)[end.column :]
        match = _CUT.match(rest)
        if scalar.text and match:
            message = f"a `#` cut this value to `{scalar.text}`"
            self._tell("mapping_cut", message, Spot(end.line + 1, end.column + match.end()), _quote_this(scalar, rest))

    def _unclosed(self, scalar: Scalar) -> None:
        opened = _balance(scalar.text)
        if opened is not None:
            message = f"a bracket of `{scalar.text}` has no partner"
            hint = f"{_quote_this(scalar)} Inside {{ }} and [ ] a comma ends a value."
            self._tell("mapping_unclosed", message, Spot(scalar.spot.line, scalar.spot.column + opened), hint)

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if not top.mapping:
            top.items.append(node)
        elif top.key is None:
            self._key(top, node)
        else:
            self._value(top, node)

    def _key(self, top: _Open, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._tell("mapping_yaml", "a key is a text", node.spot, "Put quotes around a value that holds brackets.")
            node = Scalar("", node.spot)
        elif node.text == "<<":
            self._tell("mapping_anchor", "merge keys (`<<`) are no part of the language", node.spot, "Write it out.")
        elif node.text in top.names:
            message = f"`{node.text}` stands here for the second time"
            self._tell("mapping_duplicate", message, node.spot, "Keep one of the two.")
        top.key = node

    def _value(self, top: _Open, node: Node) -> None:
        key = top.key
        assert key is not None
        top.key = None
        if top.flow and isinstance(node, Scalar) and node.null and node.spot.line == key.spot.line:
            end = key.spot.column + key.spot.length
            if node.spot.column <= end:
                message = f"`{key.text}` has no value: a comma ends a value inside {{ }}"
                self._tell("mapping_comma", message, key.spot, f'Quote the whole value: "..., {key.text}".')
                return
        if key.text in top.names:
            top.again.append((key, node))
        else:
            top.names.add(key.text)
            top.keys.append(key)
            top.items.append(node)

    def _refused(self, error: MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        spot = Spot(mark.line + 1, mark.column + 1) if mark else Spot(1, 1)
        if error.context_mark and "quoted scalar" in str(error.context):
            spot = Spot(error.context_mark.line + 1, error.context_mark.column + 1)
        if any(f.code == "mapping_tab" and f.place.line == spot.line for f in self.known):
            return  # told already, in better words
        wrong = indenting.misplaced(error, self._lines)
        if wrong is not None and wrong.first not in self.document.moved:
            self.misplaced = wrong
            return
        problem = str(error.problem or "cannot be read").replace("\n", " ")
        self._tell("mapping_yaml", f"this is no YAML: {problem}", spot, _advice(problem, self._line(spot.line - 1)))


def _spot(event: Any) -> Spot:
    start, end = event.start_mark, event.end_mark
    same = end.line == start.line
    return Spot(start.line + 1, start.column + 1, max(1, end.column - start.column) if same else 1)


def _closed(top: _Open) -> Node:
    if top.mapping:
        return Mapping(tuple(zip(top.keys, top.items, strict=True)), top.spot, top.flow, tuple(top.again))
    return Listing(tuple(top.items), top.spot)


def _quote_this(scalar: Scalar, rest: str = "") -> str:
    return f'Quote this: "{scalar.text}{rest.split(",")[0].rstrip(" }]")}".'


def _balance(text: str) -> int | None:
    """The offset of the first bracket without partner, outside quotes; None where all is well."""
    bare = QUOTED.sub(lambda m: "x" * len(m.group()), text)
    opened: list[int] = []
    for offset, char in enumerate(bare):
        if char == "(":
            opened.append(offset)
        elif char == ")":
            if not opened:
                return offset
            opened.pop()
    return opened[0] if opened else None


def _advice(problem: str, line: str) -> str:
    if "mapping values" in problem:
        return 'A `: ` inside a value: quote this value, "like: this".'
    if "cannot start any token" in problem or "block end" in problem or "flow" in problem or "alias" in problem:
        return "A value that starts with [ { * & ! % @ or ` or holds a quote needs quotes around it: quote this."
    if "end of stream" in problem:
        return "A quote was opened and never closed."
    return "Compare the indentation with the line above." if line.startswith(" ") else "Quote the value."
