"""What a CRM says of itself, kept for a while: an administrator may change it while a load runs."""

import threading
import time
from collections.abc import Callable
from typing import Any

FRESH_SECONDS = 60  # so long it is taken to be as it was


class Kept:
    """Answers by name, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, ask: Callable[[str], Any]) -> Any:
        """What `ask` said of that name, not long ago."""
        with self._lock:
            at, said = self._known.get(name, (-FRESH_SECONDS, None))
            if time.monotonic() - at >= FRESH_SECONDS:
                said = ask(name)
                self._known[name] = (time.monotonic(), said)
            return said

    def forget(self) -> None:
        """That all of it may have changed."""
        with self._lock:
            self._known.clear()
