"""What objects, fields and sources may be called, and which names a record cannot have twice.

Names become columns and folders, and databases take `Name` and `name` for one: what would collide is told here, with
its place. The target's own spelling of a name is free (`to:`), but for what the target keeps itself.
"""

import re
import unicodedata
from collections.abc import Iterable

from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.tree import Path

_WORD = re.compile(r"(?!__)[^\W\d]\w{0,99}")
_HINT = "Letters, digits and _ only, a letter first, at most 100; the target's own spelling goes into `to:`."
_OURS = frozenset({"id", "target_id"})  # how targets call the id of a record
# Folders of Windows that are devices, in every spelling; tables that SQLite keeps for itself.
_KEPT = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]|sqlite_.*", re.IGNORECASE)


def check_names(desk: Desk, plans: Iterable[ObjectPlan]) -> None:
    """Names of objects and sources, then of every object's fields, here and in the target."""
    named: list[tuple[str, Path]] = [(name, ("sources", name)) for name in desk.file.sources]
    objects: list[tuple[str, Path]] = [(name, ("objects", name)) for name in desk.file.objects]
    tables: list[tuple[str, Path]] = [
        (p.to, ("objects", n, "to")) for n, p in desk.file.objects.items() if isinstance(p.to, str)
    ]
    _alike(desk, named)
    _words(desk, "object", objects)
    _alike(desk, objects)
    for name, path in (*named, *objects, *tables):
        if _KEPT.fullmatch(name):
            message = f"`{name}` cannot name a folder or table: Windows or the database keeps the word for itself"
            desk.tell_key("name_reserved", message, path, f"Call it `my_{name}`, or what the system is called.")
    for plan in plans:
        if plan.name in desk.file.objects:
            _check_fields(desk, plan)


def _check_fields(desk: Desk, plan: ObjectPlan) -> None:
    places: list[tuple[str, Path]] = [
        (field.name, ("objects", plan.name, "let" if field.let else "fields", field.name)) for field in plan.fields
    ]
    _words(desk, "field", places)
    part = desk.file.objects[plan.name]
    twice = part.let.keys() & part.fields.keys()  # told already
    _alike(desk, [(name, path) for name, path in places if name not in twice])
    in_target = [(f.target, path) for f, (_, path) in zip(plan.fields, places, strict=True) if f.target is not None]
    for name, path in in_target:
        if path[-1] == name and not _WORD.fullmatch(name):
            continue  # told already
        if name in _OURS or name == plan.key_field or name.startswith("__") or not name.isprintable():
            message = f"`{name}` of the target is no field that a mapping can fill: the target or we keep it ourselves"
            desk.tell_key("name_reserved", message, path, "Give it another name in the target with `to:`.")
    _alike(desk, [(str(name), path) for name, path in in_target], "in the target ")


def _words(desk: Desk, what: str, places: Iterable[tuple[str, Path]]) -> None:
    for name, path in places:
        if not _WORD.fullmatch(name):
            desk.tell_key(
                "name_invalid", f"`{name}` cannot name a {what}".replace("a object", "an object"), path, _HINT
            )


def _alike(desk: Desk, places: Iterable[tuple[str, Path]], where: str = "") -> None:
    """Names that differ by case or composition only, or not at all."""
    seen: dict[str, str] = {}
    for name, path in places:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if folded in seen:
            message = f"`{name}` and `{seen[folded]}` are {where}one name: upper and lower case are the same here"
            desk.tell_key("name_twice", message, path, "Rename one of them.")
        seen.setdefault(folded, name)
