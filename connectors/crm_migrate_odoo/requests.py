"""What is asked of an Odoo, as data (odoo.com/documentation: external API). Pure.

Every call is a POST to one address; whether it changes something is said here, so that a question may be repeated.
"""

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.http import Request

ROUTE = "/jsonrpc"
PAGE = 500  # records
Domain = Sequence[Any]
# Archived records are there, and times are UTC. Nobody gets a message of what is loaded: no follower, no assignee, no
# attendee, and no line about each change stands beside the records.
CONTEXT: Mapping[str, Any] = {
    "active_test": False, "tz": "UTC", "tracking_disable": True, "mail_create_nolog": True,
    "mail_create_nosubscribe": True, "mail_notrack": True, "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True, "dont_notify": True, "no_mail_to_attendees": True,
}  # fmt: skip


def _call(service: str, method: str, args: Sequence[Any], *, writes: bool = False) -> Request:
    """Another call has another id, and so has its answer: a gateway may give us somebody else's."""
    params = {"service": service, "method": method, "args": list(args)}
    id = zlib.crc32(json.dumps(params).encode())
    body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": id}
    return Request("POST", ROUTE, json=body, writes=writes)


def sign_in(database: str, user: str, token: str) -> Request:
    """The id of our user; asking twice does no harm."""
    return _call("common", "authenticate", [database, user, token, {}])


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are in a database: what goes along with every call. Names of records are those of the language `lang`."""

    database: str
    uid: int
    token: str
    lang: str = "en_US"

    def _execute(self, model: str, method: str, args: Sequence[Any], *, writes: bool = False, **named: Any) -> Request:
        named["context"] = {**CONTEXT, "lang": self.lang}
        who = [self.database, self.uid, self.token, model, method, list(args), named]
        return _call("object", "execute_kw", who, writes=writes)

    def preferences(self) -> Request:
        """The language and the time zone of our user."""
        return self._execute("res.users", "context_get", [])

    def fields(self, model: str) -> Request:
        """The fields of a model."""
        return self._execute(model, "fields_get", [])

    def defaults(self, model: str, names: Collection[str]) -> Request:
        """What Odoo fills in where nothing is said."""
        return self._execute(model, "default_get", [list(names)])

    def search(self, model: str, domain: Domain, names: Collection[str], limit: int | None = None) -> Request:
        """Records in the order of their ids."""
        return self._execute(model, "search_read", [list(domain)], fields=list(names), limit=limit or False, order="id")

    def load(self, model: str, columns: Sequence[str], lines: Sequence[Sequence[Any]]) -> Request:
        """An import: all of the lines, or none."""
        return self._execute(model, "load", [list(columns), [list(line) for line in lines]], writes=True)

    def create(self, model: str, records: Sequence[Mapping[str, Any]]) -> Request:
        """All of the records, or none."""
        return self._execute(model, "create", [[dict(each) for each in records]], writes=True)

    def unlink(self, model: str, ids: Sequence[int]) -> Request:
        """All of the records go for good, or none."""
        return self._execute(model, "unlink", [list(ids)], writes=True)
