"""Challenges and sessions."""

import secrets
import threading
from hashlib import md5

from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.vtiger.habits import Habits


class Sessions:
    """Those that are open."""

    def __init__(self, clock: Clock, habits: Habits) -> None:
        self._clock, self._habits = clock, habits
        self._lock = threading.Lock()
        self._tokens: set[str] = set()
        self._open: dict[str, float] = {}

    def challenge(self) -> str:
        """What a login answers."""
        token = secrets.token_hex(8)
        with self._lock:
            self._tokens.add(token)
        return token

    def login(self, user: str, answer: str) -> str | None:
        """The name of a new session; None where user or answer are wrong."""
        with self._lock:
            tokens, self._tokens = self._tokens, set()
            known = any(answer == self._digest(token) for token in tokens)
            if user != self._habits.user or not known:
                return None
            name = secrets.token_hex(8)
            self._open[name] = self._clock.now() + self._habits.session_seconds
            return name

    def _digest(self, token: str) -> str:
        return md5(f"{token}{self._habits.access_key}".encode(), usedforsecurity=False).hexdigest()

    def good(self, name: str) -> bool:
        """Whether a session is open."""
        with self._lock:
            return self._open.get(name, 0.0) > self._clock.now()

    def forget(self) -> None:
        """All are over."""
        with self._lock:
            self._open.clear()
