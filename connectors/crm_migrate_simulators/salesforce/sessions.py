"""Sessions: who signed in, how long a token is good, and that all of them may be gone at once."""

import secrets
import threading

from crm_migrate_simulators.clock import Clock


class Sessions:
    """Tokens that were given out, with the instant at which each ends."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def open(self, organisation: str) -> str:
        """A token that is good for a while."""
        token = f"{organisation[:15]}!{secrets.token_urlsafe(48)}"
        with self._lock:
            self._until[token] = self._clock.now() + self._seconds
        return token

    def good(self, token: str) -> bool:
        """Whether a token is good; using it keeps it so."""
        now = self._clock.now()
        with self._lock:
            if self._until.get(token, 0.0) <= now:
                return False
            self._until[token] = now + self._seconds
            return True

    def end(self, token: str) -> None:
        """That one is revoked."""
        with self._lock:
            self._until.pop(token, None)

    def end_all(self) -> None:
        """None is good any more."""
        with self._lock:
            self._until.clear()
