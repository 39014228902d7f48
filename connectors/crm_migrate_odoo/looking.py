"""Asking an Odoo: its models, records by pages with our keys, and records by a name of their own."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from crm_migrate.connecting.http import Answer, Http, Request
from crm_migrate.connecting.kinds import Kind, kinds_of, split
from crm_migrate.errors import TargetError
from crm_migrate_odoo import answers
from crm_migrate_odoo.answers import Record
from crm_migrate_odoo.customers import Who
from crm_migrate_odoo.describe import Described, read_model
from crm_migrate_odoo.requests import PAGE, Domain, Session
from crm_migrate_odoo.shapes import BLACKLIST, KEY, LISTED, MODELS, MODULE, PARTNER, USERS, WHOSE, WON, XMLIDS
from crm_migrate_odoo.values import Column, cell_of, id_of

MANY = 500  # values in one condition
Told = TypeVar("Told")
By = tuple[str, str]  # model, column


class Looking:
    """One database as it is asked. Any number of threads may ask."""

    def __init__(self, http: Http, sign_in: Callable[[], Session]) -> None:
        self._http, self._sign_in = http, sign_in
        self._lock = threading.RLock()
        self._described: dict[str, Described | None] = {}
        self._names: dict[By, dict[str, list[str]]] = {}

    @cached_property
    def session(self) -> Session:
        """Who we are there."""
        with self._lock:
            return self._sign_in()

    def ask(self, request: Request, read: Callable[[Answer], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read)

    def forget(self) -> None:
        """What is asked next is asked anew."""
        with self._lock:
            self._described.clear()
            self._names.clear()

    # ------------------------------------------------------------------------------------------------ models

    def described(self, name: str) -> Described | None:
        """A model, or a kind of its records, as it was when it was first used; None where there is none."""
        try:
            kind = split(name)
        except ValueError:
            return None
        with self._lock:
            if name not in self._described:
                self._described[name] = self._read(name, kind)
            return self._described[name]

    def _read(self, name: str, kind: Kind) -> Described | None:
        if kind.field:
            model = self.described(kind.object)
            return replace(model, name=name) if model is not None and kind.field in model.columns else None
        said = self.ask(self.session.fields(name), answers.fields)
        if said is None:
            return None
        defaults = self.ask(self.session.defaults(name, list(said)), answers.values)
        columns = read_model(said, defaults)
        listed = {column.of for column in columns.values() if column.of in LISTED}
        names = {of: self._all_names(of) for of in sorted(listed)}
        won = frozenset(self._won()) if "crm.stage" in listed else frozenset[str]()
        return Described(name, columns, names, won)

    def _all_names(self, model: str) -> tuple[str, ...]:
        said = [str(each["name"]) for page in self.pages(model, [], ["name"]) for each in page]
        return tuple(name for name in dict.fromkeys(said) if said.count(name) == 1)

    def _won(self) -> Iterator[str]:
        for page in self.pages("crm.stage", [[WON, "=", True]], ["name"]):
            yield from (str(each["name"]) for each in page)

    def model(self, name: str) -> Described:
        """A model that has to be there."""
        found = self.described(name)
        if found is None:
            raise TargetError(f"Odoo has no model {name}", hint="install the app that has it (CRM, Contacts, Calendar)")
        return found

    def kinds(self, model: str) -> list[Kind]:
        """The kinds of a model's records that were asked for so far."""
        with self._lock:
            return kinds_of((name for name, found in self._described.items() if found is not None), model)

    def models(self, names: Collection[str]) -> dict[str, str]:
        """Name of a model -> its id."""
        return {name: ids[0] for name, ids in self._learned((MODELS, "model"), names).items() if ids}

    @staticmethod
    def of_kind(described: Described) -> list[Any]:
        """The condition that tells which records of a model are meant."""
        kind = described.kind
        return [[kind.field, "=", _plain(kind.value, described.columns[kind.field])]] if kind.field else []

    # ------------------------------------------------------------------------------------------------ records

    def pages(self, model: str, domain: Domain, names: Collection[str]) -> Iterator[Sequence[Record]]:
        """Records by pages, in the order of their ids; each begins behind the last."""
        return self._pages(model, domain, names, answers.records)

    def perhaps(self, model: str, domain: Domain, names: Collection[str]) -> Iterator[Sequence[Record]]:
        """Records by pages, of a model that we perhaps may not see: it has none then."""
        return self._pages(model, domain, names, answers.searched)

    def _pages(
        self, model: str, domain: Domain, names: Collection[str], read: Callable[[Answer], list[Record] | None]
    ) -> Iterator[Sequence[Record]]:
        after = 0
        while True:
            page = self.ask(self.session.search(model, [["id", ">", after], *domain], names, PAGE), read)
            if page:
                yield page
            if page is None or len(page) < PAGE:
                return
            if int(page[-1]["id"]) <= after:
                raise TargetError(f"Odoo gives pages of {model} that turn in a circle")
            after = int(page[-1]["id"])

    def among(self, model: str, by: str, values: Collection[Any], names: Collection[str]) -> Iterator[Sequence[Record]]:
        """Records whose column `by` is one of these."""
        wanted = sorted(set(values))
        for at in range(0, len(wanted), MANY):
            yield from self.pages(model, [[by, "in", wanted[at : at + MANY]]], names)

    def keyed(self, model: str, page: Sequence[Record]) -> list[Record]:
        """Records with our keys: external ids of our module."""
        ids = [int(record["id"]) for record in page]
        where = [["module", "=", MODULE], ["model", "=", model], ["res_id", "in", ids]]
        keys: dict[int, str] = {}
        for some in self.pages(XMLIDS, where, ["name", "res_id"]) if ids else ():
            for each in some:
                keys.setdefault(int(each["res_id"]), str(each["name"]))
        return [{**record, KEY: keys.get(int(record["id"]))} for record in page]

    def with_keys(self, model: str, entities: Collection[str]) -> dict[int, str]:
        """Id of a record -> our key; records that are gone may be among them."""
        found: dict[int, str] = {}
        wanted = sorted(set(entities))
        for at in range(0, len(wanted), MANY):
            where = [["module", "=", MODULE], ["model", "=", model], ["name", "in", wanted[at : at + MANY]]]
            for page in self.pages(XMLIDS, where, ["name", "res_id"]):
                found |= {int(each["res_id"]): str(each["name"]) for each in page}
        return found

    # ------------------------------------------------------------------------------------------------ names

    def ids_of(self, model: str, by: str, values: Collection[str]) -> Mapping[str, str]:
        """Name -> id of the records that exactly one is called so; of users, those who are active come first."""
        return {name: ids[0] for name, ids in self._learned((model, by), values).items() if len(ids) == 1}

    def _learned(self, of: By, values: Collection[str]) -> dict[str, list[str]]:
        with self._lock:
            known = self._names.setdefault(of, {})
            if lacking := sorted({value for value in values if value not in known}):
                self._learn(known, *of, lacking)
            return {value: known[value] for value in values}

    def _learn(self, known: dict[str, list[str]], model: str, by: str, lacking: Sequence[str]) -> None:
        known |= {value: [] for value in lacking}
        active = ["active"] if model == USERS else []
        found = [record for page in self.among(model, by, lacking, [by, *active]) for record in page]
        gone = {str(record["id"]) for record in found if active and not record["active"]}
        for record in found:
            known.setdefault(str(record[by]), []).append(str(record["id"]))
        for name in lacking:
            if len(known[name]) > 1 and (some := [id for id in known[name] if id not in gone]):
                known[name] = some

    def unlearn(self, model: str) -> None:
        """That records of a model were made."""
        with self._lock:
            self._names = {of: known for of, known in self._names.items() if of[0] != model}

    def names_of(self, model: str, by: str, ids: Collection[int]) -> dict[str, str]:
        """Id -> name of the records that have one."""
        found = (record for page in self.among(model, "id", ids, [by]) for record in page)
        return {str(record["id"]): str(record[by]) for record in found if record.get(by)}

    def who(self, model: str, ids: Collection[int]) -> dict[tuple[str, str], Who]:
        """Which kinds these records are."""
        field = "is_company" if model == PARTNER else "type"
        names = [field, "parent_id"] if model == PARTNER else [field]
        found: dict[tuple[str, str], Who] = {}
        for record in (one for page in self.among(model, "id", ids, names) for one in page):
            said = str(record[field]).lower()
            word = next((word for word, kind in WHOSE.items() if (kind.object, kind.value) == (model, said)), "")
            above = id_of(record.get("parent_id"))
            found[model, str(record["id"])] = Who(word, None if above is None else str(above))
        return found

    def blocked(self, mailboxes: Collection[str]) -> dict[str, tuple[int, bool]]:
        """Mailbox -> the record that says that nobody may write to it, and whether it is in force."""
        pages = self.among(BLACKLIST, "email", mailboxes, ["email", "active"])
        return {str(each["email"]).lower(): (int(each["id"]), bool(each["active"])) for page in pages for each in page}


def _plain(value: str, column: Column) -> Any:
    """The value of a kind as a condition says it."""
    return cell_of(value, column, column.name) == "1" if column.type == "boolean" else value
