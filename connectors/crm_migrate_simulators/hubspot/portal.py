"""Routes of the portal itself: tokens, account, rights; and what a fresh one has."""

import secrets
import threading
from datetime import UTC, datetime
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from crm_migrate_simulators.hubspot.habits import Habits, words
from crm_migrate_simulators.hubspot.kept import Json, kept
from crm_migrate_simulators.hubspot.problems import Answered, problem, refused
from crm_migrate_simulators.hubspot.visit import Visit, stamp
from crm_migrate_simulators.quotas import next_midnight
from crm_migrate_simulators.store import Store
from crm_migrate_simulators.wire import Reply, Request

CREATED = "1970-01-01T00:00:00Z"
_SCOPES = "https://developers.hubspot.com/scopes"


class Tokens:
    """The static token of the app, and those that were given out for half an hour."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def given(self, request: Request, now: float) -> Reply:
        """A token for the right words."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        asked = tuple(form.get(name) for name in ("client_id", "client_secret", "refresh_token"))
        if form.get("grant_type") != "refresh_token":
            return problem(400, "missing or unknown grant_type", "BAD_REQUEST")
        if asked[:2] != (self._habits.client_id, self._habits.client_secret):
            return Reply(401, {"status": "BAD_CLIENT_ID", "message": "missing or unknown client id or secret"})
        if asked[2] != self._habits.refresh_token:
            return Reply(400, {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"})
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._until[token] = now + self._habits.token_seconds
        said = {"token_type": "bearer", "refresh_token": self._habits.refresh_token, "access_token": token}
        return Reply(200, {**said, "expires_in": int(self._habits.token_seconds), "hub_id": self._habits.portal})

    def told(self, token: str, now: float) -> Reply:
        """Whose a token is, and how long it is good."""
        with self._lock:
            until = self._until.get(token)
        if until is None or until <= now:
            return problem(404, "Token not found or expired", "OBJECT_NOT_FOUND")
        said = {"token": token, "token_type": "access", "hub_id": self._habits.portal, "hub_domain": "portal.example"}
        more = {"user": "ada.arslan@firma.example", "user_id": 9001, "app_id": 9000001, "scopes": ["oauth"]}
        return Reply(200, {**said, **more, "expires_in": int(until - now)})

    def check(self, request: Request, now: float) -> None:
        """401 for a token that is not good, or not any more."""
        word, _, token = request.headers.get("authorization", "").partition(" ")
        if word.lower() == "bearer" and token == self._habits.token:
            return
        with self._lock:
            until = self._until.get(token) if word.lower() == "bearer" else None
        if until is None:
            words = "Authentication credentials not found. This API supports OAuth 2.0 authentication"
            raise refused(401, words, "INVALID_AUTHENTICATION")
        if until <= now:
            raise Answered(expired(now, until))

    def forget(self) -> None:
        """What was given out is good no longer."""
        with self._lock:
            self._until = dict.fromkeys(self._until, 0.0)


def expired(now: float, until: float) -> Reply:
    """401 that says since when."""
    words = f"The OAuth token used to make this call expired {int(now - until)} second(s) ago."
    return problem(401, words, "EXPIRED_AUTHENTICATION", context={"expire time": [stamp(until)]})


def account(visit: Visit) -> Reply:
    """The portal."""
    offset = datetime.fromtimestamp(visit.now, UTC).astimezone(ZoneInfo(visit.habits.time_zone)).strftime("%z")
    seconds = (int(offset[1:3]) * 60 + int(offset[3:])) * 60 * (-1 if offset[0] == "-" else 1)
    said: Json = {
        "portalId": visit.habits.portal,
        "accountType": "STANDARD",
        "timeZone": visit.habits.time_zone,
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": f"{offset[:3]}:{offset[3:]}",
        "utcOffsetMilliseconds": seconds * 1000,
        "uiDomain": "app.hubspot.example",
        "dataHostingLocation": "eu1",
    }
    return Reply(200, said)


def usage(visit: Visit) -> Reply:
    """What the apps of the portal have used of today's limit."""
    told = visit.call.engine.quotas.usage(visit.now)
    resets = next_midnight(visit.now, ZoneInfo(visit.habits.time_zone))
    limit: Json = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": int(told["per_day"] or visit.habits.daily),
        "currentUsage": int(told["used_today"] or 0),
        "collectedAt": stamp(visit.now),
        "fetchStatus": "SUCCESS",
        "resetsAt": stamp(resets),
    }
    return Reply(200, {"results": [limit]})


def users(visit: Visit) -> Reply:
    """Who may sign in: the users behind the owners that are in use."""
    owners = [said for said in visit.store.settings("owners").values() if not said["archived"]]
    told = [
        {
            "id": str(said.get("userId") or said["userIdIncludingInactive"]),
            "email": said["email"],
            "roleIds": [],
            "superAdmin": False,
            **{name: said[name] for name in ("firstName", "lastName") if name in said},
        }
        for said in owners
    ]
    return Reply(200, {"results": told})


def check_rights(visit: Visit, room: str) -> None:
    """403 in the shape of the room, where the app lacks the right."""
    denied = words(visit.habits.denied)
    named = visit.object().name if "object" in visit.at else ""
    if room == "objects" and f"objects/{named}" in denied:
        error = {"message": "One or more of the following scopes are required.", "context": _scopes(named)}
        words_ = f"This app hasn't been granted all required scopes to make this call. Read more: {_SCOPES}."
        raise refused(403, words_, "MISSING_SCOPES", errors=[error], links={"scopes": _SCOPES})
    if room == "properties" and f"properties/{named}" in denied:
        where = f"object type ObjectTypeId{{legacyObjectType={visit.object().legacy}}} in portal {visit.habits.portal}"
        words_ = f"You do not have permissions to view {where} (requires one of [{named}-read])"
        raise refused(403, words_, "")
    if room == "schemas" and room in denied:
        raise _no_right("custom-object-read")


def no_imports(visit: Visit) -> Reply:
    """403: this app has no right to import files; records are written by the routes of objects."""
    del visit
    raise _no_right("crm.import")


def _no_right(scope: str) -> Answered:
    context = {"requiredGranularScopes": [scope], "links": [_SCOPES]}
    return refused(403, "One or more of the following scopes are required.", "MISSING_SCOPES", context=context)


def _scopes(name: str) -> Json:
    granular = [f"crm.objects.{name}.{verb}" for verb in ("read", "write")]
    return {"requiredScopes": [name], "requiredGranularScopes": granular}


def furnish(store: Store) -> None:
    """What a fresh portal has beside records: owners, pipelines, kinds of subscription. Once."""
    if store.setting("portal", "furnished"):
        return
    for said in kept("portal")["owners"]:
        store.put("owners", said["id"], {"createdAt": CREATED, "updatedAt": CREATED, "archived": False, **said})
    for said in kept("portal")["subscription_types"]:
        store.put("subscription_types", said["id"], {"createdAt": CREATED, "updatedAt": CREATED, **said})
    times = {"createdAt": CREATED, "updatedAt": CREATED, "archived": False}
    for object, pipelines in kept("pipelines").items():
        for said in pipelines:
            more = {"writePermissions": "CRM_PERMISSIONS_ENFORCEMENT", **times}
            stages = [{**stage, **more} for stage in said["stages"]]
            store.put(f"pipelines:{object}", said["id"], {**said, "stages": stages, **times})
    store.put("portal", "furnished", True)
