"""What a database lacks before it can take CRM objects: tables, columns, our key, our journal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import UsageError
from crm_migrate_sql.tables import Dialect, Table, column_definition, create_table, storage_of

MARIADB_NAME, MARIADB_ROW = 64, 65_535  # characters, bytes
UNCHECKED = "SET STATEMENT foreign_key_checks = 0 FOR"  # so that tables may lead to each other
KEY_BYTES = 4 * 255 + 2 + 8
LONGEST_PLAIN = 28  # DECIMAL(60,20)
POSTGRESQL_NAME = 63  # bytes of an identifier, NAMEDATALEN - 1
TITLES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "mariadb": "MariaDB"}
# MaxHeapAttributeNumber, SQLITE_MAX_COLUMN, and what MariaDB counts for InnoDB.
MOST_COLUMNS = {"postgresql": 1_600, "sqlite": 2_000, "mariadb": 1_017}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is missing: what a person is told, and the statement that makes it."""

    title: str
    statement: str


def changes(dialect: Dialect, objects: Sequence[TargetObject], there: Mapping[str, Table]) -> list[Change]:
    """Tables first, then columns and keys of tables that are there, then the references between them."""
    if dialect.name == "mariadb":
        return _committed_one_by_one(dialect, objects, there)
    made, linked = [], []
    for object in objects:
        table = there.get(object.name)
        if table is None:
            made.append(Change(f"create table {object.name}", create_table(dialect, object)))
            fresh: Sequence[TargetField] = object.fields
        else:
            made += _key(dialect, object, table)
            fresh = [field for field in object.fields if table.column(field.name) is None]
            made += [_column(dialect, object, field) for field in fresh]
        linked += [_reference(dialect, object, field) for field in fresh if field.reference]
    return made + (linked if dialect.name != "sqlite" else [])


def _committed_one_by_one(
    dialect: Dialect, objects: Sequence[TargetObject], there: Mapping[str, Table]
) -> list[Change]:
    """As `changes`, each with all that belongs to it: MariaDB takes no statement back that makes a table or column."""
    made = []
    for object in objects:
        table = there.get(object.name)
        if table is None:
            links = [_link(dialect, field, there) for field in object.fields if field.reference]
            made.append(Change(f"create table {object.name}", f"{UNCHECKED} {create_table(dialect, object, links)}"))
        else:
            made += _key(dialect, object, table)
            fresh = [field for field in object.fields if table.column(field.name) is None]
            made += [_linked_column(dialect, object, field, there) for field in fresh]
    return made


def _linked_column(dialect: Dialect, object: TargetObject, field: TargetField, there: Mapping[str, Table]) -> Change:
    change = _column(dialect, object, field)
    if not field.reference:
        return change
    link = f"{change.statement}, ADD {_link(dialect, field, there)}"
    return replace(change, statement=link if field.reference in there else f"{UNCHECKED} {link}")


def _link(dialect: Dialect, field: TargetField, there: Mapping[str, Table]) -> str:
    """The reference of a column; the table it leads to may not be there yet."""
    assert field.reference
    key = there[field.reference].key if field.reference in there else "id"
    return (
        f"FOREIGN KEY ({dialect.quote(field.name)}) REFERENCES {dialect.place(field.reference)} ({dialect.quote(key)})"
    )


def refuse_names(dialect: Dialect, objects: Sequence[TargetObject]) -> None:
    """UsageError where PostgreSQL would cut a name (two that begin alike would become one) or MariaDB refuse it."""
    if dialect.name == "mariadb":
        _refuse_mariadb_names(objects)
    if dialect.name != "postgresql":
        return
    for name in _names(objects):
        if len(name.encode()) > POSTGRESQL_NAME:
            raise UsageError(
                f"PostgreSQL cuts names after {POSTGRESQL_NAME} bytes, and `{name}` has {len(name.encode())}",
                hint="give it a shorter name in the target with `to:`",
            )


def refuse_wide(dialect: Dialect, objects: Sequence[TargetObject], there: Mapping[str, Table]) -> None:
    """UsageError where a table would have more columns than the database can hold."""
    most = MOST_COLUMNS[dialect.name]
    for object in objects:
        table = there.get(object.name)
        found = {column.name for column in table.columns} if table else {"id"}
        count = len(found | {object.key_field, *(field.name for field in object.fields)})
        if count > most:
            named = TITLES[dialect.name]
            raise UsageError(
                f"{object.name} would have {count:,} columns, and a table of {named} holds at most {most:,}",
                hint="map fewer fields, or load part of them as an object of its own",
            )


def _names(objects: Sequence[TargetObject]) -> list[str]:
    return sorted({name for o in objects for name in (o.name, o.key_field, *(field.name for field in o.fields))})


def _refuse_mariadb_names(objects: Sequence[TargetObject]) -> None:
    """A name has 64 characters of the basic plane at most, none of them a space at the end."""
    for name in _names(objects):
        if len(name) > MARIADB_NAME or name != name.rstrip(" ") or any(ord(letter) > 0xFFFF for letter in name):
            raise UsageError(
                f"MariaDB cannot name it `{name[:80]}`: at most {MARIADB_NAME} characters, no emoji",
                hint="give it another name in the target with `to:`",
            )


def refuse_one_name_in_two_cases(dialect: Dialect, objects: Sequence[TargetObject], there: Mapping[str, Table]) -> None:
    """UsageError where names of columns, of the mapping or of a table that is there, differ in their case alone and
    the database would take them for one."""
    if dialect.name == "postgresql":
        return
    title = TITLES[dialect.name]
    for object in objects:
        names = [object.key_field, *(field.name for field in object.fields)]
        twice = next((name for name, count in Counter(map(str.lower, names)).items() if count > 1), None)
        if twice:
            raise UsageError(
                f"`{object.name}` has the field `{twice}` twice: {title} reads names of columns without case",
                hint="give one of them another name in the target with `to:`",
            )
        columns = there[object.name].columns if object.name in there else ()
        known = {column.name.lower(): column.name for column in columns}
        other = next((name for name in names if known.get(name.lower(), name) != name), None)
        if other:
            there_is = known[other.lower()]
            raise UsageError(
                f"the table `{object.name}` has the column `{there_is}`, and the mapping calls it `{other}`: "
                f"{title} does not tell them apart",
                hint=f"write `to: {there_is}` in the line of the field",
            )


def refuse_wide_rows(dialect: Dialect, objects: Sequence[TargetObject], there: Mapping[str, Table]) -> None:
    """UsageError where a table to be made has longer rows than MariaDB's have."""
    if dialect.name != "mariadb":
        return
    for object in objects:
        if object.name in there:
            continue  # the server counts what the table has, and refuses the column
        size = KEY_BYTES + sum(_bytes(field) for field in object.fields)
        if size > MARIADB_ROW:
            raise UsageError(
                f"a row of `{object.name}` could have {size:,} bytes: MariaDB takes {MARIADB_ROW:,}",
                hint="give long texts no `length:`, or split the object",
            )


def _bytes(field: TargetField) -> int:
    """What a column takes of a row at most: four bytes a character, and where a long text lies."""
    return 4 * field.length + 2 if storage_of(field) == "text" and field.length else LONGEST_PLAIN


def _key(dialect: Dialect, object: TargetObject, table: Table) -> list[Change]:
    """Our key column, unique: without it nothing is loaded."""
    place, key = dialect.place(object.name), dialect.quote(object.key_field)
    column = table.column(object.key_field)
    out = []
    if column is None:
        out.append(
            Change(
                f"add our key {object.name}.{object.key_field}",
                f"ALTER TABLE {place} ADD COLUMN {key} {dialect.key_text}",
            )
        )
    if column is None or not column.unique:
        index = dialect.quote(f"{object.name}_{object.key_field}_key")
        out.append(
            Change(f"make {object.name}.{object.key_field} unique", f"CREATE UNIQUE INDEX {index} ON {place} ({key})")
        )
    return out


def _column(dialect: Dialect, object: TargetObject, field: TargetField) -> Change:
    """A column of a table that has rows already: it can be neither required nor unique from the start."""
    definition = column_definition(dialect, object, replace(field, required=False, unique=False))
    return Change(
        f"add column {object.name}.{field.name}", f"ALTER TABLE {dialect.place(object.name)} ADD COLUMN {definition}"
    )


def _reference(dialect: Dialect, object: TargetObject, field: TargetField) -> Change:
    assert field.reference
    name = dialect.quote(f"{object.name}_{field.name}_fkey")
    return Change(
        f"link {object.name}.{field.name} to {field.reference}",
        f"ALTER TABLE {dialect.place(object.name)} ADD CONSTRAINT {name} "
        f"FOREIGN KEY ({dialect.quote(field.name)}) REFERENCES {dialect.place(field.reference)}",
    )
