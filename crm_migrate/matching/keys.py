"""Compare keys: table `keys/<object>` with one line per node and one column per field that rules compare.

Keys come from the cleansing room (folding that knows Turkish, mailboxes, numbers, legal forms) and are computed once
per distinct value, in batches. Placeholders have no key, so that they never match.
"""

import polars as pl
import pyarrow as pa

from crm_migrate.cleansing import Context, compare_key
from crm_migrate.mapping.plan import FieldPlan
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import quoted

BATCH = 131_072
PLACEHOLDERS = frozenset(
    (
        *("test", "deneme", "example", "dummy", "asdf", "none", "null", "nan", "na", "n a", "noname", "no name"),
        *("unknown", "unbekannt", "keine", "bilinmiyor", "yok", "tidak ada", "anonymous"),
    )
)
_MAILBOXES = ("test@", "noreply@", "no-reply@", "noemail@", "none@", "yok@", "asdf@")


def create_keys(work: Relations, nodes: str, name: str, fields: tuple[FieldPlan, ...], locale: str) -> None:
    """Table `keys/<object>` over the relation `nodes` (`__node` and the fields)."""
    columns, joins = ["n.__node AS node"], []
    for number, field in enumerate(fields):
        if field.ref is not None:
            columns.append(f"n.{quoted(field.name)}::VARCHAR AS {quoted(field.name)}")
            continue
        _key_values(work, nodes, field, f"key_values_{number}", locale)
        columns.append(f"k{number}.key AS {quoted(field.name)}")
        joins.append(f" LEFT JOIN key_values_{number} k{number} ON k{number}.value = n.{quoted(field.name)}")
    work.execute(f"CREATE TABLE {quoted(f'keys/{name}')} AS SELECT {', '.join(columns)} FROM {nodes} n{''.join(joins)}")
    for number, field in enumerate(fields):
        if field.ref is None:
            work.execute(f"DROP TABLE key_values_{number}")


def _key_values(work: Relations, nodes: str, field: FieldPlan, table: str, locale: str) -> None:
    work.execute(f"CREATE TABLE {table} (value VARCHAR, key VARCHAR)")
    name = quoted(field.name)
    distinct = work.connection.cursor()
    reader = distinct.sql(f"SELECT DISTINCT {name} AS value FROM {nodes} WHERE {name} IS NOT NULL")
    for batch in reader.to_arrow_reader(BATCH):
        values = pl.Series("value", pl.from_arrow(batch.column(0)), dtype=pl.String)
        keys = without_placeholders(compare_key(values, field.type, Context(locale=locale)))
        work.connection.register("keyed_batch", pa.table({"value": values.to_arrow(), "key": keys.to_arrow()}))
        work.execute(f"INSERT INTO {table} SELECT value, key FROM keyed_batch WHERE key IS NOT NULL")
        work.connection.unregister("keyed_batch")
    distinct.close()


def without_placeholders(keys: pl.Series) -> pl.Series:
    """Keys where a value says something; null for placeholders, for one letter repeated and for nothing but zeros."""
    folded = keys.str.to_lowercase()
    nothing = folded.is_in(list(PLACEHOLDERS)) | (folded == "")
    nothing |= folded.str.contains(r"^(0+|1+|9+|x+|\+?0+|123456789?0?)$") & (folded.str.len_chars() > 2)
    for mailbox in _MAILBOXES:
        nothing |= folded.str.starts_with(mailbox)
    return keys.set(nothing.fill_null(False), None)
