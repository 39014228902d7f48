"""Who we are: a session for our credentials, and the room that carries it."""

import base64

from crm_migrate.connecting.http import Http, Patience, Token, Waiting
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired
from crm_migrate_tryton import answers, requests
from crm_migrate_tryton.settings import Settings


def open_room(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http]:
    """The room for calls, and that for logins, which it asks when it needs a session."""
    seconds = max(settings.longest_seconds, 1)
    patience = Patience(read=seconds, whole=seconds, connections=settings.parallel)
    logins = Http(settings.url, patience=patience, waiting=waiting)
    token = Token(lambda: log_in(logins, settings), scheme="Session")
    return Http(settings.url, token=token, patience=patience, waiting=waiting), logins


def log_in(http: Http, settings: Settings) -> Fresh:
    """A session. AuthExpired where name or password are refused."""
    said = answers.session(http.send(requests.login(settings.database, settings.user, settings.password)))
    if said is None:
        raise AuthExpired(
            f"Tryton gives no session of the database {settings.database} for this user and password",
            hint="check the credentials of the environment, then: crm-migrate resume",
        )
    id, key = said
    return Fresh(base64.b64encode(f"{settings.user}:{id}:{key}".encode()).decode())
