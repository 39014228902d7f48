"""One portal as it is asked: what it has, what names stand for there, and its records."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from crm_migrate.connecting.http import Answer as Reply
from crm_migrate.connecting.http import Http, Request
from crm_migrate.connecting.seeking import seek
from crm_migrate.errors import TargetError
from crm_migrate_hubspot import answers, file_answers, link_answers, list_answers, portal_answers
from crm_migrate_hubspot.answers import Record
from crm_migrate_hubspot.file_shapes import File
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.portal_answers import Account, Owner
from crm_migrate_hubspot.requests import BATCH, LINKS, Requests
from crm_migrate_hubspot.rosters import Roster
from crm_migrate_hubspot.shapes import KEY, PIPELINES, Place
from crm_migrate_hubspot.ties import KEYS, lines_of, of_fields
from crm_migrate_hubspot.values import Definition, Names, Stage

MISSES = 2  # readings that do not find a record before it counts as absent
READINGS = 5  # of an answer that cannot be read
SILENT = 3  # answers that do not name a record before it counts as one without links
LONGEST_QUERY = 3_000  # characters of the names of properties in an address

Told = TypeVar("Told")
About = TypeVar("About", bound=Hashable)


class Portal:
    """What is asked; what it has is remembered until `forget`. Any number of threads may ask."""

    def __init__(self, http: Http, requests: Requests, pause: Callable[[], bool]) -> None:
        self._http, self.requests, self._pause = http, requests, pause
        self._lock = threading.RLock()
        self._properties: dict[str, Mapping[str, Definition] | None] = {}
        self._labels: dict[tuple[str, str], Mapping[Type, str] | None] = {}
        self._stages: dict[str, Sequence[Stage]] = {}
        self._owner_pages: dict[bool, Sequence[Sequence[Owner]]] = {}

    def ask(self, request: Request, read: Callable[[Reply], Told]) -> Told:
        """What an answer to a question says."""
        return self._http.ask(request, read, READINGS)

    def forget(self) -> None:
        """That properties and labels may be others now."""
        with self._lock:
            self._properties.clear()
            self._labels.clear()
            self._stages.clear()

    def _once(self, known: dict[About, Told], about: About, ask: Callable[[], Told]) -> Told:
        """What a thread has asked for, no other asks for again."""
        with self._lock:
            if about not in known:
                known[about] = ask()
            return known[about]

    # ------------------------------------------------------------------------------------------------ what it has

    def account(self) -> Account:
        """Which portal it is, and what is left of its limits."""
        return self.ask(self.requests.account(), portal_answers.account)

    def properties(self, object: str) -> Mapping[str, Definition] | None:
        """The properties of an object by name; None where the portal does not have it."""
        request = self.requests.properties(object)
        return self._once(self._properties, object, lambda: self.ask(request, portal_answers.properties))

    def existing(self, object: str) -> Mapping[str, Definition]:
        """The properties of an object. TargetError where the portal does not have it."""
        found = self.properties(object)
        if found is None:
            raise TargetError(f"HubSpot has no object {object}", hint="name one that the portal has")
        return found

    def labels(self, object: str, to: str) -> Mapping[str, Type] | None:
        """Label in small letters -> type of links between two objects; None where there is no such pair. Of several
        with one label the first is meant."""
        names = self.label_names(object, to)
        return None if names is None else {name.lower(): type for type, name in reversed(list(names.items()))}

    def label_names(self, object: str, to: str) -> Mapping[Type, str] | None:
        """The types of links between two objects with their labels as they are written; None where there are none."""
        request = self.requests.labels(object, to)
        return self._once(self._labels, (object, to), lambda: self.ask(request, portal_answers.labels))

    def type(self, object: str, place: Place) -> Type | None:
        """The type of the links that a field is."""
        return (self.labels(object, place.to) or {}).get(place.label.lower())

    def names(self, object: str) -> Names:
        """What names stand for now."""
        active, everybody = self._owners
        return Names(active, everybody, self.stages(object))

    def stages(self, object: str) -> Sequence[Stage]:
        """The stages of an object's pipelines."""
        if object not in PIPELINES:
            return ()
        request = self.requests.pipelines(object)
        return self._once(self._stages, object, lambda: self.ask(request, portal_answers.stages))

    @cached_property
    def _owners(self) -> tuple[dict[str, str], dict[str, str]]:
        """Mailbox -> id of the owners who are active, and id -> mailbox of all."""
        own, left = ([each for page in pages for each in page if each.mailbox] for pages in self._owning())
        active = {each.mailbox: each.id for each in own}
        return active, {each.id: each.mailbox for each in (*left, *own)}

    def owners_take(self) -> int:
        """Requests that ask for the owners, as far as anybody did."""
        return sum(map(len, self._owning()))

    def _owning(self) -> Sequence[Sequence[Sequence[Owner]]]:
        """Pages of the owners who are active, and of those who are not."""
        return [
            self._once(self._owner_pages, archived, partial(self._owners_who, archived=archived))
            for archived in (False, True)
        ]

    def _owners_who(self, *, archived: bool) -> list[Sequence[Owner]]:
        return list(_walk(lambda at: self.ask(self.requests.owners(at, archived=archived), portal_answers.owners)))

    @cached_property
    def subscriptions(self) -> Mapping[str, int]:
        """Name in small letters -> id of the types of subscription."""
        return self.ask(self.requests.subscriptions(), portal_answers.subscriptions)

    # ------------------------------------------------------------------------------------------------ records

    def pages(self, object: str, properties: Sequence[str]) -> Iterator[Sequence[Record]]:
        """All records that are not archived, in HubSpot's order."""
        wide = sum(map(len, properties)) > LONGEST_QUERY

        def at(after: str | None) -> tuple[Sequence[Record], str | None]:
            page = self.ask(self.requests.page(object, () if wide else properties, after), answers.page)
            ids = [id for id, _ in page.records]
            return list(self.surely_of(object, properties, ids).items()) if wide else page.records, page.after

        yield from _walk(at)

    def archived(self, object: str) -> Iterator[str]:
        """The ids of the records that are archived."""
        read = partial(answers.page, archived=True)

        def at(after: str | None) -> tuple[Sequence[Record], str | None]:
            page = self.ask(self.requests.page(object, (), after, archived=True), read)
            return page.records, page.after

        for records in _walk(at):
            yield from (id for id, _ in records)

    def of(self, object: str, properties: Sequence[str], ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Records by their ids, as far as they are there."""
        wanted = frozenset(ids)
        return {id: values for id, values in self._find(object, properties, ids) if id in wanted}

    def left(self, object: str, properties: Sequence[str], ids: Sequence[str]) -> list[Record]:
        """The records that these ids lead to: of merged ones the one that is left."""
        return list(self._find(object, properties, ids))

    def keyed(self, object: str, properties: Sequence[str], keys: Sequence[str]) -> dict[str, Record]:
        """Our key -> record, as far as they are there."""
        found = self._find(object, [*properties, KEY], keys, KEY)
        return {str(values[KEY]): (id, values) for id, values in found}

    def _find(self, object: str, properties: Sequence[str], values: Sequence[str], by: str = "") -> Iterator[Record]:
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            read = partial(answers.found, wanted=frozenset(some), by_key=by == KEY)
            yield from self.ask(self.requests.find(object, properties, some, by), read)

    def surely_keyed(self, object: str, properties: Sequence[str], keys: Sequence[str]) -> dict[str, Record]:
        """The same; one miss proves nothing where a record that was just written may hide."""
        records: dict[str, Record] = {}

        def read(some: Sequence[str]) -> dict[str, str]:
            records.update(self.keyed(object, properties, some))
            return {key: records[key][0] for key in some if key in records}

        seek(read, keys, MISSES, self._pause)
        return records

    def surely_of(self, object: str, properties: Sequence[str], ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Records by their ids; one miss proves nothing."""
        records: dict[str, Mapping[str, Any]] = {}

        def read(some: Sequence[str]) -> dict[str, str]:
            records.update(self.of(object, properties, some))
            return {id: id for id in some if id in records}

        seek(read, ids, MISSES, self._pause)
        return records

    # ------------------------------------------------------------------------------------------------ files

    def file(self, id: str) -> File | None:
        """A file by its id."""
        return self.ask(self.requests.file(id), file_answers.file)

    def file_at(self, path: str) -> File | None:
        """The file that lies at a path."""
        return self.ask(self.requests.file_at(path), file_answers.at)

    # ------------------------------------------------------------------------------------------------ lists

    def rosters(self) -> Iterator[Roster]:
        """The lists of all objects, each once."""
        seen = set[str]()

        def at(offset: str | None) -> tuple[Sequence[Roster], str | None]:
            page = self.ask(self.requests.rosters(int(offset or 0)), list_answers.page)
            return page.rosters, None if page.following is None else str(page.following)

        for some in _walk(at):
            yield from (each for each in some if each.id not in seen)
            seen.update(each.id for each in some)

    def roster(self, id: str) -> Roster | None:
        """A list by its id."""
        return self.ask(self.requests.roster(id), list_answers.roster)

    def used(self, ids: Sequence[str]) -> set[str]:
        """Those of these lists that something of the portal refers to."""
        found = set[str]()
        for start in range(0, len(ids), BATCH):
            page = self.ask(self.requests.rosters(0, ids=ids[start : start + BATCH]), list_answers.page)
            found |= {id for id, count in page.used.items() if count and id in ids}
        return found

    def member_pages(self, id: str) -> Iterator[list_answers.Members]:
        """Members of a list, page by page."""

        def at(after: str | None) -> tuple[list_answers.Members, str | None]:
            page = self.ask(self.requests.members(id, after), list_answers.members)
            return page, page.after

        yield from _walk(at)

    def members(self, id: str) -> Iterator[str]:
        """The members of a list."""
        for page in self.member_pages(id):
            yield from page.since

    def lists_of(self, number: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Record -> the lists that it is a member of, of those that are in any."""
        found: dict[str, list[str]] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            read = partial(list_answers.lists_of, wanted=frozenset(some))
            found |= self.ask(self.requests.lists_of(number, some), read)
        return found

    # ------------------------------------------------------------------------------------------------ links

    def links(self, object: str, to: str, ids: Sequence[str]) -> dict[str, list[Linked]]:
        """Record -> who is linked with it. Who is named neither so nor as one without links is asked about again."""
        found: dict[str, list[Linked]] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), LINKS):
            some = wanted[start : start + LINKS]
            for _ in range(SILENT):
                self._linked(object, to, [id for id in some if id not in found], found)
        return {id: linked for id, linked in found.items() if linked}

    def field_links(self, object: str, to: str, ids: Sequence[str]) -> dict[str, list[Linked]]:
        """The same without links that are records of their own."""
        found = self.links(object, to, ids)
        if not found or KEYS not in self.existing(object):
            return found
        kept = self.of(object, [KEYS], list(found))
        return {id: of_fields(to, each, lines_of(id, kept.get(id, {}).get(KEYS))) for id, each in found.items()}

    def _linked(self, object: str, to: str, ids: Sequence[str], found: dict[str, list[Linked]]) -> None:
        asked: list[dict[str, str]] = [{"id": id} for id in ids]
        begun = set[tuple[str, str]]()
        while asked:
            read = partial(link_answers.links, wanted=frozenset(each["id"] for each in asked))
            some, more = self.ask(self.requests.links(object, to, asked), read)
            for id, linked in some.items():
                found.setdefault(id, []).extend(linked)
            if not begun.isdisjoint(more.items()):
                raise TargetError(f"HubSpot turns in a circle: links of {object} name themselves as the next ones")
            begun.update(more.items())
            asked = [{"id": id, "after": after} for id, after in more.items()]


def _walk(at: Callable[[str | None], tuple[Told, str | None]]) -> Iterator[Told]:
    """Page by page, by where the next one begins. TargetError where that is one that was read already."""
    after, begun = None, set[str]()
    while True:
        told, after = at(after)
        yield told
        if after is None:
            return
        if after in begun:
            raise TargetError("HubSpot turns in a circle: a page names one as the next that was read already")
        begun.add(after)
