"""What an org says when it does not take something: a code, words and fields, and the status that carries it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crm_migrate_simulators.rules import Refused

STATUS = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_API_VERSION": 410,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "SERVER_UNAVAILABLE": 503,
    "UNKNOWN_EXCEPTION": 500,
}
_FROM_STORE = {  # what the store says by itself, in the words of an org
    "PARENT_NOT_FOUND": ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    "UNABLE_TO_LOCK": ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records"),
    "DELETED": ("ENTITY_IS_DELETED", "entity is deleted"),
    "NOT_FOUND": ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
    "NOT_DELETED": ("UNDELETE_FAILED", "Entity is not in the recycle bin"),
    "MALFORMED": ("JSON_PARSER_ERROR", "The request cannot be read"),
}


class Failure(Refused):
    """A refusal with its fields; `more` is what a result tells beside them (a duplicate result, for instance)."""

    def __init__(self, code: str, message: str, *fields: str, more: dict[str, Any] | None = None) -> None:
        super().__init__(code, message, fields[0] if fields else "")
        self.fields, self.more = fields, more or {}


def failure(refused: Refused) -> Failure:
    """Any refusal in the words of an org."""
    if isinstance(refused, Failure):
        return refused
    code, words = _FROM_STORE.get(refused.code, (refused.code, refused.message))
    if refused.code == "DUPLICATE_VALUE":
        words = f"duplicate value found: {refused.field} duplicates value on record with id: {refused.existing[:15]}"
    named = (refused.field,) if refused.field and code in ("UNABLE_TO_LOCK_ROW", "INVALID_CROSS_REFERENCE_KEY") else ()
    return Failure(code, words, *named)


@contextmanager
def worded() -> Iterator[None]:
    """What is refused inside is refused in the words of an org."""
    try:
        yield
    except Refused as refused:
        raise failure(refused) from None


def missing(*fields: str) -> Failure:
    """Required fields that are empty."""
    return Failure("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(fields)}]", *fields)


def no_column(name: str, object: str) -> Failure:
    """A field that does not exist, or that nobody may see."""
    return Failure("INVALID_FIELD", f"No such column '{name}' on sobject of type {object}")


def not_found(words: str = "The requested resource does not exist") -> Failure:
    """Nothing is there."""
    return Failure("NOT_FOUND", words)


def in_row(refused: Failure) -> dict[str, Any]:
    """The error of one row of a collection."""
    return {"statusCode": refused.code, "message": refused.message, "fields": list(refused.fields), **refused.more}


def in_list(refused: Failure) -> list[dict[str, Any]]:
    """The body of an error of a whole request."""
    said: dict[str, Any] = {"message": refused.message, "errorCode": refused.code, **refused.more}
    bare = ("INVALID_FIELD", "NOT_FOUND", "JSON_PARSER_ERROR", "MALFORMED_QUERY", "INVALID_TYPE", "MALFORMED_SEARCH")
    told = refused.fields or refused.code not in bare
    return [said | ({"fields": list(refused.fields)} if told and (refused.fields or refused.code in _ROWS_OWN) else {})]


_ROWS_OWN = {  # refusals of a record, which name fields even when there are none
    "DUPLICATE_VALUE",
    "DUPLICATES_DETECTED",
    "STRING_TOO_LONG",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_CROSS_REFERENCE_KEY",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "MALFORMED_ID",
    "ENTITY_IS_DELETED",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_EMAIL_ADDRESS",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "UNABLE_TO_LOCK_ROW",
    "DELETE_FAILED",
    "INACTIVE_OWNER_OR_USER",
    "STANDARD_PRICE_NOT_DEFINED",
    "INVALID_INPUT",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "MISSING_ARGUMENT",
    "FIELD_FILTER_VALIDATION_EXCEPTION",
}
