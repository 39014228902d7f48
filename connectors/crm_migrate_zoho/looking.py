"""Asking an organisation: its modules, its records by pages, and its users by their mailboxes."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from crm_migrate.connecting.http import Answer, Http, Request
from crm_migrate.connecting.kinds import Kind, kinds_of, split
from crm_migrate.errors import TargetError
from crm_migrate_zoho import answers, coql, requests
from crm_migrate_zoho.answers import Record
from crm_migrate_zoho.columns import parts, told_by
from crm_migrate_zoho.describe import Described, Words
from crm_migrate_zoho.shapes import EMAIL, PARENT, SUBFORM

IDS = 100  # of one list
Told = TypeVar("Told")
Rows = list[dict[str, Any]]


class Looking:
    """One organisation as it is asked. Any number of threads may ask."""

    def __init__(self, http: Http, *, owns_nothing: bool = False) -> None:
        self._http, self._owns_nothing = http, owns_nothing
        self._lock = threading.RLock()
        self._described: dict[str, Described | None] = {}
        self._users: list[Record] = []

    def ask(self, request: Request, read: Callable[[Answer], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read)

    @cached_property
    def nobody(self) -> str:
        """The id of the user whose records are nobody's, "" where there is none."""
        if not self._owns_nothing:
            return ""
        found = self.ask(requests.users("CurrentUser", 1), answers.users).records
        if len(found) != 1:
            raise TargetError("Zoho CRM does not say who we are", hint="look at the scopes of the client")
        return str(found[0]["id"])

    def forget(self) -> None:
        """What is asked next is asked anew."""
        with self._lock:
            self._described.clear()
            self._users.clear()

    # ------------------------------------------------------------------------------------------------ modules

    def described(self, name: str) -> Described | None:
        """A module, or a kind of its records, as it was when it was first used; None where there is none."""
        try:
            kind = split(name)
        except ValueError:
            return None
        with self._lock:
            if name not in self._described:
                found = self.ask(requests.fields(kind.object), answers.fields)
                self._described[name] = None if found is None else Described(name, found, self._parent(kind, found))
            described = self._described[name]
        return described if described is None or not kind.field or kind.field in described.fields else None

    def _parent(self, kind: Kind, fields: Mapping[str, Words]) -> str:
        """The module whose records have the records of this one as their rows; "" where it is no subform."""
        if PARENT not in fields:
            return ""
        (said,) = self.ask(requests.module(kind.object), answers.modules)
        parent = said.get("parent_module")
        return str(parent["api_name"]) if said.get("generated_type") == SUBFORM and isinstance(parent, dict) else ""

    def kinds(self, module: str) -> list[Kind]:
        """The kinds of a module's records that were asked for so far."""
        with self._lock:
            return kinds_of((name for name, found in self._described.items() if found is not None), module)

    def modules(self) -> list[str]:
        """The modules that the API lets us read."""
        listed = self.ask(requests.modules(), answers.modules)
        return [str(each["api_name"]) for each in listed if each.get("api_supported") and each.get("viewable", True)]

    # ------------------------------------------------------------------------------------------------ records

    def pages(
        self, described: Described, columns: Sequence[str], where: Collection[str] = (), most: int = coql.PAGE
    ) -> Iterator[Rows]:
        """Records in the order of their ids, up to `most` of them at a time; each page begins behind the last. Those of
        a kind only, if it is one."""
        module, (queried, listed_only) = described.module, told_by(described, columns)
        first, *others = parts(queried)
        conditions, after = [*self.of_kind(described.kind), *where], ""
        while True:
            behind = [f"id > {coql.literal(after)}"] if after else []
            query = coql.select(["id", *first], module, [*conditions, *behind], most)
            page = self.ask(requests.query(query), answers.page)
            listed = answers.ids(page.records)
            if any(int(one) >= int(other) for one, other in pairwise([after or "0", *listed])):
                words = f"Zoho CRM gives records of {module} in another order than that of their ids"
                raise TargetError(f"{words}: some would be lost")
            if page.records:
                records = [dict(each) for each in page.records]
                self._by_queries(module, records, others, conditions)
                self._by_lists(module, records, listed_only)
                yield [each for each in records if each]
            if not page.more and len(page.records) < most:
                return
            after = listed[-1]

    def among(self, described: Described, columns: Sequence[str], by: str, values: Collection[str]) -> Iterator[Rows]:
        """Records whose field `by` is one of these."""
        for some in coql.parted(values):
            yield from self.pages(described, columns, [coql.among(by, some)], coql.FEW)

    def deleted(self, module: str, since: datetime) -> set[str]:
        """The ids of who was deleted there since then, by users too."""
        found, page, more = set[str](), 1, True
        while more:
            told = self.ask(requests.deleted(module, since, page), answers.page)
            found |= set(answers.ids(told.records))
            page, more = page + 1, told.more
        return found

    def _by_queries(self, module: str, records: Rows, others: Sequence[Sequence[str]], where: Collection[str]) -> None:
        """The columns that did not fit into the query of these records, which said `where`."""
        at = {str(each["id"]): each for each in records}
        span = [f"id >= {coql.literal(min(at, key=int))}", f"id <= {coql.literal(max(at, key=int))}"]
        for columns in others:
            query = coql.select(["id", *columns], module, [*where, *span])
            self._added(at, list(at), self.ask(requests.query(query), answers.page).records)

    def _by_lists(self, module: str, records: Rows, fields: Sequence[str]) -> None:
        """The fields that no query tells, and of what activities are about the module."""
        at = {str(each["id"]): each for each in records if each}
        for some in coql.parted(at if fields else (), IDS):
            for part in parts(fields):
                self._added(at, some, self.ask(requests.listing(module, some, part), answers.page).records)

    def _added(self, at: Mapping[str, dict[str, Any]], ids: Sequence[str], more: Sequence[Record]) -> None:
        """Put more columns beside those that are there; who is not there any more loses all of them."""
        found = {str(each["id"]): each for each in more}
        for id in ids:
            if id not in found:
                at[id].clear()
            elif at[id]:  # who came into the span meanwhile is none of them
                at[id].update(found[id])

    def of_kind(self, kind: Kind) -> list[str]:
        """The condition that tells which records of a module are meant."""
        return [f"{kind.field} = {coql.literal(kind.value)}"] if kind.field else []

    # ------------------------------------------------------------------------------------------------ users

    def ids_of(self, mailboxes: Collection[str]) -> dict[str, str]:
        """Mailbox -> id of the users who have it; of several an active one is meant."""
        known: dict[str, list[Record]] = {}
        for user in self._all_users():
            known.setdefault(str(user.get(EMAIL) or "").casefold(), []).append(user)
        found: dict[str, str] = {}
        for mailbox in mailboxes:
            users = known.get(mailbox.casefold(), [])
            users = [each for each in users if each.get("status") == "active"] or users
            if len(users) == 1:
                found[mailbox] = str(users[0]["id"])
        return found

    def mailboxes(self) -> dict[str, str]:
        """Id -> mailbox of all users, of those who are gone, too."""
        return {str(each["id"]): str(each[EMAIL]) for each in self._all_users() if each.get(EMAIL)}

    def users_take(self) -> int:
        """Requests that ask for all users, as far as anybody did, and for who we are where that matters."""
        with self._lock:
            return max(1, -(-len(self._users) // requests.USERS)) + self._owns_nothing

    def _all_users(self) -> list[Record]:
        with self._lock:
            page, more = 1, not self._users
            while more:
                told = self.ask(requests.users("AllUsers", page), answers.users)
                self._users += told.records
                page, more = page + 1, told.more
            return self._users
