"""Who tells the columns of records: queries, or lists where no query does; and in how many of them. Pure."""

from collections.abc import Sequence

from crm_migrate_zoho import coql
from crm_migrate_zoho.describe import Described, kind_of
from crm_migrate_zoho.values import QUERIED, SEVERAL


def told_by(described: Described, columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that a query tells, and those that a list has to: a lookup to several modules is told by both."""
    kinds = {name: kind_of(described.fields[name]) if name in described.fields else "text" for name in columns}
    queried = [name for name, kind in kinds.items() if kind in QUERIED]
    return queried, [name for name, kind in kinds.items() if kind not in QUERIED or kind == SEVERAL]


def parts(columns: Sequence[str]) -> list[list[str]]:
    """The columns in parts that fit into a query or list beside the id; at least one part."""
    most = coql.COLUMNS - 1
    return [list(columns[at : at + most]) for at in range(0, len(columns), most)] or [[]]
