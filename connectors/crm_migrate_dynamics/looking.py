"""Asking an environment: its tables, its records by pages, and records by a name of their own."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TypeVar

from crm_migrate.connecting.http import Answer, Http, Request
from crm_migrate.connecting.kinds import Kind, kinds_of, split
from crm_migrate.errors import TargetError
from crm_migrate_dynamics import answers, requests
from crm_migrate_dynamics.answers import GUID, LOOKUP_OF, Page, Record
from crm_migrate_dynamics.describe import Described, read_table
from crm_migrate_dynamics.file_shapes import with_size
from crm_migrate_dynamics.requests import DESCRIBING, Api
from crm_migrate_dynamics.shapes import PARTY, ROLES
from crm_migrate_dynamics.values import json_of

MANY = 200  # values in one condition
AT_ONCE = 20  # questions of one batch
Told = TypeVar("Told")
By = tuple[str, str]  # table, column


class Looking:
    """One environment as it is asked. Any number of threads may ask."""

    def __init__(self, http: Http, api: Api, *, owns_nothing: bool = False) -> None:
        self._http, self.api, self._owns_nothing = http, api, owns_nothing
        self._lock = threading.RLock()
        self._described: dict[str, Described | None] = {}
        self._names: dict[By, dict[str, list[str]]] = {}
        self._tables: dict[str, tuple[str, str]] = {}

    def ask(self, request: Request, read: Callable[[Answer], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read)

    @cached_property
    def who(self) -> tuple[str, str]:
        """The ids of the organisation and of the user that we are."""
        return self.ask(self.api.who(), answers.who)

    @property
    def nobody(self) -> str:
        """The id of the user whose records are nobody's, "" where there is none."""
        return self.who[1] if self._owns_nothing else ""

    def forget(self) -> None:
        """What is asked next is asked anew."""
        with self._lock:
            self._described.clear()
            self._names.clear()
            self._tables.clear()

    # ------------------------------------------------------------------------------------------------ tables

    def described(self, name: str) -> Described | None:
        """A table, or a kind of its records, as it was when it was first used; None where there is none."""
        try:
            kind = split(name)
        except ValueError:
            return None
        with self._lock:
            if name not in self._described:
                read = partial(answers.described, wanted=DESCRIBING)
                said = self.ask(self.api.describing(kind.object), read)
                self._described[name] = None if said is None else with_size(read_table(name, said))
            found = self._described[name]
        return found if found is None or not kind.field or kind.field in found.columns else None

    def bare(self, table: str) -> Described | None:
        """A table without its columns, so that its records can be asked for; None where they cannot."""
        with self._lock:
            if not self._tables:
                self._tables = self.ask(self.api.tables(), answers.tables)
        found = self._tables.get(table)
        return None if found is None else Described(table, *found)

    def kinds(self, table: str) -> list[Kind]:
        """The kinds of a table's records that were asked for so far."""
        with self._lock:
            return kinds_of((name for name, found in self._described.items() if found is not None), table)

    def table(self, name: str) -> Described:
        """A table that has to be there."""
        found = self.described(name)
        if found is None:
            raise TargetError(
                f"Dataverse has no table {name} that this user may see", hint="look at its security roles"
            )
        return found

    # ------------------------------------------------------------------------------------------------ records

    def pages(self, of: Described, names: Collection[str], where: str = "") -> Iterator[Sequence[Record]]:
        """Records by pages; each begins behind the last."""
        read = partial(answers.page, key=of.key)
        page, seen = self.ask(self.api.page(of.set, of.key, names, where), read), set[str]()
        while True:
            yield from self._fresh(of, page, seen)
            if not page.following:
                return
            page = self.ask(self.api.following(of.set, page.following), read)

    @staticmethod
    def _fresh(of: Described, page: Page, seen: set[str]) -> Iterator[Sequence[Record]]:
        ids = {str(record[of.key]) for record in page.records}
        if ids & seen:
            raise TargetError(f"Dataverse gives records of {of.table} twice: its pages turn in a circle")
        seen |= ids
        if page.records:
            yield page.records

    def among(
        self, of: Described, names: Collection[str], by: str, values: Collection[str]
    ) -> Iterator[Sequence[Record]]:
        """Records whose column `by` is one of these."""
        wanted = sorted(set(values))
        conditions = [requests.among(by, wanted[at : at + MANY]) for at in range(0, len(wanted), MANY)]
        yield from self.meeting(of, names, conditions)

    def meeting(self, of: Described, names: Collection[str], conditions: Sequence[str]) -> Iterator[Sequence[Record]]:
        """Records that meet one of these conditions."""
        for at in range(0, len(conditions), AT_ONCE):
            some = conditions[at : at + AT_ONCE]
            request = self.api.finding(of.set, names, some)
            for condition, page in zip(
                some, self.ask(request, partial(answers.pages, count=len(some), key=of.key)), strict=True
            ):
                if page.following:  # more than a page meet it: asked by pages
                    yield from self.pages(of, names, condition)
                elif page.records:
                    yield page.records

    def with_parties(self, of: Described, wanted: Collection[str], page: Sequence[Record]) -> Sequence[Record]:
        """Records with who took part, by the names of these fields: `to.contact`. Of several the least id is told."""
        if not wanted or not page:
            return page
        bare = self.bare(PARTY)
        if bare is None:
            raise TargetError("Dataverse shows this user no parties of activities", hint="look at its security roles")
        roles, told = {number: name for name, number in ROLES.items()}, dict[str, dict[str, str]]()
        names = [bare.key, "_activityid_value", "_partyid_value", "participationtypemask"]
        for each in (
            one for some in self.among(bare, names, "activityid", [str(r[of.key]) for r in page]) for one in some
        ):
            name = f"{roles.get(each.get('participationtypemask', 0), '')}.{each.get('_partyid_value' + LOOKUP_OF)}"
            mine, id = told.setdefault(str(each["_activityid_value"]), {}), str(each.get("_partyid_value"))
            if name in wanted:
                mine[name] = min(mine.get(name, id), id)
        return [{**record, **told.get(str(record[of.key]), {})} for record in page]

    def of_kind(self, described: Described) -> str:
        """The condition that tells which records of a table are meant."""
        kind = described.kind
        if not kind.field:
            return ""
        value = json_of(kind.value, described.columns[kind.field])
        return f"{kind.field} eq {requests.text(value) if isinstance(value, str) else str(value).lower()}"

    # ------------------------------------------------------------------------------------------------ names

    def ids_of(self, table: str, by: str, values: Collection[str]) -> Mapping[str, str]:
        """Name -> id of the records that are named by exactly one; of users, those who are active come first."""
        with self._lock:
            known = self._names.setdefault((table, by), {})
            if lacking := sorted({value for value in values if value.casefold() not in known}):
                self._learn(known, table, by, lacking)
            return {v: known[v.casefold()][0] for v in values if len(known.get(v.casefold(), ())) == 1}

    def _learn(self, known: dict[str, list[str]], table: str, by: str, lacking: Sequence[str]) -> None:
        key, active = self.table(table).key, ["isdisabled"] if table == "systemuser" else []
        for name, found in self.called(table, by, lacking, active).items():
            some = [one for one in found if not one.get("isdisabled")] if len(found) > 1 else found
            known[name.casefold()] = [str(one[key]) for one in some or found]

    def called(
        self, table: str, by: str, names: Sequence[str], also: Sequence[str] = ()
    ) -> dict[str, Sequence[Record]]:
        """Name -> the records of a table that are called so, with these columns."""
        of, found = self.table(table), dict[str, list[Record]]()
        for record in (each for page in self.among(of, [of.key, by, *also], by, names) for each in page):
            found.setdefault(str(record.get(by) or "").casefold(), []).append(record)
        return {name: found.get(name.casefold(), []) for name in names}

    def names_of(self, table: str, by: str, ids: Collection[str]) -> dict[str, str]:
        """Id -> name of the records that have one."""
        of, wanted = self.table(table), [id for id in ids if GUID.fullmatch(id)]
        found = (record for page in self.among(of, [of.key, by], of.key, wanted) for record in page)
        return {str(record[of.key]): str(record[by]) for record in found if record.get(by)}
