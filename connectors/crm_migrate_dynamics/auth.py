"""Who we are: an application user of the environment, by client credentials of Entra ID; the rooms that carry it."""

from urllib.parse import urlencode, urlsplit

from crm_migrate.connecting.http import Http, Request, Token, Waiting, oauth_token, two_rooms
from crm_migrate_dynamics.settings import Settings


def open_rooms(settings: Settings, waiting: Waiting) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, and that for logins, which both ask when they need a token."""
    pace = settings.pace
    logins = Http(settings.login_url, patience=pace.questions(settings.parallel), waiting=waiting)
    token = Token(lambda: oauth_token(logins, token_request(settings)))
    return (*two_rooms(settings.url, token, pace, settings.parallel, waiting), logins)


def token_request(settings: Settings) -> Request:
    """The request for a token; asking twice does no harm."""
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "scope": f"{place(settings.url)}/.default",
    }
    return Request(
        "POST",
        "/{tenant}/oauth2/v2.0/token",
        {"tenant": settings.tenant},
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        writes=False,
    )


def place(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
