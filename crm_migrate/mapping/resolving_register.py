"""The register of a mapping: every entry is about something that is there, and says who owes what by when."""

import re
from collections.abc import Iterable, Iterator

from crm_migrate.mapping import refs
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model_register import OPEN, Entry
from crm_migrate.mapping.plan import ObjectPlan
from crm_migrate.mapping.text import normal_name
from crm_migrate.mapping.tree import Path

VALUE_MAPS, OWNERS = "value_maps", "owners"
COLUMN = re.compile(r"(?P<source>[^\W\d]\w*)\[(?P<column>.+)\]", re.DOTALL)
_ID = re.compile(r"[A-Z]+-\d+")  # what is meant as the id of a decision, and not as words


def register(desk: Desk, objects: Iterable[ObjectPlan]) -> None:
    """Tell what is wrong with the register; nothing of it is in the plan."""
    fields = _fields(desk, objects)
    for key, entry in desk.file.register_.items():
        path: Path = ("register", key)
        _known(desk, key, fields, path)
        for word, message, hint in wrong(entry):
            desk.tell("register_incomplete", message, (*path, word), hint)
        if is_id(entry.decision or ""):
            desk.decided(entry.decision, (*path, "decision"))


def is_id(decision: str) -> bool:
    """Whether what was decided is said by the id of a decision, and not in words."""
    return _ID.fullmatch(decision) is not None


def wrong(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """What an entry lacks: the word, the sentence, what to do about it."""
    if entry.due is not None and not refs.is_date(entry.due):
        yield "due", f"`{entry.due}` is no day", "Write YYYY-MM-DD."
    if not (entry.owner or "").strip():
        if entry.status == "asked":
            yield "status", "`asked` without the one who owes the answer", "Add `owner:`."
        elif entry.due is not None and entry.status in OPEN:
            yield "due", "a day without the one who owes it", "Add `owner:`."


def _known(desk: Desk, key: str, fields: dict[str, frozenset[str]], path: Path) -> None:
    """An entry that names nothing would be owed by nobody, in silence."""
    column = COLUMN.fullmatch(key)
    name, dot, field = key.partition(".")
    if column:
        _is_column(desk, column["source"], column["column"], path)
    elif key in (*fields, *desk.file.sources, OWNERS):
        return
    elif not dot:
        _unknown(desk, key, (f"{each}.{key}" for each, of in fields.items() if key in of), path)
    elif name == VALUE_MAPS and name not in fields:
        if field not in desk.file.value_maps:
            _unknown(desk, key, (f"{VALUE_MAPS}.{each}" for each in desk.file.value_maps), path)
    elif field not in fields.get(name, ()):
        _unknown(desk, key, (f"{each}.{one}" for each, of in fields.items() for one in of), path)


def _is_column(desk: Desk, source: str, column: str, path: Path) -> None:
    if source not in desk.file.sources:
        desk.unknown("register_unknown", "the source", source, desk.file.sources, path, key=True)
        return
    known = desk.known_columns(source)
    if known is not None and normal_name(column) not in known:
        _unknown(desk, f"{source}[{column}]", (f"{source}[{each}]" for each in known), path)


def _unknown(desk: Desk, key: str, known: Iterable[str], path: Path) -> None:
    hint = nearest(key, known) or "Write object.field, value_maps.NAME, source[Column], an object or a source."
    desk.tell_key("register_unknown", f"the register names `{key}`, which is not there", path, hint)


def _fields(desk: Desk, objects: Iterable[ObjectPlan]) -> dict[str, frozenset[str]]:
    """Object, as the file calls it -> its fields: those that are mapped, and those that could be."""
    found: dict[str, set[str]] = {}
    for plan in objects:
        canonical, profile = desk.model_of(plan.name), desk.profile_of(plan.name)
        names = found.setdefault(plan.identity, set())
        names |= {field.name for field in plan.fields}
        names |= {field.name for field in canonical.fields} if canonical else set()
        names |= set(profile.fields) if profile else set()
    return {name: frozenset(names) for name, names in found.items()}
