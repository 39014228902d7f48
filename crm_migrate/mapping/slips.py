"""A misspelled name is told once, where it was misspelled, and read as what was meant.

An object or field that neither the CRM model nor the target knows, and whose nearest name in the model nobody has
written, is the slip, not the many places that speak of the right name. So is the name of a source that nothing names,
where objects are fed from another that is nearly it, and a source that feeds an object and is not there.
"""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.authoring import author
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import LinkPart, MappingFile, ObjectPart
from crm_migrate.mapping.tree import Listing, Mapping, Node, Path, Scalar

_ALIKE = 0.8  # of difflib: one letter too few or two exchanged in a word of five


@dataclass(frozen=True, slots=True)
class _Slip:
    """A key, the name that was meant, and what is wrong with the one that stands there."""

    path: Path
    meant: str
    code: str
    message: str


def read_as_meant(desk: Desk) -> None:
    """Tell every misspelled name of a source, object or field, and go on with the mapping as it was meant."""
    for find in (_sources, _feeds, _objects, _fields):
        slips = list(find(desk))
        for slip in slips:
            desk.tell_key(slip.code, slip.message, slip.path, f"Did you mean `{slip.meant}`?")
            root = _renamed(desk.document.root, slip.path, slip.meant)
            assert isinstance(root, Mapping)
            desk.document = replace(desk.document, root=root)
        if slips:
            desk.file = author(desk.document, MappingFile)[0] or desk.file


def _sources(desk: Desk) -> Iterator[_Slip]:
    parts: list[ObjectPart | LinkPart] = [*desk.file.objects.values(), *desk.file.links.values()]
    fed = {name for part in parts for names in _feeding(part).values() for name in names}
    lines = (line for part in parts for line in (*part.fields.values(), *part.let.values()))
    for name in sorted(desk.file.sources.keys() - fed - {name for line in lines for name in line.cells}):
        if meant := _nearest(name, fed - desk.file.sources.keys()):
            message = f"the source is called `{name}` here, and `{meant}` where it feeds an object"
            yield _Slip(("sources", name), meant, "source_unknown", message)


def _feeds(desk: Desk) -> Iterator[_Slip]:
    blocks: list[tuple[Path, ObjectPart | LinkPart]] = [(("objects", n), p) for n, p in desk.file.objects.items()]
    blocks += [(("links", name), part) for name, part in desk.file.links.items()]
    for path, part in blocks:
        fed = {name for names in _feeding(part).values() for name in names}
        for section, names in _feeding(part).items():
            for feed in names.keys() - desk.file.sources.keys():
                if meant := _nearest(feed, desk.file.sources.keys() - fed):
                    message = f"the source `{feed}` is not there"
                    yield _Slip((*path, section, feed), meant, "source_unknown", message)


def _feeding(part: ObjectPart | LinkPart) -> dict[str, dict[str, Any]]:
    """The sources of a block, by the word that names them."""
    return {"from": dict(part.from_), "enrich": dict(part.enrich) if isinstance(part, ObjectPart) else {}}


def _objects(desk: Desk) -> Iterator[_Slip]:
    known = desk.target.objects if desk.target else {}
    for name, part in desk.file.objects.items():
        if name in OBJECTS or name in known or part.to:
            continue
        if meant := _nearest(name, OBJECTS.keys() - desk.file.objects.keys()):
            yield _Slip(("objects", name), meant, "object_unknown", f"the object `{name}` is not there")


def _fields(desk: Desk) -> Iterator[_Slip]:
    for name, part in desk.file.objects.items():
        if name not in OBJECTS:
            continue
        model = {field.name for field in OBJECTS[name].fields}
        profile = desk.target.objects.get(name) if desk.target else None
        known = model | set(profile.fields if profile else ())
        for field, spec in part.fields.items():
            if field in known or spec.type or spec.action != "migrate":
                continue
            if meant := _nearest(field, model - part.fields.keys() - part.let.keys()):
                message = f"the CRM model has no field `{name}.{field}`"
                yield _Slip(("objects", name, "fields", field), meant, "field_unknown", message)


def _nearest(word: str, words: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, sorted(words), 1, _ALIKE)), None) if len(word) <= 100 else None


def _renamed(node: Node, path: Path, meant: str) -> Node:
    """The tree with the key at a path called otherwise, or the text where no key is; its place stays."""
    first, rest = str(path[0]), path[1:]
    match node:
        case Scalar():
            return replace(node, text=meant) if node.text == first else node
        case Listing():
            return replace(node, items=tuple(_renamed(item, path, meant) for item in node.items))
        case Mapping():
            entries = tuple(
                (key, value)
                if key.text != first
                else (key, _renamed(value, rest, meant))
                if rest
                else (replace(key, text=meant), value)
                for key, value in node.entries
            )
            return replace(node, entries=entries)
