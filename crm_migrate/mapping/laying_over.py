"""One tree of texts laid over another: blocks word by word, lists of named things by their names."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from crm_migrate.mapping.tree import Listing, Mapping, Node, Path, Scalar, Spot

_NAMES = ("id", "name", "rule")  # the words by which items of a list are told apart
_PLACE = re.compile(r"\$\{\s*(\w+)\s*\}")


@dataclass(frozen=True, slots=True)
class Shadow:
    """A word that both trees say: its path, where the upper one says it, and where the lower one does."""

    path: Path
    upper: Spot
    lower: Spot


def laid_over(upper: Mapping, lower: Mapping) -> tuple[Mapping, list[Shadow]]:
    """What the upper tree says, and where it says nothing, the lower one; and every word that both say."""
    shadows: list[Shadow] = []
    return _block(upper, lower, (), shadows), shadows


def _block(upper: Mapping, lower: Mapping, path: Path, shadows: list[Shadow]) -> Mapping:
    entries: list[tuple[Scalar, Node]] = []
    for key, below in lower.entries:
        own, above = upper.key(key.text), upper.value(key.text)
        if own is None or above is None:
            entries.append((key, below))
        else:
            entries.append((own, _node(above, below, (*path, key.text), (own.spot, key.spot), shadows)))
    entries += [(key, value) for key, value in upper.entries if lower.key(key.text) is None]
    return replace(upper, entries=tuple(entries))


def _node(upper: Node, lower: Node, path: Path, spots: tuple[Spot, Spot], shadows: list[Shadow]) -> Node:
    if isinstance(upper, Mapping) and isinstance(lower, Mapping):
        return _block(upper, lower, path, shadows)
    if isinstance(upper, Listing) and isinstance(lower, Listing) and _are_named(upper) and _are_named(lower):
        return _items(upper, lower, path, shadows)
    shadows.append(Shadow(path, *spots))
    return upper


def _items(upper: Listing, lower: Listing, path: Path, shadows: list[Shadow]) -> Listing:
    own = {_name(item): item for item in upper.items}
    items: list[Node] = []
    for item in lower.items:
        name = _name(item)
        items.append(own.get(name, item))
        if name in own:
            shadows.append(Shadow((*path, name), own[name].spot, item.spot))
    there = {_name(item) for item in lower.items}
    return replace(upper, items=(*items, *(item for item in upper.items if _name(item) not in there)))


def _are_named(listing: Listing) -> bool:
    return all(_name(item) for item in listing.items)


def _name(item: Node) -> str:
    """What an item of a list is called; "" where it has no name."""
    named = (item.value(word) for word in _NAMES) if isinstance(item, Mapping) else ()
    return next((node.text for node in named if isinstance(node, Scalar)), "")


def found(node: Node, path: Sequence[str]) -> bool:
    """Whether a tree has something at a path of words and names of items."""
    return not path or any(found(inner, path[1:]) for name, inner in _children(node) if name == path[0])


def removed(node: Node, path: Sequence[str]) -> Node:
    """The tree without what stands at a path of words and names of items."""
    first, rest = path[0], path[1:]

    def kept(name: str, inner: Node) -> Node | None:
        return inner if name != first else removed(inner, rest) if rest else None

    if isinstance(node, Mapping):
        entries = ((key, kept(key.text, value)) for key, value in node.entries)
        return replace(node, entries=tuple((key, value) for key, value in entries if value is not None))
    if isinstance(node, Listing):
        items = (kept(_name(item), item) for item in node.items)
        return replace(node, items=tuple(item for item in items if item is not None))
    return node


def lines(node: Node, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a tree with its dotted path; items of lists by their names, or else their numbers."""
    if isinstance(node, Scalar):
        yield path, node.text
    for at, (name, inner) in enumerate(_children(node), 1):
        yield from lines(inner, f"{path}.{name or at}".lstrip("."))


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield from ((key.text, value) for key, value in node.entries)
    if isinstance(node, Listing):
        yield from ((_name(item), item) for item in node.items)


def each_placeholder(text: str, value: Callable[[str], str]) -> str:
    """The text with every `${name}` as `value` gives it."""
    return _PLACE.sub(lambda match: value(match[1]), text)


def of_file(node: Node, file: str) -> Node:
    """The tree with every place marked as one of that file."""

    def marked(spot: Spot) -> Spot:
        return replace(spot, file=file)

    match node:
        case Scalar():
            return replace(node, spot=marked(node.spot))
        case Listing():
            return replace(node, items=tuple(of_file(item, file) for item in node.items), spot=marked(node.spot))
        case Mapping():
            entries = tuple((replace(k, spot=marked(k.spot)), of_file(value, file)) for k, value in node.entries)
            return replace(node, entries=entries, again=(), spot=marked(node.spot))
