"""What is asked of a vtiger, as data (community.vtiger.com, Third Party App Integration). Pure."""

import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from crm_migrate.connecting.http import Request

PATH = "/webservice.php"
PAGE = 100  # rows of an answer to a query at most


def challenge(user: str) -> Request:
    """What a login has to answer."""
    return Request("GET", PATH, query={"operation": "getchallenge", "username": user})


def login(user: str, answer: str) -> Request:
    """A session."""
    return _form({"operation": "login", "username": user, "accessKey": answer}, writes=False)


def types(session: str) -> Request:
    """The names of the modules."""
    return Request("GET", PATH, query={"operation": "listtypes", "sessionName": session})


def describe(session: str, module: str) -> Request:
    """A module and its fields."""
    return Request("GET", PATH, query={"operation": "describe", "sessionName": session, "elementType": module})


def query(session: str, words: str) -> Request:
    """Rows."""
    return Request("GET", PATH, query={"operation": "query", "sessionName": session, "query": words})


def retrieve(session: str, id: str) -> Request:
    """A record."""
    return Request("GET", PATH, query={"operation": "retrieve", "sessionName": session, "id": id})


def create(session: str, module: str, element: Mapping[str, Any]) -> Request:
    """A record."""
    words = {"operation": "create", "sessionName": session, "elementType": module, "element": json.dumps(element)}
    return _form(words, writes=True)


def revise(session: str, element: Mapping[str, Any]) -> Request:
    """A record's fields that are named."""
    return _form({"operation": "revise", "sessionName": session, "element": json.dumps(element)}, writes=True)


def delete(session: str, id: str) -> Request:
    """A record that goes into the recycle bin."""
    return _form({"operation": "delete", "sessionName": session, "id": id}, writes=True)


def selection(module: str, field: str, values: Collection[str], offset: int) -> str:
    """A query: all rows without values, in the order of their ids. A value with a quote is in no query."""
    quoted = [f"'{value}'" for value in values if "'" not in value and "\\" not in value]
    where = f" WHERE {field} IN ({', '.join(quoted)})" if quoted else ""
    return f"SELECT * FROM {module}{where} ORDER BY id LIMIT {offset}, {PAGE};"


def _form(words: Mapping[str, str], *, writes: bool) -> Request:
    return Request(
        "POST", PATH, body=urlencode(words).encode(), content_type="application/x-www-form-urlencoded", writes=writes
    )
