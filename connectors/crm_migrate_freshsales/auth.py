"""Who we are: the key of a user, and the rooms that carry it."""

from crm_migrate.connecting.http import Http, Pace, Waiting, given, two_rooms
from crm_migrate.errors import AuthExpired
from crm_migrate_freshsales.settings import Settings

API = "/crm/sales/api"


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http]:
    """The room for questions, and that for changes."""
    key = given(f"token={settings.token}", refused, scheme="Token")
    return two_rooms(settings.url, key, Pace(settings.longest_seconds), settings.parallel, waiting)


def refused() -> AuthExpired:
    """The error of a key that is not taken."""
    return AuthExpired(
        "Freshsales does not accept our key",
        hint="copy the key of an administrator (profile settings, API settings), then: crm-migrate resume",
    )
