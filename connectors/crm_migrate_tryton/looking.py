"""Asking the server what it has: models, kinds, and records by their names. Nothing here changes a record of ours."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import groupby
from typing import Any, TypeVar

from crm_migrate.connecting.http import Answer as Reply
from crm_migrate.connecting.http import Http, Request
from crm_migrate.errors import TargetError
from crm_migrate_tryton import answers, requests
from crm_migrate_tryton.describe import Fields, Kinds, Missing, Model, lists_of
from crm_migrate_tryton.records import Name
from crm_migrate_tryton.shapes import CATEGORIES, CATEGORY, KINDS, NATURAL, SHAPES, TYPES, Natural, dug, split

Told = TypeVar("Told")


class Looking:
    """One database; what it said of models and names is remembered, of fields for good: modules come with a restart."""

    def __init__(self, http: Http, database: str) -> None:
        self._http, self.database = http, database
        self._models: dict[str, Model] = {}
        self._described: dict[str, Fields] = {}
        self._ids: dict[Name, int] = {}
        self._lock = threading.Lock()

    def ask(self, request: Request, read: Callable[[Reply], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read)

    def search(self, model: str, domain: Sequence[Any], fields: Sequence[str], limit: int | None = None) -> list[Any]:
        """Records in the order of their ids."""
        request = requests.search(self.database, model, domain, fields, limit, self.context)
        return list(self.ask(request, answers.records))

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """What goes along with each call: the company that we work for there, where there is one. Not the employee:
        records of nobody would become ours."""
        said = self.ask(requests.preferences(self.database), answers.told)
        company = said.get("company") if isinstance(said, dict) else None
        return {**requests.CONTEXT, **({"company": company} if isinstance(company, int) else {})}

    def forget(self) -> None:
        """What is asked next is asked anew."""
        with self._lock:
            self._models.clear()
            self._ids.clear()

    # ------------------------------------------------------------------------------------------------ models

    def model(self, object: str) -> Model | None:
        """A model as it was when it was first used, the same for all its kinds; None where there is none."""
        name, _ = split(object)
        with self._lock:
            if name not in self._models:
                found = self._model(name)
                if found is None:
                    return None
                self._models[name] = found
            return replace(self._models[name], object=object)

    def _model(self, name: str) -> Model | None:
        if not self.search("ir.model", [["name", "=", name]], ["name"]):
            return None
        fields = self._fields(name)
        lists = lists_of(fields)
        required = [each for each, words in fields.items() if words.get("required")]
        defaults = self.ask(requests.defaults_of(self.database, name, required, self.context), answers.told)
        kinds = self._kinds(fields, lists)
        root = kinds.get((CATEGORIES, KINDS), -1)
        children = self.search(CATEGORY, [["parent", "=", root]], ["name"]) if root >= 0 else []
        titles = self.search("ir.model", [["name", "in", [name, *lists.values()]]], ["string"])
        return Model(
            name,
            fields,
            members={each: self._fields(relation) for each, relation in lists.items()},
            kinds=kinds,
            children={str(each["name"]): int(each["id"]) for each in children},
            defaults=frozenset(defaults),
            titles=tuple(str(each["string"]) for each in titles),
        )

    def _fields(self, model: str) -> Fields:
        if model not in self._described:
            said = self.ask(requests.fields_of(self.database, model), answers.told)
            if not isinstance(said, dict) or not all(isinstance(each, dict) for each in said.values()):
                raise TargetError(f"the server does not describe {model}")
            kind = SHAPES[model].kind if model in SHAPES else ""
            if kind and isinstance(said[kind].get("selection"), str):  # the name of what computes it
                method = f"model.{model}.{said[kind]['selection']}"
                said[kind]["selection"] = self.ask(requests.call(self.database, method, {}), answers.told)
            self._described[model] = said
        return self._described[model]

    def _kinds(self, fields: Fields, lists: Mapping[str, str]) -> Kinds:
        """The records that tell members of lists apart, by list and name."""
        models = {name: SHAPES[relation].kinds for name, relation in lists.items() if SHAPES[relation].kinds}
        found = {
            (name, str(each["name"])): int(each["id"])
            for name, model in models.items()
            for each in reversed(self.search(model, [], ["name"]))
        }
        if fields.get(CATEGORIES, {}).get("relation") == CATEGORY:
            roots = self.search(CATEGORY, [["parent", "=", None]], ["name"])
            found |= {(CATEGORIES, str(each["name"])): int(each["id"]) for each in roots}
        return found

    # ------------------------------------------------------------------------------------------------ names

    def ids(self, wanted: Iterable[Name]) -> Mapping[Name, int]:
        """The records that are named by exactly one; a category or type of relations that is not there is made."""
        with self._lock:
            unknown = sorted(set(wanted) - self._ids.keys(), key=_where)
            for (model, by, below), group in groupby(unknown, key=_where):
                self._ids |= self._named(model, by, below, [each.value for each in group])
            return dict(self._ids)

    def _named(self, model: str, by: str, below: str, values: Sequence[str]) -> dict[Name, int]:
        root = self._root(below) if below else None
        natural = NATURAL.get(model, {}).get(by) or Natural(by, by)
        domain = [[natural.searched, "in", list(values)], *([["parent", "=", root]] if below else [])]
        find = partial(self.search, model, domain, [natural.read])
        found = find()
        if lacking := sorted(set(values) - {str(each[by]) for each in found}) if below or model == TYPES else ():
            for value in lacking:
                self.make(model, {"name": value} | ({"parent": root} if below else {}))
            found = find()
        ids: dict[str, list[int]] = {}
        for each in found:
            ids.setdefault(str(dug(each, natural.read)), []).append(int(each["id"]))
        return {Name(model, by, value, below): these[0] for value, these in ids.items() if len(these) == 1}

    def _root(self, name: str) -> int:
        found = self.search(CATEGORY, [["name", "=", name], ["parent", "=", None]], ["name"])
        if not found:
            raise TargetError(f"there is no category {name}", hint="crm-migrate target prepare")
        return int(found[0]["id"])

    def make_kind(self, lacking: Missing) -> None:
        """Make a record that tells kinds apart; one that is there already is left as it is."""
        values: dict[str, Any] = {"name": lacking.name}
        if lacking.model == CATEGORY:
            values["parent"] = self._root(lacking.below) if lacking.below else None
        if not self.search(lacking.model, [[name, "=", value] for name, value in values.items()], ["name"]):
            self.make(lacking.model, values)

    def make(self, model: str, values: Mapping[str, Any]) -> None:
        """Make a record that is no record of ours. Names of categories are unique: a second one is refused there."""
        self.ask(requests.create(self.database, model, [values], self.context), answers.told)


def _where(name: Name) -> tuple[str, str, str]:
    return name.model, name.by, name.below
