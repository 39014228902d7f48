"""Associations: made, taken, and told, whichever version of the API asks for them."""

from collections.abc import Sequence
from typing import Any

from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.hubspot.link_types import OWN, LinkType, between, default, numbered
from crm_migrate_simulators.hubspot.object_types import ObjectType, object_types
from crm_migrate_simulators.hubspot.problems import refused
from crm_migrate_simulators.hubspot.visit import Visit, mapping
from crm_migrate_simulators.rules import Refused

LIMITS = "association_limits"
FULL = "ASSOCIATION_LIMIT"


def live(visit: Visit, of: ObjectType, id: str) -> bool:
    """Whether there is such a record."""
    record = visit.store.get(of.name, id)
    return record is not None and not record.deleted


def make(visit: Visit, type: LinkType, left: str, right: str) -> None:
    """Link two records both ways; a primary one replaces the one that was there, and brings the general kind along."""
    if {left, right} & visit.store.locked:
        raise Refused("UNABLE_TO_LOCK", f"{left} or {right} is locked")
    _within_limits(visit, type, left, right)
    _within_limits(visit, type.turned(), right, left)
    if type.primary:
        _only_one(visit, type, left, right)
        general = next((t for t in _all_between(visit, type) if t.label is None), None)
        if general is not None:
            make(visit, general, left, right)
    visit.store.link(type.kind, left, right)
    visit.store.link(type.back, right, left)


def _within_limits(visit: Visit, type: LinkType, left: str, right: str) -> None:
    """Refused where an administrator allows no further record of this kind."""
    most = visit.store.setting(LIMITS, type.kind)
    there = visit.store.linked(type.kind, left) if most is not None else []
    if most is not None and right not in there and len(there) >= int(most):
        raise Refused(FULL, f"{left} has {most} records of association type {type.number}; no more are allowed")


def _only_one(visit: Visit, type: LinkType, left: str, right: str) -> None:
    """A contact, deal or ticket has one primary company; a company is that of many."""
    if type.left == "companies":
        others = [(other, right) for other in visit.store.linked(type.back, right)]
    else:
        others = [(left, other) for other in visit.store.linked(type.kind, left)]
    for one, other in others:
        _take(visit, type, one, other)


def _take(visit: Visit, type: LinkType, left: str, right: str) -> None:
    visit.store.link(type.kind, left, right, present=False)
    visit.store.link(type.back, right, left, present=False)


def _all_between(visit: Visit, type: LinkType) -> list[LinkType]:
    objects = {each.name: each for each in object_types(visit.store)}
    return between(visit.store, objects[type.left], objects[type.right])


def take(visit: Visit, left: ObjectType, right: ObjectType, ids: tuple[str, str], types: Sequence[Any] = ()) -> None:
    """Take the links of two records away, all or those of some kinds."""
    numbers = [(str(said.get("associationCategory", OWN)), int(said["associationTypeId"])) for said in types]
    for type in between(visit.store, left, right):
        if not types or (type.category, type.number) in numbers:
            _take(visit, type, *ids)


def told_types(visit: Visit, left: ObjectType, right: ObjectType, id: str) -> dict[str, list[LinkType]]:
    """The live records that one record is linked to, and by which kinds."""
    found: dict[str, list[LinkType]] = {}
    for type in between(visit.store, left, right):
        for other in visit.store.linked(type.kind, id):
            if visit.seen(visit.store.get(right.name, other)) is not None:
                found.setdefault(other, []).append(type)
    return found


def brief(visit: Visit, left: ObjectType, id: str, right: ObjectType) -> list[Json]:
    """The links of one record as v3 tells them: `{id, type}`, one for each kind."""
    found = told_types(visit, left, right, id)
    return [{"id": other, "type": type.name} for other, types in found.items() for type in types]


def full(visit: Visit, left: ObjectType, right: ObjectType, id: str) -> list[Json]:
    """The links of one record as v4 tells them: `{toObjectId, associationTypes}`."""
    return [
        {
            "toObjectId": int(other),
            "associationTypes": [
                {"category": type.category, "typeId": type.number, "label": type.label} for type in types
            ],
        }
        for other, types in told_types(visit, left, right, id).items()
    ]


def read_type(visit: Visit, said: Any) -> LinkType:
    """A kind of a body. 400 where there is no such kind."""
    spec = mapping(said)
    category, number = str(spec.get("associationCategory", OWN)), spec.get("associationTypeId")
    if not isinstance(number, int | str) or not str(number).isdigit():
        raise refused(
            400, "Invalid input JSON on line 1, column 1. Some required fields were not set: [associationTypeId]"
        )
    type = numbered(visit.store, category, int(number))
    if type is None:
        raise refused(400, f"There is no association type {number} of category {category}")
    return type


def from_new(visit: Visit, of: ObjectType, id: str, said: Any) -> None:
    """The associations that a new record brings along. 400 where one cannot be made: then there is no record."""
    if not isinstance(said, list):
        raise refused(400, "associations should be a list", "")
    objects = {each.name: each for each in object_types(visit.store)}
    for each in map(mapping, said):
        target = str(mapping(each.get("to")).get("id"))
        for spec in each.get("types") or []:
            type = read_type(visit, spec)
            if type.left != of.name:
                raise refused(400, f"{type.number} is no association type of {of.legacy}")
            other = objects[type.right]
            if not live(visit, other, target):
                raise refused(400, f"{other.legacy}={target} is not valid")
            make(visit, type, id, target)


def default_of(visit: Visit, left: ObjectType, right: ObjectType) -> LinkType:
    """The most general kind. 400 where there is none."""
    type = default(visit.store, left, right)
    if type is None:
        raise refused(400, f"There is no default association type between {left.legacy} and {right.legacy}")
    return type
