"""Who we are: a session for our credentials, and the rooms that carry it."""

import base64

from crm_migrate.connecting.http import Http, Pace, Token, Waiting, two_rooms
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired
from crm_migrate_tryton import answers, requests
from crm_migrate_tryton.settings import Settings


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, and that for logins, which both ask when they need a session."""
    pace, many = Pace(settings.longest_seconds), settings.parallel
    logins = Http(settings.url, patience=pace.questions(many), waiting=waiting)
    token = Token(lambda: log_in(logins, settings), scheme="Session")
    questions, changes = two_rooms(settings.url, token, pace, many, waiting)
    return questions, changes, logins


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
