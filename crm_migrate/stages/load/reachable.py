"""Cells of a masked environment that reach somebody: records that are not touched for it, and what is found later.

A record that the target had before us is found by what it really holds. Where it would keep a mailbox or a number that
reaches somebody, a write could set off an automation that does: it waits.
"""

from collections.abc import Iterator

import pyarrow as pa

from crm_migrate.crm.types import Pseudonym
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.pseudonyms.masks import FORMS
from crm_migrate.pseudonyms.reach import Allowed, Means, reached
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names
from crm_migrate.stages.load.objects import loaded_fields
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.sql import stream

CODE = "existing_reachable"
ROWS = 65_536


class Reaching:
    """Asks cells of the fields that may hold an address, by their names in the target.

    Nobody may be reached by what the environment masks somewhere: mailboxes, numbers, or both.
    """

    def __init__(self, plan: Plan, object_plan: ObjectPlan) -> None:
        kinds = {kind for fields in plan.environment.mask.values() for kind in fields.values()}
        wanted: dict[Means, set[Pseudonym]] = {"mailbox": {"mailbox", "list"}, "phone": {"phone"}}
        self._means = tuple(means for means, of in wanted.items() if kinds & of)
        self._allowed = Allowed.of(plan.environment.allow)
        self._masked = plan.environment.mask.get(object_plan.name, {})
        self._fields = {str(f.target): f for f in loaded_fields(object_plan) if self._means and _may_hold(f)}

    def is_masked(self, name: str) -> bool:
        """Whether the environment masks the field."""
        return self._fields[name].name in self._masked

    def found(
        self, tables: Relations, rows: str, key: str, *, only_masked: bool = False, prefix: str = ""
    ) -> Iterator[tuple[str, str, Means]]:
        """Key, field and means of every cell of a FROM item that reaches somebody who does not expect it.

        The columns of the cells are the fields' names behind `prefix`.
        """
        names = [name for name in self._fields if self.is_masked(name) or not only_masked]
        if not names:
            return
        cells = ", ".join(f"{{'field': {literal(n)}, 'value': {quoted(prefix + n)}::VARCHAR}}" for n in names)
        query = f"""SELECT key, cell.field AS field, cell.value AS value
          FROM (SELECT {key}::VARCHAR AS key, unnest([{cells}]) AS cell FROM {rows})
          WHERE (contains(cell.value, '@') OR regexp_matches(cell.value, '[0-9]([^0-9]{{0,3}}[0-9]){{6,}}'))
            AND NOT regexp_full_match(cell.value, {literal(FORMS)})"""
        for batch in stream(tables.connection, query, ROWS):
            yield from self._judged(batch)

    def _judged(self, batch: pa.RecordBatch) -> Iterator[tuple[str, str, Means]]:
        columns = (batch[name].to_pylist() for name in ("key", "field", "value"))
        for key, name, value in zip(*columns, strict=True):
            kind = self._fields[name].kind
            strays = [means for means in self._means if means in kind.strays]
            for means in reached(value, strays, self._allowed, field="phone" if kind.pseudonym == "phone" else None):
                yield key, name, means


def _may_hold(field: FieldPlan) -> bool:
    return field.ref is None and field.kind.storage in ("text", "list") and bool(field.kind.strays)


def hold_reachable(relations: Relations, plan: Plan, object_plan: ObjectPlan) -> None:
    """Let updates wait in `plan/<object>` after which a masked field would still reach somebody."""
    names = Names(object_plan.name)
    rows = f"{names.plan} p JOIN {names.decided} d USING (__cluster) WHERE p.__action = 'update'"
    found = Reaching(plan, object_plan).found(relations, rows, "__cluster", only_masked=True, prefix="=")
    fields: dict[str, set[str]] = {}
    for cluster, name, _ in found:
        fields.setdefault(cluster, set()).add(name)
    relations.execute("CREATE OR REPLACE TEMP TABLE reachable_ (__cluster BIGINT, why VARCHAR)")
    for cluster, kept in fields.items():
        why = f"the record in the target would keep what reaches somebody: {', '.join(sorted(kept))}"
        relations.execute("INSERT INTO reachable_ VALUES (?, ?)", [cluster, why])
    relations.execute(
        f"UPDATE {names.plan} c SET __action = 'held', __code = {literal(CODE)}, __message = r.why "
        "FROM reachable_ r WHERE r.__cluster = c.__cluster"
    )
