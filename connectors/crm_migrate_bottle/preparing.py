"""What an organisation lacks: custom fields, which an administrator's token may make."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import TargetObject
from crm_migrate.connecting.http import Http
from crm_migrate.errors import TargetError
from crm_migrate_bottle import answers, requests
from crm_migrate_bottle.describe import definition_of
from crm_migrate_bottle.looking import Looking
from crm_migrate_bottle.shapes import KEY, KIND, Model, model_of, path_of, split
from crm_migrate_bottle.values import Record

NOWHERE = "(there is none)"


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is missing: a custom field by its words, with the `id` of one that is switched off; or, without words, a
    place that nobody can make."""

    title: str
    words: Record | None = None
    id: str = ""


def lacking(objects: Sequence[TargetObject], known: dict[tuple[str, str], Record]) -> Iterator[Lacking]:
    """What these objects lack. TargetError where our key would be elsewhere."""
    seen = set[tuple[str, str]]()
    for wanted in objects:
        if wanted.key_field != KEY:
            raise TargetError(f"our key cannot live in {wanted.key_field}", hint="take `key_field:` out")
        model = model_of(wanted.name)
        if model is None:
            yield Lacking(f"the object {wanted.name} {NOWHERE}")
            continue
        for key, type in _customs(wanted, model):
            if (model.custom, key) not in seen and not known.get((model.custom, key), {}).get("is_active"):
                seen.add((model.custom, key))
                yield _field(model, key, type, known.get((model.custom, key)))
        for each in wanted.fields:
            if path_of(model, each.name) is None:
                yield Lacking(f"the place {each.name} of {wanted.name} {NOWHERE}")


def _customs(wanted: TargetObject, model: Model) -> Iterator[tuple[str, str]]:
    yield KEY, "text"
    if split(wanted.name)[1]:
        yield KIND, "text"
    for each in wanted.fields:
        path = path_of(model, each.name)
        if path is not None and path.custom:
            yield path.field, each.type


def _field(model: Model, key: str, type: str, there: Record | None) -> Lacking:
    if there is not None:
        return Lacking(f"switch on the custom field {key} of {model.name}", {}, str(there["id"]))
    return Lacking(f"make the custom field {key} of {model.name}", definition_of(model.custom, key, type))


def prepare(objects: Sequence[TargetObject], looking: Looking, http: Http, *, apply: bool) -> tuple[str, ...]:
    """What is missing, made where `apply` says so. TargetError for what nobody can make."""
    found = list(lacking(objects, looking.definitions()))
    nowhere = next((each for each in found if each.words is None), None)
    if nowhere is not None and apply:
        words = nowhere.title.removesuffix(NOWHERE).strip()
        raise TargetError(f"BottleCRM lacks {words}", hint="name another place with `to:`: custom.some_key")
    for each in found if apply else ():
        made: Any = http.send(requests.revive(each.id) if each.id else requests.define(each.words or {}))
        answers.told(made)
    return tuple(each.title for each in found)
