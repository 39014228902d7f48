"""Tokens: client credentials, a signed JWT, a refresh token; revoking; who am I."""

import base64
import binascii
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import At, routes
from crm_migrate_simulators.salesforce.signatures import BadToken, claims
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply

JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def _token(org: Org, work: Work, at: At) -> Reply:
    form = {name: values[0] for name, values in parse_qs(work.call.request.body.decode()).items()}
    form = {**dict(work.call.request.query), **form}
    grants = {"client_credentials": _client, "refresh_token": _refresh, JWT: _jwt}
    grant = grants.get(form.get("grant_type", ""))
    if grant is None:
        return _refused("unsupported_grant_type", "grant type not supported")
    refused = grant(org, work, form)
    return refused or _given(org, work)


def _given(org: Org, work: Work) -> Reply:
    host, organisation = org.host(work.call), org.organisation(work.store)
    told: dict[str, Any] = {
        "access_token": org.sessions.open(organisation),
        "signature": base64.b64encode(b"simulated").decode(),
        "scope": "api",
        "instance_url": host,
        "id": f"{host}/id/{organisation}/{work.user}",
        "token_type": "Bearer",
        "issued_at": str(int(work.now * 1000)),
    }
    return Reply(200, told)


def _client(org: Org, work: Work, form: dict[str, str]) -> Reply | None:
    said = (form.get("client_id", ""), form.get("client_secret", ""))
    word, _, basic = work.call.request.headers.get("authorization", "").partition(" ")
    if word.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(basic).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = secret = ""
        said = (name, secret)
    if said[0] != org.habits.client_id:
        return _refused("invalid_client_id", "client identifier invalid")
    return None if said[1] == org.habits.client_secret else _refused("invalid_client", "invalid client credentials")


def _refresh(org: Org, work: Work, form: dict[str, str]) -> Reply | None:
    if form.get("client_id") != org.habits.client_id:
        return _refused("invalid_client_id", "client identifier invalid")
    if "client_secret" in form and form["client_secret"] != org.habits.client_secret:
        return _refused("invalid_client", "invalid client credentials")
    good = form.get("refresh_token") == org.habits.refresh_token
    return None if good else _refused("invalid_grant", "expired access/refresh token")


def _jwt(org: Org, work: Work, form: dict[str, str]) -> Reply | None:
    if not org.habits.certificate:
        return _refused("invalid_grant", "no certificate is known: the simulator's habit `certificate` names one")
    try:
        told = claims(form.get("assertion", ""), Path(org.habits.certificate))
    except BadToken:
        return _refused("invalid_grant", "invalid assertion")
    if told.get("iss") != org.habits.client_id:
        return _refused("invalid_client_id", "client identifier invalid")
    if told.get("sub") != org.habits.username:
        return _refused("invalid_grant", "user hasn't approved this consumer")
    audiences = ("https://login.salesforce.com", "https://test.salesforce.com", org.host(work.call))
    if told.get("aud") not in audiences:
        return _refused("invalid_grant", "audience is invalid")
    until = told.get("exp")
    if not isinstance(until, int | float) or not work.now - 1 <= until <= work.now + 300:
        return _refused("invalid_grant", "assertion is not within its validity period")
    return None


def _refused(error: str, words: str) -> Reply:
    return Reply(400, {"error": error, "error_description": words})


def _revoke(org: Org, work: Work, at: At) -> Reply:
    form = parse_qs(work.call.request.body.decode())
    token = form.get("token", [work.call.request.query.get("token", "")])[0]
    if not org.sessions.good(token):
        return _refused("unsupported_token_type", "this token type is not supported")
    org.sessions.end(token)
    return Reply(200)


def _identity(org: Org, work: Work, at: At) -> Reply:
    user = work.store.get("User", work.user)
    values = user.values if user else {}
    organisation = org.organisation(work.store)
    told = {"user_id": work.user, "organization_id": organisation, "preferred_username": values.get("Username")}
    names = {
        "name": f"{values.get('FirstName', '')} {values.get('LastName', '')}".strip(),
        "email": values.get("Email"),
    }
    identity = {"id": f"{org.host(work.call)}/id/{organisation}/{work.user}", "username": values.get("Username")}
    return Reply(200, {"sub": identity["id"], **told, **names, **identity, "active": True})


ROUTES = (
    *routes("auth", _token, "POST /services/oauth2/token"),
    *routes("auth", _revoke, "POST /services/oauth2/revoke"),
    *routes("read", _identity, "GET /services/oauth2/userinfo", "GET /id/{organisation}/{user}"),
)
