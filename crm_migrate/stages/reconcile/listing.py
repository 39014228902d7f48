"""Every record behind every exception, in one table of the run: figures have at most 50 examples of each cause."""

from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import EXCEPTIONS

TABLE = "listed_"
RECORD = "__source || ':' || coalesce(nullif(__key, ''), 'row ' || __row)"  # SQL: what a row is called


def start(tables: Relations) -> None:
    """An empty list."""
    tables.execute(
        f"CREATE OR REPLACE TEMP TABLE {TABLE} ({', '.join(f'{name} VARCHAR' for name in EXCEPTIONS.columns)})"
    )


def add(tables: Relations, query: str) -> None:
    """Add the rows of a query with the columns of the list, in their order."""
    tables.execute(f"INSERT INTO {TABLE} {query}")


def publish(tables: Relations) -> None:
    """Write `reconcile/exceptions`."""
    listed = ", ".join(EXCEPTIONS.columns)
    tables.publish(f"SELECT {listed} FROM {TABLE} ORDER BY ALL", EXCEPTIONS)
