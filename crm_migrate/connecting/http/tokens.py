"""An access token that several requests share, renewed once by one of them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crm_migrate.errors import AuthExpired

EARLY = timedelta(seconds=30)  # a token is renewed so long before its end, so that it does not end on its way
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token as it was given out, and for how many seconds it is good (None: nobody said)."""

    value: str
    seconds: float | None = None

    def __repr__(self) -> str:
        return "Fresh(***)"


def given(value: str, refused: Callable[[], AuthExpired], scheme: str = "Bearer") -> "Token":
    """A token that a person gave us: there is no other one to fetch where it is not taken, which `refused` says."""
    left = [Fresh(value)]

    def fetch() -> Fresh:
        if not left:
            raise refused()
        return left.pop()

    return Token(fetch, scheme)


class Token:
    """Fetched when it is first needed. `fetch` raises AuthExpired where the credentials are refused; `scheme` is the
    word before it in the header (RFC 9110 11.4)."""

    def __init__(self, fetch: Callable[[], Fresh], scheme: str = "Bearer") -> None:
        self._fetch = fetch
        self.scheme = scheme
        self._lock = threading.Lock()
        self._value, self._until = "", NEVER
        self._refused: AuthExpired | None = None

    def current(self, now: datetime) -> str:
        """A token that is good, as far as one knows here."""
        with self._lock:
            if not self._value or now >= self._until - EARLY:
                self._renew(now)
            return self._value

    def renewed(self, stale: str, now: datetime) -> str:
        """Another token than `stale`: fetched by the first who says so, the same for all who waited for it."""
        with self._lock:
            if self._value == stale:
                self._renew(now)
            return self._value

    def _renew(self, now: datetime) -> None:
        if self._refused is not None:  # whoever waited meanwhile need not be refused again
            raise self._refused
        try:
            fresh = self._fetch()
        except AuthExpired as error:
            self._refused = error
            raise
        self._value = fresh.value
        self._until = NEVER if fresh.seconds is None else now + timedelta(seconds=max(0.0, fresh.seconds))
