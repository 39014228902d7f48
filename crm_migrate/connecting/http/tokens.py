"""An access token that several requests share, renewed once by one of them, and the usual way to get one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crm_migrate.connecting.http.asking import Request
from crm_migrate.errors import AuthExpired

if TYPE_CHECKING:
    from crm_migrate.connecting.http.room import Http

EARLY = timedelta(seconds=30)  # a token is renewed so long before its end, so that it does not end on its way
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token as it was given out, and for how many seconds it is good (None: nobody said)."""

    value: str
    seconds: float | None = None

    def __repr__(self) -> str:
        return "Fresh(***)"


class Token:
    """Fetched when it is first needed. `fetch` raises AuthExpired where the credentials are refused."""

    def __init__(self, fetch: Callable[[], Fresh]) -> None:
        self._fetch = fetch
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


def oauth_token(http: "Http", request: Request) -> Fresh:
    """Ask for a token (RFC 6749): `access_token`, mostly with `expires_in`. AuthExpired where it is refused."""
    answer = http.send(request)
    said = answer.json() if answer.status == 200 else None
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(token, str) or not token:
        raise AuthExpired(
            f"the target gives no token for these credentials ({answer.status})",
            hint="check the credentials of the environment, then: crm-migrate resume",
        )
    seconds = said.get("expires_in")
    return Fresh(token, float(seconds) if isinstance(seconds, int | float) else None)
