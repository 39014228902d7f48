"""Reads and writes SQLite, PostgreSQL and MariaDB, reads Firebird, SQL Server and Oracle.

Nothing is imported before it is asked for.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target


class SqlConnector:
    """Sources through SQLAlchemy in one snapshot, targets by our key in one transaction per batch."""

    name = "sql"
    title = "SQL databases: SQLite, PostgreSQL, MariaDB; as a source Firebird, and untested live SQL Server, Oracle"
    source_options = frozenset({"url", "table", "query", "covers", "join"})
    target_options = frozenset({"url", "schema"})

    def source(self, spec: SourceSpec) -> Source:
        """A reader of a table, a query or a table with joins. Raises UsageError where `spec` names none."""
        from crm_migrate_sql.source import SqlSource

        return SqlSource(spec)

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:
        """A writer for the options of an environment (`url`, ...); a relative SQLite file lies in `folder`."""
        from crm_migrate_sql.target import SqlTarget

        return SqlTarget(options, folder)


CONNECTOR = SqlConnector()
