"""Who we are: the personal access token of an administrator, and the rooms that carry it."""

from crm_migrate.connecting.http import TRIES, Http, Pace, Token, Waiting
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired
from crm_migrate_bottle.settings import Settings

HINT = "make a new personal access token there (settings, API tokens), put it where the environment says, then: "


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, where nothing waits long before it is sent, and one of more patience
    for what is asked outside of any batch.

    BottleCRM shows a token once: there is no other one to fetch.
    """
    ours = iter((Fresh(settings.token),))

    def only() -> Fresh:
        for token in ours:
            return token
        raise refused()

    token, pace, many = Token(only), Pace(settings.longest_seconds), settings.parallel
    return (
        Http(settings.url, token=token, patience=pace.questions(many), waiting=waiting),
        Http(
            settings.url, token=token, patience=pace.changes(many), waiting=waiting, attempts=TRIES,
            longest_wait=pace.wait_seconds,
        ),
        Http(settings.url, token=token, waiting=waiting),
    )  # fmt: skip


def refused() -> AuthExpired:
    """The error of a token that is not taken."""
    return AuthExpired("BottleCRM does not accept our token", hint=f"{HINT}crm-migrate resume")
