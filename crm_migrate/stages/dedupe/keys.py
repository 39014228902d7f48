"""Compare keys: table `keys/<object>` with one line per node and one column per field that rules compare.

Keys come from the cleansing room (folding that knows Turkish, mailboxes, numbers, legal forms) and are computed once
per distinct value, in batches. Placeholders have no key, so that they never match.
"""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa

from crm_migrate.cleansing import Context, compare_key
from crm_migrate.cleansing.nobodies import placeholders_among
from crm_migrate.cleansing.placeholders import is_known_filler
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.quoting import quoted
from crm_migrate.workspace.relations import Relations

BATCH = 131_072
_NUMBERS = ("tax_number", "iban", "id", "day")
_SHOWN = 5  # values in a message; only such that are nobody's own


def create_keys(work: Relations, nodes: str, name: str, fields: tuple[FieldPlan, ...], locale: str) -> None:
    """Table `keys/<object>` over the relation `nodes` (`__node` and the fields)."""
    columns, joins = ["n.__node AS node"], []
    for number, field in enumerate(fields):
        if field.ref is not None:
            columns.append(f"n.{quoted(field.name)}::VARCHAR AS {quoted(field.name)}")
            continue
        create_key_values(work, nodes, field.name, field.type, f"key_values_{number}", locale)
        columns.append(f"k{number}.key AS {quoted(field.name)}")
        joins.append(f" LEFT JOIN key_values_{number} k{number} ON k{number}.value = n.{quoted(field.name)}")
    work.execute(f"CREATE TABLE {quoted(f'keys/{name}')} AS SELECT {', '.join(columns)} FROM {nodes} n{''.join(joins)}")
    for number, field in enumerate(fields):
        if field.ref is None:
            work.execute(f"DROP TABLE key_values_{number}")


def create_key_values(work: Relations, nodes: str, column: str, kind: str, table: str, locale: str) -> None:
    """Table `value`, `key` of the different values of a column of a semantic type; who identifies nobody has none."""
    work.execute(f"CREATE TABLE {table} (value VARCHAR, key VARCHAR)")
    name = quoted(column)
    distinct = work.connection.cursor()
    reader = distinct.sql(f"SELECT DISTINCT {name} AS value FROM {nodes} WHERE {name} IS NOT NULL")
    for batch in reader.to_arrow_reader(BATCH):
        values = pl.Series("value", pl.from_arrow(batch.column(0)), dtype=pl.String)
        keys = without_placeholders(compare_key(values, kind, Context(locale=locale)), kind)
        work.connection.register("keyed_batch", pa.table({"value": values.to_arrow(), "key": keys.to_arrow()}))
        work.execute(f"INSERT INTO {table} SELECT value, key FROM keyed_batch WHERE key IS NOT NULL")
        work.connection.unregister("keyed_batch")
    distinct.close()


def without_placeholders(keys: pl.Series, kind: str) -> pl.Series:
    """Keys (or raw values) of a semantic type, null where they identify nobody."""
    nobody = placeholders_among(keys, kind)
    return keys.set(keys.is_in(nobody).fill_null(False), None) if nobody else keys


def nobodies(work: Relations, members: str, plan: ObjectPlan) -> dict[str, list[str]]:
    """Per field of a number that identifies, or that must not differ, the values of members that identify nobody."""
    fields = [f for f in plan.fields if f.ref is None and (f.kind.nobody in _NUMBERS or f.survive == "equal")]
    listed = {f.name: placeholders_among(_different(work, members, f.name), f.type) for f in fields}
    return {name: sorted(values) for name, values in listed.items() if values}


def _different(work: Relations, relation: str, field: str) -> pl.Series:
    found = work.connection.sql(f"SELECT DISTINCT {quoted(field)} AS value FROM {relation}").to_arrow_table()
    return pl.Series("value", pl.from_arrow(found.column(0)), dtype=pl.String)


def untelling(
    work: Relations, nodes: str, name: str, fields: tuple[FieldPlan, ...]
) -> Iterator[tuple[str, str, str, int]]:
    """Code, rule, message and count of the records whose value of a field that rules compare identifies nobody."""
    for field in (f for f in fields if f.ref is None):
        column = quoted(field.name)
        rows = work.rows(
            f"SELECT n.{column}, count(*) FROM {nodes} n JOIN {quoted(f'keys/{name}')} k ON k.node = n.__node"
            f" WHERE n.{column} IS NOT NULL AND k.{column} IS NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        count = sum(int(number) for _, number in rows)
        if count:
            shown = [f"{str(value)!r}" for value, _ in rows if is_known_filler(str(value))][:_SHOWN]
            said = f" ({', '.join(shown)}{' ...' if len(rows) > len(shown) else ''})" if shown else ""
            message = f"{count} records have a {field.name} that identifies nobody{said}: it was not compared."
            yield "untelling_value", field.name, message, count
