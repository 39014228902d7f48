"""The steps `address.street`, `place.city` and their sisters: addresses and towns that stand whole in one cell."""

from collections.abc import Callable
from functools import lru_cache

import polars as pl

from crm_migrate.cleansing.cells import NULL, Cell, as_step, outcomes, step
from crm_migrate.cleansing.places.addresses import address_cell
from crm_migrate.cleansing.places.towns import NO_TOWN, place_cell
from crm_migrate.cleansing.steps import Context

Reader = Callable[[str, str | None], Cell]

# The same column is asked for all its parts in one batch.
_address, _place = lru_cache(32_768)(address_cell), lru_cache(32_768)(place_cell)


def _street(cell: Cell) -> Cell:
    lines = (cell.parts[0].get(name) for name in ("street", "street2")) if cell.parts else ()
    told = cell.flag if cell.flag not in ("split", "ok") else None
    return Cell(", ".join(filter(None, lines)) or None, told, cell.note if told else None)


def _town(cell: Cell) -> Cell:
    """Where an address has no town that is certain, its street has the whole of it: that is told here."""
    if not cell.parts:
        return Cell(None, cell.flag, cell.note)
    town = cell.parts[0].get("city")
    return Cell(town) if town else NO_TOWN


def _part(name: str) -> Callable[[Cell], Cell]:
    return lambda cell: Cell(cell.parts[0].get(name)) if cell.parts else NULL


def _town_alone(cell: Cell) -> Cell:
    """The town of a cell without a street; here it is told, too, that the cell is none, and nowhere else."""
    return Cell(cell.parts[0].get("city")) if cell.parts else Cell(None, cell.flag, cell.note)


def _register(
    name: str, read: Reader, take: Callable[[Cell], Cell], doc: str, example: tuple[str, str], *, keep: bool = False
) -> None:
    def function(values: pl.Series, context: Context, region: str | None = None) -> pl.DataFrame:
        known = (region or context.region or "").upper() or None
        return as_step(values, outcomes(values, lambda text: take(read(text, known))), keep=keep)

    function.__doc__ = f"{doc} The region says in which order its parts stand."
    step(name, "address", parameters=("region",), examples=(example,))(function)


_LINE = "Lale Sok. 5, 34956 Tuzla/İstanbul"
_register(
    "address.street",
    _address,
    _street,
    "Take the street out of an address in one cell; all of it where its parts are not certain.",
    (_LINE, "Lale Sok. 5"),
    keep=True,
)
_register("address.city", _address, _town, "Take the town out of an address in one cell.", (_LINE, "Tuzla"))
_register(
    "address.postal_code", _address, _part("postal"), "Take the postal code out of an address in one cell.",
    (_LINE, "34956"),
)  # fmt: skip
_register(
    "address.state", _address, _part("state"), "Take the state or province out of an address in one cell.",
    (_LINE, "İstanbul"),
)  # fmt: skip
_register(
    "address.country", _address, _part("country"), "Take the country, as its code, out of an address in one cell.",
    ("Gartenweg 5, 01067 Dresden, Almanya", "DE"),
)  # fmt: skip
_register(
    "place.city", _place, _town_alone, "Take the town out of a cell with postal code and town.",
    ("34956 Tuzla", "Tuzla"), keep=True,
)  # fmt: skip
_register(
    "place.postal_code", _place, _part("postal"), "Take the postal code out of a cell with postal code and town.",
    ("34956 Tuzla", "34956"),
)  # fmt: skip
_register(
    "place.state", _place, _part("state"), "Take the province out of a cell with a town and its province.",
    ("Tuzla/İstanbul", "İstanbul"),
)  # fmt: skip
