"""How HubSpot says no: its error bodies, and the exception that carries one up to the route."""

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from crm_migrate_simulators.hubspot.kept import Json
from crm_migrate_simulators.wire import Reply

JSON = "application/json;charset=utf-8"
_PAGE = """<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>
<title>Error 404 Not Found</title>
</head>
<body><h2>HTTP ERROR 404</h2>
<p>Resource not found</p>
</body>
</html>
"""


class Answered(Exception):
    """The request is answered by this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def problem(status: int, message: str, category: str = "", **more: Any) -> Reply:
    """`{status, message, correlationId, ...}`; `more` are members beside them."""
    said = {"status": "error", "message": message, "correlationId": str(uuid.uuid4()), **more}
    return Reply(status, said | ({"category": category} if category else {}))


def refused(status: int, message: str, category: str = "VALIDATION_ERROR", **more: Any) -> Answered:
    """The same, to be raised."""
    return Answered(problem(status, message, category, **more))


def page_404() -> Answered:
    """A record that is not there: HTML."""
    return Answered(Reply(404, _PAGE.encode(), {"Content-Type": "text/html;charset=iso-8859-1"}))


def unknown_object(name: str) -> Answered:
    """An object type that nobody knows."""
    return Answered(problem(400, f"Unable to infer object type from: {name}"))


class Invalid(Exception):
    """Values that a record cannot have: what is wrong with each, as HubSpot lists it."""

    def __init__(self, wrong: Sequence[Json]) -> None:
        super().__init__(message_of(wrong))
        self.wrong = list(wrong)


class Missing(Exception):
    """Properties that a new record of this object needs."""

    def __init__(self, object: str, names: Sequence[str]) -> None:
        super().__init__(f"Error creating {object}. Some required properties were not set.")
        self.names = list(names)


class Conflict(Exception):
    """A record has that e-mail address already."""

    def __init__(self, object: str, existing: str) -> None:
        super().__init__(f"{object.capitalize()} already exists. Existing ID: {existing}")
        self.object, self.existing = object.capitalize(), existing


def message_of(wrong: Iterable[Json]) -> str:
    """The message that lists them."""
    return f"Property values were not valid: {json.dumps(list(wrong), separators=(',', ':'), ensure_ascii=False)}"


def invalid(wrong: Sequence[Json]) -> Answered:
    """400 that names properties, not records; unknown ones are listed under `errors`, too."""
    unknown = [each for each in wrong if each["error"] == "PROPERTY_DOESNT_EXIST"]
    errors = [
        {"message": each["message"], "code": each["error"], "context": {"propertyName": [each["name"]]}}
        for each in unknown
    ]
    more: Json = {"errors": errors} if errors else {}
    return refused(400, message_of(wrong), **more)
