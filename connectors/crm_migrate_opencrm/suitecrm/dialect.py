"""A SuiteCRM as it is asked and told.

A creation names the id of the record, which is made of our key. SuiteCRM takes an id once, also where the record was
deleted, so a creation that was sent twice makes one record, however late the first one takes effect. Who was undone is
made anew with the next id of the same key.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import NOT_FOUND, Refusal
from crm_migrate.connecting.http import Answer, Http, Request
from crm_migrate.connecting.kept import Kept
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_opencrm.dialect import ID, Entity, Pointing, Record
from crm_migrate_opencrm.rows import id_of, key_of, kind_of, lost
from crm_migrate_opencrm.suitecrm import answers, requests
from crm_migrate_opencrm.suitecrm.kit import kit
from crm_migrate_opencrm.suitecrm.requests import Filter
from crm_migrate_opencrm.suitecrm.shapes import (
    BY_HAND,
    CREATED,
    DEAD,
    KEY,
    KIND,
    MADE,
    MAILBOX,
    OPTED_OUT,
    OPTED_OUT_THERE,
    REFERRING,
    attributes,
    entity_of,
    typed,
)

READINGS = 5  # of an answer that cannot be read
LIVES = 100  # records that one key may have had: each undo takes one
_ID = re.compile(r"[0-9A-Za-z-]{1,36}")

Told = TypeVar("Told")


class SuiteCrm:
    """One installation."""

    title = "SuiteCRM"
    seen = "Admin > Roles, and whether it is called so"
    key_name, kind_name = KEY, KIND
    key_names: tuple[str, ...] = (KEY, "crm_migrate_id")
    unforeseen: tuple[str, ...] = (
        "that an active user has the owner's mailbox",
        "the choices of a field: SuiteCRM does not tell them, and keeps any value",
        "tags of HTML in a text, and signs written as HTML has them (&amp;)",
        "seconds of a moment, which SuiteCRM does not tell",
        "another mailbox, or another opt-out, for a record that is there",
        "workflows and logic hooks before and behind a record that is saved",
    )

    def __init__(self, url: str, questions: Http, changes: Http, logins: Http) -> None:
        self._url, self._questions, self._changes, self._logins = url, questions, changes, logins
        self._kept = Kept()

    def identity(self) -> str:
        """The host and path: no document tells of a name that an installation has of itself. TargetError for a client
        whose user is no administrator, and so may see some of the records only."""
        me = self._ask(requests.ME, answers.told)
        if str(me.get("is_admin")) not in ("1", "True"):
            raise TargetError(
                "the user of our client is no administrator of SuiteCRM",
                hint="Admin, OAuth2 Clients and Tokens: an administrator as its associated user",
            )
        parts = urlsplit(self._url)
        return f"suitecrm-{parts.netloc}{parts.path.rstrip('/')}"

    def kit(self, token: str) -> Kit:
        """Accounts of kinds that nobody else has."""
        return kit(token)

    def rights(self, name: str) -> str:  # noqa: ARG002 -- it is told by nobody
        """An administrator has all."""
        return ""

    def by_hand(self, entity: str, field: str, type: str) -> ByHand:
        """A field, by Studio."""
        what = f"the field {field} of {entity}"
        if not field.endswith(MADE):
            return ByHand(what, f"name another with `to:`; one that is made there ends with {MADE}")
        way, plain = f"Admin > Studio > {entity} > Fields", field.removesuffix(MADE)
        if type == "reference":
            return ByHand(what, f"{way}: a Relate field; the id beside it is called so")
        size = "" if type in BY_HAND else ", max size 100 or more"
        return ByHand(what, f"{way}: {BY_HAND.get(type, 'TextField')} {plain}{size}")

    def where_choices(self, entity: str, field: str) -> str:
        """By its menus."""
        return f"Admin > Dropdown Editor: the list of {field} of {entity}"

    def looks(self, records: int, *, by_id: bool) -> int:  # noqa: ARG002 -- both are asked alike
        """One by one."""
        return records

    def pages(self, records: int) -> int:
        """The last page is an empty one."""
        return 1 + -(-records // requests.PAGE)

    def describing(self, names: Collection[str]) -> int:
        """One of each."""
        return len(names)

    def sending(self, entity: Entity, filled: Collection[str]) -> int:  # noqa: ARG002 -- whatever its module
        """One, and one that asks for the opt-out of a mailbox."""
        return 2 if MAILBOX in filled else 1

    def close(self) -> None:
        """Give back the connections."""
        for each in (self._questions, self._changes, self._logins):
            each.close()

    # ------------------------------------------------------------------------------------------------ what is there

    def forget(self) -> None:
        """That an administrator may have changed a module."""
        self._kept.forget()

    def entity(self, name: str) -> Entity | None:
        """A module as it is now."""
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            return None
        said = self._kept.get(name, lambda name: self._ask(requests.fields(name), answers.fields))
        return None if said is None else entity_of(name, said)

    def people(self) -> Mapping[str, str]:
        """Active users."""
        found = self._all("Users", (), (MAILBOX, "status"))
        return {str(e[MAILBOX]).lower(): id_of(e) for e in found if e.get(MAILBOX) and e.get("status") == "Active"}

    # ------------------------------------------------------------------------------------------------ records

    def records(self, entity: Entity, *, bare: bool) -> list[Record]:
        """All records in the order of their making, as far as minutes tell it."""
        names = [each for each in (entity.key, entity.kind, CREATED) if each] if bare else []
        found = [typed(entity, each) for each in self._all(entity.name, (), names)]
        return sorted(found, key=lambda each: (each[CREATED], id_of(each)))

    def having(self, entity: Entity, attribute: str, values: Collection[str]) -> list[Record]:
        """The records with one of these values: a filter holds one of them."""
        found: dict[str, Record] = {}
        for value in values:
            if attribute != ID:
                some = self._all(entity.name, ((attribute, "eq", value),), ())
                found |= {id_of(each): typed(entity, each) for each in some}
            elif _ID.fullmatch(value) and (record := self.one(entity, value)):
                found[value] = record
        return list(found.values())

    def one(self, entity: Entity, id: str) -> Record | None:
        """A record; None where it is not there."""
        found = self._ask(requests.one(entity.name, id), partial(answers.one, id=id))
        return None if found is None else typed(entity, found)

    def _all(self, module: str, filters: Sequence[Filter], names: Sequence[str]) -> list[Record]:
        """Every record that was there all the time: a page begins behind the last id of the one before, so that nobody
        is passed over where others come or go. A whole module ends with an empty page, as a server may have a smaller
        one than we ask for; a value is on one page."""
        page = self._ask(requests.page(module, filters, names), answers.page)
        found = list(page)
        while page and (not filters or len(page) >= requests.PAGE):
            behind = (ID, "gt", id_of(page[-1]))
            page = self._ask(requests.page(module, (*filters, behind), names), answers.page)
            found += page
        return found

    def _ask(self, request: Request, read: Callable[[Answer], Told]) -> Told:
        return self._questions.ask(request, read, READINGS)

    # ------------------------------------------------------------------------------------------------ writing

    def create(self, entity: Entity, body: Mapping[str, Any]) -> Record | Refusal:
        """A new record, with the first id of its key that was never taken."""
        whole = {name: body.get(name) for name in entity.fields}
        marked = _missing(entity, whole) or self._with_marks(entity, body)
        if isinstance(marked, Refusal):
            return marked
        key = str(body[entity.key])
        for life in range(LIVES):
            id = str(uuid5(NAMESPACE_URL, f"crm-migrate:{entity.name}:{key}:{life}"))
            request = requests.create(entity.name, id, attributes(marked))
            said = answers.written(self._changes.send(request), id)
            if not isinstance(said, Refusal):
                return typed(entity, said)
            if said.code not in (answers.EXISTS, answers.UNCLEAR):
                return said
            there = self.one(entity, id)
            if there is not None and key_of(entity, there) == key:
                raise InDoubt(
                    f"{request} was answered by {said.code}, and the record is there", hint="crm-migrate resume"
                )
            if said.code == answers.UNCLEAR:
                return said
            if there is None and not self._deleted(entity, id):
                raise InDoubt(
                    f"a record of {entity.name} is said to be there, and not found", hint="crm-migrate resume"
                )
        raise TargetError(f"a record of {entity.name} was made and undone {LIVES} times", hint="a fresh installation")

    def _deleted(self, entity: Entity, id: str) -> bool:
        filters = ((ID, "eq", id), ("deleted", "eq", "1"))
        return self._ask(requests.page(entity.name, filters, ()), answers.deleted_there)

    def change(self, entity: Entity, id: str, body: Mapping[str, Any]) -> Record | Refusal:
        """A record's attributes that are named; what a logic hook refuses may have been done before it."""
        marked = _missing(entity, body) or self._with_marks(entity, body)
        if isinstance(marked, Refusal):
            return marked
        said = answers.written(self._changes.send(requests.change(entity.name, id, attributes(marked))), id)
        if not isinstance(said, Refusal):
            return typed(entity, said)
        found = self.one(entity, id) if said.code == answers.UNCLEAR else None
        return found if found is not None and lost(dict(body), found) is None else said

    def _with_marks(self, entity: Entity, body: Mapping[str, Any]) -> Mapping[str, Any] | Refusal:
        """What is sent, with the opt-out that its mailbox has there: SuiteCRM takes it away, for all who have the
        mailbox, where a record is saved with that mailbox and without the mark."""
        if not body.get(MAILBOX):
            return body
        caps = str(body[MAILBOX]).upper()
        known = self._all("EmailAddresses", (("email_address_caps", "eq", caps),), (OPTED_OUT_THERE, DEAD))
        marks = (OPTED_OUT, OPTED_OUT_THERE), (DEAD, DEAD)
        set = [mark for mark, there in marks if any(str(each.get(there)) == "1" for each in known)]
        if any(mark not in entity.fields for mark in set):
            return Refusal("its mailbox is opted out there, and would not be any more", "OPTED_OUT", MAILBOX)
        return {**body, **dict.fromkeys(set, True)}

    def delete(self, entity: Entity, id: str) -> bool | Refusal:
        """A record that is marked as deleted."""
        why = answers.deleted(self._changes.send(requests.delete(entity.name, id)))
        if why is None or (why.code == answers.UNCLEAR and self.one(entity, id) is None):
            return True
        return False if why.code == NOT_FOUND else why

    # ------------------------------------------------------------------------------------------------ who refers

    def pointing(self, entity: Entity, ids: Sequence[str] | None) -> Iterator[Pointing]:
        """Who refers to these records by a field. Lists beside records are not looked at."""
        for name in REFERRING:
            other = self.entity(name)
            links = [field for field in other.fields.values() if field.to == entity.name] if other else []
            if other is not None and links:
                yield from self._by_links(other, {f.attribute: f.name for f in links}, entity.name, ids)

    def _by_links(
        self, other: Entity, links: Mapping[str, str], to: str, ids: Sequence[str] | None
    ) -> Iterator[Pointing]:
        types = {field.attribute: field.type_attribute for field in other.fields.values() if field.type_attribute}
        names = [each for each in (*links, *(types[name] for name in links if name in types), other.kind) if each]
        for record in self._all(other.name, (), names):
            for attribute, name in links.items():
                id = record.get(attribute)
                right = attribute not in types or record.get(types[attribute]) == to
                if id and right and (ids is None or id in ids):
                    yield Pointing(str(id), other.name, kind_of(other, record), name, id_of(record))


def _missing(entity: Entity, body: Mapping[str, Any]) -> Refusal | None:
    """That a field would be empty which users must fill: SuiteCRM itself does not look."""
    for name, value in body.items():
        field = entity.fields.get(name)
        if field and field.required and not field.default and value in (None, ""):
            return Refusal("it must not be empty there", "REQUIRED", name)
    return None
