"""Who we are: a token for our refresh token, and the rooms that carry it.

A token goes to one address only: where the answer names another data centre's, nothing is sent there.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from crm_migrate.connecting.http import Answer, Http, Request, Token, Waiting, two_rooms
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired, TargetConflict
from crm_migrate_zoho.settings import Settings

SCHEME = "Zoho-oauthtoken"
AGAIN = timedelta(hours=1)  # the day of its credits rolls, so a part of them is back after that
_HINT = "check the credentials of the environment, then: crm-migrate resume"


def open_rooms(settings: Settings, waiting: Waiting) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, and that for logins, which both ask when they need a token."""
    pace = settings.pace
    logins = Http(settings.login_url, patience=pace.questions(settings.parallel), waiting=waiting)
    token = Token(lambda: fresh(logins.send(token_request(settings)), settings.url), SCHEME)
    quota = quota_of(waiting.now)
    questions, changes = two_rooms(settings.url, token, pace, settings.parallel, waiting, quota)
    return questions, changes, logins


def quota_of(now: Callable[[], datetime]) -> Callable[[Answer], datetime | None]:
    """Reads until when nothing is taken, of an answer that says that no credits are left."""
    return lambda answer: now() + AGAIN if no_credits(answer) else None


def no_credits(answer: Answer) -> bool:
    """Whether the credits of 24 hours are used up; too many requests at a time are answered with the same status."""
    left = answer.headers.get("x-api-credits-remaining", "")
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS and left.strip() == "0"


def token_request(settings: Settings) -> Request:
    """The request for a token; asking twice does no harm."""
    form = {
        "grant_type": "refresh_token",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "refresh_token": settings.refresh_token,
    }
    return Request(
        "POST",
        "/oauth/v2/token",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        writes=False,
    )


def fresh(answer: Answer, url: str) -> Fresh:
    """The token of an answer; a refusal may come with 200. AuthExpired where it is refused, TargetConflict where it is
    for another data centre."""
    said = answer.json() if answer.body else None
    said = said if isinstance(said, dict) else {}
    token, domain, seconds = said.get("access_token"), said.get("api_domain"), said.get("expires_in")
    if answer.status != 200 or not isinstance(token, str) or not token:
        code = said.get("error")
        why = f": {code}" if isinstance(code, str) and code.isascii() and len(code) < 60 else ""
        raise AuthExpired(f"Zoho gives no token for these credentials ({answer.status}{why})", hint=_HINT)
    if isinstance(domain, str) and _place(domain) != _place(url):
        raise TargetConflict(
            "the token is for another address than that of the environment",
            hint=f"if that is the organisation that is meant: url: {domain}",
        )
    return Fresh(token, float(seconds) if isinstance(seconds, int | float) else None)


def _place(url: str) -> str:
    return urlsplit(url).netloc.lower()
