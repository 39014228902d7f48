"""Who we are: the token of a private app, or OAuth; and the rooms that carry it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlencode

from crm_migrate.connecting.http import Answer, Http, Pace, Patience, Request, Token, Waiting, given, oauth_token
from crm_migrate.connecting.http.room import REFUSALS
from crm_migrate.errors import AuthExpired, TargetError
from crm_migrate_hubspot.settings import Settings

MOVING = 477  # the portal is being moved to another place; nothing is done, and it says for how long


class Rooms:
    """The room for questions, and that for changes."""

    def __init__(self, settings: Settings, waiting: Waiting) -> None:
        self.zone: tzinfo = UTC  # the portal's own; its day ends there
        pace = Pace(settings.longest_seconds)
        self._tokens = Http(settings.url, waiting=waiting)
        token = given(settings.token, refused) if settings.token else _renewing(settings, self._tokens)
        self.questions = self._room(settings, token, waiting, pace.questions(settings.parallel + 1))
        # An answer is believed to be lost no sooner than its request can take no effect any more.
        patience = Patience(read=settings.longest_seconds or 1, whole=settings.longest_seconds or 1,
                            connections=settings.parallel, upload=settings.upload_seconds)  # fmt: skip
        self.changes = self._room(settings, token, waiting, patience)

    def _room(self, settings: Settings, token: Token, waiting: Waiting, patience: Patience) -> Http:
        quota = day_is_over(waiting.now, lambda: self.zone)
        return Http(settings.url, token=token, quota=quota, refusals=REFUSALS | {MOVING}, patience=patience,
                    waiting=waiting)  # fmt: skip

    def close(self) -> None:
        """Give back the connections."""
        for room in (self.questions, self.changes, self._tokens):
            room.close()


def refused() -> AuthExpired:
    """The error of a token that is not taken."""
    return AuthExpired(
        "HubSpot does not accept our token",
        hint="make a new token of the app there, put it where the environment says, then: crm-migrate resume",
    )


def _renewing(settings: Settings, http: Http) -> Token:
    form = {
        "grant_type": "refresh_token",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "refresh_token": settings.refresh_token,
    }
    route = "/oauth/v1/token" if settings.api_version == "v3" else f"/oauth/{settings.api_version}/token"
    request = Request(
        "POST", route, body=urlencode(form).encode(), content_type="application/x-www-form-urlencoded", writes=False
    )
    return Token(lambda: oauth_token(http, request))


def day_is_over(now: Callable[[], datetime], zone: Callable[[], tzinfo]) -> Callable[[Answer], datetime | None]:
    """Reads an answer: until when nothing is taken, where all requests of the portal's day are used up."""

    def quota(answer: Answer) -> datetime | None:
        if answer.status != 429 or policy(answer) != "DAILY":
            return None
        today = now().astimezone(zone())
        return (today + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)

    return quota


def policy(answer: Answer) -> str:
    """Which limit an answer speaks of, by its name or else in its words; "" where it does not say."""
    try:
        said = answer.json()
    except TargetError:
        return ""
    if not isinstance(said, dict):
        return ""
    name = said.get("policyName")
    if isinstance(name, str):
        return name.upper()
    return "DAILY" if "daily limit" in str(said.get("message")).lower() else ""
