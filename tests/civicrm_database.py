"""The publisher's CiviCRM in a MariaDB of its own, and how tests ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from databases import driven, options

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "civicrm"


@contextmanager
def restored(folder: Path) -> Iterator[sa.Connection]:
    """The publisher's scripts in a database of their own."""
    import pymysql
    from pymysql.constants import CLIENT

    url = sa.make_url(options("mariadb", folder)["url"])
    server = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    connection: Any = pymysql.connect(
        **server, database=url.database, autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = '', foreign_key_checks = 0")
        for script in ("civicrm.mysql", "civicrm_generated.mysql"):
            cursor.execute((DATA / script).read_text("utf-8"))
            while cursor.nextset():
                pass
    with sa.create_engine(driven(url.render_as_string(False)), poolclass=sa.NullPool).connect() as reader:
        yield reader


def texts(connection: sa.Connection, sql: str) -> list[tuple[str | None, ...]]:
    """What a query says, as text, sorted; nothing is null."""
    rows = connection.exec_driver_sql(sql.replace("%", "%%"))
    found = [tuple(None if cell in (None, "") else str(cell) for cell in row) for row in rows]
    return sorted(found, key=lambda row: [cell or "" for cell in row])


def named(who: str) -> str:
    """SQL: the family or whole name of a contact; a person has also the employer's."""
    return (
        f"CASE {who}.contact_type WHEN 'Individual' THEN {who}.last_name WHEN 'Household' THEN {who}.household_name "
        f"ELSE {who}.organization_name END"
    )


def whole(who: str) -> str:
    """SQL: the name of a contact as it is called."""
    person = f"concat_ws(' ', {who}.first_name, nullif({who}.middle_name, ''), {who}.last_name)"
    return named(who).replace(f"{who}.last_name", person, 1)
