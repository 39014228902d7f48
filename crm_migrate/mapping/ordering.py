"""Load order: parents before children; what closes a circle is written in a second pass."""

from collections.abc import Mapping, Sequence

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.plan import FieldPlan


def load_order(
    references: Mapping[str, Sequence[tuple[str, str]]], hints: Sequence[str] = ()
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """The objects in load order, and per object the reference fields of the second pass.

    `references` is object -> (field, referenced object). Ties go by the profile's hints, the CRM model, the name;
    where only circles are left, the object with the fewest open references goes first and its fields wait.
    """
    rank = {name: at for at, name in enumerate([*hints, *(o for o in OBJECTS if o not in hints)])}
    left = sorted(references, key=lambda name: (rank.get(name, len(rank)), name))
    order: list[str] = []
    second: dict[str, tuple[str, ...]] = {}
    while left:
        open_fields = {name: _open(references[name], left) for name in left}
        name = min(left, key=lambda n: (len([f for f, to in open_fields[n] if to != n]), left.index(n)))
        if open_fields[name]:
            second[name] = tuple(sorted(field for field, _ in open_fields[name]))
        order.append(name)
        left.remove(name)
    return order, second


def _open(references: Sequence[tuple[str, str]], left: Sequence[str]) -> list[tuple[str, str]]:
    return [(field, to) for field, to in references if to in left]


def references_of(fields: Sequence[FieldPlan]) -> list[tuple[str, str]]:
    """The reference fields that are loaded, with the object each points to."""
    return [(f.name, f.ref.object) for f in fields if f.ref is not None and f.target is not None]
