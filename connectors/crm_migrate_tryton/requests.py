"""What is asked of a Tryton server, as data. Pure.

Every call is a POST to one address; whether it changes something is said here, so that a question may be repeated.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from crm_migrate.connecting.http import Request

ROUTE = "/{database}/rpc/"
# Records that a user archived are there; words and names of choices are those of one language, whoever we log in as.
CONTEXT: Mapping[str, Any] = {"active_test": False, "language": "en"}
Domain = Sequence[Any]
Values = Mapping[str, Any]


def call(database: str, method: str, *params: Any, writes: bool = False) -> Request:
    """A call of JSON-RPC in the shape that makes errors come as JSON, too. Another call has another id, and so has its
    answer: a gateway may give us somebody else's."""
    said = {"method": method, "params": list(params)}
    body = {"id": zlib.crc32(json.dumps(said).encode()), **said}
    return Request("POST", ROUTE, {"database": database}, json=body, writes=writes)


def login(database: str, user: str, password: str) -> Request:
    """A session for our credentials; asking twice does no harm."""
    return call(database, "common.db.login", user, {"password": password}, "en")


def fields_of(database: str, model: str) -> Request:
    """The fields of a model."""
    return call(database, f"model.{model}.fields_get", [], dict(CONTEXT))


def defaults_of(database: str, model: str, fields: Sequence[str], context: Values) -> Request:
    """What the server fills in itself where nothing is sent."""
    return call(database, f"model.{model}.default_get", list(fields), dict(context))


def preferences(database: str) -> Request:
    """Who we are there: the company, which some models want to know."""
    return call(database, "model.res.user.get_preferences", True, {})


def search(
    database: str,
    model: str,
    domain: Domain,
    fields: Sequence[str],
    limit: int | None,
    context: Values,
) -> Request:
    """Records of a model in the order of their ids."""
    order = [["id", "ASC"]]
    return call(database, f"model.{model}.search_read", domain, 0, limit, order, list(fields), dict(context))


def create(database: str, model: str, records: Sequence[Values], context: Values) -> Request:
    """All of the records, or none."""
    return call(database, f"model.{model}.create", list(records), dict(context), writes=True)


def write(database: str, model: str, changes: Mapping[int, Values], context: Values) -> Request:
    """All of the changes, by the ids of their records, or none."""
    pairs = [part for id, values in changes.items() for part in ([id], values)]
    return call(database, f"model.{model}.write", *pairs, dict(context), writes=True)


def press(database: str, model: str, button: str, ids: Sequence[int], context: Values) -> Request:
    """A button for all of the records, or none; `delete` is called alike."""
    return call(database, f"model.{model}.{button}", list(ids), dict(context), writes=True)
