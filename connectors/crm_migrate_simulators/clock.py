"""Time as the simulated system sees it: the machine's clock, or one that stands still until it is set."""

import threading
import time


class Clock:
    """Seconds since 1970 in UTC. Without `start` it runs with the machine, shifted as told; with it, it stands."""

    def __init__(self, start: float | None = None) -> None:
        self._fixed = start
        self._shift = 0.0
        self._closed = False
        self._changed = threading.Condition()

    def now(self) -> float:
        """The instant that it is here."""
        return time.time() + self._shift if self._fixed is None else self._fixed

    def advance(self, seconds: float) -> None:
        """Move by so many seconds; whoever waits for an instant that has come goes on."""
        with self._changed:
            if self._fixed is None:
                self._shift += seconds
            else:
                self._fixed += seconds
            self._changed.notify_all()

    def set(self, instant: float) -> None:
        """Move to an instant."""
        self.advance(instant - self.now())

    def wait(self, seconds: float) -> bool:
        """Wait until so many seconds have passed here; False when the simulator was closed before."""
        until = self.now() + seconds
        with self._changed:
            while not self._closed and self.now() < until:
                self._changed.wait(until - self.now() if self._fixed is None else None)
            return not self._closed

    def close(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
