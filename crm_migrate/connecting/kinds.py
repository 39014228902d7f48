"""Objects of ours that are some records of an object of a target: those whose field has a value. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm_migrate.connecting.contract import TargetObject


@dataclass(frozen=True, slots=True)
class Kind:
    """An object of a target, and the value of a field that tells which of its records are meant, if not all."""

    object: str
    field: str = ""
    value: str = ""


def split(name: str) -> Kind:
    """What an object of ours is called there: `Task:TaskSubtype=Call`. ValueError where it is none."""
    object, colon, rest = name.partition(":")
    field, equals, value = rest.partition("=")
    named = all(part.isidentifier() for part in object.split("."))  # `res.partner`
    if not named or (colon and not (field.isidentifier() and equals and value)):
        raise ValueError(name)
    return Kind(object, field, value)


def kinds_of(names: Iterable[str], object: str) -> list[Kind]:
    """Of objects of ours those that are some records of that object, in order and each once."""
    kinds = {split(name) for name in names}
    return sorted((k for k in kinds if k.object == object and k.field), key=lambda k: (k.field, k.value))


def of_others(name: str, beside: Mapping[TargetObject, int]) -> int:
    """How many of these records are other kinds of the object that is called so, or of a kind of it."""
    object = name.partition(":")[0]
    return sum(count for other, count in beside.items() if other.name.partition(":")[0] == object)
