"""A query over plain rows that are no records: what the Tooling API tells of fields and objects."""

from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.soql.paths import Found
from crm_migrate_simulators.salesforce.soql.testing import condition
from crm_migrate_simulators.salesforce.soql.tree import Path, Query

Row = dict[str, Any]


def look(query: Query, rows: list[Row], now: float) -> list[Row]:
    """The rows that meet the condition, with what is selected. Raises Failure for a column that there is not."""
    known = {name.casefold(): name for row in rows[:1] for name in row}

    def column(path: Any) -> Found:
        name = known.get(path.text.casefold())
        if name is None and rows:
            raise Failure("INVALID_FIELD", f"No such column '{path.text}' on entity '{query.source}'.")
        return Found((), name or path.text, None, None)

    if query.where is not None:
        meets = condition(query.where, column, lambda _: [], now)
        rows = [row for row in rows if meets(lambda found, row=row: row[found.name])]  # type: ignore[misc]
    if not all(isinstance(item, Path) for item in query.items):
        raise Failure("MALFORMED_QUERY", "this simulator tells plain columns here")
    names = [column(item).name for item in query.items]
    rows = rows[query.offset : None if query.limit is None else query.offset + query.limit]
    return [{name: row[name] for name in names} for row in rows]
