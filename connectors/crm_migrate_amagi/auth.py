"""Who we are: the token that an administrator gave us, and the rooms that carry it."""

from crm_migrate.connecting.http import Http, Pace, Waiting, given, two_rooms
from crm_migrate.errors import AuthExpired
from crm_migrate_amagi.settings import Settings


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http]:
    """The room for questions, and that for changes. amagi-crm gives out a token once."""
    pace = Pace(settings.longest_seconds)
    return two_rooms(settings.url, given(settings.token, refused), pace, settings.parallel, waiting)


def refused() -> AuthExpired:
    """The error of a token that is not taken."""
    return AuthExpired(
        "amagi-crm does not accept our token",
        hint="amagi-crm user add NAME --role member, put its token where the environment says, then: "
        "crm-migrate resume",
    )
