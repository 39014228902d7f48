"""Who we are: a user of the database, by a key of the API; the rooms for questions and for changes."""

from dataclasses import replace

from crm_migrate.connecting.http import TRIES, Http, Waiting
from crm_migrate.errors import AuthExpired
from crm_migrate_odoo import answers, requests
from crm_migrate_odoo.requests import Session
from crm_migrate_odoo.settings import Settings


def open_rooms(settings: Settings, waiting: Waiting) -> tuple[Http, Http]:
    """The room for questions, and that for changes, where nothing waits long before it is sent."""
    pace = settings.pace
    return (
        Http(settings.url, patience=pace.questions(settings.parallel), waiting=waiting),
        Http(
            settings.url, patience=pace.changes(settings.parallel), waiting=waiting, attempts=TRIES,
            longest_wait=pace.wait_seconds,
        ),
    )  # fmt: skip


def signed_in(http: Http, settings: Settings) -> Session:
    """What goes along with every call. AuthExpired where login or key are refused."""
    uid = http.ask(requests.sign_in(settings.database, settings.user, settings.token), answers.signed_in)
    if uid is None:
        raise AuthExpired(
            f"Odoo knows no such user and key in the database {settings.database}",
            hint="check user, token and database of the environment, then: crm-migrate resume",
        )
    session = Session(settings.database, uid, settings.token)
    lang = http.ask(session.preferences(), answers.values).get("lang")
    return replace(session, lang=str(lang)) if lang else session
