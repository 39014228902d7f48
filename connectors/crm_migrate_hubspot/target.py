"""A HubSpot portal as a target.

Our key lives in a property whose values are there once. Whatever is in doubt is asked about by it, never by a search.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.conformance_targets import Kit
from crm_migrate.connecting.contract import (
    ENTITY,
    Action,
    Allowance,
    Answer,
    Asks,
    By,
    Content,
    Doubt,
    Limits,
    Load,
    Room,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.kinds import of_others
from crm_migrate.connecting.owning import by_mailbox
from crm_migrate_hubspot import asking, costing
from crm_migrate_hubspot.answers import Record
from crm_migrate_hubspot.auth import Rooms
from crm_migrate_hubspot.calls import cell_of, kind_of
from crm_migrate_hubspot.consenting import Consenting
from crm_migrate_hubspot.describe import object_of
from crm_migrate_hubspot.enrolling import Enrolling
from crm_migrate_hubspot.file_shapes import ATTACHED, told
from crm_migrate_hubspot.files import Files
from crm_migrate_hubspot.keeping import Keeping
from crm_migrate_hubspot.kit import kit
from crm_migrate_hubspot.linking import Linking, end_of
from crm_migrate_hubspot.listing import Listing
from crm_migrate_hubspot.portal import LONGEST_QUERY, MISSES, Portal
from crm_migrate_hubspot.portal_answers import Account
from crm_migrate_hubspot.preparing import by_hand, prepare, where_choices
from crm_migrate_hubspot.registering import Registry
from crm_migrate_hubspot.removing import Removing
from crm_migrate_hubspot.requests import BATCH, Requests
from crm_migrate_hubspot.rosters import listed
from crm_migrate_hubspot.settings import Settings
from crm_migrate_hubspot.shapes import (
    EMAIL,
    KEY,
    KIND,
    MERGED,
    UNFINISHED,
    Place,
    holds_files,
    is_object,
    linked_with,
    place_of,
    split,
)
from crm_migrate_hubspot.ties import KEYS, ends_of
from crm_migrate_hubspot.tying import Tying
from crm_migrate_hubspot.values import Names
from crm_migrate_hubspot.ways import Links
from crm_migrate_hubspot.writing import Writing

LIST = 7  # requests about one list: its keys three times, its name, the list itself, and its key before and behind


class HubSpotTarget:
    """Writes a portal. Any number of threads may write."""

    def __init__(self, settings: Settings, waiting: Waiting | None = None) -> None:
        self._settings = settings
        self._waiting = waiting or Waiting()
        self._rooms = Rooms(settings, self._waiting)
        self._portal = Portal(self._rooms.questions, Requests(settings.api_version), self._pause)
        changes = self._rooms.changes
        self._consenting = Consenting(self._portal, changes, settings)
        keeping = Keeping(self._portal, changes)
        linking = Linking(self._portal, changes, keeping)
        self._writing = Writing(self._portal, changes, linking, self._consenting, self._waiting)
        self._removing = Removing(self._portal, changes)
        self._files = Files(self._portal, changes, self._writing, self._removing, self._waiting)
        links, members = Links(self._portal, changes, linking), Enrolling(self._portal, changes)
        self._tying = Tying(self._portal, links, members, keeping)
        self._listing = Listing(self._portal, changes, Registry(self._portal, changes))

    @property
    def stop(self) -> threading.Event:
        """What ends every wait of ours."""
        return self._waiting.stop

    def _pause(self) -> bool:
        self._waiting.wait(self._settings.settle_seconds)
        return True

    def limits(self, object: TargetObject, action: Action) -> Limits:  # noqa: ARG002 -- all actions are alike there
        """What a request holds; and the times of the environment."""
        said = self._settings
        is_file = self.takes_bytes(object)
        is_list = listed(object.name) is not None
        before = said.longest_seconds + said.upload_seconds if is_file else 0  # its note follows the bytes
        return Limits(
            rows=1 if is_list or is_file else BATCH,
            parallel=said.parallel,
            longest_seconds=before + said.longest_seconds,
            settle_seconds=said.settle_seconds,
            misses=MISSES,
            apart_seconds=said.settle_seconds,
            requests=LIST if is_list else None,
        )

    def writing(self, object: TargetObject, action: Action, loads: Iterable[Load]) -> int:
        """By which links and consents its records have."""
        name = split(object.name)[0]
        keeps = not ends_of(object.name) and KEYS in self._portal.existing(name)
        return sum(costing.of_batch(object.name, action, load, keeps=keeps) for load in loads)

    def reading(self, object: TargetObject, records: int, beside: Mapping[TargetObject, int]) -> int:
        """By all properties, links and consents that its records may have."""
        if ends := ends_of(object.name):
            return costing.of_ties(records, of_others(ends[0], beside))
        if listed(object.name):
            return costing.of_lists(records)
        name = split(object.name)[0]
        there = {each.name: each for each in (*self._described(object.name).fields, *object.fields)}
        wanted = {each.name for each in object.fields}
        read = [each for each in there.values() if each.name in wanted or not each.read_only]
        places = [place for each in read if (place := self._place(object.name, each.name)) is not None]
        files = records if any(place.file for place in places) else 0  # each is asked for by itself
        keeps = KEYS in self._portal.existing(name)  # asked for where there are links: taken to be those of the mapping
        page = costing.Page(
            links=len({place.to for place in places if place.to}),
            kept=len({place.to for place in places if place.to and place.name in wanted}) if keeps else 0,
            consents=sum(place.consent and not place.label for place in places),
            subscriptions=sum(place.consent and place.label != "" for place in places),
            wide=sum(len(place.property) for place in places) > LONGEST_QUERY,
        )
        return files + costing.of_pages(records, of_others(object.name, beside), page)

    def asking(self, objects: Sequence[TargetObject]) -> Asks:
        """Properties, labels and pipelines, and who owns records."""
        return asking.asking(objects, self._portal.owners_take())

    def identity(self) -> str:
        """The portal."""
        return f"hubspot {self._account().portal}"

    def _account(self) -> Account:
        found = self._portal.account()
        with suppress(KeyError, ValueError, OSError):  # a zone that this machine does not know: its day ends with UTC's
            self._rooms.zone = ZoneInfo(found.zone)
        return found

    def allowance(self) -> Allowance:
        """What the portal's answers say of its limits; of the day they say nothing to an app with OAuth."""
        return self._account().allowance

    # ------------------------------------------------------------------------------------------------ looking

    def describe(self, objects: Sequence[str]) -> TargetSchema:
        """The objects that are there, with their properties and the links that they may have."""
        found, prepared = [], True
        for name in dict.fromkeys(objects):
            if ends_of(name) or listed(name):
                beside, ready = self._beside(name)
                found += [beside] if beside is not None else []
                prepared = prepared and ready
                continue
            own, kind = split(name)
            known = self._portal.properties(own) if is_object(name) else None
            if known is None:
                continue
            found.append(self._described(name))
            prepared = prepared and KEY in known and (not kind or KIND in known)
        return TargetSchema(tuple(found), prepared)

    def _beside(self, name: str) -> tuple[TargetObject | None, bool]:
        """An object that is no object of HubSpot's: links, lists, members; and whether our keys have a place."""
        if listed(name):
            lists = self._listing.described(name)
            return lists, lists is None or self._listing.is_prepared(name)
        ties = self._tying.described(name)
        return ties, ties is None or KEYS in self._portal.existing(name.partition(">")[0])

    def _described(self, name: str) -> TargetObject:
        own, _ = split(name)
        ends = ((to, self._portal.label_names(own, to) or {}) for to in linked_with(own))
        links = [(to, label) for to, names in ends for label in dict.fromkeys(names.values())]
        return object_of(name, self._portal.existing(own), self._portal.stages(own), links)

    def prepare(self, objects: Sequence[TargetObject], *, apply: bool) -> tuple[str, ...]:
        """Properties and labels of links are made; objects and types of subscription only people can make."""
        return prepare(objects, self._portal, self._rooms.changes, self._waiting, apply=apply)

    def by_hand(self, objects: Sequence[TargetObject]) -> tuple[ByHand, ...]:
        """What people make, all of it."""
        return by_hand(objects, self._portal)

    def foretell(self, object: TargetObject, values: Mapping[str, Collection[str]]) -> Iterator[Doubt]:
        """By its users."""
        return by_mailbox(object, values, lambda: self._portal.names(object.name).owners)

    def where_choices(self, object: str, field: str) -> str:
        """By its menus."""
        return where_choices(object, field)

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Records as they are now, those that are archived not among them. Who is not finished is not yet ours."""
        if ends_of(object.name):
            yield from self._tying.read(object, by, values)
            return
        if listed(object.name):
            yield from self._listing.read(object, by, values)
            return
        name, kind = split(object.name)
        known = self._portal.existing(name)
        places = {each.name: place for each in object.fields if (place := self._place(object.name, each.name))}
        asked = [place.property for place in places.values() if place.property]
        asked += [key for key in (KEY, KIND) if key in known]
        asked += [EMAIL] if any(place.consent for place in places.values()) else []
        asked += [ATTACHED] if any(place.file for place in places.values()) else []
        if by == "key" and KEY not in known:
            return
        types = {each.name: each.type for each in object.fields}
        for records in self._records(name, by, values, list(dict.fromkeys(asked))):
            ours = [each for each in records if by != "all" or kind_of(each[1]) == kind]
            if ours:
                yield self._table(name, places, types, ours)

    def _place(self, object: str, field: str) -> Place | None:
        """Where a field is, if the portal has it."""
        name, place = split(object)[0], place_of(object, field)
        if place is None or (place.property and place.property not in self._portal.existing(name)):
            return None
        return place if not place.to or self._portal.type(name, place) is not None else None

    def _records(self, name: str, by: By, values: Sequence[str], asked: Sequence[str]) -> Iterator[Sequence[Record]]:
        if by == "all":
            yield from self._portal.pages(name, asked)
            return
        for start in range(0, len(values), BATCH):
            some = values[start : start + BATCH]
            if by == "id":
                yield list(self._portal.of(name, asked, some).items())
            else:
                yield list(self._portal.keyed(name, asked, some).values())

    def _table(
        self, name: str, places: Mapping[str, Place], types: Mapping[str, str], records: Sequence[Record]
    ) -> pa.Table:
        keys = [str(values.get(KEY) or "") for _, values in records]
        columns: dict[str, list[str | None]] = {
            "target_id": [id for id, _ in records],
            ENTITY: [key if key and not key.endswith(UNFINISHED) else None for key in keys],
        }
        names = self._portal.names(name) if any(place.property for place in places.values()) else Names()
        links = {
            to: self._portal.field_links(name, to, [id for id, _ in records])
            for to in dict.fromkeys(place.to for place in places.values() if place.to)
        }
        held = any(place.file for place in places.values())
        files = [self._files.of(values) for _, values in records] if held else []
        for field, place in places.items():
            if place.file:
                columns[field] = [told(file, place.file) for file in files]
            elif place.to:
                type = self._portal.type(name, place)
                columns[field] = [end_of(place, type, links[place.to].get(id, ())) for id, _ in records]
            elif place.consent:
                columns[field] = self._consenting.told(place, [values for _, values in records])
            else:
                columns[field] = [self._cell(name, place, types[field], values, names) for _, values in records]
        return pa.table({each: pa.array(cells, pa.string()) for each, cells in columns.items()})

    def _cell(self, name: str, place: Place, type: str, values: Mapping[str, Any], names: Names) -> str | None:
        definition = self._portal.existing(name)[place.property]
        return cell_of(name, definition, type, values.get(place.property), names)

    def merged_into(self, object: TargetObject, ids: Sequence[str]) -> Mapping[str, str]:
        """Asked for by its id, a merged record gives the one that is left, which names those that went into it."""
        if ends_of(object.name) or listed(object.name):
            return {}
        name, found = split(object.name)[0], dict[str, str]()
        for id, values in self._portal.left(name, [MERGED], ids):
            went = {each.strip() for each in str(values.get(MERGED) or "").split(";")}
            found.update({each: id for each in ids if each in went and each != id})
        return found

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """A request for the properties, and those for links and consents."""
        beside = self._looks_after(batch.object.name)
        return beside.write(batch) if beside is not None else self._writing.write(batch)

    def takes_bytes(self, object: TargetObject) -> bool:
        """Notes of the kind `File` stand for files."""
        return holds_files(object.name)

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """A request with the bytes, and those of the note that names them."""
        return self._files.upload(batch, content)

    def room(self) -> Room:
        """HubSpot says nothing of it."""
        return Room()

    def begun(self, object: TargetObject, entities: Collection[str]) -> Collection[str]:
        """Records with a mark behind their keys; links and lists whose keys are written and that are not there."""
        beside, name = self._looks_after(object.name), split(object.name)[0]
        if isinstance(beside, Tying | Listing):
            return beside.begun(object, entities)
        if KEY not in self._portal.existing(name):
            return ()
        found = self._portal.surely_keyed(name, (), [entity + UNFINISHED for entity in entities])
        return {key.removesuffix(UNFINISHED) for key in found}

    def remove(self, batch: WriteBatch) -> Answer:
        """A request, of records that nobody refers to."""
        beside = self._looks_after(batch.object.name)
        return beside.remove(batch) if beside is not None else self._removing.remove(batch)

    def release(self, batch: WriteBatch) -> Answer:
        """A change that takes our key off, too."""
        beside = self._looks_after(batch.object.name)
        return beside.release(batch) if beside is not None else self._writing.change(batch)

    def _looks_after(self, object: str) -> Tying | Listing | Files | None:
        """Who looks after what is no object of HubSpot's, or more than one."""
        if holds_files(object):
            return self._files
        return self._tying if ends_of(object) else self._listing if listed(object) else None

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """By links of records of HubSpot's own objects; of lists, by members that are not ours."""
        if listed(object.name):
            return self._listing.referred(object)
        return iter(()) if ends_of(object.name) else self._removing.referred(object, known)

    def kit(self, token: str) -> Kit:
        """What `crm-migrate conformance` may use here."""
        return kit(token)

    def close(self) -> None:
        """Give back the connections."""
        self._rooms.close()
