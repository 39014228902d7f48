"""How a column of an export writes its days and moments: its cells have to show it, nothing is guessed. Pure."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import product
from math import isfinite

from crm_migrate.crm.types import Storage
from crm_migrate_bundles.spelling import pattern_of

Clock = Callable[[str], datetime]

_DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_SERIALS = range(1, 100_000)  # days of a spreadsheet until 2173
_FIRST = datetime(1899, 12, 30)
_SECONDS = re.compile(r":\d\d:\d\d|^\d+(\.\d+)?$")


def clock_of(cells: Collection[str], own: str) -> Clock:
    """How all cells of a column are read: as our files write them (`own`), as ISO or as days of a spreadsheet; else by
    the orders and times that users choose, where only one reading is left. Where none is, each cell has to be written
    as in our files or as ISO; what is not is no day (ValueError)."""
    filled = [cell for cell in cells if not _is_no_day(cell)]
    if sure := next((clock for clock in (_by(own), datetime.fromisoformat, _serial) if _read(clock, filled)), None):
        return sure
    found = {read: clock for clock in _local() if (read := _read(clock, filled))}
    return next(iter(found.values())) if len(found) == 1 else lambda cell: _as_ours(cell, own)


def dated(cell: str, storage: Storage, clock: Clock, zone: tzinfo = UTC) -> str | None:
    """A day, or a moment in UTC, in canonical text; the cell itself where it is none. A moment without an offset is one
    of the `zone`."""
    if _is_no_day(cell):
        return None
    try:
        at = clock(cell)
    except ValueError:
        return cell
    if storage == "date":
        return at.date().isoformat()
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def moments_of(cells: Collection[str], own: str, zone: tzinfo) -> Callable[[str, str | None], str | None]:
    """How a column of moments is read, beside what was sent: it is that where it says the same up to what the column or
    our files show (minutes), and in the hour that a zone has twice a year."""
    clock = clock_of(cells, own)
    exact = "ss" in own and any(map(_SECONDS.search, cells))

    def read(cell: str, sent: str | None) -> str | None:
        value = dated(cell, "instant", clock, zone)
        return sent if sent and value and _alike(value, sent, zone, exact=exact) else value

    return read


def _alike(value: str, sent: str, zone: tzinfo, *, exact: bool) -> bool:
    """Whether clocks of the zone show two moments alike."""
    try:
        shown, meant = (datetime.fromisoformat(text).astimezone(zone) for text in (value, sent))
    except ValueError:
        return False
    meant = meant if exact else meant.replace(second=0, microsecond=0)
    return shown.replace(tzinfo=None, fold=0) == meant.replace(tzinfo=None, fold=0)


def _is_no_day(cell: str) -> bool:
    """An empty day: Outlook writes `0/0/00`, databases `0000-00-00`."""
    return not cell.strip("0 -/.:")


def _as_ours(cell: str, own: str) -> datetime:
    with suppress(ValueError):
        return _by(own)(cell)
    return datetime.fromisoformat(cell)


def _read(clock: Clock, cells: Collection[str]) -> tuple[datetime, ...]:
    """What all cells say; nothing where one cannot be read so."""
    try:
        return tuple(clock(cell) for cell in cells)
    except ValueError:
        return ()


def _local() -> Iterator[Clock]:
    return (_by(day + time) for day, time in product(_DAYS, _TIMES))


def _by(pattern: str) -> Clock:
    return lambda cell: datetime.strptime(cell, pattern_of(pattern))


def _serial(cell: str) -> datetime:
    days = float(cell)
    if not isfinite(days) or int(days) not in _SERIALS:
        raise ValueError(cell)
    return _FIRST + timedelta(seconds=round(days * 86_400))
