"""What an environment says when it does not take something: a status, a code in hexadecimal, and words."""

from typing import Any

from crm_migrate_simulators.rules import Refused

NOT_FOUND = "0x80040217"
TAKEN = "0x80060892"
NO_KEY = "0x80060891"
INVALID = "0x80048d19"
SEGMENT = "0x80060888"
_FROM_STORE = {  # what the store says by itself, in the status and the code of an environment
    "UNKNOWN_FIELD": (400, INVALID),
    "STRING_TOO_LONG": (400, "0x80044331"),
    "INVALID_CHOICE": (400, "0x8004431a"),
    "WRONG_TYPE": (400, INVALID),
    "DUPLICATE_VALUE": (412, TAKEN),
    "DUPLICATES_DETECTED": (412, "0x80040333"),
    "NOT_FOUND": (404, NOT_FOUND),
    "DELETED": (404, NOT_FOUND),
    "PARENT_NOT_FOUND": (404, NOT_FOUND),
    "UNABLE_TO_LOCK": (500, "0x80044151"),
    "REFERRED": (400, "0x80040227"),
    "UNKNOWN_OBJECT": (404, SEGMENT),
    "MALFORMED": (400, INVALID),
}


class Failure(Refused):
    """A refusal with its status."""

    def __init__(self, status: int, code: str, message: str, field: str = "") -> None:
        super().__init__(code, message, field)
        self.status = status


def body(code: str, message: str) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"code": code, "message": message}}


def failure(refused: Refused, table: str = "", length: int | None = None) -> Failure:
    """Any refusal in the words of an environment; `length`: what the field takes, of a text that is too long."""
    if isinstance(refused, Failure):
        return refused
    status, code = _FROM_STORE.get(refused.code, (400, INVALID))
    words = refused.message
    if refused.code == "STRING_TOO_LONG":
        words = (
            f"A validation error occurred.  The length of the '{refused.field}' attribute of the '{table}' entity "
            f"exceeded the maximum allowed length of '{length}'."
        )
    elif refused.code == "DUPLICATE_VALUE":
        words = (
            f"A record that has the attribute values {refused.field} already exists. The entity key requires that this "
            "set of attributes contains unique values. Select unique values and try again."
        )
    elif refused.code == "DUPLICATES_DETECTED":
        words = "A record was not created or updated because a duplicate of the current record already exists."
    elif refused.code == "UNABLE_TO_LOCK":
        words = "SQL timeout expired: another request holds this record."
    return Failure(status, code, words, refused.field)


def missing(table: str, id: str) -> Failure:
    """There is no record of that id."""
    return Failure(404, NOT_FOUND, f"{table} With Id = {id} Does Not Exist")


def no_segment(said: str) -> Failure:
    """No entity set, action or function has that name."""
    return Failure(404, SEGMENT, f"Resource not found for the segment '{said}'.")


def no_property(name: str, table: str) -> Failure:
    """A table has no such column, or none that is written so."""
    return Failure(
        400, INVALID, f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table}'.", name
    )


def unreadable(words: str) -> Failure:
    """A request that cannot be read as OData."""
    return Failure(400, INVALID, f"Error identified in Payload provided by the user: {words}")


def not_simulated(words: str) -> Failure:
    """What a real environment does and this one does not: said, and never passed over."""
    return Failure(501, "0x80040203", f"The simulator does not know {words}")
