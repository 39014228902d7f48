"""Who we are: the token that an administrator gave us, and the rooms that carry it."""

from crm_migrate.connecting.http import TRIES, Http, Pace, Token, Waiting
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired
from crm_migrate_amagi.settings import Settings


def open_rooms(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http]:
    """The room for questions, and that for changes, where nothing waits long before it is sent.

    amagi-crm gives out a token once: there is no other one to fetch.
    """
    ours = iter((Fresh(settings.token),))

    def only() -> Fresh:
        for token in ours:
            return token
        raise AuthExpired(
            "amagi-crm does not accept our token",
            hint="amagi-crm user add NAME --role member, put its token where the environment says, then: "
            "crm-migrate resume",
        )

    token, pace, many = Token(only), Pace(settings.longest_seconds), settings.parallel
    return (
        Http(settings.url, token=token, patience=pace.questions(many), waiting=waiting),
        Http(
            settings.url, token=token, patience=pace.changes(many), waiting=waiting, attempts=TRIES,
            longest_wait=pace.wait_seconds,
        ),
    )  # fmt: skip
