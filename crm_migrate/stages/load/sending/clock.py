"""Time as the load knows it: what o'clock it is, and waiting that somebody may end."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

GLANCE = 0.2  # seconds between two looks at whether somebody wants us to stop


class Clock(Protocol):
    """A clock; tests bring one that moves when they say so."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def wait(self, until: datetime, stopped: Callable[[], bool]) -> None:
        """Come back at that instant, or soon after somebody says stop."""
        ...


class WallClock:
    """The clock on the wall."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)

    def wait(self, until: datetime, stopped: Callable[[], bool]) -> None:
        """Sleep in short naps."""
        while (left := (until - self.now()).total_seconds()) > 0 and not stopped():
            time.sleep(min(left, GLANCE))
