"""Taking records back. Salesforce would delete what hangs on a record with it, or empty the reference to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.row_results import changed, joined
from crm_migrate.connecting.taking_back import Referring, judged, kind_of, told
from crm_migrate.errors import TargetError
from crm_migrate_salesforce import records, soql
from crm_migrate_salesforce.calls import Calls
from crm_migrate_salesforce.describe import Described
from crm_migrate_salesforce.shapes import DERIVED, SHADOWS, is_part

Child = tuple[str, str]  # object, field


class Removing:
    """Removes what carries our key and is referred to by nobody."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._looking = calls, calls.looking

    def remove(self, batch: WriteBatch) -> Answer:
        """Into the recycle bin, from where users may bring records back for 15 days."""
        until = self._calls.until()
        shape = self._calls.shape(batch)
        rows = rows_of(batch)
        there = self._keys(shape, [str(row[TARGET_ID]) for row in rows.values()])
        ids, known = judged(rows, there, partial(self._referring, shape.described))
        if not ids:
            return known
        if late := self._calls.late(until, ids, known):
            return late
        said = self._calls.send(self._calls.api.deleting(list(ids.values())), rows.values())
        if isinstance(said, Refusal):
            return self._calls.whole(said, {entity: rows[entity] for entity in ids}, known)
        return joined(known, changed(ids, said, self._calls.now(), deletes=True))

    def _keys(self, shape: records.Shape, ids: Collection[str]) -> dict[str, str | None]:
        """Id -> our key of records that are there."""
        bare = records.Shape(shape.described, shape.key_field, {})
        found = (record for page in self._calls.finds(bare, "id", ids) for record in page)
        return {str(record["Id"]): records.key_of(bare, record) for record in found}

    # ------------------------------------------------------------------------------------------------ who refers

    def referred(self, object: TargetObject, known: Collection[Child]) -> Iterator[pa.Table]:
        """Records that others refer to, and by which field of which object."""
        described = self._calls.described(object)
        for name, _ in known:
            self._looking.described(name)  # so that kinds of objects are called as the load calls them
        yield told(self._referring(described), known)

    def _referring(self, described: Described, ids: Sequence[str] | None = None) -> Iterator[Referring]:
        """Who refers to these records, or to any."""
        if ids is not None and not ids:
            return
        for object, field in self._children(described):
            where = [f"{field} != null"] if ids is None else [soql.among(field, ids)]
            other = self._looking.described(object)
            shadow, others = SHADOWS.get(object, ("", ""))
            if other is not None and shadow in other.fields:
                where.append(others)
            called = other.place_of(field, described.object) if other is not None else field
            kinds = self._looking.kinds(object)
            for id, record in self._found(object, field, where, asked=ids is not None):
                if ids is not None or not described.prefix or id.startswith(described.prefix):
                    yield id, kind_of(kinds, object, record), called

    def _found(
        self, object: str, field: str, where: list[str], *, asked: bool
    ) -> Iterator[tuple[str, Mapping[str, object]]]:
        kinds = sorted({kind.field for kind in self._looking.kinds(object)})
        try:
            for page in self._looking.pages(object, [field, *kinds], where):
                yield from ((str(record[field]), record) for record in page if record.get(field))
        except TargetError as error:
            if type(error) is not TargetError or asked:  # a list of all is refused for some, by ids it is not
                raise

    def _children(self, described: Described) -> list[Child]:
        """Object and field of every reference that users make to an object. TargetError where records would go along
        that our user may not see."""
        objects = self._looking.objects()
        found: dict[Child, None] = {}
        for child in described.children:
            name, field = str(child.get("childSObject")), str(child.get("field"))
            words = objects.get(name)
            if child.get("deprecatedAndHidden") or words is None or is_part(name):
                continue
            if not (words.get("queryable") and words.get("createable")):
                continue
            other = self._looking.described(name)
            said = other.fields.get(field) if other is not None else None
            if said is not None:
                set_by_users = said.get("createable") or said.get("updateable")
                if set_by_users and said.get("filterable", True) and (name, field) not in DERIVED:
                    found[name, field] = None
            elif child.get("cascadeDelete"):
                raise TargetError(
                    f"Salesforce would delete records of {name} with those of {described.object}, and does not show "
                    f"this user whose they are ({field})",
                    hint="give the user the right to see that field",
                )
        return list(found)
