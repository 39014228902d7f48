"""The wall clock, and waiting that somebody can end: injected, so that a test needs no time."""

import threading
import time
from datetime import UTC, datetime

from crm_migrate.errors import Interrupted

SLICE = 0.5  # seconds; on Windows a signal does not wake a thread that waits


class Waiting:
    """The machine's clock. Setting `stop` ends every wait, and lets no request begin."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.stop = stop or threading.Event()

    def now(self) -> datetime:
        """The instant that it is, in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass. Raises Interrupted when `stop` is set before or meanwhile."""
        until = time.monotonic() + seconds
        while not self.stop.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return
            self.stop.wait(min(left, SLICE))
        raise Interrupted("stopped while the target was being asked", hint="crm-migrate resume")
