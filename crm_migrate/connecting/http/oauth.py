"""The usual way to get a token: client credentials, as OAuth 2 has it."""

from crm_migrate.connecting.http.asking import Request
from crm_migrate.connecting.http.room import Http
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired


def oauth_token(http: Http, request: Request) -> Fresh:
    """Ask for a token (RFC 6749): `access_token`, mostly with `expires_in`. AuthExpired where it is refused."""
    answer = http.send(request)
    said = answer.json() if answer.status == 200 else None
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(token, str) or not token:
        raise AuthExpired(
            f"the target gives no token for these credentials ({answer.status})",
            hint="check the credentials of the environment, then: crm-migrate resume",
        )
    seconds = said.get("expires_in")
    return Fresh(token, float(seconds) if isinstance(seconds, int | float) else None)
