"""Values of the merged record: constants, conditions, defaults, and what it inherits."""

from collections.abc import Callable

from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.expressions import Column, Name, parse
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.quoting import quoted
from crm_migrate.stages.complete.deriving import storages
from crm_migrate.stages.complete.query import Query, Sql, composed
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import MERGED, texts

ODD = "__odd/"  # whether a value cannot be compared as the `case:` of that field asks
_NEVER = Sql("FALSE")


def resolver(plan: Plan, each: ObjectPlan, alias: str = "q") -> Callable[[Name], Column]:
    """Where the names of an expression over a record are: its fields and the derived ones."""
    storage = storages(plan, each) | {field.name: TYPES[field.type].storage for field in each.fields}

    def column(name: Name) -> Column:
        return Column(f"{alias}.{quoted(name.name)}", storage[name.name])

    return column


def merged(work: Relations, each: ObjectPlan) -> Query:
    """The records as `dedupe` left them."""
    fields = {field.name: "VARCHAR" if field.ref is None else "BIGINT" for field in each.fields}
    names = ("__cluster", "__trust", "__changed", "__members", *fields)
    listed = ", ".join(quoted(name) for name in names)
    return Query(f"SELECT {listed} FROM {work.scan(MERGED, each.name, also=fields)}", names)


def filled(plan: Plan, query: Query, each: ObjectPlan) -> Query:
    """Constants always, then `case:`, then defaults for empty cells; field by field as the mapping lists them."""
    column = resolver(plan, each)
    for field in each.fields:
        name = quoted(field.name)
        if field.constant is not None:
            query = query.with_columns({field.name: Sql("?::VARCHAR", (field.constant,))})
        if field.case:
            value, odd = _case(field, column)
            query = query.with_columns({field.name: value, f"{ODD}{field.name}": odd})
        if field.default is not None:
            query = query.with_columns({field.name: Sql(f"coalesce(q.{name}, ?)", (field.default,))})
    return query


def _case(field: FieldPlan, column: Callable[[Name], Column]) -> tuple[Sql, Sql]:
    """The first branch that holds, and whether a value on the way to it cannot be compared or computed.

    A branch that writes nothing, and no branch, leave what the sources say.
    """
    own = Sql(f"q.{quoted(field.name)}")
    otherwise = (own, _NEVER)
    values, doubts = [], []
    for branch in field.case:
        said = (own, _NEVER) if branch.then is None else _written(branch.then, column)
        if branch.when is None:
            otherwise = said
            break
        when = parse(branch.when).condition(column)
        test, unsure = Sql(when.sql, when.params), Sql(when.incomparable, when.incomparable_params)
        values.append(composed(" WHEN {} THEN {}", test, said[0]))
        doubts.append(composed(" WHEN {} THEN TRUE WHEN {} THEN {}", unsure, test, said[1]))
    return _first_of(values, otherwise[0]), _first_of(doubts, otherwise[1])


def _first_of(branches: list[Sql], otherwise: Sql) -> Sql:
    return composed("CASE" + "{}" * len(branches) + " ELSE {} END", *branches, otherwise) if branches else otherwise


def _written(text: str, column: Callable[[Name], Column]) -> tuple[Sql, Sql]:
    """`then:` is a value as it stands, or an expression behind `=`; and whether it cannot be computed."""
    if text.startswith("="):
        value = parse(text[1:]).value(column)
        return Sql(value.sql, value.params), Sql(value.incomparable, value.incomparable_params)
    return Sql("?::VARCHAR", (text,)), _NEVER


def inherited(work: Relations, plan: Plan, query: Query, each: ObjectPlan) -> Query:
    """`default_from: company.owner`: the value of the parent as it was completed, where the own cell is empty."""
    for field in (field for field in each.fields if field.default_from):
        reference, _, wanted = (field.default_from or "").partition(".")
        target = each.field(reference).ref
        assert target is not None
        parent = inheritance(work, plan.object(target.object), wanted)
        query = query.with_columns(
            {field.name: Sql(f"coalesce(q.{quoted(field.name)}, p.value)")},
            f" LEFT JOIN {parent} p ON p.cluster = q.{quoted(reference)}",
        )
    return query


def inheritance(work: Relations, parent: ObjectPlan, wanted: str) -> str:
    """Relation (`cluster`, `value`) of a field of a parent: completed where that was done already, else as merged."""
    table = f"inherit/{parent.name}/{wanted}"
    if work.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]):
        return quoted(table)
    scan = work.scan(MERGED, parent.name, also=texts(wanted))
    return f"(SELECT __cluster AS cluster, {quoted(wanted)} AS value FROM {scan})"


def leave_inheritance(work: Relations, plan: Plan, query: Query, each: ObjectPlan) -> None:
    """Keep the completed values of the fields that children inherit."""
    for wanted in sorted(_inherited_from(plan, each)):
        work.execute(
            f"CREATE TABLE {quoted(f'inherit/{each.name}/{wanted}')} AS SELECT __cluster AS cluster,"
            f" {quoted(wanted)} AS value"
            f" FROM ({query.text}) WHERE {quoted(wanted)} IS NOT NULL",
            query.bound,
        )


def _inherited_from(plan: Plan, parent: ObjectPlan) -> set[str]:
    found = set()
    for child in plan.objects:
        for field in child.fields:
            reference, _, wanted = (field.default_from or "").partition(".")
            ref = child.field(reference).ref if reference else None
            if ref is not None and ref.object == parent.name:
                found.add(wanted)
    return found
