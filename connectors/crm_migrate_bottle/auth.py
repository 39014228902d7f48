"""Who we are: the personal access token of an administrator, and the rooms that carry it."""

from crm_migrate.connecting.http import Http, Pace, Waiting, given, two_rooms
from crm_migrate.errors import AuthExpired
from crm_migrate_bottle.settings import Settings

HINT = "make a new personal access token there (settings, API tokens), put it where the environment says, then: "


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, and one of more patience for what is asked outside of any batch.

    BottleCRM shows a token once.
    """
    token, pace = given(settings.token, refused), Pace(settings.longest_seconds)
    questions, changes = two_rooms(settings.url, token, pace, settings.parallel, waiting)
    return questions, changes, Http(settings.url, token=token, waiting=waiting)


def refused() -> AuthExpired:
    """The error of a token that is not taken."""
    return AuthExpired("BottleCRM does not accept our token", hint=f"{HINT}crm-migrate resume")
