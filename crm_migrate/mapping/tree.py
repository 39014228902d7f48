"""A YAML document as a tree of texts, lists and mappings, each with its place in the file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from crm_migrate.finding import Finding, Place, Severity

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """1-based line and column in characters, and how many characters to underline; of another `file`, where it says."""

    line: int
    column: int
    length: int = 1
    file: str = ""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `plain` is False where it was quoted; `null` is a place where nothing was written; `last` is the line
    that it ends in, 0 where it was not read from lines."""

    text: str
    spot: Spot
    plain: bool = True
    null: bool = False
    last: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: "tuple[Node, ...]"
    spot: Spot


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and their values, in the order written; keys are unique. `flow` is `{...}`.

    `again` are the entries whose key stands in `entries` already: they count for nothing, unless they belong elsewhere.
    """

    entries: "tuple[tuple[Scalar, Node], ...]"
    spot: Spot
    flow: bool = False
    again: "tuple[tuple[Scalar, Node], ...]" = ()
    _found: "dict[str, tuple[Scalar, Node]]" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """By name: looking through thousands of fields for each of them would take minutes."""
        object.__setattr__(self, "_found", {key.text: (key, value) for key, value in reversed(self.entries)})

    def key(self, name: str) -> Scalar | None:
        """The key itself, with its place."""
        return self._found[name][0] if name in self._found else None

    def value(self, name: str) -> "Node | None":
        """What stands behind a key."""
        return self._found[name][1] if name in self._found else None


Node = Scalar | Listing | Mapping
Plain = str | None | list["Plain"] | dict[str, "Plain"]


def plain(node: Node) -> Plain:
    """The tree without places: texts, lists, dicts; None where nothing was written."""
    match node:
        case Scalar():
            return None if node.null else node.text
        case Listing():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}


def scalars(node: Node) -> Iterator[tuple[str, Scalar]]:
    """Every text with the key it stands behind ("" in lists of lists), depth first."""
    match node:
        case Scalar():
            yield "", node
        case Listing():
            for item in node.items:
                yield from scalars(item)
        case Mapping():
            for key, value in node.entries:
                for name, scalar in scalars(value):
                    yield name or key.text, scalar


def changed(node: Node, change: Callable[[str, Scalar], Scalar], key: str = "") -> Node:
    """The tree with every text as `change` gives it back, asked with the key that the text stands behind."""
    match node:
        case Scalar():
            return change(key, node)
        case Listing():
            return replace(node, items=tuple(changed(item, change, key) for item in node.items))
        case Mapping():
            entries, again = (
                tuple((name, changed(value, change, name.text)) for name, value in part)
                for part in (node.entries, node.again)
            )
            return replace(node, entries=entries, again=again)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its name as people say it, its lines (secrets blanked out), and the tree.

    `moved`: line -> by how many blanks it was moved to the right (less than 0: to the left) before it could be parsed;
    those that are `guessed` may belong elsewhere. `elsewhere`: the path of a block as it is resolved -> as it is
    written, where these are not the same (`links:`).
    `others`: name -> a file of which parts stand in the tree too (a shared mapping).
    """

    name: str
    lines: tuple[str, ...]
    root: Mapping = field(default_factory=lambda: Mapping((), Spot(1, 1)))
    digest: str = ""
    moved: dict[int, int] = field(default_factory=dict)
    guessed: frozenset[int] = frozenset()
    elsewhere: dict[Path, Path] = field(default_factory=dict)
    others: "dict[str, Document]" = field(default_factory=dict)

    def written(self, path: Path) -> Path:
        """The path by which the file itself has it."""
        begins = (path[:at] for at in range(len(path), 0, -1) if path[:at] in self.elsewhere)
        begin = next(begins, ())
        return (*self.elsewhere[begin], *path[len(begin) :]) if begin else path

    def place(self, spot: Spot) -> Place:
        """The place of a finding in the file as it was written, with the line it is in."""
        if spot.file:
            return self.others[spot.file].place(replace(spot, file=""))
        excerpt = self.lines[spot.line - 1] if 0 < spot.line <= len(self.lines) else ""
        column = max(1, spot.column - self.moved.get(spot.line, 0))
        return Place(self.name, spot.line, column, excerpt, max(1, spot.length))

    def find(self, path: Path) -> Node:
        """The node at a path, or the deepest one on the way to it; steps that the file does not have are skipped."""
        node: Node = self.root
        for step in self.written(path):
            node = _child(node, step) or node
        return node

    def has(self, path: Path) -> bool:
        """Whether the file says the last word of a path."""
        path = self.written(path)
        parent = self.find(path[:-1])
        return isinstance(parent, Mapping) and parent.key(str(path[-1])) is not None

    def key_spot(self, path: Path) -> Spot:
        """Where the last key of a path is written; the value's own place where it is no key."""
        path = self.written(path)
        parent = self.find(path[:-1])
        key = parent.key(str(path[-1])) if path and isinstance(parent, Mapping) else None
        return key.spot if key else self.find(path).spot

    def finding(
        self, code: str, message: str, spot: Spot, hint: str = "", severity: Severity = Severity.ERROR
    ) -> Finding:
        """A finding at a place of this file. Whatever was written there, the message stays readable."""
        return Finding(code, _short(message), severity, self.place(spot), _short(hint))

    def at(self, code: str, message: str, path: Path, hint: str = "", severity: Severity = Severity.ERROR) -> Finding:
        """A finding at the value of a path."""
        return self.finding(code, message, self.find(path).spot, hint, severity)

    def inside(self, code: str, message: str, path: Path, offset: int, hint: str = "", said: str = "") -> Finding:
        """A finding at a part of a text: `said` where it stands there, else the word that begins there (exact where
        the text stands on one line without escapes)."""
        node = self.find(path)
        spot = node.spot
        if isinstance(node, Scalar) and offset <= len(node.text) <= spot.length:
            length = len(said) if said and node.text.startswith(said, offset) else _word(node.text, offset)
            spot = replace(spot, column=spot.column + offset + (not node.plain), length=length)
        return self.finding(code, message, spot, hint)


def _short(text: str, most: int = 400) -> str:
    text = text.replace("\r", " ").replace("\n", " ")
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 4 :]}"


# A name in brackets, a text, a day, or a word as steps and fields are called.
_WORD = re.compile(r"\[[^\]\n]+\]|'[^'\n]*'|\d{4}-\d\d-\d\d|\w+(?:\.\w+)*")


def _word(text: str, offset: int) -> int:
    """How long the word is that begins at a character; 1 where none does."""
    found = _WORD.match(text, offset)
    return len(found[0]) if found else 1


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        return node.value(str(step))
    if isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None
