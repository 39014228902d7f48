"""One door to a target: sends, waits, renews the token, tries again only where nothing can have been done, and logs."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from crm_migrate.connecting.http.asking import Answer, Request
from crm_migrate.connecting.http.deadlines import not_before
from crm_migrate.connecting.http.tokens import Token
from crm_migrate.connecting.http.transport import Broken, Patience, Transport
from crm_migrate.connecting.http.waiting import Waiting
from crm_migrate.errors import AuthExpired, InDoubt, QuotaGone, Retryable, TargetError, Throttled

LOG = logging.getLogger("crm_migrate.http")
REFUSALS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_NOT_DONE = frozenset({HTTPStatus.MISDIRECTED_REQUEST, HTTPStatus.LOCKED, HTTPStatus.TOO_EARLY})
_MOVED = frozenset({301, 302, 303, 307, 308})
_UNSURE = "crm-migrate resume (it asks the target what was done before it sends anything again)"
_LATER = "crm-migrate resume"
_PERHAPS_DONE = frozenset({302, 303})  # what answers a form that was taken
READINGS = 3  # of a question whose answer cannot be read

Told = TypeVar("Told")


class Http:
    """A target at one address; any number of threads may send.

    `quota` reads an answer of the target's own shape: until when nothing is taken, or None. `refusals` are the statuses
    that, with `Retry-After`, promise that nothing was done (429 always does). Up to `attempts` tries and waits of up to
    `longest_wait` seconds are made here; what needs more is raised, for whoever keeps deadlines.
    """

    def __init__(
        self,
        base: str,
        *,
        token: Token | None = None,
        headers: Mapping[str, str] | None = None,
        quota: Callable[[Answer], datetime | None] | None = None,
        refusals: frozenset[int] = REFUSALS,
        patience: Patience | None = None,
        waiting: Waiting | None = None,
        attempts: int = 4,
        longest_wait: float = 30,
    ) -> None:
        self._transport = Transport(base, patience or Patience())
        self._token, self._headers, self._quota, self._refusals = token, dict(headers or {}), quota, refusals
        self._waiting = waiting or Waiting()
        self._attempts, self._longest_wait = attempts, longest_wait
        self._lock = threading.Lock()
        self._shut: Throttled | None = None

    def send(self, request: Request) -> Answer:
        """The answer to a request: 2xx, 300, or a 4xx that is about what was sent. Raises as the room says."""
        for attempt in range(1, self._attempts):
            try:
                return self._authorised(request, attempt)
            except QuotaGone:
                raise
            except Retryable as error:
                self._wait_out(error, attempt)
        return self._authorised(request, self._attempts)

    def ask(self, request: Request, read: Callable[[Answer], Told], readings: int = READINGS) -> Told:
        """What an answer to a question says; where it cannot be read (Retryable) it is asked again, a little later."""
        for reading in range(1, readings):
            answer = self.send(request)
            try:
                return read(answer)
            except Retryable as error:
                self._wait_out(error, reading)
        return read(self.send(request))

    def credential(self) -> str:
        """The token that requests carry now, for a body that has to name it; "" where there is none."""
        return self._token.current(self._waiting.now()) if self._token is not None else ""

    def close(self) -> None:
        """Give back the connections."""
        self._transport.close()

    def _wait_out(self, error: Retryable, attempt: int) -> None:
        """Wait until the request may be sent again; raise the error itself where that is too long."""
        seconds = self._seconds(error.until) if isinstance(error, Throttled) else _backoff(attempt)
        if seconds > self._longest_wait:
            raise error
        self._waiting.wait(seconds)

    def _authorised(self, request: Request, attempt: int) -> Answer:
        self._not_while_shut()
        if self._token is None:
            return self._judged(request, self._once(request, "", attempt), attempt)
        token = self._token.current(self._waiting.now())
        answer = self._once(request, token, attempt)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            token = self._token.renewed(token, self._waiting.now())
            answer = self._once(request, token, attempt)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise AuthExpired(
                f"{self._transport.host} does not accept our token, though it is new",
                hint="check the rights and credentials of the environment, then: crm-migrate resume",
            )
        return self._judged(request, answer, attempt)

    def _not_while_shut(self) -> None:
        """Nobody asks before the instant that the target named to any of us."""
        self._waiting.wait(0)
        shut = self._shut
        if shut is None:
            return
        seconds = self._seconds(shut.until)
        if seconds > self._longest_wait:
            raise type(shut)(shut.message, shut.until, hint=shut.hint)
        self._waiting.wait(seconds)

    def _once(self, request: Request, token: str, attempt: int) -> Answer:
        scheme = self._token.scheme if self._token else ""
        headers = self._headers | ({"Authorization": f"{scheme} {token}"} if token else {})
        begun = time.monotonic()
        try:
            answer = self._transport.exchange(request, headers)
        except Broken as broken:
            self._note(request, attempt, begun, broken.words)
            raise self._verdict(request, broken) from None
        self._note(request, attempt, begun, f"{answer.status} {len(answer.body)} bytes")
        return answer

    def _note(self, request: Request, attempt: int, begun: float, outcome: str) -> None:
        """One line per try: method, route without values, size, outcome, time. No query, header or body."""
        if not LOG.isEnabledFor(logging.INFO):
            return  # the size of a request is dear: it is written out once more
        spent = (time.monotonic() - begun) * 1000
        LOG.info("%s, %d bytes, try %d: %s, %.0f ms", request, request.length, attempt, outcome, spent)

    def _verdict(self, request: Request, broken: Broken) -> TargetError:
        words = f"{self._transport.host}: {request}: {broken.words}"
        if request.changes and broken.sent:
            return InDoubt(words, hint=_UNSURE)
        if broken.final:
            answered = "look what stands between us and the target: a proxy, or another server at its address"
            return TargetError(
                words, hint=answered if broken.sent else "a certificate of your own is named by SSL_CERT_FILE"
            )
        return Retryable(words, hint="look whether the target can be reached, then: crm-migrate resume")

    def _judged(self, request: Request, answer: Answer, attempt: int) -> Answer:
        """The answer, where it is one to be read."""
        words = f"{self._transport.host} answered {answer.status} to {request}"
        until = self._quota(answer) if self._quota else None
        if until is not None:
            raise self._closed(QuotaGone(words, until, hint="crm-migrate resume, after that"))
        if self._is_refusal(answer):
            now = self._waiting.now()
            until = not_before(answer.headers, now) or now + timedelta(seconds=_backoff(attempt))
            raise self._closed(Throttled(words, until, hint=_LATER))
        if answer.status in _NOT_DONE:
            raise Retryable(words, hint=_LATER)
        if answer.status in _MOVED:
            raise self._moved(words, request, answer)
        if request.faults and answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer
        if answer.status >= 500 or answer.status == HTTPStatus.REQUEST_TIMEOUT:
            raise InDoubt(words, hint=_UNSURE) if request.changes else Retryable(words, hint=_LATER)
        return answer

    def _is_refusal(self, answer: Answer) -> bool:
        said = answer.status in self._refusals and "retry-after" in answer.headers
        return said or answer.status == HTTPStatus.TOO_MANY_REQUESTS

    def _closed(self, error: Throttled) -> Throttled:
        """Keep the latest instant that was named; none of our threads asks before it."""
        with self._lock:
            if self._shut is None or error.until > self._shut.until:
                self._shut = error
        return error

    def _moved(self, words: str, request: Request, answer: Answer) -> TargetError:
        """Nobody is followed: the token would go along."""
        if request.changes and answer.status in _PERHAPS_DONE:
            return InDoubt(words, hint=_UNSURE)
        return TargetError(words, hint="give the address that the target has now")

    def _seconds(self, until: datetime) -> float:
        return max(0.0, (until - self._waiting.now()).total_seconds())


def _backoff(attempt: int) -> float:
    """Seconds before the next try: doubled each time, scattered so that threads do not come together again."""
    return float(0.5 * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 -- nothing secret
