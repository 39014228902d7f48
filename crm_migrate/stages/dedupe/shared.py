"""Contact points that several people use: a function's mailbox, or a value that three different names have.

Names count as different by the first letter of the given name and the beginning of the family name, so that a typing
error or an initial makes no new person; companies by their whole folded name.
"""

import polars as pl
import pyarrow as pa

from crm_migrate.cleansing import is_free_mail, is_role_mailbox
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.dedupe.rules import name_fields
from crm_migrate.workspace.relations import Relations

MANY_NAMES = 3  # names that use a value which then belongs to none of them; as `matching.comparing.facts`
BATCH = 131_072
_PART = {  # of a name, as far as it counts; all of others
    "given_name": "left({0}, 1)",
    "family_name": "left({0}, 4)",
    "person_name": "concat(left({0}, 1), left(regexp_extract({0}, '[^ ]+$'), 4))",
}


def create_shared(work: Relations, plan: ObjectPlan, field: FieldPlan) -> None:
    """Table `shared/<object>/<field>` with the compare keys (`key`) that are shared."""
    table, keys, name = shared_table(plan, field.name), quoted(f"keys/{plan.name}"), quoted(field.name)
    parts = [_PART.get(f.type, "{0}").format(quoted(f.name)) for f in name_fields(plan)]
    counted = f"count(DISTINCT nullif(concat_ws('|', {', '.join(parts)}), ''))" if parts else "0"
    work.execute(
        f"CREATE TABLE {table} AS SELECT {name} AS key FROM {keys} WHERE {name} IS NOT NULL"
        f" GROUP BY {name} HAVING count(*) >= {MANY_NAMES} AND {counted} >= {MANY_NAMES}"
    )
    if field.kind.key in ("mailbox", "host"):
        _add_known(work, keys, name, table, field)


def _add_known(work: Relations, keys: str, name: str, table: str, field: FieldPlan) -> None:
    """Mailboxes of a function, and domains that belong to everybody."""
    distinct = work.connection.cursor()
    reader = distinct.sql(f"SELECT DISTINCT {name} FROM {keys} WHERE {name} IS NOT NULL")
    for batch in reader.to_arrow_reader(BATCH):
        values = pl.Series("key", pl.from_arrow(batch.column(0)), dtype=pl.String)
        known = values.filter(is_role_mailbox(values) if field.kind.key == "mailbox" else is_free_mail(values))
        work.connection.register("known", pa.table({"key": known.to_arrow()}))
        work.execute(f"INSERT INTO {table} SELECT key FROM known WHERE key NOT IN (SELECT key FROM {table})")
        work.connection.unregister("known")
    distinct.close()


def shared_table(plan: ObjectPlan, field: str) -> str:
    """The quoted name of the table of shared values of a field."""
    return quoted(f"shared/{plan.name}/{field}")
