"""One loader per database, whatever machine it runs on: a lock in the server, which dies with its connection."""

import time
from collections.abc import Callable

from crm_migrate.errors import Retryable, TargetConflict, TargetError

SECONDS = 10.0  # assumed: a server sees that a process was killed when its statement ends, mostly at once
PAUSE = 0.2


def alone(ask: Callable[[], bool]) -> bool:
    """Ask for the lock until it is ours, or for SECONDS: who holds it may be a process that was just killed."""
    until = time.monotonic() + SECONDS
    while not (ours := ask()) and time.monotonic() < until:
        time.sleep(PAUSE)
    return ours


def held(*, ours: bool) -> TargetError:
    """The error of a lock that was not to be had: `ours` from before is of a connection that was lost."""
    if ours:
        return Retryable("the database has not noticed yet that our connection was lost", hint="crm-migrate resume")
    return TargetConflict(
        f"another crm-migrate is loading this database (asked for {SECONDS:g} seconds)",
        hint="wait until it ends; then resume. Where it was killed, end its session in the server, or wait until the"
        " server has noticed",
    )
