"""The statements that read a source: names checked against what the database has, quoted, joined one to one.

No `AS` stands before the other name of a table: Oracle has none there.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm_migrate.connecting.contract import JoinSpec, SourceSpec
from crm_migrate.connecting.joins import parse_take
from crm_migrate.errors import InputError, UsageError
from crm_migrate.quoting import quoted
from crm_migrate_sql.snapshot import Snapshot
from crm_migrate_sql.values import Gathered

RANK = "crm_migrate_rank"
_TITLES = {"firebird": "Firebird", "mssql": "SQL Server", "oracle": "Oracle"}
CAPITALS = ("firebird", "oracle")  # names without quotes are in capitals there
LISTS = ("sqlite", "postgresql", "mariadb")  # have lists of several rows
Kind = sa.types.TypeEngine[Any]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view of the database: quoted place, column names with their declared types, primary key."""

    name: str
    place: str
    columns: dict[str, Kind]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinCount:
    """What is counted of a join: base rows with several partners, partners that no base row has, and those that `take`
    left behind ("" where the join cannot have such rows). A `lookup` is of many rows in few partners by their key.
    """

    alias: str
    table: str
    several: str
    unused: str
    left: str
    total: str
    lookup: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything to read a source: the statement, its count, names as in the database, what else to count."""

    statement: str
    count: str
    names: tuple[str, ...]
    types: tuple[Kind | Gathered | None, ...]
    ordered: bool
    title: str
    joins: tuple[JoinCount, ...] = ()
    covers: dict[str, str] = field(default_factory=dict)


def _missing(what: str, name: str, known: Iterable[str]) -> InputError:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(sorted(names)[:12]) or 'none'}"
    return InputError(f"there is no {what} `{name}` in the database", hint=hint)


def relation(snapshot: Snapshot, name: str) -> Relation:
    """A table or view by its name, or `schema.name`. InputError with the nearest name where there is none."""
    inspector = sa.inspect(snapshot.connection)
    # SQLAlchemy writes names in capitals small; we call them as the database and its queries do.
    own = snapshot.connection.dialect.denormalize_name if snapshot.backend in CAPITALS else str
    known = [own(each) for each in (*inspector.get_table_names(), *inspector.get_view_names())]
    schema, table = None, name
    if name not in known and "." in name:
        schema, _, table = name.rpartition(".")
        if schema not in inspector.get_schema_names():
            raise _missing("schema", schema, inspector.get_schema_names())
        known = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    if table not in known:
        raise _missing("table", table, known)
    asked = table if own is str else snapshot.connection.dialect.normalize_name(table)
    columns = {own(column["name"]): column["type"] for column in inspector.get_columns(asked, schema)}
    key = tuple(map(own, inspector.get_pk_constraint(asked, schema).get("constrained_columns") or ()))
    place = f"{quoted(schema)}.{quoted(table)}" if schema else quoted(table)
    return Relation(name, place, columns, key)


def build(snapshot: Snapshot, spec: SourceSpec) -> Reading:
    """The statements for a table (with joins) or a query."""
    if (spec.table is None) == (spec.query is None):
        raise UsageError(f"source `{spec.name}` needs `table:` or `query:`, one of both")
    covers = {name: f"SELECT count(*) FROM {relation(snapshot, name).place}" for name in spec.covers}
    if spec.query is not None:
        return _query(snapshot, spec, spec.query, covers)
    return _table(snapshot, spec, relation(snapshot, spec.table or ""), covers)


def _query(snapshot: Snapshot, spec: SourceSpec, query: str, covers: dict[str, str]) -> Reading:
    if spec.joins:
        raise UsageError(f"source `{spec.name}`: a `query:` has its joins inside", hint="take `join:` out")
    inner = f"(\n{query.strip().rstrip(';')}\n) {quoted('q')}"
    snapshot.only_reads()
    names, _, _ = next(snapshot.stream(f"SELECT * FROM {inner} WHERE 1 = 0", 1))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UsageError(f"source `{spec.name}`: the query gives `{doubled[0]}` twice", hint="name columns with AS")
    order = [quoted(name) for name in spec.order_by if name in names]
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    statement = f"SELECT * FROM {inner}{ordered}"
    count = f"SELECT count(*) FROM {inner}"
    return Reading(statement, count, tuple(names), (None,) * len(names), bool(order), "query", covers=covers)


def _table(snapshot: Snapshot, spec: SourceSpec, base: Relation, covers: dict[str, str]) -> Reading:
    alias = quoted("b")
    selected: list[tuple[str, str, Kind | Gathered | None]] = [
        (f"{alias}.{quoted(name)}", name, kind) for name, kind in base.columns.items()
    ]
    rows, counts = f"{base.place} {alias}", []
    for number, join in enumerate(spec.joins):
        other = relation(snapshot, join.table)
        known = {name: expression for expression, name, kind in selected if not isinstance(kind, Gathered)}
        _check_join(join, known, other)
        if join.gather and snapshot.backend not in LISTS:
            message = f"join `{join.alias}`: no lists are gathered in {_TITLES[snapshot.backend]}"
            raise UsageError(message, hint="join two sources: `source:`")
        counts.append(_counts(join, rows, known, base, other))
        inner, names = _partner(snapshot.backend, join, other)
        own = quoted(f"j{number}")
        on = " AND ".join(f"{own}.{quoted(right)} = {known[left]}" for left, right in join.by.items())
        rank = "" if join.gather else f" AND {own}.{quoted(RANK)} = 1"
        rows += f" LEFT JOIN ({inner}) {own} ON {on}{rank}"
        kinds = {name: Gathered(kind) for name, kind in other.columns.items()} if join.gather else other.columns
        selected += [(f"{own}.{quoted(name)}", f"{join.alias}.{name}", kinds[name]) for name in names]
    order = _order(snapshot.backend, spec, base)
    by = ", ".join(f"{alias}.{item}" for item in order)
    columns = ", ".join(f"{_cell(snapshot, expression, kind)} AS {quoted(name)}" for expression, name, kind in selected)
    return Reading(
        statement=f"SELECT {columns} FROM {rows}" + (f" ORDER BY {by}" if by else ""),
        count=f"SELECT count(*) FROM {base.place}",
        names=tuple(name for _, name, _ in selected),
        types=tuple(kind for _, _, kind in selected),
        ordered=bool(order),
        title=base.name,
        joins=tuple(counts),
        covers=covers,
    )


def _cell(snapshot: Snapshot, expression: str, kind: Kind | Gathered | None) -> str:
    return expression if kind is None or isinstance(kind, Gathered) else snapshot.reading.selected(expression, kind)


def _order(backend: str, spec: SourceSpec, base: Relation) -> list[str]:
    """Key columns, then the primary key: the same order whenever the same rows are read."""
    names = dict.fromkeys([*(name for name in spec.order_by if name in base.columns), *base.key])
    text = [isinstance(base.columns[name], sa.String) and backend == "postgresql" for name in names]
    return [quoted(n) + (' COLLATE "C"' if is_text else "") for n, is_text in zip(names, text, strict=True)]


def _check_join(join: JoinSpec, known: Iterable[str], other: Relation) -> None:
    for left, right in join.by.items():
        if left not in known:
            raise _missing(f"column (join `{join.alias}`)", left, known)
        if right not in other.columns:
            raise _missing(f"column (join `{join.alias}`)", right, other.columns)


def _partner(backend: str, join: JoinSpec, other: Relation) -> tuple[str, list[str]]:
    """The joined table with at most one row per key, and the columns that it brings."""
    if join.gather:
        keys = ", ".join(quoted(name) for name in join.by.values())
        names = [name for name in other.columns if name not in join.by.values()]
        order = ", ".join(quoted(name) for name in other.key)
        lists = ", ".join(
            f"{_list_of(backend, quoted(name), order, other.columns[name])} AS {quoted(name)}" for name in names
        )
        rows = _sorted(other, order) if backend == "sqlite" and order else other.place
        return f"SELECT {keys}{', ' if lists else ''}{lists} FROM {rows} GROUP BY {keys}", names
    return _ranked(join, other), list(other.columns)


def _ranked(join: JoinSpec, other: Relation) -> str:
    """The partners of each key, numbered from the one that is meant."""
    keys = ", ".join(quoted(name) for name in join.by.values())
    order = ", ".join([*_taken(join, other), *(quoted(name) for name in other.key)]) or keys
    rank = f"row_number() OVER (PARTITION BY {keys} ORDER BY {order}) AS {quoted(RANK)}"
    return f"SELECT {quoted('r')}.*, {rank} FROM {other.place} {quoted('r')}"  # `*` alone is no item in Firebird


def _sorted(other: Relation, order: str) -> str:
    return f"(SELECT * FROM {other.place} ORDER BY {order})"


def _list_of(backend: str, column: str, order: str, kind: Kind) -> str:
    """A JSON array of the values of a column."""
    by = f" ORDER BY {order}" if order else ""
    if backend == "postgresql":
        return f"json_agg({column}::text{by})::text"
    if backend == "mariadb":
        return f"json_arrayagg({_mariadb_text(column, kind)}{by})"
    return f"json_group_array(CASE typeof({column}) WHEN 'blob' THEN lower(hex({column})) ELSE {column} END)"


def _mariadb_text(column: str, kind: Kind) -> str:
    """A value as it would be read alone."""
    if isinstance(kind, sa.types._Binary):
        return f"lower(hex({column}))"
    if kind.__visit_name__ == "BIT":
        return f"CAST({column} + 0 AS CHAR)"
    zone = "'Z'" if kind.__visit_name__ == "TIMESTAMP" else "''"
    return f"CONCAT(CAST({column} AS CHAR), {zone})"


def _taken(join: JoinSpec, other: Relation) -> Sequence[str]:
    """`first(primary desc, created)` as terms of an order."""
    if join.take is None:
        return ()
    try:
        terms = parse_take(join.take)
    except ValueError as error:
        raise UsageError(f"join `{join.alias}`: {error}", hint="take: first(column desc)") from None
    for term in terms:
        if term.column not in other.columns:
            raise _missing(f"column (take of `{join.alias}`)", term.column, other.columns)
    # An empty value is never the first of several, in any database; two of them know no `IS NULL` as a value.
    empty = "CASE WHEN {} IS NULL THEN 1 ELSE 0 END"
    named = ((quoted(term.column), "DESC" if term.falling else "ASC") for term in terms)
    return [f"{empty.format(column)}, {column} {way}" for column, way in named]


def _counts(join: JoinSpec, rows: str, known: Mapping[str, str], base: Relation, other: Relation) -> JoinCount:
    """`rows` is the FROM item of the rows that ask, beside them what earlier joins brought; `known` their columns."""
    match = " AND ".join(f"t.{quoted(right)} = {known[left]}" for left, right in join.by.items())
    partners = f"(SELECT count(*) FROM {other.place} t WHERE {match})"
    keys = ", ".join(f"{known[left]} AS k{number}" for number, left in enumerate(join.by))
    asked = f"(SELECT DISTINCT {keys} FROM {rows}) a"
    same = " AND ".join(f"t.{quoted(right)} = a.k{number}" for number, right in enumerate(join.by.values()))
    return JoinCount(
        alias=join.alias,
        table=join.table,
        several="" if join.take or join.gather else f"SELECT count(*) FROM {rows} WHERE {partners} > 1",
        unused=f"SELECT count(*) FROM {other.place} t LEFT JOIN {asked} ON {same} WHERE a.k0 IS NULL",
        left=f"SELECT count(*) FROM ({_ranked(join, other)}) t JOIN {asked} ON {same} WHERE t.{quoted(RANK)} > 1"
        if join.take and not join.gather
        else "",
        total=f"SELECT count(*) FROM {other.place}",
        lookup=set(join.by.values()) == set(other.key) and set(join.by) != set(base.key),
    )
