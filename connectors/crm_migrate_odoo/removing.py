"""Taking records back. Odoo would empty what points to a record, and take its activities, messages and files along."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, TargetObject, WriteBatch
from crm_migrate.connecting.row_results import joined
from crm_migrate.connecting.taking_back import Referring, judged, kind_of, told
from crm_migrate_odoo import records
from crm_migrate_odoo.calls import Calls
from crm_migrate_odoo.describe import Described
from crm_migrate_odoo.looking import MANY
from crm_migrate_odoo.records import Shape
from crm_migrate_odoo.shapes import ABOUT, FIELDS, HANGING, PARTS, WHOSE
from crm_migrate_odoo.values import id_of

Child = tuple[str, str, list[Any]]  # a model, the column by which it refers, and of which of its records that is asked


class Removing:
    """Removes what carries our key and is referred to by nobody."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._looking = calls, calls.looking

    def remove(self, batch: WriteBatch) -> Answer:
        """For good: Odoo has no recycle bin."""
        until, rows = self._calls.until(), rows_of(batch)
        described = self._calls.described(batch.object)
        bare = Shape(described, batch.object.key_field, {})
        pages = self._calls.finds(bare, "id", [str(row[TARGET_ID]) for row in rows.values()])
        there = {str(record["id"]): records.key_of(record) for page in pages for record in page}
        ids, known = judged(rows, there, partial(self._referring, described, ()))
        if not ids:
            return known
        if late := self._calls.late(until, ids, known):
            return late
        why = self._calls.unlink(described.model, [int(id) for id in ids.values()], list(rows.values()))
        return joined(known, Answer(ids)) if why is None else self._calls.whole(why, ids, known)

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by which field of which object."""
        described = self._calls.described(object)
        for name, _ in known:
            self._looking.described(name)  # so that kinds of records are called as the load calls them
        yield told(self._referring(described, known), known)

    def _referring(
        self, described: Described, known: Collection[tuple[str, str]], ids: Sequence[str] | None = None
    ) -> Iterator[Referring]:
        """Who refers to these records, or to any. What our user may not see is not named."""
        if ids is not None and not ids:
            return
        for model, column, where in self._children(described.model):
            kinds = self._looking.kinds(model)
            names = [column, *sorted({kind.field for kind in kinds})]
            for domain in _conditions(column, ids):
                pages = self._looking.perhaps(model, [*domain, *where], names)
                for record in (one for page in pages for one in page):
                    object = kind_of(kinds, model, {name: _worded(value) for name, value in record.items()})
                    for id in _pointed(record.get(column)):
                        if (model, int(record["id"])) != (described.model, id):
                            yield str(id), object, _called(described, object, column, known)

    def _children(self, model: str) -> Iterator[Child]:
        """Who may refer to records of a model: what users fill in, and what hangs on any record."""
        where = [["relation", "=", model], ["ttype", "in", ["many2one", "many2many"]], ["store", "=", True],
                 ["readonly", "=", False]]  # fmt: skip
        for page in self._looking.pages(FIELDS, where, ["model", "name"]):
            yield from ((str(each["model"]), str(each["name"]), []) for each in page if each["model"] not in PARTS)
        for other, (by, more) in HANGING.items():
            value = self._looking.models([model]).get(model) if by.endswith("_id") else model
            if value is not None:
                yield other, ABOUT, [[by, "=", int(value) if by.endswith("_id") else value], *more]


def _conditions(column: str, ids: Sequence[str] | None) -> Iterator[list[Any]]:
    if ids is None:
        yield [[column, "!=", False]]
    for at in range(0, len(ids or ()), MANY):
        yield [[column, "in", [int(id) for id in (ids or ())[at : at + MANY]]]]


def _worded(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _pointed(value: Any) -> list[int]:
    several = value if isinstance(value, list) and not any(isinstance(each, str) for each in value) else [value]
    return [id for each in several if (id := id_of(each)) is not None]


def _called(described: Described, object: str, column: str, known: Collection[tuple[str, str]]) -> str:
    """What we call the column: the field of a load that leads to such records, where there is one."""
    own = described.kind
    words = [word for word, kind in WHOSE.items() if (kind.object, kind.value) == (own.object, own.value)]
    names = [*(f"{column}.{word}" for word in words), column]
    return next((name for name in names if (object, name) in known), names[0] if column == ABOUT else column)
