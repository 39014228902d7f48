"""Addresses of databases: read without repeating what they keep secret, and nothing in them is silently ignored."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL

from crm_migrate.errors import UsageError

_SECRETS = ("password", "sslpassword", "passfile", "sslkey")
# Others name MariaDB by the driver of SQLAlchemy, which is the one we use.
_MARIADB = ("mariadb", "mariadb+pymysql", "mysql+pymysql")
_DRIVERS = (
    "sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg", "mariadb+pymysql", "firebird", "firebird+firebird",
    "mssql", "mssql+pymssql", "oracle", "oracle+oracledb",
)  # fmt: skip
_BOTH = ("sqlite", "postgresql", "mariadb")  # read and written
_READ = ("firebird", "mssql", "oracle")  # only read


CONNECT_SECONDS = 15
# Seconds until an unreachable peer is noticed by the system; each is overruled by the URL.
NETWORK = {
    "connect_timeout": str(CONNECT_SECONDS),
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",  # milliseconds
    "application_name": "crm-migrate",
}


def read_address(text: str, who: str, folder: Path | None = None, *, reads: bool = False) -> URL:
    """The URL of a SQLite, PostgreSQL or MariaDB database. UsageError, without the text, where it is none or says what
    we would have to ignore. A relative file of a database lies in `folder`, wherever the command was called. What can
    only be read is taken where `reads`."""
    try:
        url = sa.make_url(text.replace("postgres://", "postgresql://", 1))
        url = url.set(drivername="mariadb+pymysql") if url.drivername in _MARIADB else url
    except (sa.exc.ArgumentError, ValueError):  # the second where a port is no number
        raise UsageError(
            f"the url of {who} cannot be read", hint="postgresql://user@host/database or sqlite:///file"
        ) from None
    backend = url.get_backend_name()
    known = (*_BOTH, *_READ) if reads else _BOTH
    if backend not in known:
        raise UsageError(f"{who}: {backend} is not there yet", hint=_listed(known))
    if url.drivername not in _DRIVERS:
        raise UsageError(f"{who}: only {backend}:// is used, not {url.drivername}://", hint=f"write {backend}://")
    if "@" in f"{url.host or ''}{url.username or ''}":
        raise UsageError(
            f"the url of {who} has more than one @", hint="write each @ of a password as %40, or use ${env:NAME}"
        )
    if backend == "sqlite" and url.query:
        names = ", ".join(sorted(url.query))
        raise UsageError(f"{who}: a SQLite url takes no options ({names})", hint="sqlite:///file, nothing behind it")
    in_file = backend == "sqlite" or (backend == "firebird" and not url.host)
    return _placed(url, folder) if in_file and folder is not None else url


def _listed(backends: tuple[str, ...]) -> str:
    *first, last = (f"{each}:///" if each == "sqlite" else f"{each}://" for each in backends)
    return f"{', '.join(first)} or {last}"


def _placed(url: URL, folder: Path) -> URL:
    """A file of a database in that folder, unless it says where else; one in memory, or without a name, stays so."""
    named = url.database not in (None, "", ":memory:")
    return url.set(database=(folder / url.database).as_posix()) if named and url.database else url


def require_psycopg() -> None:
    """UsageError with the command that installs it where PostgreSQL's driver, or the library it needs, is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:  # psycopg says so too where libpq is not there
        raise UsageError(
            "PostgreSQL needs the Python package psycopg", hint="pip install 'crm-migrate[postgresql]'"
        ) from None


def require_pymysql() -> None:
    """UsageError with the command that installs it where MariaDB's driver is missing."""
    try:
        import pymysql  # noqa: F401
    except ImportError:
        raise UsageError(
            "MariaDB needs the Python package PyMySQL", hint="pip install 'crm-migrate[mariadb]'"
        ) from None


def require_firebird() -> None:
    """UsageError with the command that installs it where Firebird's driver, or the client library, is missing."""
    try:
        import sqlalchemy_firebird  # noqa: F401
        from firebird.driver import get_api

        get_api()
    except Exception:  # noqa: BLE001 -- each version of the driver has its own error where libfbclient is not there
        raise UsageError(
            "Firebird needs the Python package firebird-driver and the library libfbclient",
            hint="pip install 'crm-migrate[firebird]'; apt install libfbclient2, and firebird3.0-server-core for files",
        ) from None


def require_pymssql() -> None:
    """UsageError with the command that installs it where SQL Server's driver is missing."""
    try:
        import pymssql  # noqa: F401
    except ImportError:
        raise UsageError(
            "SQL Server needs the Python package pymssql; this source was never tried with a server",
            hint="pip install 'crm-migrate[sqlserver]'",
        ) from None


def require_oracledb() -> None:
    """UsageError with the command that installs it where Oracle's driver is missing."""
    try:
        import oracledb  # noqa: F401
    except ImportError:
        raise UsageError(
            "Oracle needs the Python package oracledb; this source was never tried with a server",
            hint="pip install 'crm-migrate[oracle]'",
        ) from None


def conninfo(url: URL) -> str:
    """The address as libpq takes it, with our patience of the network where the URL says nothing else. `options` are
    given apart (`settings`)."""
    ours = {name: value for name, value in NETWORK.items() if name not in url.query}
    plain = url.set(drivername="postgresql").update_query_dict(ours).difference_update_query(["options"])
    return plain.render_as_string(hide_password=False)


def settings(url: URL, defaults: Mapping[str, str], fixed: Mapping[str, str]) -> str:
    """The `options` of a connection: our defaults, over them those of the URL, and over these what we cannot do
    without."""
    theirs = url.query.get("options", "")
    given = theirs if isinstance(theirs, str) else " ".join(theirs)
    ours = (" ".join(f"-c {name}={value}" for name, value in some.items()) for some in (defaults, fixed))
    first, last = ours
    return " ".join(filter(None, (first, given, last)))


def masked(words: str, url: URL) -> str:
    """A driver's words without what the URL keeps secret, as it is or percent-quoted."""
    given = [url.password, *(url.query.get(name) for name in _SECRETS)]
    secrets = {str(each) for each in given if each}
    for secret in sorted({*secrets, *(quote(each, safe="") for each in secrets)}, key=len, reverse=True):
        words = words.replace(secret, "***")
    return re.sub(r"(//[^:/@\s]*):[^@\s]*@", r"\1:***@", words)
