"""Asking an account what it holds. It lists records by views, which are a little behind what was written.

A list is read whole, in pages of a fixed order; where its count changes meanwhile it is read anew. The keys that were
seen are remembered, for who creates: they are read again after anything unclear. After a write of ours a list is not
read before it may be trusted.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from crm_migrate.connecting.http import Answer as Reply
from crm_migrate.connecting.http import Http, Request, Waiting
from crm_migrate.connecting.kept import Kept
from crm_migrate.errors import Retryable, TargetError
from crm_migrate_freshsales import answers, requests
from crm_migrate_freshsales.answers import Record
from crm_migrate_freshsales.describe import names_of
from crm_migrate_freshsales.records import key_of, kind_of
from crm_migrate_freshsales.shapes import ACTIVITIES, TYPE, Model
from crm_migrate_freshsales.values import Names

READINGS = 5  # of a list that changes meanwhile, or of an answer that cannot be read
BESIDE = ("notes", "tasks", "appointments", "document_associations")

Told = TypeVar("Told")


class Looking:
    """One account. Any number of threads may ask: what one of them lists, the others wait for."""

    def __init__(self, http: Http, waiting: Waiting, settle_seconds: float) -> None:
        self._http, self._waiting, self._settle = http, waiting, settle_seconds
        self._keys: dict[str, dict[str, str]] = {}
        self._seen: dict[str, int] = {}
        self._views: dict[str, tuple[str, ...]] = {}
        self._written: dict[str, float] = {}
        self._kept, self._lock = Kept(), threading.RLock()

    def ask(self, request: Request, read: Callable[[Reply], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read, READINGS)

    def identity(self) -> str:
        """The account, by the first of its pipelines: its address may become another one."""
        found = self.ask(requests.PIPELINES, partial(answers.listed, name="deal_pipelines"))
        ids = sorted(int(each["id"]) for each in found if str(each.get("id")).isdecimal())
        if not ids:
            raise TargetError(
                "Freshsales names no pipeline of deals", hint="the key has to be that of an administrator"
            )
        return f"freshsales-{ids[0]}"

    def definitions(self, model: Model) -> list[Record]:
        """What the account says of the fields of a module."""
        return self._known(requests.fields(model), "fields", "name", "type")

    def names(self, model: Model, definitions: Sequence[Record] | None = None) -> Names:
        """What words stand for; what has changed lately is seen in the answer to what is sent."""
        users = self._known(requests.OWNERS, "users", "id", "email")
        types = self.activity_types() if model.name == ACTIVITIES else []
        return names_of(self.definitions(model) if definitions is None else definitions, users, types)

    def activity_types(self) -> list[Record]:
        """The types of sales activities."""
        return self._known(requests.ACTIVITY_TYPES, "sales_activity_types", "id", "name")

    def ask_anew(self) -> None:
        """That people may have changed fields, users or types."""
        self._kept.forget()

    def _known(self, request: Request, name: str, *wanted: str) -> list[Record]:
        def read(answer: Reply) -> list[Record]:
            return answers.listed(answer, name, *wanted)

        found: list[Record] = self._kept.get(request.route, lambda _: self.ask(request, read))
        return found

    # ------------------------------------------------------------------------------------------------ records

    def records(self, model: Model) -> list[Record]:
        """All records of a module, the oldest first."""
        self._settled(model)
        found: dict[int, Record] = {}
        for view in self._lists(model):
            found |= {each["id"]: each for each in self._list(model, view)}
        records = sorted(found.values(), key=lambda each: int(each["id"]))
        self._seen[model.name] = len(records)
        self._keys[model.name] = {key: str(each["id"]) for each in records if (key := key_of(each)) is not None}
        return records

    def seen(self, model: Model) -> int:
        """How many records of a module there were when it was read last."""
        return self._seen.get(model.name, 0)

    def lists(self, model: Model) -> int:
        """How many lists hold the records of a module."""
        return len(self._lists(model))

    def counted(self, model: Model) -> int:
        """How many records the lists of a module have."""
        read = partial(answers.page, model=model)
        return sum(self.ask(requests.page(model, view, 1), read).total for view in self._lists(model))

    def of_kind(self, model: Model, kind: str) -> list[Record]:
        """Those of a kind, or of a type of activities."""
        if model.name != ACTIVITIES:
            return [each for each in self.records(model) if kind_of(each) == kind]
        type = {str(each["name"]): int(each["id"]) for each in self.activity_types()}.get(kind)
        return [each for each in self.records(model) if each.get(TYPE) == type]

    def of(self, model: Model, ids: Sequence[str]) -> Iterator[Record]:
        """Records by their ids, as they are now."""
        for id in ids:
            found = self.one(model, id)
            if found is not None:
                yield found

    def one(self, model: Model, id: str) -> Record | None:
        """A record as it is now; None where it is not there."""
        return self.ask(requests.one(model, id), partial(answers.one, model=model, id=id))

    def hanging(self, model: Model, id: str) -> str:
        """What people have hung on a record; "" for nothing."""
        for what in BESIDE if model.views else ():
            if self.ask(requests.beside(model, id, what), partial(answers.listed, name=what)):
                return what
        return ""

    def _lists(self, model: Model) -> tuple[str, ...]:
        """The views that together hold all records; one without a name where the module has a list of its own."""
        if not model.views:
            return ("",)
        with self._lock:
            if model.name not in self._views:
                there = {
                    str(each["name"]): str(each["id"])
                    for each in self.ask(
                        requests.views(model), lambda answer: answers.listed(answer, "filters", "id", "name")
                    )
                }
                group = next((names for names in model.views if set(names) <= there.keys()), None)
                if group is None:
                    words = " or ".join(", ".join(names) for names in model.views)
                    raise TargetError(
                        f"Freshsales has no view of all {model.name} (by the name of {words})",
                        hint=f"make a public view {model.views[0][0]} without filters there",
                    )
                self._views[model.name] = tuple(there[name] for name in group)
            return self._views[model.name]

    def _list(self, model: Model, view: str) -> list[Record]:
        for _ in range(READINGS):
            found = self._pages(model, view)
            if found is not None:
                return found
        raise Retryable(f"the {model.name} of Freshsales change while they are read", hint="see who changes them")

    def _pages(self, model: Model, view: str) -> list[Record] | None:
        """The rows as they were at one moment; None where that cannot be said."""
        read = partial(answers.page, model=model)
        before = self._newest(model, view)
        first = self.ask(requests.page(model, view, 1), read)
        rows = list(first.rows)
        for number in range(2, first.pages + 1):
            rows += self.ask(requests.page(model, view, number), read).rows
        whole = len({each["id"] for each in rows}) == len(rows) == first.total
        return rows if whole and before == self._newest(model, view) else None

    def _newest(self, model: Model, view: str) -> tuple[int, object]:
        """How many records a list has, and the one that was made last: where both are as before, none came or went, and
        no page has moved."""
        page = self.ask(requests.newest(model, view), partial(answers.page, model=model))
        return page.total, page.rows[0]["id"] if page.rows else None

    # ------------------------------------------------------------------------------------------------ keys

    def keys(self, model: Model) -> dict[str, str]:
        """Key -> id of the records of a module, as they were seen last."""
        with self._lock:
            if model.name not in self._keys:
                self.records(model)
            return self._keys[model.name]

    def learned(self, model: Model, key: str, id: str) -> None:
        """That a record was made."""
        if model.name in self._keys:
            self._keys[model.name][key] = id

    def forget(self, model: Model) -> None:
        """That what was seen may be so no longer."""
        self._keys.pop(model.name, None)

    def wrote(self, model: Model) -> None:
        """That a record was written, so that lists are behind."""
        self._written[model.name] = time.monotonic()

    def _settled(self, model: Model) -> None:
        """Wait until a list tells what we have written."""
        last = self._written.get(model.name)
        if last is not None:
            self._waiting.wait(max(0.0, last + self._settle - time.monotonic()))
            if self._written.get(model.name) == last:
                del self._written[model.name]
