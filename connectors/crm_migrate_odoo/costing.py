"""How many requests a load takes, and its reading back, where nothing goes wrong. Pure.

What only cells and records know is not counted: lines of an import that fill other columns (each is one more, with its
look), tags that are made, and customers whom rows name.
"""

from collections.abc import Iterable, Mapping

from crm_migrate.connecting.contract import Action, Asks, Load
from crm_migrate_odoo.describe import Described, Place
from crm_migrate_odoo.records import Shape, taken_over
from crm_migrate_odoo.requests import PAGE
from crm_migrate_odoo.shapes import NO_MAIL

IMPORT = 3  # an import, our keys behind it, and the records that have them; or both before it
BLOCKS = 2  # whom nobody may write to: a look, and an import of them
Named = dict[tuple[str, str], set[str]]  # (model, column) -> names that were asked for


def writing(shape: Shape, action: Action, loads: Iterable[Load], named: Named) -> int:
    """Requests of these batches: `named` is what those before them have asked for, and is added to."""
    return sum(IMPORT + load.adopts + _beside(shape, action, load, named) for load in loads)


def _beside(shape: Shape, action: Action, load: Load, named: Named) -> int:
    places = {name: shape.places[name] for name in load.columns if name in shape.places}
    fresh = set[tuple[str, str]]()
    for name, place in places.items():
        if place.by and (new := load.columns[name] - named.setdefault((place.of, place.by), set())):
            named[place.of, place.by] |= new
            fresh.add((place.of, place.by))
    whose = any(place.whose and not place.about and load.columns[name] for name, place in places.items())
    shuts = load.columns.get(shape.consent, frozenset()) & NO_MAIL
    before = 0 if action == "create" or load.new else _told(places)
    return len(fresh) + whose + (BLOCKS if shuts else 0) + before


def reading(shape: Shape, records: int, alike: Iterable[Shape]) -> int:
    """Requests that read so many records back: pages with our keys, those of a full page with one more; what those are
    called that the fields of the mapping lead to, by all names that they have, with an address that is taken over from
    others of the model, where those (`alike`) have one; and whether nobody may write to them."""
    others = {place.column.name for each in alike for place in each.places.values()}
    columns = {place.column.name for place in shape.places.values()} | others.intersection(taken_over(shape))
    filled = {place.name: place for place in shape.described.places() if place.column.name in columns}
    full, pages = records // PAGE, -(-records // PAGE)
    return full + 1 + full + pages * (1 + _told(filled) + bool(shape.consent and shape.described.mailbox))


def _told(places: Mapping[str, Place]) -> int:
    """Questions for the names and kinds of whom records lead to."""
    return len({(place.of, place.by) for place in places.values() if place.by}) + len(
        {place.of for place in places.values() if place.whose}
    )


def asking(models: Iterable[Described | None]) -> Asks:
    """Once in each connection: our language, and of each model its fields, their defaults, and the records that are
    told as choices, as far as one page of them holds all; which stages are won."""
    asked = 1 + sum(1 if each is None else 2 + len(each.names) + ("crm.stage" in each.names) for each in models)
    return Asks(identity=0, before=asked, during=asked)
