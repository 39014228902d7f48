"""What looking up names costs in requests, where nothing goes wrong. Pure."""

from collections.abc import Iterable, Iterator

from crm_migrate.connecting.contract import Load, TargetObject
from crm_migrate_salesforce.describe import Described, object_of
from crm_migrate_salesforce.shapes import PRICED


def looked_up(described: Described, loads: Iterable[Load]) -> Iterator[int]:
    """Of each batch, in how many ways it names records that no batch before it named."""
    known: set[tuple[str, str, str]] = set()
    for load in loads:
        named = set[tuple[str, str, str]]()
        for name, words in load.columns.items():
            place = described.place(name)
            if place is not None and place.by and name != PRICED:
                named |= {(place.of, place.by, word) for word in words}
        yield len({(of, by) for of, by, _ in named - known})
        known |= named


def names_read(described: Described, object: TargetObject) -> set[tuple[str, str]]:
    """(object, field) by which references are told when all of a record is read: of those that every record has, and of
    those that the mapping writes."""
    wanted = {each.name for each in object.fields}
    told = (each for each in object_of(described, object.key_field).fields if each.name in wanted or not each.read_only)
    places = (place for each in told if (place := described.place(each.name)) is not None and place.by)
    return {
        (place.of, place.by)
        for place in places
        if place.name in wanted or described.fields[place.field].get("nillable") is False
    }
