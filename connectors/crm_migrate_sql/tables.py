"""What a CRM object looks like as a table: columns and constraints to create, and what is there already."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from crm_migrate.connecting.contract import CaseBlind, TargetField, TargetObject
from crm_migrate.crm.types import Storage, type_of
from crm_migrate.errors import TargetError
from crm_migrate.quoting import literal
from crm_migrate_sql.checks import Rule, read_check
from crm_migrate_sql.numbers import below, digits, scale
from crm_migrate_sql.uniqueness import uniqueness

POSTGRESQL: dict[Storage, str] = {
    "text": "TEXT",
    "decimal": "NUMERIC",  # without scale: every digit that was sent stays, none is rounded away
    "integer": "BIGINT",
    "date": "DATE",
    "instant": "TIMESTAMPTZ",
    "boolean": "BOOLEAN",
    "list": "JSON",  # not JSONB, which would write the text anew
    "reference": "BIGINT",
}
KEY_TEXT = "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"  # three of them fit into one index
MARIADB: dict[Storage, str] = {
    "text": "LONGTEXT",
    "decimal": "DECIMAL(60,20)",  # a number with more digits is refused: what would be rounded is told as a warning
    "integer": "BIGINT",
    "date": "DATE",
    "instant": "DATETIME(6)",
    "boolean": "TINYINT(1)",
    "list": "JSON",
    "reference": "BIGINT",
}
# SQLite keeps text as text only where the declared type contains TEXT; a NUMERIC column would make 0.10 a float.
SQLITE: dict[Storage, str] = {
    "text": "TEXT",
    "decimal": "DECIMAL_TEXT",
    "integer": "INTEGER",
    "date": "DATE_TEXT",
    "instant": "INSTANT_TEXT",
    "boolean": "BOOLEAN",
    "list": "JSON_TEXT",
    "reference": "INTEGER",
}
_CHECKS = {  # what PostgreSQL's types refuse, SQLite is told to refuse
    "decimal": "{c} NOT GLOB '*[^0-9.-]*'",
    "integer": "typeof({c}) = 'integer'",
    "date": "{c} IS date({c}, '+0 days')",
    "instant": "julianday({c}) IS NOT NULL",
    "boolean": "{c} IN (0, 1)",
    "list": "json_valid({c})",
}
_SEMANTIC: dict[Storage, str] = {
    "text": "text", "decimal": "number", "integer": "integer", "date": "date", "instant": "instant",
    "boolean": "boolean", "list": "list", "reference": "reference",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is in the database: its storage decides how its text is made canonical.

    `filled`: the database gives a value where none is sent. `computed`: it takes none. `below`: numbers are smaller;
    `scale`, `digits`, `bounds` and `case_blind` are as in the contract. `form`: it may hold what is no text, bytes or a
    shape of geometry.
    """

    name: str
    storage: Storage
    nullable: bool
    length: int | None
    references: str | None
    unique: bool
    filled: bool = False
    computed: bool = False
    below: Decimal | None = None
    choices: tuple[str, ...] = ()
    scale: int | None = None
    digits: int | None = None
    bounds: tuple[tuple[str, str], ...] = ()
    case_blind: CaseBlind = ""
    form: Literal["", "bytes", "shape"] = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is in the database, with the one column of its primary key, and what of its rules is unclear."""

    name: str
    key: str
    columns: tuple[Column, ...]
    unforeseen: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one database spells things. `quote` makes an identifier of any text; `place` adds the schema."""

    name: str
    preparer: sa.sql.compiler.IdentifierPreparer
    schema: str | None = None

    def quote(self, name: str) -> str:
        """An identifier, always quoted."""
        return self.preparer.quote_identifier(name)

    def place(self, table: str) -> str:
        """A table with its schema."""
        return f"{self.quote(self.schema)}.{self.quote(table)}" if self.schema else self.quote(table)

    def type(self, field: TargetField) -> str:
        """The declared type of a new column."""
        storage = storage_of(field)
        if self.name == "sqlite":
            return SQLITE[storage]
        types = MARIADB if self.name == "mariadb" else POSTGRESQL
        return f"VARCHAR({field.length})" if storage == "text" and field.length else types[storage]

    def chosen(self, column: Column, values: Sequence[str]) -> str:
        """The condition that keeps records with one of these values, as canonical text."""
        numeric = column.storage in ("integer", "reference") and all(re.fullmatch(r"-?\d{1,19}", v) for v in values)
        if self.name == "postgresql" and not numeric:  # reads one literal of an array far quicker than its elements
            return f"{self.quote(column.name)} = ANY ({literal('{' + ','.join(map(_element, values)) + '}')})"
        listed = ", ".join(values if numeric else map(literal, values))  # MariaDB compares a text as a double
        return f"{self.quote(column.name)} IN ({listed})"

    @property
    def key_text(self) -> str:
        """The type of our keys and names, which are compared byte by byte."""
        return KEY_TEXT if self.name == "mariadb" else "TEXT"

    @property
    def behind(self) -> str:
        """What stands behind the columns of a new table. A `ı` is no `i`, and a space at the end is one."""
        if self.name != "mariadb":
            return ""
        return " ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"


def _element(value: str) -> str:
    """A text as an element of PostgreSQL's literal of an array."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def storage_of(field: TargetField) -> Storage:
    """How a field is stored; a type that nobody knows is text."""
    if field.reference:
        return "reference"
    return type_of(field.type).storage


def create_table(dialect: Dialect, object: TargetObject, more: Sequence[str] = ()) -> str:
    """The statement that makes the table of an object: identity, our key, its fields, and `more` behind them."""
    columns = [
        f"{dialect.quote('id')} {_IDENTITIES[dialect.name]}",
        f"{dialect.quote(object.key_field)} {dialect.key_text} UNIQUE",
    ]
    columns += [column_definition(dialect, object, field) for field in object.fields]
    return f"CREATE TABLE {dialect.place(object.name)} ({', '.join([*columns, *more])}){dialect.behind}"


_IDENTITIES = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    "mariadb": "BIGINT AUTO_INCREMENT PRIMARY KEY",
}


def column_definition(dialect: Dialect, object: TargetObject, field: TargetField) -> str:
    """One column with its constraints. References are added without NOT NULL: a second pass may write them."""
    words = [dialect.quote(field.name), dialect.type(field)]
    if field.required and not field.reference:
        words.append("NOT NULL")
    if field.unique:
        words.append("UNIQUE")
    if field.reference and dialect.name == "sqlite":  # elsewhere the other table may not be there yet
        words.append(f"REFERENCES {dialect.quote(field.reference)}")
    checks = list(_checks(dialect, object, field))
    if dialect.name == "mariadb":  # which names the check of a column after it, and takes no other name
        return " ".join([*words, *(f"CHECK ({check})" for _, check in checks)])
    return " ".join([*words, *(f"CONSTRAINT {dialect.quote(name)} CHECK ({check})" for name, check in checks)])


def _checks(dialect: Dialect, object: TargetObject, field: TargetField) -> Iterator[tuple[str, str]]:
    column, prefix = dialect.quote(field.name), f"{object.name}_{field.name}"
    if field.choices:
        listed = ", ".join(map(literal, field.choices))
        yield f"{prefix}_choices", f"{column} IN ({listed})"
    if dialect.name == "mariadb" and storage_of(field) == "boolean":
        yield f"{prefix}_boolean", _CHECKS["boolean"].format(c=column)
    if dialect.name == "sqlite":
        storage = storage_of(field)
        if storage in _CHECKS:
            yield f"{prefix}_{storage}", f"{column} IS NULL OR {_CHECKS[storage].format(c=column)}"
        if storage == "text" and field.length:
            yield f"{prefix}_length", f"length({column}) <= {field.length}"


def reflect(engine: sa.Engine, schema: str | None, name: str) -> Table | None:
    """The table as it is now, or None. TargetError where its primary key is not one column."""
    with engine.connect() as connection:  # one connection for all questions
        return _reflected(sa.inspect(connection), connection, schema, name)


def _reflected(inspector: sa.Inspector, connection: sa.Connection, schema: str | None, name: str) -> Table | None:
    if not inspector.has_table(name, schema=schema):
        return None
    _refuse_another_case(inspector, name)
    keys = inspector.get_pk_constraint(name, schema=schema)["constrained_columns"]
    if len(keys) != 1:
        raise TargetError(
            f"table {name} has no primary key of one column",
            hint="load into a table with one, or let crm-migrate make its own",
        )
    references = {
        key["constrained_columns"][0]: key["referred_table"]
        for key in inspector.get_foreign_keys(name, schema=schema)
        if len(key["constrained_columns"]) == 1
    }
    unique = uniqueness(inspector, connection, schema, name)
    declared = _declared(connection, name)
    strict = inspector.dialect.name != "sqlite"  # which keeps lengths and types of others' tables as remarks
    filled = strict and _fills_by_trigger(connection, schema, name)
    columns = [
        Column(
            c["name"],
            "reference" if c["name"] in references else _storage(c["type"], declared.get(c["name"], "")),
            bool(c["nullable"]),
            getattr(c["type"], "length", None) if strict else None,
            references.get(c["name"]),
            c["name"] in unique.columns,
            filled or c["default"] is not None or bool(c.get("identity")) or "computed" in c,
            "computed" in c or _always(c.get("identity")),
            below(c["type"]) if strict else None,
            tuple(getattr(c["type"], "enums", ()) or ()) if strict else (),
            scale(c["type"]) if strict else None,
            digits(c["type"]) if strict else None,
            case_blind="letters" if _is(c["type"], "postgresql", "CITEXT") else unique.columns.get(c["name"], ""),
            form=_form(c["type"], declared.get(c["name"])),
        )
        for c in inspector.get_columns(name, schema=schema)
    ]
    checks = [(str(c["name"] or c["sqltext"]), c["sqltext"]) for c in inspector.get_check_constraints(name, schema)]
    domains = [
        f"domain of {c['name']}" for c in inspector.get_columns(name, schema) if _is(c["type"], "postgresql", "DOMAIN")
    ]
    checked, unclear = with_checks(columns, [check for check in checks if not _is_ours(check[1], columns)])
    return Table(name, keys[0], checked, (*unique.unforeseen, *unclear, *domains))


def _refuse_another_case(inspector: sa.Inspector, name: str) -> None:
    """SQLite finds `Contacts` when it is asked for `contacts`, and is not asked about its keys by that name."""
    if inspector.dialect.name != "sqlite":
        return
    for other in (*inspector.get_table_names(), *inspector.get_view_names()):
        if other != name and other.lower() == name.lower():
            raise TargetError(
                f"the target has the table `{other}`, and the mapping calls it `{name}`: "
                "SQLite does not tell them apart",
                hint=f"write `to: {other}` in the object",
            )


def _is_ours(check: str, columns: Iterable[Column]) -> bool:
    """Whether a check says only what the column's type says: those that SQLite is given for its lack of types."""
    quoted = ((f'"{column.name}"', _CHECKS.get(column.storage, "")) for column in columns)
    return any(check == f"{name} IS NULL OR {form.format(c=name)}" for name, form in quoted)


def _fills_by_trigger(connection: sa.Connection, schema: str | None, name: str) -> bool:
    """Whether a trigger may fill columns of a new row before it is checked."""
    query = _MARIADB_TRIGGERS if connection.dialect.name == "mariadb" else _POSTGRES_TRIGGERS
    return bool(connection.execute(sa.text(query), {"name": name, "schema": schema}).scalar())


_POSTGRES_TRIGGERS = (
    "SELECT EXISTS (SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relname = :name AND c.relnamespace = coalesce(to_regnamespace(quote_ident(:schema)), "
    "current_schema()::regnamespace) AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 7 = 7)"
)
_MARIADB_TRIGGERS = (
    "SELECT EXISTS (SELECT 1 FROM information_schema.triggers "
    "WHERE event_object_schema = coalesce(:schema, DATABASE()) AND event_object_table = :name "
    "AND action_timing = 'BEFORE' AND event_manipulation = 'INSERT')"
)


def _always(identity: Any) -> bool:
    """Whether a column is numbered by the database and by nobody else."""
    return bool(identity and identity.get("always"))


def _declared(connection: sa.Connection, name: str) -> dict[str, str]:
    """Declared types that SQLAlchemy folds into its own: SQLite's, MariaDB's JSON, which is a text with a check, and
    its shapes."""
    if connection.dialect.name == "mariadb":
        checked = connection.execute(sa.text(_MARIADB_DECLARED), {"name": name})
        return {str(row[0]): str(row[1]) for row in checked}
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.execute(sa.text("SELECT name, type FROM pragma_table_info(:name)"), {"name": name})
    return {row[0]: row[1] for row in rows}


_MARIADB_DECLARED = (
    "SELECT column_name, 'SHAPE' FROM information_schema.columns WHERE table_schema = DATABASE() "
    "AND table_name = :name AND data_type IN ('geometry', 'point', 'linestring', 'polygon', 'multipoint', "
    "'multilinestring', 'multipolygon', 'geometrycollection') UNION ALL "
    "SELECT constraint_name, 'JSON_TEXT' FROM information_schema.check_constraints "
    "WHERE constraint_schema = DATABASE() AND table_name = :name AND level = 'Column' "
    "AND check_clause LIKE 'json_valid(%'"
)


def _form(kind: sa.types.TypeEngine[Any], declared: str | None) -> Literal["", "bytes", "shape"]:
    if declared == "SHAPE":
        return "shape"
    untyped = declared == ""  # a column of no type, as SQLite has them
    binary = isinstance(kind, (sa.LargeBinary, sa.BINARY, sa.VARBINARY)) or _is(kind, "mysql", "BIT")
    return "bytes" if untyped or binary else ""


def _is(kind: sa.types.TypeEngine[Any], dialect: str, name: str) -> bool:
    """Whether a type is that of a dialect; a dialect that nobody has loaded (that takes .1 s) gave no type."""
    loaded = sys.modules.get(f"sqlalchemy.dialects.{dialect}")
    return loaded is not None and isinstance(kind, getattr(loaded, name))


def _storage(kind: sa.types.TypeEngine[Any], declared: str) -> Storage:
    if _is(kind, "mysql", "TINYINT") and getattr(kind, "display_width", None) == 1:  # MariaDB's BOOLEAN
        return "boolean"
    if declared.endswith("_TEXT"):
        return next((storage for storage, ours in SQLITE.items() if ours == declared), "text")
    return next((storage for family, storage in _FAMILIES if isinstance(kind, family)), "text")


_FAMILIES: tuple[tuple[type[sa.types.TypeEngine[Any]], Storage], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Numeric, "decimal"),
    (sa.Date, "date"),
    (sa.DateTime, "instant"),
    (sa.JSON, "list"),
)


def described(table: Table, key_field: str) -> TargetObject:
    """The table in the words of the contract."""
    fields = tuple(
        TargetField(
            column.name, _SEMANTIC[column.storage], not column.nullable, column.unique, column.length,
            column.choices, column.references, column.computed, column.filled, column.below,
            column.scale, column.digits, column.bounds, column.case_blind,
        )
        for column in table.columns
        if column.name not in (table.key, key_field)
    )  # fmt: skip
    return TargetObject(table.name, fields, key_field, table.unforeseen)


def with_checks(columns: Sequence[Column], checks: Iterable[tuple[str, str]]) -> tuple[tuple[Column, ...], list[str]]:
    """The columns with what named CHECK constraints ask of them, and those that are more than that, as a person is
    told them."""
    found, unclear = {column.name: column for column in columns}, []
    for name, text in checks:
        rules = read_check(text)
        changed = dict(found) if rules is not None else {}
        for rule in rules or ():
            column = changed.get(rule.column)
            ruled = _ruled(column, rule) if column else None
            if ruled is None:
                changed = {}
                break
            changed[ruled.name] = ruled
        found = changed or found
        unclear += [] if changed else [f"check {name}"]
    return tuple(found.values()), unclear


def _ruled(column: Column, rule: Rule) -> Column | None:
    """A column that keeps one rule more, or None where it compares in ways of its own."""
    if rule.op == "filled":
        return replace(column, nullable=False)
    if rule.op.startswith("length "):
        return _of_length(column, rule.op.removeprefix("length "), rule.values[0])
    if rule.op in ("in", "=") and column.storage == "text" and not column.case_blind:
        kept = tuple(value for value in rule.values if not column.choices or value in column.choices)
        return replace(column, choices=kept) if kept else None
    if rule.op == "in" or not all(_constant_of(column, rule.op, value) for value in rule.values):
        return None
    return replace(column, bounds=(*column.bounds, (rule.op, rule.values[0])))


def _of_length(column: Column, op: str, value: str) -> Column | None:
    if column.storage != "text" or not value.isdecimal():
        return None
    if op in ("<", "<="):
        most = int(value) - (op == "<")
        return replace(column, length=most if column.length is None else min(most, column.length))
    return replace(column, bounds=(*column.bounds, (f"length {op}", value)))


def _constant_of(column: Column, op: str, value: str) -> bool:
    """Whether canonical text of a column can be compared with a constant as the database compares them."""
    if column.storage in ("integer", "decimal"):
        return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
    if column.storage == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    return column.storage == "text" and op == "<>" and not column.case_blind
