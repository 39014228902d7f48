"""Every record behind every exception, in one table of the run: figures have at most 50 examples of each cause."""

from crm_migrate.stages.reconcile.database import Tables

COLUMNS = ("object", "code", "source", "field", "rule", "state", "record")
_TABLE = "listed_"


def start(tables: Tables) -> None:
    """An empty list."""
    tables.execute(f"CREATE OR REPLACE TEMP TABLE {_TABLE} ({', '.join(f'{name} VARCHAR' for name in COLUMNS)})")


def add(tables: Tables, query: str) -> None:
    """Add the rows of a query with the columns of the list, in their order."""
    tables.execute(f"INSERT INTO {_TABLE} {query}")


def publish(tables: Tables) -> None:
    """Write `reconcile/exceptions`."""
    listed = ", ".join(COLUMNS)
    tables.publish(f"SELECT {listed} FROM {_TABLE} ORDER BY ALL", "reconcile", "exceptions")
