"""Who we are: the token that an administrator gave us, and the room that carries it."""

from crm_migrate.connecting.http import Http, Patience, Token, Waiting
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired
from crm_migrate_amagi.settings import Settings


def open_room(settings: Settings, waiting: Waiting | None = None) -> Http:
    """The room for requests. amagi-crm gives out a token once: there is no other one to fetch."""
    seconds = max(settings.longest_seconds / 2, 1)
    patience = Patience(read=seconds, whole=seconds, connections=settings.parallel)
    ours = iter((Fresh(settings.token),))

    def only() -> Fresh:
        for token in ours:
            return token
        raise AuthExpired(
            "amagi-crm does not accept our token",
            hint="amagi-crm user add NAME --role member, put its token where the environment says, then: "
            "crm-migrate resume",
        )

    return Http(settings.url, token=Token(only), patience=patience, waiting=waiting)
