"""Drivers of databases that are extras of the package: imported where they are used, told where they are missing."""

from crm_migrate.errors import UsageError


def require_psycopg() -> None:
    """UsageError with the command that installs it where PostgreSQL's driver, or the library it needs, is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:  # psycopg says so too where libpq is not there
        raise UsageError(
            "PostgreSQL needs the Python package psycopg", hint="pip install 'crm-migrate[postgresql]'"
        ) from None
