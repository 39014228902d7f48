"""What the server says of a model, in the words of the contract, and what is missing there. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate_tryton.shapes import (
    ALL,
    CATEGORIES,
    CATEGORY,
    KEYED,
    KINDS,
    NATURAL,
    NUMBERED,
    OTHERS,
    SHAPES,
    Path,
    split,
)
from crm_migrate_tryton.values import SEMANTIC
from crm_migrate_tryton.workflow import WORKFLOWS

Words = Mapping[str, Any]
# Rules of the server that a plan cannot foretell; the last one where a state is reached by buttons.
_UNFORESEEN = ("no tab or line end in texts of one line", "check digits of identifiers", "domains of its modules")
_OF_STATES = "what has to be filled in for a state"
Fields = Mapping[str, Words]
Kinds = Mapping[tuple[str, str], int]  # list and name of a kind (`categories`, `Consent`) -> its id


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the server describes it, with the members of its lists, as the object of ours that is called so.

    `kinds` are the records that tell kinds apart; `persons` of them those that are children of the category of kinds.
    """

    object: str
    fields: Fields
    members: Mapping[str, Fields] = field(default_factory=dict)
    kinds: Kinds = field(default_factory=dict)
    children: Mapping[str, int] = field(default_factory=dict)
    defaults: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """The name of the model in Tryton."""
        return split(self.object)[0]

    @property
    def kind(self) -> str:
        """Which of its records are meant; "" for those of no kind."""
        return split(self.object)[1]

    def path(self, name: str) -> Path | None:
        """Where a field is; None where the model has no such place. Whether its kind is there is another question."""
        first, *rest = name.split(".")
        if first in self.members:
            return self._member(name, first, rest)
        if first == CATEGORIES and first in self.fields:
            return Path(name, "name", first, rest[0], others=rest[1:] == [ALL]) if _is_category(rest) else None
        return _at(name, self.fields, [first, *rest])

    def _member(self, name: str, list: str, rest: Sequence[str]) -> Path | None:
        shape = SHAPES[self.relation(list)]
        kind, *rest = rest if shape.kind else ["", *rest]
        if kind and rest == [OTHERS] and not shape.kinds:
            return Path(name, shape.value, list, kind, others=True)
        found = _at(name, self.members[list], rest or [shape.value])
        return Path(name, found.field, list, kind, found.by) if found and (kind or not shape.kind) else None

    def relation(self, name: str) -> str:
        """The model at the other end of a field."""
        return str(self.fields[name].get("relation", ""))

    def words(self, path: Path) -> Words:
        """What the server says of the field of a path."""
        return self.members.get(path.list, self.fields).get(path.field, {})

    def labels(self) -> dict[str, str]:
        """The server's names of fields and models -> field, or "" for a model."""
        told = dict.fromkeys(self.titles, "")
        for fields in (*self.members.values(), self.fields):
            told.update({str(words.get("string", "")): name for name, words in fields.items()})
        return told

    def wrong_key(self, key_field: str) -> str:
        """Why our key cannot live in that field; "" where it can."""
        words = self.fields.get(key_field)
        if key_field == KEYED and key_field in self.members:
            return ""
        if words is None or words.get("type") != "char":
            return f"{self.model} has no text field {key_field}"
        return f"{self.model}.{key_field} is filled by the server itself" if words.get("readonly") else ""


def _is_category(rest: Sequence[str]) -> bool:
    return bool(rest) and bool(rest[0]) and rest[1:] in ([], [ALL])


def _at(name: str, fields: Fields, parts: Sequence[str]) -> Path | None:
    """A field, or a reference with the field by which its record is named."""
    words = fields.get(parts[0])
    if words is None or words.get("type") not in SEMANTIC or len(parts) > 2:
        return None
    if len(parts) == 1:
        return Path(name, parts[0])
    return Path(name, parts[0], by=parts[1]) if parts[1] in NATURAL.get(str(words.get("relation")), {}) else None


def lists_of(fields: Fields) -> dict[str, str]:
    """List -> model of its members, of those whose shape is known."""
    found = {name: str(words.get("relation")) for name, words in fields.items() if words.get("type") == "one2many"}
    return {name: relation for name, relation in found.items() if relation in SHAPES}


def object_of(model: Model, key_field: str) -> TargetObject:
    """The object in the words of the contract: every field and every place of a list, without our key."""
    fields = (*_plain(model), *_places(model))
    kept = tuple(each for each in fields if each.name != key_field)
    unforeseen = (*_UNFORESEEN, _OF_STATES) if model.model in WORKFLOWS else _UNFORESEEN
    return TargetObject(model.object, kept, key_field, unforeseen)


def _plain(model: Model) -> Iterator[TargetField]:
    flow = WORKFLOWS.get(model.model)
    for name, words in model.fields.items():
        if flow and name == flow.field:
            yield TargetField(name, "text", choices=flow.states, default=True)
        elif words.get("type") in SEMANTIC and name != "id":
            filled = name in model.defaults or name in NUMBERED or bool(words.get("readonly"))
            yield field_of(name, words, required=bool(words.get("required")), default=filled)
            yield from _named(name, words)


def _places(model: Model) -> Iterator[TargetField]:
    for name, fields in model.members.items():
        shape = SHAPES[model.relation(name)]
        for kind in _kinds(model, name, fields):
            if kind and not shape.kinds:
                yield TargetField(f"{name}.{kind}.{OTHERS}", "list")
            for each, words in fields.items():
                if words.get("type") in SEMANTIC and each not in (shape.kind, "id"):
                    place = ".".join(part for part in (name, kind, "" if each == shape.value else each) if part)
                    yield field_of(place, words)
                    yield from _named(place, words)
    for (name, kind), _ in model.kinds.items():
        if name == CATEGORIES:
            yield TargetField(f"{CATEGORIES}.{kind}", "choice")
            yield TargetField(f"{CATEGORIES}.{kind}.{ALL}", "list")


def _kinds(model: Model, name: str, fields: Fields) -> Iterator[str]:
    shape = SHAPES[model.relation(name)]
    if not shape.kind:
        yield ""
    elif shape.kinds:
        yield from (kind for list, kind in model.kinds if list == name)
    else:
        yield from (str(value) for value, _ in choices(fields[shape.kind]) if value)


def choices(words: Words) -> list[tuple[Any, str]]:
    """The values of a selection and what they are called; none where the server computes them."""
    said = words.get("selection")
    return [(each[0], str(each[1])) for each in said if len(each) == 2] if isinstance(said, list) else []


def _named(name: str, words: Words) -> Iterator[TargetField]:
    for by in NATURAL.get(str(words.get("relation")), {}) if words.get("type") == "many2one" else ():
        yield TargetField(f"{name}.{by}", "text")


def field_of(name: str, words: Words, *, required: bool = False, default: bool = False) -> TargetField:
    """A field in the words of the contract."""
    kind = str(words.get("type"))
    size = words.get("size")
    return TargetField(
        name,
        SEMANTIC[kind],
        required=required,
        length=size if isinstance(size, int) and size > 0 else None,
        choices=tuple(str(value) for value, _ in choices(words) if value),
        reference=str(words["relation"]) if kind == "many2one" else None,
        read_only=bool(words.get("readonly")),
        default=default,
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that tells kinds apart, to be made: of which model, called how, below which category."""

    model: str
    name: str
    below: str = ""

    @property
    def title(self) -> str:
        """In words for people."""
        return f"make {self.model} {self.below + ' / ' if self.below else ''}{self.name}"


def missing(wanted: TargetObject, there: Model) -> Iterator[Missing | str]:
    """What an object lacks: kinds that can be made, and names of fields that cannot."""
    if there.kind:
        if (CATEGORIES, KINDS) not in there.kinds:
            yield Missing(CATEGORY, KINDS)
        if there.kind not in there.children:
            yield Missing(CATEGORY, there.kind, KINDS)
    for each in wanted.fields:
        path = there.path(each.name)
        if path is None:
            yield each.name
        elif path.list == CATEGORIES and (path.list, path.kind) not in there.kinds:
            yield Missing(CATEGORY, path.kind)
        elif path.list and SHAPES.get(there.relation(path.list)) and not _is_there(there, path):
            kinds = SHAPES[there.relation(path.list)].kinds
            yield Missing(kinds, path.kind) if kinds else each.name


def _is_there(there: Model, path: Path) -> bool:
    return not path.kind or path.kind in _kinds(there, path.list, there.members[path.list])
