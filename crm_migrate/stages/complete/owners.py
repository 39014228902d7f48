"""Owners who left: the successor for open records, kept as text for closed ones, or a person decides."""

import re

import pyarrow as pa

from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, OwnerPlan, OwnersPlan
from crm_migrate.quoting import quoted
from crm_migrate.stages.complete.query import Query, Sql
from crm_migrate.workspace.relations import Relations

_KEEP = re.compile(r"keep_as_text\((\w+)\)")
PROBLEM = "__owner_problem/"
LEGACY = "legacy_owner"  # where a name is kept as text unless the mapping names another field


def owner_fields(each: ObjectPlan, owners: OwnersPlan | None) -> tuple[FieldPlan, ...]:
    """The fields whose owners have to be settled."""
    if owners is None or not (owners.entries or owners.unknown == "keep_as_text"):
        return ()
    return each.of_role("owner")


def create_owners(work: Relations, owners: OwnersPlan | None) -> None:
    """Table `owners`: who (lower case) -> login, target, whether active, the active successor."""
    entries = owners.entries if owners else ()
    by_name: dict[str, OwnerPlan] = {}
    for entry in sorted(entries, key=lambda e: (e.active, e.login)):  # of two entries for one person the active one
        by_name[entry.login.lower()] = entry
        by_name[entry.target.lower()] = entry
    lines = [(name, e.login, e.target, e.active, _successor(e, by_name)) for name, e in sorted(by_name.items()) if name]
    columns = list(zip(*lines, strict=True)) or [()] * 5
    types = (pa.string(), pa.string(), pa.string(), pa.bool_(), pa.string())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    table = pa.table(arrays, names=["who", "login", "target", "active", "successor"])
    work.connection.register("owner_lines", table)
    work.execute("CREATE TABLE owners AS SELECT * FROM owner_lines")
    work.connection.unregister("owner_lines")


def _successor(owner: OwnerPlan, by_name: dict[str, OwnerPlan]) -> str | None:
    """The first active one along the line of successors."""
    seen: set[str] = set()
    here: OwnerPlan | None = owner
    while here is not None and not here.active and here.login not in seen:
        seen.add(here.login)
        here = by_name.get((here.successor or "").lower())
    return here.target if here is not None and here.active else None


def settled(query: Query, each: ObjectPlan, owners: OwnersPlan | None) -> Query:
    """Apply the policies to every owner field; `__owner_problem/<field>` holds a code where somebody must decide."""
    if owners is None:
        return query
    for field in owner_fields(each, owners):
        query = _settled_field(query, field, owners)
    return query


def _settled_field(query: Query, field: FieldPlan, owners: OwnersPlan) -> Query:
    name = quoted(field.name)
    is_open = "q.is_open = 'true'" if "is_open" in query.columns else "TRUE"
    left = f"q.{name} IS NOT NULL AND NOT coalesce(o.active, TRUE)"
    texts = {
        word: match.group(1)
        for word, policy in (("open", owners.open_records), ("closed", owners.closed_records))
        if (match := _KEEP.fullmatch(policy.replace(" ", "")))
    }
    when = {"open": f"({left} AND {is_open})", "closed": f"({left} AND NOT {is_open})"}
    policy = {"open": owners.open_records, "closed": owners.closed_records}
    cells = {
        field.name: Sql(
            f"CASE{''.join(f' WHEN {when[w]} THEN {_owner(policy[w])}' for w in when)} ELSE"
            f" coalesce(o.target, q.{name}) END"
        ),
        f"{PROBLEM}{field.name}": Sql(
            f"CASE{''.join(f' WHEN {when[w]} THEN {_problem(policy[w])}' for w in when)} END"
        ),
    }
    for word, kept in texts.items():
        before = (
            cells[kept].text if kept in cells else f"q.{quoted(kept)}" if kept in query.columns else "NULL::VARCHAR"
        )
        cells[kept] = Sql(f"CASE WHEN {when[word]} THEN coalesce({before}, o.login) ELSE {before} END")
    if owners.unknown == "keep_as_text":
        _keep_unknown(query, field, texts.get("closed") or texts.get("open") or LEGACY, cells)
    return query.with_columns(cells, f" LEFT JOIN owners o ON o.who = lower(q.{name})")


def _keep_unknown(query: Query, field: FieldPlan, kept: str, cells: dict[str, Sql]) -> None:
    """An owner whom the owners file does not have: his name as text, and nobody owns the record."""
    name = quoted(field.name)
    unknown = f"q.{name} IS NOT NULL AND o.who IS NULL"
    before = cells[kept].text if kept in cells else f"q.{quoted(kept)}" if kept in query.columns else "NULL::VARCHAR"
    cells[field.name] = Sql(f"CASE WHEN {unknown} THEN NULL ELSE {cells[field.name].text} END")
    cells[kept] = Sql(f"CASE WHEN {unknown} THEN coalesce({before}, q.{name}) ELSE {before} END")


def _owner(policy: str) -> str:
    return {"successor": "o.successor", "keep": "o.target"}.get(policy, "NULL")


def _problem(policy: str) -> str:
    if policy == "successor":
        return "CASE WHEN o.successor IS NULL THEN 'owner_inactive_no_successor' END"
    return "'owner_inactive'" if policy == "hold" else "NULL"
