"""Static lists as records: read, made, renamed and taken away again.

A name is there once, so a list whose answer was lost is found by it. Our key is written first, without an id: who has
such a key, and finds the name, made that list; who finds the name and has no key meets the list of somebody else.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Answer,
    By,
    Refusal,
    TargetField,
    TargetObject,
    WriteBatch,
)
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Http
from crm_migrate_hubspot import list_answers
from crm_migrate_hubspot.calls import GONE, Row, kind_of
from crm_migrate_hubspot.linking import done
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.registering import Registry
from crm_migrate_hubspot.rosters import LISTS, MANUAL, NAME, Roster, listed, number_of
from crm_migrate_hubspot.shapes import KEY, KIND, REGISTRY
from crm_migrate_hubspot.ties import KEYS, lines_of

REQUIRED = Refusal("a list has a name", "REQUIRED", NAME)
HAS_MEMBERS = Refusal("it has members that are not ours", "REFERRED")
IN_USE = Refusal("something of the portal uses it (a workflow, a mail, another list)", "REFERRED")


class Listing:
    """The static lists of a portal."""

    def __init__(self, portal: Portal, http: Http, registry: Registry) -> None:
        self._portal, self._http, self._registry = portal, http, registry

    # ------------------------------------------------------------------------------------------------ looking

    def described(self, object: str) -> TargetObject | None:
        """The object in the words of the contract; None where the portal does not have its records."""
        if self._portal.properties(_of(object)) is None:
            return None
        return TargetObject(object, (TargetField(NAME, "text", required=True, unique=True),), KEY)

    def is_prepared(self, object: str) -> bool:
        """Whether our keys have a place."""
        return REGISTRY in self._portal.existing(_of(object))

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """Lists whose members are put there one by one."""
        of = _of(object.name)
        keys = {id: entity for entity, id in self._registry.keys(of).items() if id}
        wanted = frozenset(values)
        if by == "all":
            found = self._all(of, keys)
        else:
            ids = [id for id in keys if keys[id] in wanted] if by == "key" else list(dict.fromkeys(values))
            found = [each for id in ids if (each := self._static(of, id)) is not None]
        if found:
            columns: dict[str, list[str | None]] = {
                "target_id": [each.id for each in found],
                ENTITY: [keys.get(each.id) for each in found],
            }
            columns |= {NAME: [each.name for each in found]} if object.field(NAME) else {}
            yield pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})

    def _all(self, of: str, keys: Mapping[str, str]) -> list[Roster]:
        """What HubSpot lists; those that carry a key of ours are asked for where it leaves them out."""
        found = {each.id: each for each in self._portal.rosters() if each.is_static and each.of == number_of(of)}
        for id in keys:
            if id not in found and (missed := self._static(of, id)) is not None:
                found[id] = missed
        return list(found.values())

    def _static(self, of: str, id: str) -> Roster | None:
        found = self._portal.roster(id)
        return found if found is not None and found.is_static and found.of == number_of(of) else None

    def begun(self, object: TargetObject, entities: Collection[str]) -> set[str]:
        """Those of these entities whose key waits for its list, be that made or not."""
        waiting = {entity for entity, id in self._registry.keys(_of(object.name)).items() if not id}
        return waiting.intersection(entities)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One list."""
        ((entity, row),) = rows_of(batch).items()
        with self._registry.lock:
            of = _of(batch.object.name)
            said = self._made(of, entity, row) if batch.action == "create" else self._changed(of, entity, row)
        return _answer(entity, said)

    def _made(self, of: str, entity: str, row: Row) -> str | Refusal:
        name, keys = row.get(NAME), self._registry.keys(of)
        if not name:
            return REQUIRED
        if keys.get(entity) and self._static(of, keys[entity]) is not None:
            return keys[entity]
        there = self._named(of, name)
        if there is not None and not (entity in keys and _is_free(there, keys)):
            return _exists(there)
        full = self._registry.put(of, entity, "")
        if full is not None:
            return full
        found = there or self._added(of, name, begun=entity in keys)
        if isinstance(found, Refusal) or not _is_free(found, keys):
            self._registry.drop(of, entity)
            return found if isinstance(found, Refusal) else _exists(found)
        self._registry.put(of, entity, found.id)
        return found.id

    def _added(self, of: str, name: str, *, begun: bool) -> Roster | Refusal:
        """A list that was made now; one that an earlier try made is not always found by the way of its name."""
        found = list_answers.made(self._http.send(self._portal.requests.add_roster(_number(of), name, MANUAL)), name)
        if isinstance(found, Refusal) and begun:
            listed = (each for each in self._portal.rosters() if each.is_static)
            return next((each for each in listed if (each.name, each.of) == (name, _number(of))), found)
        return found

    def _named(self, of: str, name: str) -> Roster | None:
        return self._portal.ask(self._portal.requests.roster_named(_number(of), name), list_answers.roster)

    def _changed(self, of: str, entity: str, row: Row, *, release: bool = False) -> str | Refusal:
        keys = self._registry.keys(of)
        id = str(row.get(TARGET_ID) or keys.get(entity) or "")
        there = self._static(of, id) if id else None
        if there is None:
            return GONE
        if not _is_free(there, {each: kept for each, kept in keys.items() if each != entity}):
            return TAKEN
        if NAME in row and row[NAME] != there.name:
            why = self._renamed(there, row[NAME])
            if why is not None:
                return why
        if release:
            self._registry.drop(of, entity)
        elif keys.get(entity) != id:
            return self._registry.put(of, entity, id) or id
        return id

    def _renamed(self, there: Roster, name: str | None) -> Refusal | None:
        if not name:
            return REQUIRED
        found = list_answers.made(self._http.send(self._portal.requests.rename_roster(there.id, name)), name)
        return found if isinstance(found, Refusal) else None

    # ------------------------------------------------------------------------------------------------ taking back

    def release(self, batch: WriteBatch) -> Answer:
        """A list that had been adopted loses our key."""
        ((entity, row),) = rows_of(batch).items()
        with self._registry.lock:
            return _answer(entity, self._changed(_of(batch.object.name), entity, row, release=True))

    def remove(self, batch: WriteBatch) -> Answer:
        """A list goes that carries our key, has no members any more, and that nothing uses."""
        ((entity, row),) = rows_of(batch).items()
        of, id = _of(batch.object.name), str(row[TARGET_ID])
        with self._registry.lock:
            there, keys = self._static(of, id), self._registry.keys(of)
            if there is not None and keys.get(entity) != id:
                return Answer(refused={entity: TAKEN})
            why = self._why_not(there) if there is not None else None
            if why is not None:
                return Answer(refused={entity: why})
            if there is not None:
                done(self._http, self._portal.requests.drop_roster(id))
                if self._static(of, id) is not None:
                    return Answer(in_doubt=frozenset({entity}))
            if keys.get(entity) == id:
                self._registry.drop(of, entity)
        return Answer({entity: id}, gone=frozenset() if there is not None else frozenset({entity}))

    def _why_not(self, there: Roster) -> Refusal | None:
        if next(self._portal.members(there.id), None) is not None:
            return HAS_MEMBERS
        return IN_USE if self._portal.used([there.id]) else None

    def referred(self, object: TargetObject) -> Iterator[pa.Table]:
        """Lists of ours that have members that are not, or that something uses."""
        of = _of(object.name)
        ids = [id for id in self._registry.keys(of).values() if id]
        found = [(id, "(HubSpot)", "references") for id in sorted(self._portal.used(ids))]
        for id in ids:
            if self._static(of, id) is not None:
                found += sorted({(id, object_, LISTS) for object_ in self._strangers(of, id)})
        if found:
            columns = zip(("target_id", "object", "field"), zip(*found, strict=True), strict=True)
            yield pa.table({each: pa.array(column, pa.string()) for each, column in columns})

    def _strangers(self, of: str, id: str) -> Iterator[str]:
        """The objects of members whom somebody else put into a list."""
        asked = [each for each in (KEYS, KIND) if each in self._portal.existing(of)]
        for record, values in self._portal.of(of, asked, list(self._portal.members(id))).items():
            lines = lines_of(record, values.get(KEYS))
            if not any((line.to, line.tie.other) == (LISTS, id) for line in lines):
                kind = kind_of(values)
                yield f"{of}:{kind}" if kind else of


def _of(object: str) -> str:
    found = listed(object)
    assert found is not None, "asked only about lists"
    return found


def _number(of: str) -> str:
    return number_of(of) or ""


def _is_free(there: Roster, keys: Mapping[str, str]) -> bool:
    """Whether a list carries no key yet, and could."""
    return there.is_static and there.id not in keys.values()


def _exists(there: Roster) -> Refusal:
    return Refusal(f"HubSpot has a list of this name that is not ours (list {there.id})", "EXISTS", NAME)


def _answer(entity: str, said: str | Refusal) -> Answer:
    return Answer(refused={entity: said}) if isinstance(said, Refusal) else Answer({entity: said})
