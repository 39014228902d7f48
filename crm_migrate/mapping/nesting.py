"""A block at the wrong depth or under a misspelt word is told once, where it happened, and read as what was meant.

The authoring model says which words a block has and what stands behind them. What fits its own block stays there; what
does not is looked for in the block before it (whose children stand in its column), then in the blocks around it. Only
for a file with errors: what is valid is never read otherwise.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from pydantic import BaseModel

from crm_migrate.connecting.discovery import source_options, target_options
from crm_migrate.crm.model import OBJECTS
from crm_migrate.finding import Finding
from crm_migrate.mapping.kinds import Kind, kind_of
from crm_migrate.mapping.model_sources import Environment, Source
from crm_migrate.mapping.tree import Document, Listing, Mapping, Node, Scalar, Spot

_ALIKE = 0.8  # of difflib: one letter too few or two exchanged in a word of five
_NEARLY = 0.6  # `form` for `from`: only where nothing else can be meant
_MOST = 100  # words of one block that are compared: it is slow, and who has more wrote no mapping
_NAMES = frozenset(OBJECTS) | {f.name for model in OBJECTS.values() for f in model.fields}

Entry = tuple[Scalar, Node]


def as_meant(
    document: Document, model: type[BaseModel], told: list[Finding]
) -> tuple[Document, list[Finding], list[Finding]]:
    """The document with every block where it belongs and spelt right, what is left of what was `told`, and the slips.

    What the reader told of a line that turns out to be part of a wrong block, or of a double that has a block of its
    own, is left out.
    """
    sources = document.root.value("sources")
    names = frozenset(key.text for key, _ in sources.entries) if isinstance(sources, Mapping) else frozenset()
    mender = _Mender(document, names)
    root, _ = mender.block(document.root, kind_of(model), ())
    solved = {(code, spot.line) for code, spot in mender.solved}
    left = [f for f in told if (f.code, f.place.line) not in solved]
    return replace(document, root=root), left, mender.findings


@dataclass(slots=True)
class _Standing:
    """An entry that stands in its block, and those below it that turned out to be its children."""

    key: Scalar
    value: Node
    children: list[Entry] = field(default_factory=list)

    @property
    def whole(self) -> Node:
        """The value with the children."""
        if not self.children:
            return self.value
        own = (*self.value.entries, *self.value.again) if isinstance(self.value, Mapping) else ()
        return Mapping((*own, *self.children), self.value.spot)


@dataclass(frozen=True, slots=True)
class _Level:
    """A block around the one that is looked at, and the words that are written in it."""

    kind: Kind
    key: Scalar
    words: Collection[str]


class _Mender:
    """Walks a document by the model, and keeps what is to be told."""

    def __init__(self, document: Document, sources: frozenset[str]) -> None:
        self.document = document
        self.sources = sources
        self.findings: list[Finding] = []
        self.solved: list[tuple[str, Spot]] = []
        self._moved: set[Spot] = set()

    def block(self, node: Mapping, kind: Kind, outer: tuple[_Level, ...]) -> tuple[Mapping, list[Entry]]:
        """The block as it was meant, and the entries in it that belong to blocks around it."""
        entries = sorted((*node.entries, *node.again), key=lambda entry: (entry[0].spot.line, entry[0].spot.column))
        if kind.leaf:
            return replace(node, entries=_first(entries), again=()), []
        known = _known(kind, node)
        self._spelt(entries, kind, known, _ALIKE)
        one_line = node.flow  # nothing is indented there
        standing = [_Standing(*e) for e in _first(entries)] if one_line else self._gathered(entries, kind, outer)
        left = [(each.key, each.value) for each in standing]
        self._spelt(left, kind, known, _NEARLY)
        self._instead(left, kind, known)
        for each, (key, _) in zip(standing, left, strict=True):
            each.key = key
        out = {} if one_line else self._out(standing, kind, outer)
        for around, those in out.items():
            self._outdent(around, those)
        gone = {each.key.text: each for those in out.values() for each in those}
        done, away = self._settled([each for each in standing if each.key.text not in gone], kind, outer)
        return replace(node, entries=done, again=()), away + [(each.key, each.whole) for each in gone.values()]

    def _out(self, standing: list[_Standing], kind: Kind, outer: tuple[_Level, ...]) -> dict[Scalar, list[_Standing]]:
        """The entries that belong into a block around this one, by the entry of that block in which they stand."""
        out: dict[Scalar, list[_Standing]] = {}
        for each in standing:
            if not self._at_home(each.key, each.value, kind, outer) and (around := self._around(each, outer)):
                out.setdefault(around.key, []).append(each)
        return out

    def _settled(
        self, standing: list[_Standing], kind: Kind, outer: tuple[_Level, ...]
    ) -> tuple[tuple[Entry, ...], list[Entry]]:
        """The entries with what is inside them as it was meant, and what belongs to blocks around this one."""
        here = {each.key.text for each in standing}
        done: list[Entry] = []
        away: list[Entry] = []
        waiting = list(standing)
        while waiting:
            each = waiting.pop(0)
            level = _Level(kind, each.key, here)
            value, left = self._inside(each, kind.behind(each.key.text), (*outer, level))
            done.append((each.key, value))
            for key, what in left:
                if key.text not in here and kind.has(key.text, what, self.sources):
                    here.add(key.text)
                    waiting.insert(0, _Standing(key, what))
                else:
                    away.append((key, what))
        return tuple(done), away

    def _inside(self, each: _Standing, kind: Kind | None, outer: tuple[_Level, ...]) -> tuple[Node, list[Entry]]:
        value = each.whole
        if each.children:
            self._indent(each)
        if kind is None:
            return value, []
        if isinstance(value, Listing):
            items = kind.items
            if items is not None:
                blocks = (self.block(i, items, ())[0] if isinstance(i, Mapping) else i for i in value.items)
                value = replace(value, items=tuple(blocks))
            return value, []
        return self.block(value, kind, outer) if isinstance(value, Mapping) and kind.mapping else (value, [])

    # ------------------------------------------------------------------------------------------------ spelling

    def _spelt(self, entries: list[Entry], kind: Kind, known: frozenset[str] | None, alike: float) -> None:
        """Puts right the words that are nearly one that is not written here and takes such a value."""
        if known is None:
            return
        free = set(kind.words) - {key.text for key, _ in entries}
        unknown = [at for at, (key, _) in enumerate(entries) if key.text not in known]
        for at in unknown[:_MOST]:
            key, value = entries[at]
            for meant in difflib.get_close_matches(key.text, sorted(free), 1, alike) if len(key.text) <= 100 else ():
                if kind.has(meant, value, self.sources):
                    self._misspelt(key, meant)
                    free.discard(meant)
                    entries[at] = (replace(key, text=meant), value)

    def _instead(self, entries: list[Entry], kind: Kind, known: frozenset[str] | None) -> None:
        """The one word that nobody knows stands for the one that must be there, where its value is such a block."""
        missing = kind.required - {key.text for key, _ in entries}
        unknown = [at for at, (key, _) in enumerate(entries) if known is not None and key.text not in known]
        if len(missing) == len(unknown) == 1:
            (word,), (at,) = missing, unknown
            key, value = entries[at]
            if isinstance(value, Mapping) and kind.has(word, value, self.sources):
                self._misspelt(key, word)
                entries[at] = (replace(key, text=word), value)

    def _misspelt(self, key: Scalar, meant: str) -> None:
        message = f"`{key.text}` is no word here"
        self._tell("mapping_unknown_word", message, key.spot, f"Did you mean `{meant}`?")

    # ------------------------------------------------------------------------------------------------ depth

    def _gathered(self, entries: list[Entry], kind: Kind, outer: tuple[_Level, ...]) -> list[_Standing]:
        """The entries of a block, each with those behind it that belong into it."""
        out: list[_Standing] = []
        words: set[str] = set()
        for key, value in entries:
            last = out[-1] if out else None
            inner = self._behind(last, kind, outer) if last else None
            own = key.text not in words and (_stays(key, kind) or self._at_home(key, value, kind, outer))
            child = last is not None and inner is not None and self._child(last, key, value, inner)
            if child and last and inner and (not own or self._only_inside(last, key, value, kind, inner)):
                last.children.append((key, value))
                self._moved.add(key.spot)
                self.solved += [("mapping_duplicate", key.spot), ("mapping_yaml", key.spot)]
            elif key.text not in words:
                words.add(key.text)
                out.append(_Standing(key, value))
        return out

    def _at_home(self, key: Scalar, value: Node, kind: Kind, outer: tuple[_Level, ...]) -> bool:
        """Whether an entry fits its block. What a block around this one misses is no name that somebody chose."""
        if not kind.has(key.text, value, self.sources):
            return False
        if kind.model is not None or key.text in _NAMES or key.text in self.sources:
            return True
        around = self._around(_Standing(key, value), outer)
        return around is None or (key.text not in around.kind.required and not _null(value))

    def _behind(self, last: _Standing, kind: Kind, outer: tuple[_Level, ...]) -> Kind | None:
        """What stands behind a word, here or in the block around this one that it belongs to."""
        if not self._at_home(last.key, last.value, kind, outer):
            around = self._around(last, outer)
            kind = around.kind if around else kind
        return kind.behind(last.key.text)

    def _around(self, each: _Standing, outer: tuple[_Level, ...]) -> _Level | None:
        """The nearest block around this one in which a word with that value can stand."""
        fits = (
            level
            for level in reversed(outer)
            if each.key.text not in level.words
            and level.kind.has(each.key.text, each.value, self.sources)
            and (level.kind.model is not None or isinstance(each.value, Mapping))  # any name with a text fits somewhere
        )
        return next(fits, None)

    def _child(self, last: _Standing, key: Scalar, value: Node, inner: Kind) -> bool:
        """Whether an entry may belong into the one before it."""
        if not inner.mapping:
            return False
        if isinstance(last.value, Scalar):
            return last.value.null and (bool(last.children) or inner.has(key.text, value, self.sources))
        if not isinstance(last.value, Mapping) or last.value.flow or last.value.key(key.text):
            return False
        return inner.has(key.text, value, self.sources)

    def _only_inside(self, last: _Standing, key: Scalar, value: Node, kind: Kind, inner: Kind) -> bool:
        """A word of the block before, among names that anybody may choose, and none that the CRM model has."""
        if kind.model is not None or inner.model is None or key.text in _NAMES:
            return False
        known = key.text in inner.words or (inner.leaf and key.text in self.sources)
        return known and (isinstance(last.value, Scalar) or inner.leaf or inner.closed or _null(value))

    def _indent(self, each: _Standing) -> None:
        first, last = each.children[0][0].spot, _end(each.children[-1])
        name = each.key.text
        if isinstance(each.value, Mapping):
            message = f"`{each.children[0][0].text}` stands beside `{name}`, and belongs under it"
            self._tell(
                "mapping_nesting", message, first, f"Indent {_lines(first.line, last)} as what is under `{name}:`."
            )
            return
        more = f" and {count - 1} more stand" if (count := len(each.children)) > 1 else " stands"
        message = f"nothing stands under `{name}`: `{each.children[0][0].text}`{more} in its own column"
        hint = f"Indent {_lines(first.line, last)} further than `{name}:`."
        self._tell("mapping_nesting", message, each.key.spot, hint)

    def _outdent(self, around: Scalar, those: list[_Standing]) -> None:
        """Tells of entries that belong beside the block around them; not where that block was moved itself."""
        self.solved += [("mapping_yaml", each.key.spot) for each in those]
        if around.spot in self._moved:
            return
        first, last = those[0].key, those[-1]
        more = f" and {len(those) - 1} more stand inside `{around.text}`, and belong" if len(those) > 1 else ""
        message = f"`{first.text}`{more or f' stands inside `{around.text}`, and belongs'} beside it"
        lines = _lines(first.spot.line, _end((last.key, last.value)))
        hint = f"Begin {lines} in the column of `{around.text}:`."
        self._tell("mapping_nesting", message, first.spot, hint)

    def _tell(self, code: str, message: str, spot: Spot, hint: str) -> None:
        self.findings.append(self.document.finding(code, message, spot, hint))


def _known(kind: Kind, node: Mapping) -> frozenset[str] | None:
    """The words that a block knows, with the options of its connector; None where it may have any."""
    if kind.model is None or kind.leaf:
        return None
    said = node.value("connector")
    name = said.text if isinstance(said, Scalar) else ""
    if kind.model is Environment:
        options = target_options(name) if name else frozenset()
    elif kind.model is Source:
        each = [source_options(connector) for connector in ([name] if name else ["files", "sql"])]
        options = None if None in each else frozenset().union(*(known for known in each if known))
    else:
        options = frozenset()
    return None if options is None else kind.words | options


def _first(entries: list[Entry]) -> tuple[Entry, ...]:
    """Each key once, as it was written first."""
    return tuple({key.text: (key, value) for key, value in reversed(entries)}.values())[::-1]


def _stays(key: Scalar, kind: Kind) -> bool:
    """A word of a block that names no field is that word, be its value as wrong as it may."""
    return kind.closed and key.text in kind.words and key.text not in _NAMES


def _null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.null


def _end(entry: Entry) -> int:
    """The last line of an entry."""
    return max(spot.line for spot in _spots(entry[1], entry[0].spot))


def _spots(node: Node, key: Spot) -> Iterator[Spot]:
    yield key
    match node:
        case Scalar():
            yield key if node.null else node.spot
        case Listing():
            for item in node.items:
                yield from _spots(item, key)
        case Mapping():
            for name, value in node.entries:
                yield from _spots(value, name.spot)


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"
