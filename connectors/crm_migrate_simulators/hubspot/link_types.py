"""Kinds of association: HubSpot's own with their numbers, those of custom objects, and labels that people define."""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate_simulators.hubspot.kept import Json, kept
from crm_migrate_simulators.hubspot.object_types import ACTIVITIES, ObjectType
from crm_migrate_simulators.store import Store

OWN, USERS = "HUBSPOT_DEFINED", "USER_DEFINED"
SETTING = "association_types"


@dataclass(frozen=True, slots=True)
class LinkType:
    """A kind of association in one direction; `inverse` is the number of the same seen from the other end."""

    left: str
    right: str
    category: str
    number: int
    inverse: int
    label: str | None
    name: str

    @property
    def kind(self) -> str:
        """Where the store keeps such links."""
        return f"{self.left}>{self.right}:{self.category}:{self.number}"

    @property
    def back(self) -> str:
        """Where it keeps them as seen from the other end."""
        return f"{self.right}>{self.left}:{self.category}:{self.inverse}"

    def turned(self) -> "LinkType":
        """The same, seen from the other end."""
        return LinkType(self.right, self.left, self.category, self.inverse, self.number, self.label, self.name)

    @property
    def primary(self) -> bool:
        """Whether a record has at most one of them."""
        return self.category == OWN and (self.label or "").startswith("Primary")


def both_ways(said: Json, category: str) -> Iterator[LinkType]:
    """The two directions of what a file or a setting says."""
    left, right, number, inverse = said["from"], said["to"], int(said["typeId"]), int(said["inverseTypeId"])
    yield LinkType(left, right, category, number, inverse, said["label"], said["name"])
    if (left, number) != (right, inverse):
        plain = str(said["name"]).removesuffix("_unlabeled")
        first, _, second = plain.partition("_to_")
        name = f"{second}_to_{first}{str(said['name']).removeprefix(plain)}"
        yield LinkType(right, left, category, inverse, number, said["inverseLabel"], name)


OWN_TYPES: tuple[LinkType, ...] = tuple(each for said in kept(SETTING) for each in both_ways(said, OWN))


def link_types(store: Store) -> list[LinkType]:
    """All kinds of the portal."""
    users = (each for said in store.settings(SETTING).values() for each in both_ways(said, said["category"]))
    return [*OWN_TYPES, *users]


def between(store: Store, left: ObjectType, right: ObjectType) -> list[LinkType]:
    """The kinds from one object to another."""
    return [each for each in link_types(store) if (each.left, each.right) == (left.name, right.name)]


def default(store: Store, left: ObjectType, right: ObjectType) -> LinkType | None:
    """The most general kind between two objects, None where there is none."""
    return next((each for each in between(store, left, right) if each.label is None), None)


def numbered(store: Store, category: str, number: int) -> LinkType | None:
    """The kind of that number."""
    return next((each for each in link_types(store) if (each.category, each.number) == (category, number)), None)


def add(store: Store, left: ObjectType, right: ObjectType, label: str | None, inverse: str | None, name: str) -> Json:
    """A kind that a person defines; what is kept of it."""
    taken = [each.number for each in link_types(store) if each.category == USERS]
    first = max([*taken, 0]) + 1
    said: Json = {
        "from": left.name,
        "to": right.name,
        "typeId": first,
        "inverseTypeId": first + 1,
        "label": label,
        "inverseLabel": inverse,
        "name": name,
        "category": USERS,
    }
    store.put(SETTING, f"{USERS}:{first}", said)
    return said


def add_for_activities(store: Store, of: ObjectType) -> None:
    """A new custom object can be associated with all activities."""
    for name in sorted(ACTIVITIES):
        activity = ObjectType(name, name, name)
        add(store, of, activity, None, None, f"{of.singular}_to_{name.removesuffix('s')}")
