"""Who we are: a token for our credentials (RFC 6749 4.4), and the room that carries it."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from crm_migrate.connecting.http import Answer, Http, Patience, Request, Token, Waiting, oauth_token
from crm_migrate_rest.answers import error_of
from crm_migrate_rest.settings import Settings

_DAILY = "QUOTA_GONE"


def open_room(settings: Settings, waiting: Waiting | None = None) -> tuple[Http, Http]:
    """The room for requests, and that for tokens, which it asks when it needs one."""
    seconds = max(settings.longest_seconds, 1)
    patience = Patience(read=seconds, whole=seconds, connections=settings.parallel)
    tokens = Http(settings.url, patience=patience, waiting=waiting)
    token = Token(lambda: oauth_token(tokens, token_request(settings)))
    return Http(settings.url, token=token, quota=quota_until, patience=patience, waiting=waiting), tokens


def token_request(settings: Settings) -> Request:
    """The request for a token; asking twice does no harm."""
    form = {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
    }
    return Request(
        "POST",
        "/oauth/token",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        writes=False,
    )


def quota_until(answer: Answer) -> datetime | None:
    """When the day's requests are back, where that is what the answer says."""
    if answer.status != 403:
        return None
    code, _, until = error_of(answer)
    if code != _DAILY:
        return None
    if not isinstance(until, int | float) or isinstance(until, bool):
        return None
    try:
        return datetime.fromtimestamp(until, UTC)
    except (OverflowError, ValueError, OSError):
        return None
