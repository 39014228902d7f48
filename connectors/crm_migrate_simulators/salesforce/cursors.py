"""Pages of queries that were asked: what the first page did not hold waits under a cursor."""

import threading
from typing import Any

from crm_migrate_simulators.salesforce import ids
from crm_migrate_simulators.salesforce.failures import Failure

Rows = list[dict[str, Any]]
_KEPT = 10  # an org keeps so many open for a user; who opens another loses the oldest


class Cursors:
    """Rows by cursor, as they were when the query was asked."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Rows, int]] = {}
        self._last = 0
        self._lock = threading.Lock()

    def first(self, rows: Rows, total: int, version: str, page: int) -> dict[str, Any]:
        """The first page."""
        if len(rows) <= page:
            return {"totalSize": total, "done": True, "records": rows}
        with self._lock:
            self._last += 1
            cursor = ids.make("01g", self._last)
            self._rows[cursor] = (rows, total)
            while len(self._rows) > _KEPT:
                self._rows.pop(next(iter(self._rows)))
        return self._told(cursor, 0, version, page)

    def page(self, said: str, version: str, page: int) -> dict[str, Any]:
        """The page at `CURSOR-OFFSET`. Raises Failure where the cursor is not open."""
        cursor, _, offset = said.partition("-")
        if cursor not in self._rows or not offset.isdigit():
            raise Failure("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._told(cursor, int(offset), version, page)

    def _told(self, cursor: str, offset: int, version: str, page: int) -> dict[str, Any]:
        rows, total = self._rows[cursor]
        end = offset + page
        if end >= len(rows):
            return {"totalSize": total, "done": True, "records": rows[offset:]}
        following = {"nextRecordsUrl": f"/services/data/v{version}/query/{cursor}-{end}"}
        return {"totalSize": total, "done": False, **following, "records": rows[offset:end]}
