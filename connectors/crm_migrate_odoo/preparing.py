"""Making what a database lacks: fields of our own, which begin with `x_`. Models come with apps that people install."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.http import Http
from crm_migrate.connecting.kinds import split
from crm_migrate.connecting.preparing import prepared
from crm_migrate.crm.types import type_of
from crm_migrate.errors import TargetError
from crm_migrate_odoo import answers
from crm_migrate_odoo.looking import Looking
from crm_migrate_odoo.shapes import FIELDS, OWN, STAGE

_TYPES: Mapping[str, str] = {
    "text": "char", "decimal": "float", "integer": "integer", "date": "date", "instant": "datetime",
    "boolean": "boolean", "list": "text", "reference": "many2one",
}  # fmt: skip
Words = dict[str, Any]
SEEN = "let our user see it: Settings > Users > Access Rights"


@dataclass(frozen=True, slots=True)
class Missing:
    """A field of our own that a model lacks, in Odoo's words."""

    model: str
    words: Words

    @property
    def title(self) -> str:
        """In words for people."""
        return f"add field {self.words['name']} of {self.model}"


def prepare(objects: Sequence[TargetObject], looking: Looking, changes: Http, *, apply: bool) -> tuple[str, ...]:
    """What is missing; made, where it is told so. TargetError where something is missing that people make."""
    look, make = partial(_lacking, objects, looking), partial(_make, looking, changes)
    return prepared("Odoo", looking.forget, look, make, apply=apply)


def _make(looking: Looking, changes: Http, lacking: Sequence[Missing]) -> None:
    models = looking.models({each.model for each in lacking})
    said = [{**each.words, "model_id": int(models[each.model])} for each in lacking]
    why = answers.done(changes.send(looking.session.create(FIELDS, said)), [])
    if why is not None:
        raise TargetError(f"Odoo makes no field: {why.words}", hint="our user needs the rights to settings for it")


def by_hand(objects: Sequence[TargetObject], looking: Looking) -> tuple[ByHand, ...]:
    """What people make: models and fields come with apps that they install."""
    return tuple(_lacking(objects, looking)[1])


def where_choices(object: str, field: str) -> str:
    """Where people add a stage; what a selection may be is the app's own."""
    made = "CRM > Configuration > Stages" if field == STAGE else f"Apps > the app that has {object} may bring more"
    return f"{made}, or translate to another with a value map"


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> tuple[list[Missing], list[ByHand]]:
    own: dict[str, Missing] = {}
    left: dict[ByHand, None] = {}
    for object in objects:
        model = split(object.name).object
        if looking.described(model) is None:
            left[ByHand(f"the model {model}", f"Apps > the app that has it > Activate, or {SEEN}")] = None
            continue
        for field in _missing(object, looking):
            if field.name.startswith(OWN) and field.name.isidentifier():
                missing = Missing(model, _words(field))
                own[missing.title] = missing
            else:
                where = f"Apps > the app that has it > Activate, or {SEEN}; what we make begins with {OWN}"
                left[ByHand(f"the field {field.name} of {object.name}", where)] = None
    return list(own.values()), list(left)


def _missing(object: TargetObject, looking: Looking) -> Iterator[TargetField]:
    kind = split(object.name)
    there = looking.model(kind.object)
    names = {place.name for place in there.places()}
    if kind.field and kind.field not in there.columns:
        yield TargetField(kind.field, "text")
    yield from (field for field in object.fields if field.name not in names)


def _words(field: TargetField) -> Words:
    kind = type_of(field.type)
    long = "text" if field.type == "long_text" else ""
    label = field.name.removeprefix(OWN).replace("_", " ").capitalize()
    words: Words = {"name": field.name, "field_description": label, "ttype": long or _TYPES[kind.storage]}
    words["state"] = "manual"
    return words | ({"relation": split(field.reference).object} if field.reference else {})
