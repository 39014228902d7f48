"""Which file says a line of the resolved mapping: the project's own, or the shared mapping that it uses, and where."""

from collections.abc import Iterator

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.mapping.tree import Document, Mapping, Path, Spot, scalars

INFERRED = "(inferred)"  # by the CRM model, the target's profile, or another word of the object
_BLOCKS, _SECTIONS = ("objects", "links"), ("fields", "let", "ends", "")


def of_object(document: Document, one: ObjectPlan) -> str:
    """Where the block of an object begins, in each file that says something of it."""
    return _told(document, [(block, one.identity) for block in _BLOCKS])


def of_field(document: Document, one: ObjectPlan, field: FieldPlan) -> str:
    """Where the line of a field is, in each file that says something of it; INFERRED where none does."""
    blocks = [(block, one.identity) for block in _BLOCKS]
    return _told(document, [(*b, *([section] if section else []), field.name) for b in blocks for section in _SECTIONS])


def _told(document: Document, paths: list[Path]) -> str:
    path = next((path for path in paths if document.has(path)), None)
    if path is None:
        return INFERRED
    first: dict[str, int] = {}
    for spot in _spots(document, path):
        name = spot.file or document.name
        first[name] = min(first.get(name, spot.line), spot.line)
    mine = sorted(first, key=lambda name: (name != document.name, name))
    return " + ".join(f"{name}:{first[name]}" for name in mine)


def _spots(document: Document, path: Path) -> Iterator[Spot]:
    """The place of a word and of everything below it."""
    yield document.key_spot(path)
    node = document.find(path)
    yield from _keys(node)
    yield from (scalar.spot for _, scalar in scalars(node))


def _keys(node: object) -> Iterator[Spot]:
    for key, value in node.entries if isinstance(node, Mapping) else ():
        yield key.spot
        yield from _keys(value)
