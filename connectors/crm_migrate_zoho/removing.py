"""Taking records back. Zoho would delete activities of a record with it, or empty the lookups that lead to it."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.row_results import changed, joined
from crm_migrate.connecting.taking_back import Referring, judged, kind_of, told
from crm_migrate_zoho import coql, records, requests
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.describe import Described
from crm_migrate_zoho.rows import Rows
from crm_migrate_zoho.values import text_of


class Removing:
    """Removes what carries our key and is referred to by nobody."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._looking = calls, calls.looking
        self._rows = Rows(calls)

    def remove(self, batch: WriteBatch) -> Answer:
        """Into the recycle bin, from where users may bring records back for 60 days."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        there = self._keys(batch.object, [str(row[TARGET_ID]) for row in rows.values()])
        ids, known = judged(rows, there, partial(self._referring, shape.described))
        if not ids:
            return known
        if shape.described.parent:
            return joined(known, self._without(batch.object, self._rows.take(batch.object, ids, until, rows), ids))
        if late := self._calls.late(until, ids, known):
            return late
        said = self._calls.send(requests.deleting(shape.described.module, list(ids.values())), rows.values())
        if isinstance(said, Refusal):
            return self._calls.whole(said, {entity: rows[entity] for entity in ids}, known)
        said_of = changed(ids, said, self._calls.now())
        return joined(known, self._without(batch.object, said_of, ids))

    def _without(self, object: TargetObject, said: Answer, ids: dict[str, str]) -> Answer:
        """Zoho refuses an id that is not there any more like any wrong one: who is refused is looked for once more."""
        if not said.refused:
            return said
        left = self._keys(object, [ids[entity] for entity in said.refused])
        gone = {entity: ids[entity] for entity in said.refused if ids[entity] not in left}
        refused = {entity: why for entity, why in said.refused.items() if entity not in gone}
        return Answer({**said.loaded, **gone}, refused, said.in_doubt, said.later, gone=frozenset(gone))

    def _keys(self, object: TargetObject, ids: Collection[str]) -> dict[str, str | None]:
        """Id -> our key of records that are there."""
        bare = records.shape_of(self._calls.described(object), object, ())
        there = (record for page in self._calls.finds(bare, "id", ids) for record in page)
        return {str(record["id"]): records.key_of(bare, record) for record in there}

    # ------------------------------------------------------------------------------------------------ who refers

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by which field of which object."""
        described = self._calls.described(object)
        for name, _ in known:
            self._looking.described(name)  # so that kinds of records are called as the load calls them
        yield told(self._referring(described), known)

    def _referring(self, described: Described, ids: Sequence[str] | None = None) -> Iterator[Referring]:
        """Who refers to these records, or to any."""
        for module in self._looking.modules() if ids is None or ids else ():
            other = self._looking.described(module)
            if other is not None:
                for field, called in other.leads(described.module):
                    yield from self._by(other, field, called, ids)

    def _by(self, other: Described, field: str, called: str, ids: Sequence[str] | None) -> Iterator[Referring]:
        """Who refers to these records, or to any, by a field of one module."""
        kinds = self._looking.kinds(other.module)
        names = [field, *(kind.field for kind in kinds)]
        every = [f"{field} is not null"] if ids is None else [coql.among(field, some) for some in coql.parted(ids)]
        for where in every:
            for page in self._looking.pages(other, names, [where]):
                for record in page:
                    yield str(text_of(record[field], "lookup")), kind_of(kinds, other.module, record), called
