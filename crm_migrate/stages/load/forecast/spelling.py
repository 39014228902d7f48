"""How sizes and times are written for people."""

from math import ceil

_UNITS = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1))
_TENTH = 360.0  # seconds of a tenth of an hour


def as_size(bytes: int) -> str:
    """As `3.2 GB`."""
    unit, worth = next(((unit, worth) for unit, worth in _UNITS if bytes >= worth), _UNITS[-1])
    return f"{bytes / worth:,.1f} {unit}" if worth > 1 else f"{bytes} B"


def minutes(seconds: tuple[float, float]) -> str:
    """As `0.4 to 2.0 minutes`, rounded up."""
    low, high = (ceil(each / 6) / 10 for each in seconds)
    return f"{low:,.1f} to {high:,.1f} minutes" if low < high else f"{high:,.1f} minutes"


def shown(seconds: tuple[float, float]) -> tuple[float, float]:
    """What `hours` says of them, in seconds: only these add up as they are read."""
    return ceil(seconds[0] / _TENTH) * _TENTH, ceil(seconds[1] / _TENTH) * _TENTH


def hours(seconds: tuple[float, float]) -> str:
    """As `1.2 to 8.0 hours`, rounded up."""
    low, high = (ceil(each / _TENTH) / 10 for each in seconds)
    return f"{low:,.1f} to {high:,.1f} hours" if low < high else f"{high:,.1f} hours"


def lasting(seconds: tuple[float, float]) -> str:
    """In minutes, or in hours from one on."""
    return minutes(seconds) if seconds[1] < 3600 else hours(seconds)
