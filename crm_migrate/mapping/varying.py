"""What is lowered before a mapping is resolved: objects that go to several objects of the target, and record types.

`activities: {to: [{when: "kind = 'meeting'", then: Event}, {else: Task}]}` is read as `activities_event` and
`activities_task`, which share every line. Each takes the rows that its branch holds for; for the others a row holds no
such record. Everywhere else in the file they are called by these names. `record_type:` is a field like any other.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import Case, ObjectPart, TargetField
from crm_migrate.mapping.plan import VariantPlan
from crm_migrate.mapping.resolving_values import NOTHING
from crm_migrate.mapping.tree import Mapping, Node, Path

RECORD_TYPE = "record_type"
_SETTLED = ("constant", "case", "default", "default_from", "ref")  # values that a row does not say by itself
_UNSUPPORTED = {
    "match": "the target is chosen row by row, and rows that go to different objects are never compared",
    "enrich": "who enriches a record would have to know into which object it went",
}


def lower(desk: Desk) -> None:
    """Let the desk have one object for each object of the target, and record types among the fields."""
    objects = desk.file.objects
    if not any(part.branches or part.record_type for part in objects.values()):
        return
    parts: dict[str, ObjectPart] = {}
    spread: dict[str, list[str]] = {}
    for name, part in objects.items():
        typed = _typed(desk, name, part)
        if not part.branches:
            parts[name], spread[name] = typed, [name]
            continue
        _refuse(desk, name, part)
        variants = _variants(name, part)
        spread[name] = list(variants)
        for called, variant in variants.items():
            if called in parts or called in objects:
                message = f"two objects would be called `{called}`"
                desk.tell("name_twice", message, ("objects", name, "to"), "Rename one of them.")
            parts[called] = typed.model_copy(update={"to": variant.target})
        desk.variants |= variants
    desk.document = replace(desk.document, root=_spread(desk.document.root, spread))
    desk.file = desk.file.model_copy(update={"objects": parts})


def _typed(desk: Desk, name: str, part: ObjectPart) -> ObjectPart:
    """The object with its record type among its fields."""
    line: TargetField | None = part.record_type
    if line is None:
        return part
    if RECORD_TYPE in part.fields:
        where: Path = ("objects", name, RECORD_TYPE)
        desk.tell_key("field_twice", "`record_type` stands in `fields` too", where, "Keep one of the two.")
    typed = line if line.type else line.model_copy(update={"type": "choice"})
    return part.model_copy(update={"fields": {**part.fields, RECORD_TYPE: typed}, RECORD_TYPE: None})


def _variants(name: str, part: ObjectPart) -> dict[str, VariantPlan]:
    """By what they are called; two branches may lead to one object of the target."""
    branches = tuple((each.when, _target(each)) for each in part.branches)
    targets = tuple(dict.fromkeys(str(target) for _, target in branches if target))
    called = tuple(part_name(name, target) for target in targets)
    return {
        part_name(name, target): VariantPlan(of=name, branches=branches, target=target, parts=called)
        for target in targets
    }


def part_name(name: str, target: str) -> str:
    """What the part of an object is called that goes to one object of the target."""
    word = re.sub(r"\W+", "_", target).strip("_").lower()
    return f"{name}_{word}"


def _target(branch: Case) -> str | None:
    """Where a branch leads; None where it writes nothing."""
    target = branch.then if branch.when is not None else branch.else_
    return None if target in NOTHING else target


def _spread(root: Mapping, called: dict[str, list[str]]) -> Mapping:
    """The tree with an entry for each part, all with the lines that were written once."""
    return _entries(root, "objects", lambda objects: replace(
        objects,
        entries=tuple(
            (replace(name, text=other), _with_record_type(part))
            for name, part in objects.entries
            for other in called.get(name.text, [name.text])
        ),
    ))  # fmt: skip


def _with_record_type(part: Node) -> Node:
    """The lines of an object with that of its record type among the fields."""
    key = part.key(RECORD_TYPE) if isinstance(part, Mapping) else None
    if key is None or not isinstance(part, Mapping):
        return part
    line = (key, part.value(RECORD_TYPE) or key)
    return _entries(part, "fields", lambda fields: replace(fields, entries=(*fields.entries, line)))


def _entries(node: Mapping, name: str, change: Callable[[Mapping], Mapping]) -> Mapping:
    """A mapping with the mapping behind one of its keys as `change` gives it back."""
    entries = ((key, change(v) if key.text == name and isinstance(v, Mapping) else v) for key, v in node.entries)
    return replace(node, entries=tuple(entries))


# ---------------------------------------------------------------------------------------------------- what is refused


def _refuse(desk: Desk, name: str, part: ObjectPart) -> None:
    """Branches that leave somebody out, and what cannot be said of an object that goes to several."""
    path: Path = ("objects", name)
    *first, last = part.branches
    nowhere = not all(map(_target, part.branches))
    if last.when is not None or nowhere or any(each.when is None for each in first):
        message = "the branches of `to:` name an object of the target each, and end with `else:` for all others"
        desk.tell_key("mapping_missing", message, (*path, "to"), "End with `{else: Task}`.")
    for word, why in _UNSUPPORTED.items():
        if desk.written((*path, word)):
            message = f"`{word}:` cannot stand beside a `to:` by condition: {why}"
            desk.tell_key("mapping_not_supported", message, (*path, word), "Write two objects, each with a `where:`.")
    for at, branch in enumerate(part.branches):
        if branch.when is not None:
            _condition(desk, part, branch.when, (*path, "to", at, "when"))


def _condition(desk: Desk, part: ObjectPart, text: str, path: Path) -> None:
    """A condition names fields that a row itself says: what is filled in later is not known when a row is sent off."""
    expression = desk.parsed(text, path)
    specs = {**part.let, **part.fields}
    for node in expression.occurrences() if expression else ():
        name = str(node.name)
        spec = specs.get(name)
        if spec is None:
            message = f"`{name}` is no field of the object: its target is chosen by fields, after clean-up"
            desk.findings.append(desk.document.inside("field_unknown", message, path, node.at, nearest(name, specs)))
        elif settled := next((word for word in _SETTLED if getattr(spec, word)), ""):
            message = f"`{name}` gets its value by `{settled}:`, and the target is chosen before that, row by row"
            hint = "Name a field that a column fills; a helper under `let:` will do."
            desk.findings.append(desk.document.inside("mapping_not_supported", message, path, node.at, hint))
