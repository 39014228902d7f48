"""The rows of a query: candidates by index, filtered, ordered or in no order, and told field by field."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.salesforce.soql import grouping
from crm_migrate_simulators.salesforce.soql.ordering import sorted_by
from crm_migrate_simulators.salesforce.soql.parsing import malformed
from crm_migrate_simulators.salesforce.soql.paths import Found, find, whole_id
from crm_migrate_simulators.salesforce.soql.testing import condition
from crm_migrate_simulators.salesforce.soql.tree import Aggregate, Both, Fields, Path, Query, Test, TypeOf
from crm_migrate_simulators.store import Record

Row = dict[str, Any]
MAX_OFFSET = 2000
_CUSTOM_OBJECT = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
_CUSTOM_RELATION = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship "
    "name."
)


_LINKS = (
    "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or "
    "LinkedEntityId using the equals operator or multiple Id's using the IN operator."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How many there are, and the rows; `bare`: COUNT() tells no rows."""

    object: str
    total: int
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Asking:
    """A query against an org at an instant. `deleted`: records of the recycle bin belong to it."""

    store: OrgStore
    text: str
    now: float
    version: str
    deleted: bool = False

    def answer(self, query: Query) -> Answer:
        """Its rows. Raises Failure where it asks for what is not there."""
        object = self.object(query)
        items = self.expanded(query, object)
        query = replace(query, items=items)
        if object == "ContentDocumentLink" and not _of_one_side(query.where):
            raise Failure("MALFORMED_QUERY", _LINKS)
        if query.offset > MAX_OFFSET:
            raise Failure("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        counts = [item for item in items if isinstance(item, Aggregate)]
        if counts or query.groups:
            return self.grouped(query, object, counts)
        tell = [self.teller(query, object, item) for item in items]
        records = self.window(query, self.ordered(query, object, self.records(query, object)))
        for record in records if query.looked_at else ():
            self.store.put("looked_at", record.id, self.now)
        return Answer(object, len(records), [self.row(record, tell) for record in records])

    def object(self, query: Query) -> str:
        """The name of the object that is asked for."""
        object = self.store.named(query.source)
        if object is None:
            words = f"sObject type '{query.source}' is not supported. {_CUSTOM_OBJECT}"
            raise malformed(self.text, query.source_at, words, code="INVALID_TYPE")
        return object

    # ------------------------------------------------------------------------------------------------ which records

    def records(self, query: Query, object: str) -> list[Record]:
        """The records that meet the condition, in no particular order."""
        store = self.store
        with store.lock:
            if self.deleted or query.all_rows:
                found: Iterable[Record] = store.everything(object)
            else:
                found = [record for record in self.candidates(query, object) if record.seen(self.now)]
            if query.where is not None:
                meets = condition(query.where, lambda path: find(store, query, object, path), self.inner, self.now)
                found = [r for r in found if meets(lambda path, record=r: path.of(store, record))]  # type: ignore[misc]
            return sorted(found, key=lambda record: zlib.crc32(record.id.encode()))

    def candidates(self, query: Query, object: str) -> Iterable[Record]:
        """Fewer than all where a part of the condition names values of an indexed field."""
        parts = query.where.parts if isinstance(query.where, Both) and query.where.word == "and" else (query.where,)
        for part in parts:
            if not isinstance(part, Test) or part.operator not in ("=", "in") or isinstance(part.values, Query):
                continue
            if (
                len(part.path.names) > 1
                or any(v.kind != "text" for v in part.values)
                or isinstance(part.path, Aggregate)
            ):
                continue
            field = self.store.field(object, part.path.names[0])
            if field is not None and field.name == "Id":
                return _live(self.store, object, part)
            if field is not None and self.store.indexed(object, field.name):
                wanted = [whole_id(v.value) if field.type == "reference" else v.value for v in part.values]
                hits = [self.store.having(object, field.name, each) for each in wanted]
                return {record.id: record for several in hits for record in several}.values()
        return self.store.all(object)

    def inner(self, query: Query) -> list[Any]:
        """The values of a query in brackets."""
        if len(query.items) != 1 or not isinstance(query.items[0], Path):
            raise Failure("MALFORMED_QUERY", "A query in a condition selects one field")
        object = self.object(query)
        found = find(self.store, query, object, query.items[0])
        return [found.of(self.store, record) for record in self.records(query, object)]

    def ordered(self, query: Query, object: str, records: list[Record]) -> list[Record]:
        """By the keys of ORDER BY, the last first: sorting is stable."""
        for order in reversed(query.order):
            found = find(self.store, query, object, order.path)  # type: ignore[arg-type]
            _sortable(found)
            records = sorted_by(records, order, lambda record, found=found: found.of(self.store, record))  # type: ignore[misc]
        return records

    def window(self, query: Query, rows: list[Any]) -> list[Any]:
        """LIMIT and OFFSET."""
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    # ------------------------------------------------------------------------------------------------ what of them

    def expanded(self, query: Query, object: str) -> tuple[Any, ...]:
        """The items with FIELDS() spelled out."""
        items: list[Any] = []
        for item in query.items:
            if not isinstance(item, Fields):
                items.append(item)
                continue
            if item.which not in ("ALL", "STANDARD", "CUSTOM"):
                raise Failure("MALFORMED_QUERY", f"FIELDS({item.which}) is not known")
            if item.which != "STANDARD" and not (query.limit is not None and query.limit <= 200):
                raise Failure("MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200")
            fields = self.store.visible_fields(object)
            custom = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}[item.which]
            items += [Path((field.name,)) for field in fields if bool(field.more.get("custom")) in custom]
        return tuple(items)

    def teller(self, query: Query, object: str, item: Any) -> Callable[[Record, Row], None]:
        """Puts what an item asks for into a row."""
        if isinstance(item, Query):
            return self.children(object, item)
        if isinstance(item, TypeOf):
            return self.typeof(object, item)
        found = find(self.store, query, object, item)

        def tell(record: Record, row: Row) -> None:
            here: Row = row
            for step in found.steps:
                parent = step.parent(self.store, record)
                if parent is None:
                    here[step.name] = None
                    return
                here = here.setdefault(step.name, {"attributes": self.attributes(parent)}) or {}
                record = parent
            here[found.name] = self.told(record, found)

        return tell

    def told(self, record: Record, found: Found) -> Any:
        """A value at the end of a path; the body of a file is told as its address."""
        if found.field is not None and found.field.more["type"] == "base64":
            base = f"/services/data/v{self.version}/sobjects/{record.object}/{record.id}"
            return f"{base}/{found.name}" if record.values.get(found.name) is not None else None
        return replace(found, steps=()).of(self.store, record)

    def row(self, record: Record, tell: Iterable[Callable[[Record, Row], None]]) -> Row:
        """A record as it is told."""
        row: Row = {"attributes": self.attributes(record)}
        for each in tell:
            each(record, row)
        return row

    def attributes(self, record: Record) -> Row:
        """Type and address of a record."""
        return {"type": record.object, "url": f"/services/data/v{self.version}/sobjects/{record.object}/{record.id}"}

    def children(self, object: str, query: Query) -> Callable[[Record, Row], None]:
        """A query in the SELECT list: the children of each record."""
        known = self.store.children(object)
        child = next((c for c in known if c[2].casefold() == query.source.casefold()), None)
        if child is None:
            words = f"Didn't understand relationship '{query.source}' in FROM part of query call. {_CUSTOM_RELATION}"
            raise malformed(self.text, query.source_at, words, code="INVALID_TYPE")
        name, field, relationship = child[:3]
        inner = replace(query, source=name)
        inner = replace(inner, items=self.expanded(inner, name))
        tell = [self.teller(inner, name, item) for item in inner.items]

        def tell_all(record: Record, row: Row) -> None:
            mine = {each.id for each in self.store.having(name, field, record.id)}
            records = [each for each in self.records(inner, name) if each.id in mine] if mine else []
            records = self.window(inner, self.ordered(inner, name, records))
            rows = [self.row(each, tell) for each in records]
            row[relationship] = {"totalSize": len(rows), "done": True, "records": rows} if rows else None

        return tell_all

    def typeof(self, object: str, item: TypeOf) -> Callable[[Record, Row], None]:
        """TYPEOF: other fields for each kind of parent."""
        field = self.store.by_relationship(object, item.relationship)
        if field is None:
            raise Failure("INVALID_FIELD", f"Didn't understand relationship '{item.relationship}' in field path")
        known = {(self.store.named(name) or name): paths for name, paths in item.cases}

        def tell(record: Record, row: Row) -> None:
            id = record.values.get(field.name)
            of = self.store.object_of(id) if id else None
            parent = self.store.get(of, id) if of and id else None
            name = field.more["relationshipName"]
            if parent is None:
                row[name] = None
                return
            inner = Query(known.get(parent.object, item.otherwise), parent.object, 0)
            row[name] = self.row(parent, [self.teller(inner, parent.object, path) for path in inner.items])

        return tell

    def grouped(self, query: Query, object: str, counts: list[Aggregate]) -> Answer:
        """Rows of aggregates."""
        if len(query.items) == 1 and counts and counts[0].path is None and not query.groups:
            return Answer(object, len(self.window(query, self.records(query, object))), [])
        rows = grouping.rows(self.store, query, object, self.records(query, object), self.now)
        rows = self.window(query, rows)
        return Answer(object, len(rows), rows)


def _sortable(found: Found) -> None:
    if found.field is not None and not found.field.more.get("sortable", True):
        raise Failure("INVALID_FIELD", f"field '{found.name}' can not be sorted in a query call")


def _live(store: OrgStore, object: str, part: Test) -> Iterable[Record]:
    found = (store.get(object, whole_id(literal.value)) for literal in part.values)  # type: ignore[union-attr]
    return {record.id: record for record in found if record is not None and not record.deleted}.values()


def _of_one_side(where: Any) -> bool:
    """Whether a condition on links names documents, or records, or links themselves."""
    if isinstance(where, Both):
        return where.word == "and" and any(_of_one_side(part) for part in where.parts)
    sides = ("contentdocumentid", "linkedentityid", "id")
    return isinstance(where, Test) and where.path.text.casefold() in sides and where.operator in ("=", "in")
