"""A vtiger as it is asked and told."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Http, Request
from crm_migrate.connecting.kept import Kept
from crm_migrate.errors import Retryable, TargetError
from crm_migrate_opencrm.dialect import ID, Entity, Pointing, Record
from crm_migrate_opencrm.rows import id_of, kind_of
from crm_migrate_opencrm.vtiger import answers, requests
from crm_migrate_opencrm.vtiger.kit import kit
from crm_migrate_opencrm.vtiger.session import Session
from crm_migrate_opencrm.vtiger.shapes import BY_HAND, KEY, KIND, OWNER, element, entity_of, typed

ASKED = 50  # values of one question: they stand in its address
READINGS = 5  # of a list that changes meanwhile
REFERRING = (
    "Accounts", "Contacts", "Leads", "Potentials", "HelpDesk", "Calendar", "Events", "Quotes", "SalesOrder", "Invoice",
    "Project", "Assets", "ServiceContracts",
)  # fmt: skip

Told = TypeVar("Told")


class Vtiger:
    """One installation."""

    title = "vtiger"
    seen = "Settings > Profiles of our user, and whether it is called so"
    key_name, kind_name = KEY, KIND
    key_names: tuple[str, ...] = (KEY, "crm_migrate_id")
    unforeseen: tuple[str, ...] = (
        "that an active user has the owner's mailbox",
        "lengths of fields: vtiger does not tell them, and cuts off what is longer",
        "tags of HTML in a text",
        "workflows before and behind a record that is saved",
    )

    def __init__(self, url: str, questions: Http, changes: Http, session: Session) -> None:
        self._url, self._questions, self._changes, self._session = url, questions, changes, session
        self._kept = Kept()

    def identity(self) -> str:
        """The host and path: no document tells of a name that an installation has of itself. TargetError for somebody
        who is no administrator, and so may see records of their own only."""
        me = next((each for each in self._users() if self._session.user == each[ID]), {})
        if str(me.get("is_admin")) not in ("on", "1"):
            raise TargetError("our user is no administrator of vtiger", hint="the access key of an administrator")
        parts = urlsplit(self._url)
        return f"vtiger-{parts.netloc}{parts.path.rstrip('/')}"

    def kit(self, token: str) -> Kit:
        """Organisations of a kind that nobody else has."""
        return kit(token)

    def rights(self, name: str) -> str:  # noqa: ARG002 -- it is told by nobody
        """An administrator has all."""
        return ""

    def by_hand(self, entity: str, field: str, type: str) -> ByHand:
        """A field, by the module's layout."""
        what = f"the field {field} of {entity}"
        if not field.startswith("cf."):
            return ByHand(what, "name another with `to:`; one that is made there is called cf. and its label")
        way = f"Settings > Module Layouts & Fields > {entity}"
        if type == "reference":
            return ByHand(what, f"{way} > Relationships: a field to one record")
        size = "" if type in BY_HAND else ", length 100 or more"
        label = field.removeprefix("cf.")
        return ByHand(what, f"{way}: {BY_HAND.get(type, 'Text')} with the label {label}{size}")

    def where_choices(self, entity: str, field: str) -> str:
        """By its menus."""
        return f"Settings > Picklist Field Values > {entity} > {field}"

    def looks(self, records: int, *, by_id: bool) -> int:
        """Ids one by one, some keys in each question."""
        return records if by_id else -(-records // ASKED)

    def pages(self, records: int) -> int:
        """A page begins with the last record of the one before; the last is the one that is not full."""
        return 1 + max(0, (records - 1) // (requests.PAGE - 1))

    def describing(self, names: Collection[str]) -> int:
        """One of each, and one for all that there are."""
        return len(names) + 1

    def sending(self, entity: Entity, filled: Collection[str]) -> int:  # noqa: ARG002 -- whatever it holds
        """One."""
        return 1

    def close(self) -> None:
        """Give back the connections."""
        self._questions.close()
        self._changes.close()

    # ------------------------------------------------------------------------------------------------ what is there

    def forget(self) -> None:
        """That an administrator may have changed a module."""
        self._kept.forget()

    def entity(self, name: str) -> Entity | None:
        """A module as it is now."""
        if name not in self._types():
            return None
        said = self._described(name)
        if not (said.get("createable") and said.get("updateable") and said.get("retrieveable")):
            raise TargetError(
                f"our user may not create, change and read {name} in vtiger", hint="look at their profile"
            )
        return entity_of(said)

    def _types(self) -> Sequence[str]:
        said = self._kept.get("", lambda _: self._ask(requests.types, answers.result))
        found = said.get("types") if isinstance(said, dict) else None
        return [str(each) for each in found] if isinstance(found, list) else []

    def _described(self, name: str) -> Mapping[str, Any]:
        said = self._kept.get(name, lambda name: self._ask(partial(requests.describe, module=name), answers.result))
        if not isinstance(said, dict) or said.get("name") != name or not isinstance(said.get("fields"), list):
            raise TargetError(f"vtiger does not describe {name}", hint="look at its address and version")
        return said

    def _users(self) -> list[Record]:
        return self._list("Users", "", ())

    def people(self) -> Mapping[str, str]:
        """Active users."""
        found = [each for each in self._users() if each.get("email1") and each.get("status") == "Active"]
        return {str(each["email1"]).lower(): id_of(each) for each in found}

    # ------------------------------------------------------------------------------------------------ records

    def records(self, entity: Entity, *, bare: bool) -> list[Record]:  # noqa: ARG002 -- a query tells all fields
        """All records in the order of their making."""
        return self._typed(entity, self._list(entity.name, "", ()))

    def having(self, entity: Entity, attribute: str, values: Collection[str]) -> list[Record]:
        """The records with one of these values; those of ids are asked for one by one, as documents tell it."""
        if attribute == ID:
            found = [self.one(entity, id) for id in values if re.fullmatch(r"\d+x\d+", id)]
            return [each for each in found if each is not None]
        asked, wanted = list(values), dict[str, Record]()
        for at in range(0, len(asked), ASKED):
            wanted |= {id_of(e): e for e in self._list(entity.name, attribute, asked[at : at + ASKED])}
        return self._typed(entity, wanted.values())

    def one(self, entity: Entity, id: str) -> Record | None:
        """A record; None where it is not there."""
        found = self._ask(partial(requests.retrieve, id=id), partial(answers.one, id=id))
        return None if found is None else self._typed(entity, [found])[0]

    def _typed(self, entity: Entity, found: Collection[Record]) -> list[Record]:
        linked = {field.to for field in entity.fields.values() if field.type_attribute and field.to in self._types()}
        modules = {str(self._described(name).get("idPrefix")): name for name in linked}
        return [typed(entity, each, modules) for each in found]

    def _list(self, module: str, field: str, values: Sequence[str]) -> list[Record]:
        if field and not any("'" not in value and "\\" not in value for value in values):
            return []
        for _ in range(READINGS):
            found = self._pages(module, field, values)
            if found is not None:
                return found
        raise Retryable(f"the records of {module} change while they are read", hint="see who changes them")

    def _pages(self, module: str, field: str, values: Sequence[str]) -> list[Record] | None:
        """The rows as they were at one moment; None where that cannot be said. Each page begins with the last row of
        the one before, so that one that came or went meanwhile is noticed."""
        found = page = self._page(module, field, values, 0)
        while len(page) == requests.PAGE:
            page = self._page(module, field, values, len(found) - 1)
            if not page or id_of(page[0]) != id_of(found[-1]):
                return None
            found = [*found, *page[1:]]
        return found if len({id_of(each) for each in found}) == len(found) else None

    def _page(self, module: str, field: str, values: Sequence[str], offset: int) -> list[Record]:
        words = requests.selection(module, field, values, offset)
        return self._ask(partial(requests.query, words=words), answers.rows)

    def _ask(self, build: Callable[[str], Request], read: Callable[[Answer], Told]) -> Told:
        return self._session.within(lambda session: self._questions.ask(build(session), read, READINGS))

    # ------------------------------------------------------------------------------------------------ writing

    def create(self, entity: Entity, body: Mapping[str, Any]) -> Record | Refusal:
        """A new record; who has no owner belongs to our user, as there is none without."""
        sent = {OWNER: self._session.user, **element(body)}
        return self._written(entity, partial(requests.create, module=entity.name, element=sent), "")

    def change(self, entity: Entity, id: str, body: Mapping[str, Any]) -> Record | Refusal:
        """A record's fields that are named."""
        return self._written(entity, partial(requests.revise, element={ID: id, **element(body)}), id)

    def _written(self, entity: Entity, build: Callable[[str], Request], id: str) -> Record | Refusal:
        said = self._session.within(lambda session: answers.written(self._changes.send(build(session)), id))
        return said if isinstance(said, Refusal) else self._typed(entity, [said])[0]

    def delete(self, entity: Entity, id: str) -> bool | Refusal:  # noqa: ARG002 -- an id says of which module it is
        """A record that goes into the recycle bin."""
        build = partial(requests.delete, id=id)
        return self._session.within(lambda session: answers.deleted(self._changes.send(build(session))))

    # ------------------------------------------------------------------------------------------------ who refers

    def pointing(self, entity: Entity, ids: Sequence[str] | None) -> Iterator[Pointing]:
        """Who refers to these records by a field. Lists beside records are not looked at."""
        for name in (each for each in REFERRING if each in self._types()):
            other = entity_of(self._described(name))
            links = [field for field in other.fields.values() if field.to == entity.name]
            for record in self._typed(other, self._list(name, "", ())) if links else ():
                for field in links:
                    id = record.get(field.attribute)
                    if id and (ids is None or id in ids):
                        yield Pointing(str(id), name, kind_of(other, record), field.name, id_of(record))
