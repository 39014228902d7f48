"""The HTTP room: one way to ask a system behind an API, for every connector that has one.

    http = Http("https://api.example", token=Token(fetch))
    answer = http.send(Request("POST", "/v1/objects/{object}/batch/create", {"object": "contacts"}, json=body))

`send` gives an answer to be read (2xx, and 4xx that are about the records), or raises of `errors`: Throttled,
QuotaGone, AuthExpired, Retryable (nothing was done, for certain), InDoubt (something may have been done), TargetError.
"""

from crm_migrate.connecting.http.asking import Answer, Request, Stream
from crm_migrate.connecting.http.multipart import Form, multipart
from crm_migrate.connecting.http.oauth import oauth_token
from crm_migrate.connecting.http.paces import TRIES, Pace
from crm_migrate.connecting.http.room import Http
from crm_migrate.connecting.http.tokens import Token, given
from crm_migrate.connecting.http.transport import Patience
from crm_migrate.connecting.http.two_rooms import two_rooms
from crm_migrate.connecting.http.waiting import Waiting

__all__ = [
    "TRIES", "Answer", "Form", "Http", "Pace", "Patience", "Request", "Stream", "Token", "Waiting", "given",
    "multipart", "oauth_token", "two_rooms",
]  # fmt: skip
