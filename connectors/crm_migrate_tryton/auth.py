"""Who we are: a session for our credentials, and the rooms that carry it."""

import base64

from crm_migrate.connecting.http import TRIES, Http, Pace, Token, Waiting
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired
from crm_migrate_tryton import answers, requests
from crm_migrate_tryton.settings import Settings


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, where nothing waits long before it is sent, and that for logins, which
    both ask when they need a session."""
    pace, many = Pace(settings.longest_seconds), settings.parallel
    patience = pace.questions(many)
    logins = Http(settings.url, patience=patience, waiting=waiting)
    token = Token(lambda: log_in(logins, settings), scheme="Session")
    questions = Http(settings.url, token=token, patience=patience, waiting=waiting)
    changes = Http(
        settings.url, token=token, patience=pace.changes(many), waiting=waiting, attempts=TRIES,
        longest_wait=pace.wait_seconds,
    )  # fmt: skip
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
