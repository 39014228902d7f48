"""How the rows of a batch are written, for targets that describe where each column is. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, TargetObject
from crm_migrate.crm.types import type_of

Row = Mapping[str, str | None]
Record = Mapping[str, Any]
Described = TypeVar("Described")
Place = TypeVar("Place")


@dataclass(frozen=True)  # with slots a name for one kind of it could not be called
class Shape(Generic[Described, Place]):
    """How rows of a batch are written: the object, where its columns are, which of them says consent, and the id of the
    user whose records are nobody's, if there is one."""

    described: Described
    key_field: str
    places: Mapping[str, Place]
    consent: str = ""
    nobody: str = ""


def shape_of(
    described: Described,
    place: Callable[[str], Place | None],
    object: TargetObject,
    names: Iterable[str],
    *,
    opts_out: bool,
    nobody: str = "",
) -> Shape[Described, Place]:
    """Of these columns, those that the object has. Where it `opts_out`, who opted out there is read so, and who
    withdraws is marked there, whatever a column of the mark itself says; a consent about numbers is no word of it."""
    found = {name: place(name) for name in names if name not in (ENTITY, TARGET_ID)}
    places = {name: place for name, place in found.items() if place is not None}
    said = (f.name for f in object.fields if type_of(f.type).role == "consent" and f.about != "phone")
    consents = [name for name in said if name in places]
    return Shape(described, object.key_field, places, consents[0] if consents and opts_out else "", nobody)
