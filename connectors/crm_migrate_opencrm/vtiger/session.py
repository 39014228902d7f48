"""A session of a user: a challenge is answered with the digest of it and the access key."""

import threading
from collections.abc import Callable
from hashlib import md5
from typing import TypeVar

from crm_migrate.connecting.http import Answer, Http
from crm_migrate.errors import AuthExpired
from crm_migrate_opencrm.vtiger import answers, requests

Told = TypeVar("Told")


class Session:
    """One for all threads; who finds it ended opens the next one."""

    def __init__(self, http: Http, user: str, key: str) -> None:
        self._http, self._user, self._key = http, user, key
        self._lock = threading.Lock()
        self._name, self.user = "", ""

    def within(self, ask: Callable[[str], Told]) -> Told:
        """What is asked within a session; once more where it had ended: nothing was done then."""
        name = self._current("")
        try:
            return ask(name)
        except answers.Stale:
            return ask(self._current(name))

    def _current(self, stale: str) -> str:
        with self._lock:
            if self._name == stale:
                self._name, self.user = self._opened()
            return self._name

    def _opened(self) -> tuple[str, str]:
        token = self._http.ask(requests.challenge(self._user), _token)
        # The digest is the protocol's own; nothing secret rests on it but what TLS keeps.
        digest = md5(f"{token}{self._key}".encode(), usedforsecurity=False).hexdigest()
        said = self._http.ask(requests.login(self._user, digest), answers.result)
        if not isinstance(said, dict) or not said.get("sessionName"):
            raise AuthExpired("vtiger opens no session", hint="look at the user's name and access key")
        return str(said["sessionName"]), str(said.get("userId") or "")


def _token(answer: Answer) -> str:
    said = answers.result(answer)
    if not isinstance(said, dict) or not said.get("token"):
        raise answer.unreadable("without a challenge")
    return str(said["token"])
