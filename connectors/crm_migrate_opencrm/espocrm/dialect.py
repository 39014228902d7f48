"""An EspoCRM as it is asked and told."""

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
from crm_migrate_opencrm.espocrm import answers, requests
from crm_migrate_opencrm.espocrm.kit import kit
from crm_migrate_opencrm.espocrm.requests import Where
from crm_migrate_opencrm.espocrm.shapes import BY_HAND, KEYS, KINDS, entity_of, many, referring
from crm_migrate_opencrm.rows import id_of, kind_of

ASKED = 50  # values of one question: they stand in its address
CUT = 10_000  # characters of a text in a list; a longer one is cut off there (maxSelectTextAttributeLengthForList)
READINGS = 5  # of a list that changes meanwhile
# Who may refer to a record, besides entities that people made (their names begin with a C of their own).
REFERRING = (
    "Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Call", "Meeting", "Email", "Document",
)  # fmt: skip
_CUSTOM = re.compile(r"C[A-Z].*")
_NEEDED = (("create", "yes"), ("read", "all"), ("edit", "all"))  # rights on what is loaded

Told = TypeVar("Told")


class EspoCrm:
    """One installation."""

    title = "EspoCRM"
    seen = "Administration > Roles > the role of the API user"
    key_name, kind_name = KEYS[0], KINDS[0]
    key_names: tuple[str, ...] = (*KEYS, "crm_migrate_id")
    unforeseen: tuple[str, ...] = (
        "that an active user has the owner's mailbox",
        "no blanks at the ends of a line of text",
        "a phone number with its country, and without blanks, where the installation wants international ones",
        "formulas and scripts before a record is saved",
    )

    def __init__(self, url: str, questions: Http, changes: Http) -> None:
        self._url, self._questions, self._changes = url, questions, changes
        self._kept = Kept()

    def identity(self) -> str:
        """The host and path: no document tells of a name that an installation has of itself."""
        parts = urlsplit(self._url)
        self._ask(requests.ME, answers.told)  # whoever is not let in learns it here
        return f"espocrm-{parts.netloc}{parts.path.rstrip('/')}"

    def kit(self, token: str) -> Kit:
        """Companies and cases of a kind that nobody else has."""
        return kit(token)

    def by_hand(self, entity: str, field: str, type: str) -> ByHand:
        """A field, by the Entity Manager; the field of our key is a text of 40."""
        what = f"the field {field} of {entity}"
        if not re.fullmatch(r"c[A-Z]\w*", field):
            return ByHand(what, "name another with `to:`; one that is made there begins with c and a capital")
        plain, kind = field[1].lower() + field[2:], BY_HAND.get(type, "Varchar")
        way = f"Administration > Entity Manager > {entity}"
        if type == "reference":
            return ByHand(what, f"{way} > Relationships: Many-to-One {plain.removesuffix('Id')}")
        size = f", max length {40 if field == self.key_name else 100} or more" if kind == "Varchar" else ""
        return ByHand(what, f"{way} > Fields: {kind} {plain}{size}")

    def where_choices(self, entity: str, field: str) -> str:
        """By its menus."""
        return f"Administration > Entity Manager > {entity} > Fields > {field} > Options"

    def looks(self, records: int, *, by_id: bool) -> int:  # noqa: ARG002 -- both are asked alike
        """Some values in each question."""
        return -(-records // ASKED)

    def pages(self, records: int) -> int:
        """A page begins with the last record of the one before."""
        return 1 + max(0, -(-(records - requests.PAGE) // (requests.PAGE - 1)))

    def describing(self, names: Collection[str]) -> int:
        """One of each, and one for our rights."""
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
        """That an administrator may have changed an entity."""
        self._kept.forget()

    def entity(self, name: str) -> Entity | None:
        """An entity as it is now."""
        if not re.fullmatch(r"[A-Z]\w*", name):
            return None
        defs = self._definition(name)
        if not isinstance(defs, dict) or not defs.get("fields"):
            return None
        return entity_of(name, defs, self._options)

    def rights(self, name: str) -> str:
        """What our role lacks to see all records of an entity, and to change them."""
        may = self._rights().get(name)
        return ", ".join(f"{r} {all}" for r, all in _NEEDED if not isinstance(may, dict) or may.get(r) != all)

    def _definition(self, name: str) -> Any:
        return self._kept.get(f"entityDefs.{name}", lambda key: self._ask(requests.definition(key), answers.told))

    def _options(self, of: str) -> tuple[str, ...]:
        entity, _, field = of.partition(".")
        said = (self._definition(entity) or {}).get("fields", {}).get(field, {}).get("options") or ()
        return tuple(str(each) for each in said if each)

    def _rights(self) -> Mapping[str, Any]:
        """Entity -> what our role may do with its records: `{"create": "yes", "read": "all", ...}`."""
        said = self._kept.get("who we are", lambda _: self._ask(requests.ME, answers.told))
        table = said.get("acl", {}).get("table") if isinstance(said, dict) else None
        if not isinstance(table, dict):
            raise TargetError("EspoCRM does not say what our role may do", hint="look at its address and version")
        return table

    def people(self) -> Mapping[str, str]:
        """Active users."""
        where = ({"type": "isTrue", "attribute": "isActive"},)
        found = self._list("User", where, (ID, "userName", "emailAddress"))
        return {str(each["emailAddress"]).lower(): id_of(each) for each in found if each.get("emailAddress")}

    # ------------------------------------------------------------------------------------------------ records

    def records(self, entity: Entity, *, bare: bool) -> list[Record]:
        """All records in the order of their making."""
        select = [ID, *filter(None, (entity.key, entity.kind)), "createdAt"] if bare else []
        return self._whole(entity, self._list(entity.name, (), select))

    def having(self, entity: Entity, attribute: str, values: Collection[str]) -> list[Record]:
        """The records with one of these values, without regard to capitals."""
        found: dict[str, Record] = {}
        for some in _some(list(values)):
            where = ({"type": "in", "attribute": attribute, "value": list(some)},)
            found |= {id_of(each): each for each in self._list(entity.name, where, ())}
        return self._whole(entity, list(found.values()))

    def one(self, entity: Entity, id: str) -> Record | None:
        """A record; None where it is not there."""
        return self._ask(requests.one(entity.name, id), partial(answers.one, id=id))

    def _whole(self, entity: Entity, found: list[Record]) -> list[Record]:
        """The records with their long texts, which a list cuts off."""
        long = [field.attribute for field in entity.fields.values() if field.kind == "long_text"]
        cut = {id_of(each) for each in found if any(len(str(each.get(name) or "")) >= CUT for name in long)}
        whole = {id: self._ask(requests.one(entity.name, id), partial(answers.one, id=id)) for id in cut}
        now = [whole.get(id_of(each), each) for each in found]
        return [each for each in now if each is not None]

    def _list(self, entity: str, where: Where, select: Sequence[str]) -> list[Record]:
        for _ in range(READINGS):
            found = self._pages(entity, where, select)
            if found is not None:
                return found
        raise Retryable(f"the records of {entity} change while they are read", hint="see who changes them")

    def _pages(self, entity: str, where: Where, select: Sequence[str]) -> list[Record] | None:
        """The records as they were at one moment; None where that cannot be said. Each page begins with the last record
        of the one before, so that one that came or went meanwhile is noticed."""
        found, total = self._page(entity, where, select, 0)
        more = len(found) < total if total >= 0 else total == -1
        while more:
            page, now = self._page(entity, where, select, len(found) - 1)
            if not page or id_of(page[0]) != id_of(found[-1]) or (total >= 0 and now != total) or len(page) == 1:
                return None
            found += page[1:]
            more = len(found) < total if total >= 0 else now == -1
        right = len({id_of(each) for each in found}) == len(found) and (total < 0 or len(found) == total)
        return found if right else None

    def _page(self, entity: str, where: Where, select: Sequence[str], offset: int) -> tuple[list[Record], int]:
        return self._ask(requests.page(entity, where, select, offset, requests.PAGE), answers.page)

    def _ask(self, request: Request, read: Callable[[Answer], Told]) -> Told:
        return self._questions.ask(request, read, READINGS)

    # ------------------------------------------------------------------------------------------------ writing

    def create(self, entity: Entity, body: Mapping[str, Any]) -> Record | Refusal:
        """A new record."""
        return answers.written(self._changes.send(requests.create(entity.name, body)))

    def change(self, entity: Entity, id: str, body: Mapping[str, Any]) -> Record | Refusal:
        """A record's attributes that are named."""
        return answers.written(self._changes.send(requests.change(entity.name, id, body)), id)

    def delete(self, entity: Entity, id: str) -> bool | Refusal:
        """A record that is marked as deleted; an administrator can bring it back."""
        return answers.deleted(self._changes.send(requests.delete(entity.name, id)))

    # ------------------------------------------------------------------------------------------------ who refers

    def pointing(self, entity: Entity, ids: Sequence[str] | None) -> Iterator[Pointing]:
        """Who refers to these records: by a link, or among many. What our role does not see is not named."""
        rights = self._rights()
        for name in (*REFERRING, *(each for each in rights if _CUSTOM.fullmatch(each))):
            may = rights.get(name)
            defs = self._definition(name) if isinstance(may, dict) and may.get("read") == "all" else None
            if isinstance(defs, dict):
                other = entity_of(name, defs, self._options)
                yield from self._by_links(entity, other, defs, ids)
                yield from self._among_many(entity, other, defs, ids or ())

    def _by_links(
        self, entity: Entity, other: Entity, defs: Mapping[str, Any], ids: Sequence[str] | None
    ) -> Iterator[Pointing]:
        for attribute, of in referring(defs, entity.name):
            name = f"{attribute[:-2]}.{entity.name}" if of else attribute
            select = [each for each in (ID, attribute, of, other.kind) if each]
            for record in self._with(other.name, attribute, select, ids):
                if not of or record.get(of) == entity.name:
                    yield Pointing(str(record[attribute]), other.name, kind_of(other, record), name, id_of(record))

    def _with(self, entity: str, attribute: str, select: Sequence[str], ids: Sequence[str] | None) -> Iterator[Record]:
        if ids is None:
            yield from self._list(entity, ({"type": "isNotNull", "attribute": attribute},), select)
        for some in _some(ids or ()):
            yield from self._list(entity, ({"type": "in", "attribute": attribute, "value": list(some)},), select)

    def _among_many(
        self, entity: Entity, other: Entity, defs: Mapping[str, Any], ids: Sequence[str]
    ) -> Iterator[Pointing]:
        for link in many(defs, entity.name):
            for some in _some(ids):
                for id in some if self._linked(other, link, some) else ():
                    for record in self._linked(other, link, (id,)):
                        yield Pointing(id, other.name, kind_of(other, record), link, id_of(record))

    def _linked(self, other: Entity, link: str, ids: Sequence[str]) -> list[Record]:
        where = ({"type": "linkedWith", "attribute": link, "value": list(ids)},)
        return self._list(other.name, where, [each for each in (ID, other.kind) if each])


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values of one question after the other."""
    return (values[at : at + ASKED] for at in range(0, len(values), ASKED))
