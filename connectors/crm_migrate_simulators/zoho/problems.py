"""What an organisation says when it does not take something: of a whole request, or of one of its records."""

from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply

_RELATED = "the related id given seems to be invalid"
INVALID_ID = "the id given seems to be invalid"


class Problem(Exception):
    """A request that is refused as a whole, with its status."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details

    def reply(self) -> Reply:
        """It, as the organisation words it."""
        return Reply(self.status, said(self.code, self.message, self.details))


class Wrong(Refused):
    """A record that is refused, with the details of its answer; `within` is the row of it that is meant."""

    within = ""

    def __init__(self, code: str, message: str, field: str = "", **details: Any) -> None:
        super().__init__(code, message, field)
        self.details = details


def said(code: str, message: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """The members of every refusal."""
    return {"code": code, "details": details or {}, "message": message, "status": "error"}


def no_module(*, in_path: bool = True) -> Problem:
    """A module that does not exist, or that nobody may see."""
    where = {"resource_path_index": 0} if in_path else {}
    return Problem(400, "INVALID_MODULE", "the module name given seems to be invalid", **where)


def param(name: str) -> Problem:
    """A parameter that has to be there."""
    return Problem(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name=name)


def invalid(name: str, expected: str) -> Wrong:
    """A value of another type than that of its field."""
    return Wrong("INVALID_DATA", "invalid data", name, expected_data_type=expected)


def row(refused: Refused, at: int) -> dict[str, Any]:
    """The answer about the record at that place of the request."""
    wrong = of_store(refused)
    named = {"api_name": wrong.field, "json_path": f"$.data[{at}].{wrong.within}{wrong.field}"} if wrong.field else {}
    return said(wrong.code, wrong.message, {**wrong.details, **named})


def of_store(refused: Refused) -> Wrong:
    """A refusal in the words of an organisation, which are those of the store where it says so by itself."""
    if isinstance(refused, Wrong):
        return refused
    code, field = refused.code, refused.field
    if code == "REQUIRED_FIELD_MISSING":
        return Wrong("MANDATORY_NOT_FOUND", "required field not found", field)
    if code == "DUPLICATE_VALUE":
        found = {"id": refused.existing, "duplicate_record": {"id": refused.existing}, "more_records": False}
        return Wrong("DUPLICATE_DATA", "duplicate data", field, **found)
    if code == "DUPLICATES_DETECTED":
        return Wrong("DUPLICATE_DATA", "duplicate data")
    if code == "PARENT_NOT_FOUND":
        return Wrong("INVALID_DATA", _RELATED, field)
    if code == "UNABLE_TO_LOCK":
        return Wrong("RECORD_LOCKED", "the record is locked", field)
    if code in ("NOT_FOUND", "DELETED"):
        return Wrong("INVALID_DATA", INVALID_ID, "id")
    return Wrong("INVALID_DATA", "invalid data", field)
