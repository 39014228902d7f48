"""MariaDB: many rows in one INSERT, strict whatever the server's settings are, and whatever it would only warn of
(a rounded number, a cut fraction of a second) is a refusal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pymysql
import sqlalchemy as sa
from pymysql.constants import CLIENT, CR, ER
from pymysql.cursors import SSCursor

from crm_migrate.connecting.contract import ENTITY, TARGET_ID
from crm_migrate.errors import TargetError, UsageError
from crm_migrate_sql.addresses import CONNECT_SECONDS, masked
from crm_migrate_sql.bisecting import NO_RECORD, Refused
from crm_migrate_sql.one_loader import alone, held
from crm_migrate_sql.tables import Column, Dialect, Table
from crm_migrate_sql.troubles import trouble
from crm_migrate_sql.values import text_tables

STATEMENT_SECONDS = 600
READERS = 2  # connections that are kept: a new one costs more than most questions
SESSION = {
    # NO_BACKSLASH_ESCAPES: a backslash in a text is a backslash; everything else: nothing is cut, zeroed or guessed.
    "sql_mode": "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
    "NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES'",
    "time_zone": "'+00:00'",
    "sql_notes": "1",
    "max_error_count": "64",  # what is not kept cannot be read
    "foreign_key_checks": "1",
    "unique_checks": "1",
    "check_constraint_checks": "1",
    "innodb_strict_mode": "1",
    "max_statement_time": str(STATEMENT_SECONDS),
    "innodb_lock_wait_timeout": "30",
    "lock_wait_timeout": "30",
    "net_write_timeout": "600",  # a reader of ours may be slow
}
PLAIN = ("ssl_ca", "ssl_cert", "ssl_key")  # options of the URL, as PyMySQL takes them
SWITCHES = ("ssl_verify_cert", "ssl_verify_identity")
LOOPBACK = (None, "localhost", "127.0.0.1", "::1")
OLDEST = (10, 6)  # statements that make and change tables are atomic from there on
STATEMENT_BYTES = 1 << 20
SIGNALLED = (1643, 1644)  # by a trigger, with whatever SQLSTATE
ROW_CLASSES = ("01", "21", "22", "23", "45")  # of SQLSTATE: about what is in a row, or raised by a trigger
ROW_ERRORS = (
    ER.NO_DEFAULT_FOR_FIELD, ER.TOO_BIG_ROWSIZE, ER.WARN_DATA_TRUNCATED, ER.WARN_DATA_OUT_OF_RANGE,
    ER.TRUNCATED_WRONG_VALUE_FOR_FIELD, ER.TRUNCATED_WRONG_VALUE, *SIGNALLED,
)  # fmt: skip
PUT_ROWS = 1_000  # keys of one DELETE
HARMLESS = (1592, 1642)  # a statement that a replica may see otherwise; a trigger that only warns
GONE = ((CR.CR_SERVER_GONE_ERROR,), (CR.CR_SERVER_LOST,), (1927,))  # 1927: an administrator ended the connection
CLOSED = ((CR.CR_CONN_HOST_ERROR,), (ER.CON_COUNT_ERROR,), (ER.SERVER_SHUTDOWN,))  # nobody is let in, now
SLOW = "timed out"  # a server that is silent for longer than a statement may take
PASSING = ((ER.LOCK_DEADLOCK,), (ER.LOCK_WAIT_TIMEOUT,))  # what the next try may be spared
_INSTANT = r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z$"


class MariadbSession:
    """One connection."""

    def __init__(self, connection: "pymysql.Connection[Any]") -> None:
        self.connection = connection

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, if it has any."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def put(self, place: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """Taken out by their keys, then inserted: ON DUPLICATE KEY would be about any key of the table."""
        same = " AND ".join(f"{column} = %s" for column in columns[:-2])
        with self.connection.cursor() as cursor:
            for start in range(0, len(rows), PUT_ROWS):
                part = rows[start : start + PUT_ROWS]
                keys = ", ".join(["%s"] * len(part))
                cursor.execute(
                    f"DELETE FROM {place} WHERE {same} AND {columns[-2]} IN ({keys})",
                    (*part[0][:-2], *(row[-2] for row in part)),
                )
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {place} ({', '.join(columns)}) VALUES ({places})", rows)

    def change(self, statement: str) -> int:
        """How many rows a statement found. Refused where the server says that it did not take them as they are."""
        with self.connection.cursor() as cursor:
            found = cursor.execute(statement)
            told = cursor.warning_count and [w for w in self.connection.show_warnings() if int(w[1]) not in HARMLESS]
        if told:
            raise Refused(_words(str(told[0][2])))
        return int(found)


class Mariadb:
    """A MariaDB database."""

    batch_rows = 10_000

    def __init__(self, url: sa.URL, schema: str | None) -> None:
        if schema is not None:
            raise UsageError("MariaDB has no schemas", hint="leave `schema:` out; the url names the database")
        self._url, self._options = url, connection_options(url, "SQL target")
        self.engine = sa.create_engine(
            url.set(drivername="mariadb+pymysql", query={}),
            pool_size=READERS,
            pool_pre_ping=True,
            creator=self._connect,
        )
        self.dialect = Dialect("mariadb", self.engine.dialect.identifier_preparer)
        self._writer: pymysql.Connection[Any] | None = None
        self._packet = 0
        self._locked = False  # once in this process

    # ------------------------------------------------------------------------------------------------ connections

    @contextmanager
    def reading(self) -> Iterator[MariadbSession]:
        """A connection of its own, in one snapshot; what a reader abandons is closed and not used again."""
        with self._told("read"):
            lent = self.engine.raw_connection()
            connection: pymysql.Connection[Any] = lent.driver_connection
            try:
                session = MariadbSession(connection)
                session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
                yield session
                session.run("ROLLBACK")
            except BaseException:
                lent.detach()
                drop(connection)
                raise
            lent.close()

    @contextmanager
    def writing(self, *, exclusive: bool = True) -> Iterator[MariadbSession]:
        """One transaction; committed at the end, or nothing of it. A statement that makes tables commits by itself."""
        with self._told("write"):
            if self._writer is None:
                self._writer = self._connect()
                if exclusive:
                    self._lock(self._writer)
            session = MariadbSession(self._writer)
            session.run("START TRANSACTION")
            try:
                yield session
                session.run("COMMIT")
            except BaseException:
                self._undo()
                raise

    def _undo(self) -> None:
        """Nothing of the transaction stays; where that cannot be said, the server does it for a lost connection."""
        assert self._writer is not None
        try:
            self._writer.rollback()
        except (pymysql.Error, OSError):
            drop(self._writer)
            self._writer = None

    def _lock(self, connection: "pymysql.Connection[Any]") -> None:
        """One loader per database."""
        query = "SELECT GET_LOCK(CONCAT('crm-migrate ', MD5(DATABASE())), 0)"  # names are 64 characters at most
        session = MariadbSession(connection)
        if not alone(lambda: bool(session.run(query)[0][0])):
            drop(connection)
            self._writer = None
            raise held(ours=self._locked)
        self._locked = True

    def _connect(self) -> "pymysql.Connection[Any]":
        connection = pymysql.connect(**self._options)
        session = MariadbSession(connection)
        ((version, self._packet),) = session.run("SELECT VERSION(), @@max_allowed_packet")
        try:
            check_version(str(version))
            session.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            session.run("SET " + ", ".join(f"SESSION {name} = {value}" for name, value in SESSION.items()))
        except BaseException:
            drop(connection)
            raise
        return connection

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        """Whatever stops the database, in its words and without its address."""
        try:
            yield
        except (pymysql.Error, OSError) as error:
            words = str(error.args[-1] if error.args else error).partition("\n")[0]
            lost = error.args[:1] in GONE or (self._writer is not None and not self._writer.open)
            if self._writer is not None and lost:
                drop(self._writer)
                self._writer = None
            slow, passing = SLOW in words, error.args[:1] in PASSING
            lost = (lost or error.args[:1] in CLOSED) and not slow
            raise trouble(verb, masked(words, self._url), lost=lost, passing=passing) from error

    def close(self) -> None:
        """Give back the connections."""
        if self._writer is not None:
            with suppress(pymysql.Error, OSError):  # the server would give the lock back a moment after we have gone
                MariadbSession(self._writer).run("DO RELEASE_ALL_LOCKS()")
            drop(self._writer)
        self._writer = None
        self.engine.dispose()

    def check(self, tables: Sequence[str], names: Sequence[str]) -> None:
        """TargetError where the server or one of its tables cannot hold a load: read-only, a table without
        transactions, `names` that it would fold into others."""
        with self.reading() as session:
            ((read_only, folds),) = session.run("SELECT @@global.read_only, @@lower_case_table_names")
            if int(read_only):
                raise TargetError("the database takes no writes: it is a standby or read-only", hint="load its primary")
            folded = [name for name in names if int(folds) and name != name.lower()]
            if folded:
                raise UsageError(
                    f"this server writes names of tables in lower case, and `{folded[0]}` is not",
                    hint="give it a name in lower case in the target with `to:`",
                )
            engines = dict(session.run(
                "SELECT table_name, coalesce(engine, 'a view') FROM information_schema.tables "
                "WHERE table_schema = DATABASE()"
            ))  # fmt: skip
            others = [f"{name} ({engines[name]})" for name in tables if engines.get(name, "InnoDB") != "InnoDB"]
            if others:
                raise TargetError(
                    f"a batch cannot be taken back from {', '.join(others)}: only InnoDB has transactions",
                    hint="ALTER TABLE ... ENGINE=InnoDB, after a backup",
                )

    # ------------------------------------------------------------------------------------------------ writing

    @contextmanager
    def attempt(self, session: MariadbSession) -> Iterator[None]:
        """A savepoint: what is refused because of its content leaves nothing behind."""
        session.run("SAVEPOINT attempt")
        try:
            yield
        except Refused:
            session.run("ROLLBACK TO SAVEPOINT attempt")
            raise
        except pymysql.Error as error:
            if not _about_rows(error):
                raise
            session.run("ROLLBACK TO SAVEPOINT attempt")
            raise Refused(_words(str(error.args[-1]))) from error
        session.run("RELEASE SAVEPOINT attempt")

    def insert(self, session: MariadbSession, table: Table, key: str, rows: pa.Table) -> None:
        """New records; `rows` has our key as `__entity`."""
        with self.attempt(session):
            names = [key if name == ENTITY else name for name in rows.column_names]
            self._send(session, self.dialect.place(table.name), names, table, rows)

    def update(self, session: MariadbSession, table: Table, key: str, rows: pa.Table, *, release: bool = False) -> None:
        """Changed records, found by our key, or by the target's id where they are adopted, or lose our key again."""
        with self.attempt(session):
            quote, place, adopt = self.dialect.quote, self.dialect.place(table.name), TARGET_ID in rows.column_names
            columns = [{ENTITY: key, TARGET_ID: table.key}.get(name, name) for name in rows.column_names]
            by = table.key if adopt else key
            new, listed = quote("_crm_migrate_new"), ", ".join(f"{quote(c)}" for c in columns)
            session.run(f"DROP TEMPORARY TABLE IF EXISTS {new}")
            # A view of one table would be updated through; a join of it keeps the types and loses AUTO_INCREMENT.
            session.run(
                f"CREATE TEMPORARY TABLE {new} (PRIMARY KEY ({quote(by)})) ENGINE=InnoDB "
                f"AS SELECT {listed} FROM {place} WHERE FALSE"
            )
            self._send(session, new, columns, table, rows)
            value = {key: "NULL"} if release else {}
            sets = ", ".join(f"t.{quote(c)} = {value.get(c, f'n.{quote(c)}')}" for c in columns if c != by)
            free = f" AND (t.{quote(key)} IS NULL OR t.{quote(key)} = n.{quote(key)})" if adopt else ""
            found = session.change(
                f"UPDATE {place} t JOIN {new} n ON t.{quote(by)} = n.{quote(by)}{free} SET {sets}"
                if sets
                else f"SELECT 1 FROM {place} t JOIN {new} n ON t.{quote(by)} = n.{quote(by)}"
            )
            if found != rows.num_rows:
                raise Refused(NO_RECORD)

    def _send(self, session: MariadbSession, place: str, columns: Sequence[str], table: Table, rows: pa.Table) -> None:
        """The rows as INSERTs of at most a megabyte, or of one row; Refused where one is longer than a packet."""
        head = f"INSERT INTO {place} ({', '.join(map(self.dialect.quote, columns))}) VALUES "
        cells = [
            _literals(rows[name], table.column(column)) for name, column in zip(rows.column_names, columns, strict=True)
        ]
        lines = pc.binary_join_element_wise("(", pc.binary_join_element_wise(*cells, ","), ")", "").to_pylist()
        for values in _portions(lines, min(STATEMENT_BYTES, self._packet // 2)):
            statement = f"{head}{values}"
            if len(statement.encode()) >= self._packet - 16:
                raise Refused(
                    f"the record is longer than the server takes (max_allowed_packet = {self._packet:,} bytes)"
                )
            session.change(statement)

    # ------------------------------------------------------------------------------------------------ reading

    def canonical(self, column: Column) -> str:
        """The expression that gives a column as canonical text."""
        name = self.dialect.quote(column.name)
        if column.storage == "boolean":
            return f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST({name} AS CHAR) END"
        if column.storage == "decimal":  # the scale is the column's, not the number's
            text = f"CAST({name} AS CHAR)"
            short = f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {text}))"
            return f"IF(LOCATE('.', {text}) > 0 AND LOCATE('e', {text}) = 0, {short}, {text})"
        if column.form == "shape":
            return f"ST_AsText({name})"
        if column.form == "bytes":
            text = f"CONVERT({name} USING utf8mb4)"
            return f"IF({name} = CAST({text} AS BINARY), {text}, HEX({name}))"
        if column.storage != "instant":
            return f"CAST({name} AS CHAR)"
        fraction = f"IF(MICROSECOND({name}) = 0, '', TRIM(TRAILING '0' FROM DATE_FORMAT({name}, '.%f')))"
        return f"CONCAT(DATE_FORMAT({name}, '%Y-%m-%dT%H:%i:%s'), {fraction}, 'Z')"

    def rows(self, query: str, names: Sequence[str]) -> Iterator[pa.Table]:
        """The rows of a query as text, streamed from one snapshot."""
        with self.reading() as session:
            yield from self._stream(session, query, names)

    def _stream(self, session: MariadbSession, query: str, names: Sequence[str]) -> Iterator[pa.Table]:
        cursor = session.connection.cursor(SSCursor)
        cursor.execute(query)
        yield from text_tables(cursor, names)


def connection_options(url: sa.URL, what: str) -> Mapping[str, Any]:
    """What PyMySQL is opened with. UsageError for an option that we would have to ignore."""
    if not url.database:
        raise UsageError(f"the url of the {what} names no database", hint="mariadb://user@host/database")
    others = sorted(set(url.query) - {*PLAIN, *SWITCHES})
    if others:
        raise UsageError(
            f"the {what}: {', '.join(others)} is no option of a MariaDB url",
            hint=f"there are: {', '.join((*PLAIN, *SWITCHES))}",
        )
    return {
        "host": url.host or "localhost",
        "port": url.port or 3306,
        "user": url.username,
        "password": (url.password or "").encode(),  # as text the driver writes it in latin-1
        "database": url.database,
        "charset": "utf8mb4",
        "autocommit": True,  # transactions are begun by us
        "client_flag": CLIENT.FOUND_ROWS,  # an update counts what it found, not what it changed
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": STATEMENT_SECONDS + 15,
        "write_timeout": STATEMENT_SECONDS + 15,
        "program_name": "crm-migrate",
        "ssl_disabled": url.host in LOOPBACK
        and not url.query,  # a TLS context costs more than the rest of a connection
        **{name: url.query[name] for name in PLAIN if name in url.query},
        **{name: _switch(what, name, url.query[name]) for name in SWITCHES if name in url.query},
    }


def _switch(what: str, name: str, value: object) -> bool:
    if value not in ("true", "false"):
        raise UsageError(f"the {what}: {name} is true or false", hint=f"?{name}=true")
    return value == "true"


def check_version(version: str) -> None:
    """TargetError where the server is another program, or too old."""
    found = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)", version)
    if "mariadb" not in version.lower() or not found:
        raise TargetError(f"the server is no MariaDB: it says {version[:40]}", hint="MySQL is not there yet")
    if (int(found[1]), int(found[2])) < OLDEST:
        raise TargetError(f"MariaDB {found[1]}.{found[2]} is too old", hint="10.6 or newer")


def drop(connection: "pymysql.Connection[Any]") -> None:
    """Close without reading what is still to come: the driver would read a left result to its end."""
    result = connection._result
    if result is not None:
        result.unbuffered_active = False
    connection._force_close()


def _literals(cells: pa.ChunkedArray, column: Column | None) -> pa.ChunkedArray:
    """Cells as they stand in a statement: quoted, NULL where there is nothing, in MariaDB's words for a type."""
    storage = column.storage if column else "text"
    if storage == "instant":
        cells = pc.replace_substring_regex(cells, _INSTANT, r"\1 \2")
    if storage == "boolean":
        true, false = pc.equal(cells, "true"), pc.equal(cells, "false")
        cells = pc.case_when(pc.make_struct(true, false), pa.scalar("1"), pa.scalar("0"), cells)
    quoted = pc.binary_join_element_wise("'", pc.replace_substring(cells, "'", "''"), "'", "")
    return pc.fill_null(quoted, "NULL")


def _portions(lines: Sequence[str], size: int) -> Iterator[str]:
    """Lines joined by commas to texts of about `size` characters, or one line."""
    part: list[str] = []
    length = 0
    for line in lines:
        if part and length + len(line) > size:
            yield ",".join(part)
            part, length = [], 0
        part.append(line)
        length += len(line) + 1
    if part:
        yield ",".join(part)


def _about_rows(error: pymysql.Error) -> bool:
    """Whether an error is about what is in the rows: then they are tried one by one."""
    state = getattr(error, "sqlstate", None) or ""
    return bool(error.args) and (error.args[0] in ROW_ERRORS or state[:2] in ROW_CLASSES)


def _words(text: str) -> str:
    """What the database says, with the column or constraint; values that it quotes, and cuts, are not repeated."""
    return re.sub(r"(?s)(value:?|entry|row) '.*' for (column|key)", r"\1 for \2", text)
