"""How many requests a simulated CRM takes: per day of its time zone, per sliding window, and at the same time."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

DAY = 86_400.0
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TooMany:
    """A request that is not taken: which limit, and the instant at which the next may come."""

    limit: Literal["day", "window", "concurrent"]
    until: float


def next_midnight(now: float, zone: tzinfo = UTC) -> float:
    """The next midnight of a time zone."""
    tomorrow = datetime.fromtimestamp(now, zone).date() + _ONE
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp()


class Quotas:
    """Counts what is taken; a request that is refused is not counted."""

    def __init__(
        self,
        per_day: int | None = None,
        per_window: int | None = None,
        window: float = 10.0,
        concurrent: int | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        self.per_day, self.per_window, self.window, self.concurrent = per_day, per_window, window, concurrent
        self._zone = zone
        self._lock = threading.Lock()
        self._midnight, self._today, self._running = 0.0, 0, 0  # `_midnight` ends the day that is counted
        self._recent: deque[float] = deque()

    def enter(self, now: float) -> TooMany | None:
        """Count a request in, or say why not. What was let in must `leave`."""
        with self._lock:
            self._roll(now)
            if self.per_day is not None and self._today >= self.per_day:
                return TooMany("day", self._midnight)
            if self.per_window is not None and len(self._recent) >= self.per_window:
                return TooMany("window", self._recent[0] + self.window)
            if self.concurrent is not None and self._running >= self.concurrent:
                return TooMany("concurrent", now + 1)
            self._today += 1
            self._running += 1
            self._recent.append(now)
            return None

    def spend(self, more: int) -> None:
        """A request that was let in costs so much more than one of the day."""
        with self._lock:
            self._today += more

    def leave(self) -> None:
        """A request that was let in is answered."""
        with self._lock:
            self._running -= 1

    def usage(self, now: float) -> dict[str, float | None]:
        """What is used and what is allowed today."""
        with self._lock:
            self._roll(now)
            used = {"used_today": self._today, "per_day": self.per_day}
            return used | ({} if self.per_window is None else self._window())

    def _window(self) -> dict[str, float | None]:
        return {"per_window": self.per_window, "window": self.window, "used_in_window": len(self._recent)}

    def _roll(self, now: float) -> None:
        ends = next_midnight(now, self._zone)
        if ends != self._midnight:
            self._midnight, self._today = ends, 0
        while self._recent and (self._recent[0] <= now - self.window or self.per_window is None):
            self._recent.popleft()
