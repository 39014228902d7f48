"""What a database lacks before it can take CRM objects: tables, columns, our key, our journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import UsageError
from crm_migrate_sql.tables import Dialect, Table, column_definition, create_table

POSTGRESQL_NAME = 63  # bytes of an identifier, NAMEDATALEN - 1
MOST_COLUMNS = {"postgresql": 1_600, "sqlite": 2_000}  # MaxHeapAttributeNumber, SQLITE_MAX_COLUMN


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is missing: what a person is told, and the statement that makes it."""

    title: str
    statement: str


def changes(dialect: Dialect, objects: Sequence[TargetObject], there: Mapping[str, Table]) -> list[Change]:
    """Tables first, then columns and keys of tables that are there, then the references between them."""
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


def refuse_long_names(dialect: Dialect, objects: Sequence[TargetObject]) -> None:
    """UsageError where PostgreSQL would cut a name: two that begin alike would become one."""
    if dialect.name != "postgresql":
        return
    names = {name for o in objects for name in (o.name, o.key_field, *(field.name for field in o.fields))}
    for name in sorted(names):
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
            named = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[dialect.name]
            raise UsageError(
                f"{object.name} would have {count:,} columns, and a table of {named} holds at most {most:,}",
                hint="map fewer fields, or load part of them as an object of its own",
            )


def _key(dialect: Dialect, object: TargetObject, table: Table) -> list[Change]:
    """Our key column, unique: without it nothing is loaded."""
    place, key = dialect.place(object.name), dialect.quote(object.key_field)
    column = table.column(object.key_field)
    out = []
    if column is None:
        out.append(
            Change(f"add our key {object.name}.{object.key_field}", f"ALTER TABLE {place} ADD COLUMN {key} TEXT")
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
