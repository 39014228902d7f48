"""Who we are: a token for our credentials, and the rooms that carry it.

A token goes to one address only: where the answer names another organisation's, nothing is sent there. A refresh token
is used and never written anywhere.
"""

import importlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from crm_migrate.connecting.http import Answer, Http, Request, Token, Waiting, given, two_rooms
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired, TargetConflict, UsageError
from crm_migrate_salesforce.answers import daily_limit
from crm_migrate_salesforce.settings import Settings

_HINT = "check the credentials of the environment, then: crm-migrate resume"
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MINUTES = 3  # that an assertion is good for; Salesforce takes five at most
AGAIN = timedelta(hours=1)  # the day of its limits rolls, so a part of it is back after that


def open_rooms(settings: Settings, waiting: Waiting) -> tuple[Http, Http, Http]:
    """The room for questions, that for changes, and that for logins, which both ask when they need a token."""
    pace = settings.pace
    logins = Http(settings.login_url, patience=pace.questions(settings.parallel), waiting=waiting)
    quota = quota_of(waiting.now)
    questions, changes = two_rooms(settings.url, token_of(logins, settings), pace, settings.parallel, waiting, quota)
    return questions, changes, logins


def quota_of(now: Callable[[], datetime]) -> Callable[[Answer], datetime | None]:
    """Reads until when nothing is taken, of an answer that says the day's requests are used up."""
    return lambda answer: now() + AGAIN if daily_limit(answer) else None


def token_of(logins: Http, settings: Settings) -> Token:
    """The token that all requests share."""
    login = settings.login
    if login.grant == "given":
        return given(login.access_token, lambda: AuthExpired("Salesforce does not accept the access token", hint=_HINT))
    return Token(lambda: fresh(logins.send(token_request(settings, time.time())), settings.url))


def token_request(settings: Settings, now: float) -> Request:
    """The request for a token; asking twice does no harm. `now`: seconds since 1970."""
    login = settings.login
    form = {"grant_type": login.grant, "client_id": login.client_id}
    if login.grant == "jwt_bearer":
        form = {"grant_type": _JWT, "assertion": _assertion(settings, now)}
    if login.refresh_token:
        form["refresh_token"] = login.refresh_token
    if login.client_secret:
        form["client_secret"] = login.client_secret
    return Request(
        "POST",
        "/services/oauth2/token",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        writes=False,
    )


def fresh(answer: Answer, url: str) -> Fresh:
    """The token of an answer. AuthExpired where it is refused, TargetConflict where it is for another address."""
    said = answer.json() if answer.body else None
    said = said if isinstance(said, dict) else {}
    token, instance = said.get("access_token"), said.get("instance_url")
    if answer.status != 200 or not isinstance(token, str) or not token:
        code = said.get("error")
        why = f": {code}" if isinstance(code, str) and code.isascii() and len(code) < 60 else ""
        raise AuthExpired(f"Salesforce gives no token for these credentials ({answer.status}{why})", hint=_HINT)
    if isinstance(instance, str) and _place(instance) != _place(url):
        raise TargetConflict(
            "the token is for another address than that of the environment",
            hint=f"if that is the organisation that is meant: url: {instance}",
        )
    return Fresh(token)


def _place(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _assertion(settings: Settings, now: float) -> str:
    """Our claim to be the user, signed by our key (RFC 7523)."""
    try:
        jwt = importlib.import_module("jwt")
        claims = {
            "iss": settings.login.client_id,
            "sub": settings.login.user,
            "aud": settings.login_url,
            "exp": int(now) + _MINUTES * 60,
        }
        return str(jwt.encode(claims, settings.login.private_key, algorithm="RS256"))
    except ImportError:
        raise UsageError(
            "`private_key` needs the Python packages `pyjwt` and `cryptography`",
            hint='pip install "crm-migrate[salesforce]"',
        ) from None
    except (ValueError, TypeError):
        raise UsageError("`private_key` is no RSA key in PEM form", hint="private_key: file:salesforce.key") from None
