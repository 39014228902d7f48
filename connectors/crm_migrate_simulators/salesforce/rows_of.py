"""Many rows in one request: each by itself, or together; a result for each in their order."""

from collections.abc import Callable, Iterable
from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce.failures import Failure, failure, in_row
from crm_migrate_simulators.salesforce.work import Work

Result = dict[str, Any]
One = Callable[[Any], Result]
_ROLLED_BACK = "Record rolled back because not all records were valid and the request was using AllOrNone header"


class _Undone(Exception):
    pass


def done(id: str) -> Result:
    """The result of a row that was written."""
    return {"id": id, "success": True, "errors": []}


def attempted(work: Work, row: Any, one: One) -> Result | Failure:
    """The result of a row, or why it failed; what it did by then is undone."""
    struck = _struck(work)
    if struck is not None:
        return struck
    try:
        with work.store.all_or_nothing():
            return one(row)
    except Refused as refused:
        return failure(refused)


def _struck(work: Work) -> Failure | None:
    """What a fault of the request does to a row."""
    if "rows_locked" in work.bent and work.call.random.random() < 0.5:
        return Failure("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records")
    if "trigger_fails" in work.bent:
        words = "Simulated: execution of BeforeInsert caused by: System.NullPointerException"
        return Failure("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", words)
    return None


def each_by_itself(work: Work, rows: list[Any], one: One) -> list[Result]:
    """A result for each row as far as the request gets."""
    return [_told(attempted(work, row, one)) for row in work.call.records(rows)]


def together(work: Work, rows: list[Any], one: One, *, keeps_ids: bool = False) -> list[Result]:
    """A result for each row; where one failed nothing is done. `keeps_ids`: the others are told with their ids."""
    results: list[Result] = []
    try:
        with work.store.all_or_nothing():
            results = [_told(attempted(work, row, one)) for row in rows]
            if work.call.share < 1 or not all(result["success"] for result in results):
                raise _Undone
    except _Undone:
        rolled_back = in_row(Failure("ALL_OR_NONE_OPERATION_ROLLED_BACK", _ROLLED_BACK))
        named = [{"id": result["id"]} if keeps_ids else {} for result in results if result["success"]]
        undone = iter([{**name, "success": False, "errors": [rolled_back]} for name in named])
        results = [next(undone) if result["success"] else result for result in results]
    work.call.asked.records = len(rows)
    return results


def only_once(seen: set[str], key: str, words: str) -> None:
    """Raises Failure where a request names the same record twice."""
    if key in seen:
        raise Failure("DUPLICATE_VALUE", f"{words}: {key}")
    seen.add(key)


def _told(result: "Result | Failure") -> Result:
    return {"success": False, "errors": [in_row(result)]} if isinstance(result, Failure) else result


def chunks(rows: list[Any], size: int) -> Iterable[list[Any]]:
    """The rows, so many at a time."""
    return (rows[at : at + size] for at in range(0, len(rows), size))
