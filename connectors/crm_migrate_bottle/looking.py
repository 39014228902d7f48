"""Asking an organisation what it holds. It finds a record by our key on PostgreSQL only: lists are read whole.

A list comes in pages in an order of its own. Each page begins with the last record of the one before, so that a record
that came or went meanwhile is noticed: then the list is read anew. The keys that were seen are remembered, for who
creates: they are read again after anything unclear.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from crm_migrate.connecting.http import Answer as Reply
from crm_migrate.connecting.http import Http, Request
from crm_migrate.errors import Retryable
from crm_migrate_bottle import answers, requests
from crm_migrate_bottle.describe import Api
from crm_migrate_bottle.records import key_of
from crm_migrate_bottle.shapes import DEALS, Model
from crm_migrate_bottle.values import Names, Record

PAGE = 500  # records
READINGS = 5  # of a list that changes meanwhile, or of an answer that cannot be read
DEAR = 20  # records of a list that cost as much as one by itself

Told = TypeVar("Told")


class Looking:
    """One organisation."""

    _described: ClassVar[dict[str, Api]] = {}  # by address: it is of the program, and costs the server seconds

    def __init__(self, http: Http, slow: Http, place: str) -> None:
        self._http, self._slow, self._place = http, slow, place
        self._keys: dict[str, dict[str, str]] = {}
        self._ids: dict[str, set[str]] = {}

    def ask(self, request: Request, read: Callable[[Reply], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read, READINGS)

    def api(self) -> Api:
        """BottleCRM's description of itself, asked for once by a process."""
        if self._place not in self._described:
            self._described[self._place] = Api(self._slow.ask(requests.SCHEMA, answers.told, READINGS))
        return self._described[self._place]

    def definitions(self) -> dict[tuple[str, str], Record]:
        """Custom fields by model and key, those that are switched off among them."""
        return dict(self.ask(requests.DEFINITIONS, answers.definitions))

    def names(self, model: Model) -> Names:
        """What names stand for now, of custom fields those that are switched on."""
        found = {key: each for (of, key), each in self.definitions().items() if of == model.custom}
        active = {key: each for key, each in found.items() if each.get("is_active")}
        pipelines = self.ask(requests.PIPELINES, answers.pipelines)[0] if model.name == DEALS else {}
        return Names(self.ask(requests.PEOPLE, answers.people), pipelines, active)

    # ------------------------------------------------------------------------------------------------ records

    def records(self, model: Model) -> list[Record]:
        """All records of a model, in the order of their making."""
        rows = self._list(model)
        found = list(self._whole(model, [str(each["id"]) for each in rows])) if model.slim else rows
        self._keys[model.name] = {key: str(each["id"]) for each in found if (key := key_of(each)) is not None}
        self._ids[model.name] = {str(each["id"]) for each in rows}
        return sorted(found, key=lambda each: (str(each["created_at"]), str(each["id"])))

    def of(self, model: Model, ids: Sequence[str]) -> dict[str, Record]:
        """Records by their ids, as they are now: one by one, or from the list where that is cheaper."""
        if not model.slim and len(ids) * DEAR > len(self._ids.get(model.name, ())):
            wanted = frozenset(ids)
            found = {str(each["id"]): each for each in self.records(model)}
            left = sorted(wanted - found.keys())  # no list has a lead that was converted
            return {id: each for id, each in found.items() if id in wanted} | self._found(model, left)
        return self._found(model, ids)

    def _found(self, model: Model, ids: Sequence[str]) -> dict[str, Record]:
        return {str(each["id"]): each for each in self._whole(model, ids)}

    def one(self, model: Model, id: str) -> tuple[Record, Record] | None:
        """A record, and the answer that it stands in; None where it is not there."""
        return self.ask(requests.one(model.name, id), partial(answers.one, id=id))

    def logged(self, model: Model, id: str) -> int:
        """How many calls, meetings and mails are logged on a record: they would go with it."""
        return self.ask(requests.logged(model.home, id), answers.count) if model.home else 0

    def newer(self, model: Model) -> dict[str, str]:
        """Key -> id, with the records that are there since the last look."""
        if model.name not in self._keys:
            return self.keys(model)
        known, keys = self._ids[model.name], self._keys[model.name]
        fresh = [id for each in self._list(model) if (id := str(each["id"])) not in known]
        keys |= {key: str(each["id"]) for each in self._whole(model, fresh) if (key := key_of(each)) is not None}
        known.update(fresh)
        return keys

    def _whole(self, model: Model, ids: Sequence[str]) -> Iterator[Record]:
        for id in ids:
            found = self.one(model, id)
            if found is not None:
                yield found[0]

    # ------------------------------------------------------------------------------------------------ keys

    def keys(self, model: Model) -> dict[str, str]:
        """Key -> id of the records of a model, as they were seen last."""
        if model.name not in self._keys:
            self.records(model)
        return self._keys[model.name]

    def learned(self, model: Model, key: str, id: str) -> None:
        """That a record was made."""
        if model.name in self._keys:
            self._keys[model.name][key] = id
            self._ids[model.name].add(id)

    def forget(self, model: Model) -> None:
        """That what was seen may be so no longer."""
        self._keys.pop(model.name, None)

    # ------------------------------------------------------------------------------------------------ lists

    def _list(self, model: Model) -> list[Record]:
        for _ in range(READINGS):
            found = self._pages(model)
            if found is not None:
                return found
        raise Retryable(f"the {model.name} of BottleCRM change while they are read", hint="see who changes them")

    def _pages(self, model: Model) -> list[Record] | None:
        """The rows as they were at one moment; None where that cannot be said."""
        read = partial(answers.page, model=model)
        first = self.ask(requests.page(model.name, 0, PAGE), read)
        found, totals = [list(rows) for rows, _ in first.lanes], [total for _, total in first.lanes]
        offset = PAGE - 1
        while any(len(rows) < total for rows, total in zip(found, totals, strict=True)):
            page = self.ask(requests.page(model.name, offset, PAGE), read)
            for rows, (more, total), before in zip(found, page.lanes, totals, strict=True):
                if total != before or not _continues(rows, more, total):
                    return None
                rows += more[1:]
            offset += PAGE - 1
        whole = [each for rows in found for each in rows]
        return whole if len({str(each["id"]) for each in whole}) == sum(totals) else None


def _continues(rows: Sequence[Record], more: Sequence[Record], total: int) -> bool:
    """Whether a page goes on where the rows before it end; behind the end of a lane is nothing to be gone on with."""
    if len(rows) == total:
        return len(more) <= 1
    return len(more) > 1 and more[0]["id"] == rows[-1]["id"]
