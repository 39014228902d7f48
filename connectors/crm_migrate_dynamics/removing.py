"""Taking records back. Dataverse would delete what hangs on a record with it, or empty the lookup to it."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.row_results import Result, changed, joined
from crm_migrate.connecting.taking_back import Referring, judged, kind_of, told
from crm_migrate.errors import TargetError
from crm_migrate_dynamics import records, requests
from crm_migrate_dynamics.answers import LOOKUP_OF, Record
from crm_migrate_dynamics.calls import Calls
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.looking import MANY
from crm_migrate_dynamics.multipart import Step
from crm_migrate_dynamics.reopening import Reopening
from crm_migrate_dynamics.shapes import DERIVED, PARTS, PARTY, ROLES

Child = tuple[str, str]  # object, field
_HARMLESS = frozenset({"NoCascade", None})


class Removing:
    """Removes what carries our key and is referred to by nobody."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._looking, self._reopening = calls, calls.looking, Reopening(calls)

    def remove(self, batch: WriteBatch) -> Answer:
        """For good: Dataverse has no recycle bin unless an administrator switched one on."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        there = self._keys(shape, [str(row[TARGET_ID]) for row in rows.values()])
        ids, known = judged(rows, there, partial(self._referring, shape.described))
        if not ids:
            return known
        if late := self._calls.late(until, ids, known):
            return late
        deals = self._reopening.deals(shape.described, ids.values())
        closed = self._reopening.closed(shape.described, set(deals.values()))
        groups = [
            self._reopening.around([Step("DELETE", f"{shape.described.set}({id})")], [deals.get(id, "")], closed)
            for id in ids.values()
        ]
        said = self._calls.each(groups, [rows[entity] for entity in ids])
        if isinstance(said, Refusal):
            return self._calls.whole(said, list(ids), known)
        return joined(known, self._outcome(shape, ids, said))

    def _outcome(self, shape: records.Shape, ids: dict[str, str], said: list[Result]) -> Answer:
        """A deletion names no record in its answer: who is not there any more is gone, whatever place says so."""
        try:
            left = self._keys(shape, list(ids.values()))
        except TargetError:
            return Answer(in_doubt=frozenset(ids))
        away = {entity: id for entity, id in ids.items() if id not in left}
        others = {entity: id for entity, id in ids.items() if id in left}
        placed = dict(zip(ids, said, strict=True))
        told = [Result() if placed[entity].done else placed[entity] for entity in others]
        return joined(Answer(away), changed(others, told, self._calls.now(), deletes=True))

    def _keys(self, shape: records.Shape, ids: Collection[str]) -> dict[str, str | None]:
        """Id -> our key of records that are there."""
        bare = records.Shape(shape.described, shape.key_field, {})
        found = (record for page in self._calls.finds(bare, "id", ids) for record in page)
        return {str(record[shape.described.key]): records.key_of(bare, record) for record in found}

    # ------------------------------------------------------------------------------------------------ who refers

    def referred(self, object: TargetObject, known: Collection[Child]) -> Iterator[pa.Table]:
        """Records that others refer to, and by which field of which object."""
        described = self._looking.table(object.name)
        for name, _ in known:
            self._looking.described(name)  # so that kinds of records are called as the load calls them
        yield told(self._referring(described), known)

    def _referring(self, described: Described, ids: Sequence[str] | None = None) -> Iterator[Referring]:
        """Who refers to these records, or to any."""
        if ids is not None and not ids:
            return
        for (table, column), called in self._children(described).items():
            other = self._looking.bare(table)
            if other is None:
                continue  # no records of it can be asked for
            said, kinds = f"_{column}_value", self._looking.kinds(table)
            party = ["_activityid_value", "participationtypemask"] if (table, column) == (PARTY, "partyid") else []
            names = [other.key, said, *sorted({kind.field for kind in kinds}), *party]
            if ids is None:
                pages = self._looking.pages(other, names, f"{said} ne null")
            else:
                conditions = [requests.among(column, ids[at : at + MANY]) for at in range(0, len(ids), MANY)]
                pages = self._looking.meeting(other, names, conditions)
            for record in (each for page in pages for each in page):
                if record.get(said) and record.get(said + LOOKUP_OF, described.table) == described.table:
                    by = _party_of(record, described.table) if party else None
                    object, field = by or (kind_of(kinds, other.table, record), called)
                    yield str(record[said]), object, field

    def _children(self, described: Described) -> dict[Child, str]:
        """What we call the place of every reference by table and lookup: of those that users make to records of a table
        and that would go with them."""
        found: dict[Child, str] = {}
        for each in described.children:
            child = (str(each.get("ReferencingEntity")), str(each.get("ReferencingAttribute")))
            cascade = (each.get("CascadeConfiguration") or {}).get("Delete")
            if child[0] not in PARTS and child not in DERIVED and cascade not in _HARMLESS:
                several = str(each.get("ReferencingEntityNavigationPropertyName")).lower() != child[1]
                found[child] = f"{child[1]}.{described.table}" if several else child[1]
        return found


def _party_of(record: Record, table: str) -> tuple[str, str] | None:
    """The activity that somebody of a table took part in, and what we call that; None where we do not write such."""
    activity = record.get(f"_activityid_value{LOOKUP_OF}")
    role = next((name for name, number in ROLES.items() if number == record.get("participationtypemask")), "")
    return (str(activity), f"{role}.{table}") if activity and role else None
