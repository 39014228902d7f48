"""The catalogue of what a network, a proxy or a gateway can do to a request, whatever is said over it.

Each kind is a function of an exchange; its docstring is its description.
"""

from collections.abc import Callable
from dataclasses import dataclass

from exactly_once.gateway import Asked, Gateway, Strike

SECOND = 1.0
Fits = Callable[[Gateway, Asked], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault. `fits` says whether it can strike a request. What `doubles` makes two records of one request:
    where the server does not look after our key nobody can prevent that, but it must not end with GO. What `stops` is
    for people to mend: it strikes once."""

    name: str
    words: str
    strike: Strike
    fits: Fits
    doubles: bool
    stops: bool


KINDS: dict[str, Kind] = {}


def _always(gateway: Gateway, asked: Asked) -> bool:
    return True


def kind(fits: Fits = _always, *, doubles: bool = False, stops: bool = False) -> Callable[[Strike], Strike]:
    """Put a function into the catalogue, under its own name."""

    def entered(strike: Strike) -> Strike:
        name = str(getattr(strike, "__name__", ""))
        KINDS[name] = Kind(name, (strike.__doc__ or "").strip(), strike, fits, doubles, stops)
        return strike

    return entered
