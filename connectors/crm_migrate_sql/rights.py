"""What our role may do in PostgreSQL, asked before anything is read: missing rights are named, not run into."""

from collections.abc import Iterator, Sequence

from crm_migrate.errors import TargetError
from crm_migrate_sql.journal import Session
from crm_migrate_sql.tables import Dialect

NEEDED = ("SELECT", "INSERT", "UPDATE")
_READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean"


def check_rights(
    session: Session, dialect: Dialect, tables: Sequence[str], changed: Sequence[str], *, makes: bool
) -> None:
    """TargetError, with all that is missing, where our role cannot do what a load does.

    `tables` are those that are there, `changed` those of them that get columns, `makes` whether tables are to be made.
    """
    if session.run(_READ_ONLY)[0][0]:
        raise TargetError("the database takes no writes: it is a standby or read-only", hint="load into its primary")
    missing = [*_of_schema(session, dialect, makes=makes), *_of_tables(session, dialect, tables, changed)]
    if missing:
        (role,) = session.run("SELECT current_user")[0]
        raise TargetError(
            f"the role {role} may not do what a load does: {'; '.join(missing)}",
            hint="let the owner of the database grant that, then run again",
        )


def _of_schema(session: Session, dialect: Dialect, *, makes: bool) -> Iterator[str]:
    if not makes:
        return
    (found,) = session.run("SELECT to_regnamespace(coalesce(quote_ident(%s), current_schema()))", (dialect.schema,))[0]
    if found is None:
        if not session.run("SELECT has_database_privilege(current_database(), 'CREATE')")[0][0]:
            yield f"CREATE SCHEMA {dialect.schema}"
    elif not session.run("SELECT has_schema_privilege(%s, 'CREATE')", (found,))[0][0]:
        yield f"CREATE in schema {found}"


def _of_tables(session: Session, dialect: Dialect, tables: Sequence[str], changed: Sequence[str]) -> Iterator[str]:
    for name in tables:
        place = dialect.place(name)
        lacking = [r for r in NEEDED if not session.run("SELECT has_any_column_privilege(%s, %s)", (place, r))[0][0]]
        if lacking:
            yield f"{', '.join(lacking)} on {name}"
        owns = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass"
        if name in changed and not session.run(owns, (place,))[0][0]:
            yield f"ALTER {name} (it belongs to another role)"
