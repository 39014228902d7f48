"""Links as records of their own, read, made, changed and taken back.

Our key is written first, then the link: what has a key and no link is not read as a record, and the next try makes the
link. One thread at a time changes keys, as HubSpot knows no conditional write. A link that was there before us is made
ours by its key alone, and stays when that goes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Answer,
    By,
    Refusal,
    TargetObject,
    WriteBatch,
)
from crm_migrate.connecting.found import TAKEN
from crm_migrate.errors import TargetError
from crm_migrate_hubspot.calls import GONE, Row, kind_of
from crm_migrate_hubspot.keeping import Keeping
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.rosters import is_enrolled
from crm_migrate_hubspot.shapes import KIND
from crm_migrate_hubspot.ties import (
    BESIDE,
    FROM,
    FROM_LEAD,
    KEYS,
    LABEL,
    LEAD,
    THEIRS,
    TO,
    Line,
    Tie,
    ends_of,
    is_there,
    kept,
    lines_of,
    tie_at,
)
from crm_migrate_hubspot.values import LONGEST
from crm_migrate_hubspot.ways import Ways

ENDLESS = Refusal("a link has one record at each end", "REQUIRED")
TWO = Refusal("a member is one record, a contact or a lead", "TWO", FROM_LEAD)
UNKNOWN = Refusal("HubSpot has no such label of links between the two; make it there", "UNKNOWN", LABEL)
TWICE = Refusal("another record of ours is the same link", "EXISTS", LABEL)
FULL = Refusal("the record where the link begins has no room for one more key", "FULL", FROM)


@dataclass(slots=True)
class Standing:
    """The keys that records keep, all of them by the record, their links to one object, and which are leads."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    links: Mapping[str, Sequence[Linked]] = field(default_factory=dict)
    leads: frozenset[str] = frozenset()

    def ours(self, to: str, *, there: bool = True) -> Iterator[Line]:
        """The keys of links to an object that are there, or that are not."""
        for lines in self.lines.values():
            yield from (line for line in lines if line.to == to and is_there(line.tie, self.links) == there)


class Tying:
    """The links of a portal, or the members of its lists, that carry our keys."""

    def __init__(self, portal: Portal, links: Ways, members: Ways, keeping: Keeping) -> None:
        self._portal, self._links, self._members, self._keeping = portal, links, members, keeping

    def _ways(self, one: str, other: str) -> Ways:
        return self._members if is_enrolled(f"{one}>{other}") else self._links

    # ------------------------------------------------------------------------------------------------ looking

    def described(self, object: str) -> TargetObject | None:
        """The object in the words of the contract; None where the portal has no such links."""
        one, other = _ends(object)
        ways = self._ways(one, other)
        if self._portal.properties(one) is None or ways.names(one, other) is None:
            return None
        return TargetObject(object, ways.fields(one, other))

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """Links that carry a key of ours; by key all records are looked through where they may begin."""
        one, other = _ends(object.name)
        names, wanted = self._ways(one, other).names(one, other) or {}, frozenset(values)
        for standing in self._some(one, other, values) if by == "id" else self._all(one, other):
            found = [line for line in standing.ours(other) if by == "all" or _named(line, by) in wanted]
            if found:
                leads = [each.tie.one if each.tie.one in standing.leads else None for each in found]
                cells: dict[str, list[str | None]] = {
                    FROM: [None if lead else each.tie.one for each, lead in zip(found, leads, strict=True)],
                    FROM_LEAD: leads,
                    TO: [each.tie.other for each in found],
                    LABEL: [names.get(each.tie.type) or None for each in found],
                }
                columns: dict[str, list[str | None]] = {
                    "target_id": [each.tie.id for each in found],
                    ENTITY: [each.entity for each in found],
                }
                columns |= {each.name: cells[each.name] for each in object.fields if each.name in cells}
                yield pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})

    def _all(self, one: str, other: str) -> Iterator[Standing]:
        if KEYS not in self._portal.existing(one):
            return
        for page in self._portal.pages(one, self._asked(one)):
            yield self._standing(one, other, {id: values for id, values in page if values.get(KEYS)})

    def _some(self, one: str, other: str, ids: Sequence[str]) -> Iterator[Standing]:
        ties = [tie for id in ids if (tie := tie_at(id)) is not None]
        yield self._of(one, other, [tie.one for tie in ties])

    def _of(self, one: str, other: str, ids: Iterable[str]) -> Standing:
        """What records keep; those that are not there are left out."""
        if KEYS not in self._portal.existing(one):
            raise TargetError(f"HubSpot has no property {KEYS} of {one}", hint="crm-migrate target prepare")
        found = self._portal.surely_of(one, self._asked(one), list(dict.fromkeys(ids)))
        return self._standing(one, other, found)

    def _asked(self, one: str) -> list[str]:
        return [KEYS, *(each for each in (KIND,) if each in self._portal.existing(one))]

    def _standing(self, one: str, other: str, held: Mapping[str, Mapping[str, Any]]) -> Standing:
        ways = self._ways(one, other)
        lines = {id: lines_of(id, values.get(KEYS)) for id, values in held.items()}
        leads = frozenset(id for id, values in held.items() if kind_of(values) == LEAD and ways is self._members)
        return Standing(lines, ways.between(one, other, list(held)) if held else {}, leads)

    def begun(self, object: TargetObject, entities: Collection[str]) -> set[str]:
        """Those of these entities that have a key and no link."""
        one, other = _ends(object.name)
        keyed = {line.entity for each in self._all(one, other) for line in each.ours(other, there=False)}
        return keyed.intersection(entities)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """Keys, and then links; a change takes the old link away in between."""
        with self._keeping.lock:
            rows = {entity: _begun(row) for entity, row in rows_of(batch).items()}
            two = {entity: TWO for entity, row in rows.items() if row is None}
            left = {entity: row for entity, row in rows.items() if row is not None}
            told = self._make(batch, left, {}) if batch.action == "create" else self._change(batch, left)
            return Answer(told.loaded, {**told.refused, **two}, told.in_doubt)

    def _change(self, batch: WriteBatch, rows: Mapping[str, Row]) -> Answer:
        one, other = _ends(batch.object.name)
        current, refused = self._current(batch, rows)
        merged: dict[str, Row] = {
            entity: {**_row_of(line.tie, self._label(one, other, line.tie.type)), **rows[entity]}
            for entity, line in current.items()
        }
        types = self._types(one, other)
        moved = {e: line for e, line in current.items() if _tie(merged[e], types) != line.tie}
        self._ways(one, other).end(one, other, [line for line in moved.values() if line.was != THEIRS])
        told = self._make(batch, merged, {entity: line.tie for entity, line in moved.items()})
        return Answer(told.loaded, {**refused, **told.refused}, told.in_doubt)

    def _current(self, batch: WriteBatch, rows: Mapping[str, Row]) -> tuple[dict[str, Line], dict[str, Refusal]]:
        """Entity -> its link as it is."""
        one, other = _ends(batch.object.name)
        if TARGET_ID not in batch.rows.column_names:
            found = {line.entity: line for each in self._all(one, other) for line in each.ours(other)}
            current = {entity: found[entity] for entity in rows if entity in found}
            return current, {entity: GONE for entity in rows if entity not in current}
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        standing = next(self._some(one, other, list(ids.values())))
        lines = {line.tie.id: line for line in standing.ours(other)}
        current = {e: lines[id] for e, id in ids.items() if id in lines and lines[id].entity == e}
        refused = {e: TAKEN if ids[e] in lines else GONE for e in rows if e not in current}
        return current, refused

    def _make(self, batch: WriteBatch, rows: Mapping[str, Row], before: Mapping[str, Tie]) -> Answer:
        one, other = _ends(batch.object.name)
        types, wanted, refused = self._types(one, other), dict[str, Tie](), dict[str, Refusal]()
        for entity, row in rows.items():
            tie = _tie(row, types)
            if tie is None:
                refused[entity] = UNKNOWN if row.get(FROM) and row.get(TO) else ENDLESS
            else:
                wanted[entity] = tie
        begins = {tie.one for tie in (*wanted.values(), *before.values())}
        standing = self._of(one, other, begins)
        changed = set[str]()
        for entity, tie in wanted.items():
            why = _noted(standing, Line(entity, other, tie), changed)
            if why is not None:
                refused[entity] = why
        saved = self._keeping.save(one, {id: standing.lines[id] for id in changed})
        left = {
            e: tie for e, tie in wanted.items() if e not in refused and (tie.one not in changed or tie.one in saved)
        }
        return self._linked(one, other, left, standing, refused)

    def _linked(
        self, one: str, other: str, wanted: Mapping[str, Tie], standing: Standing, refused: dict[str, Refusal]
    ) -> Answer:
        """Links that are not there yet; who cannot have one loses its key again."""
        missing = {e: tie for e, tie in wanted.items() if not is_there(tie, standing.links)}
        links = {entity: (tie.one, tie.other, tie.type) for entity, tie in missing.items()}
        told = self._ways(one, other).tie(one, other, list(links.values()))
        failed = {entity: told.refused[link] for entity, link in links.items() if link in told.refused}
        doubt = {entity for entity, link in links.items() if link in told.doubt}
        if failed:
            self._forgotten(one, standing, {e: missing[e].one for e in failed})
        good = {e: tie.id for e, tie in wanted.items() if e not in failed and e not in doubt}
        return Answer(good, {**refused, **failed})

    def _forgotten(self, one: str, standing: Standing, keys: Mapping[str, str]) -> set[str]:
        """Take keys off the records that keep them; of which entities that is done."""
        for entity, id in keys.items():
            standing.lines[id] = [line for line in standing.lines[id] if line.entity != entity]
        saved = self._keeping.save(one, {id: standing.lines[id] for id in keys.values()})
        return {entity for entity, id in keys.items() if id in saved}

    # ------------------------------------------------------------------------------------------------ taking back

    def remove(self, batch: WriteBatch) -> Answer:
        """Links that carry our key go, and then their keys; those that were there before us only lose it."""
        with self._keeping.lock:
            return self._remove(batch)

    def _remove(self, batch: WriteBatch) -> Answer:
        one, other = _ends(batch.object.name)
        rows = rows_of(batch)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        standing = next(self._some(one, other, list(ids.values())))
        by_id = {line.tie.id: line for lines in standing.lines.values() for line in lines if line.to == other}
        gone = {e: id for e, id in ids.items() if id not in by_id}
        refused = {e: TAKEN for e, id in ids.items() if id in by_id and by_id[id].entity != e}
        going = {e: by_id[id] for e, id in ids.items() if e not in gone and e not in refused}
        ended = [line for line in going.values() if line.was != THEIRS]
        stay = self._ways(one, other).end(one, other, ended) if ended else set()
        keys = {e: line.tie.one for e, line in going.items() if line.tie.id not in stay}
        done_ = self._forgotten(one, standing, keys) if keys else set()
        lost = {e for e in done_ if not is_there(going[e].tie, standing.links)}
        return Answer({**gone, **{e: ids[e] for e in done_}}, refused, gone=frozenset({*gone, *lost}))

    def release(self, batch: WriteBatch) -> Answer:
        """No link is ever adopted, so there is none to give back."""
        return Answer(refused=dict.fromkeys(rows_of(batch), GONE))

    # ------------------------------------------------------------------------------------------------ names

    def _types(self, one: str, other: str) -> Mapping[str, Type]:
        """Label in small letters -> type; of several with one label the first is meant."""
        names = self._ways(one, other).names(one, other)
        if names is None:
            raise TargetError(f"HubSpot has no links from {one} to {other}", hint="name objects that it links")
        return {name.lower(): type for type, name in reversed(list(names.items()))}

    def _label(self, one: str, other: str, type: Type) -> str | None:
        return (self._ways(one, other).names(one, other) or {}).get(type) or None


def _ends(object: str) -> tuple[str, str]:
    found = ends_of(object)
    assert found is not None, "asked only about objects that are links"
    return found


def _named(line: Line, by: By) -> str:
    return line.tie.id if by == "id" else line.entity


def _begun(row: Row) -> Row | None:
    """A row that says in one cell where its link begins; None where it says two records."""
    if FROM_LEAD not in row:
        return row
    plain, lead = row.get(FROM), row[FROM_LEAD]
    if plain and lead:
        return None
    return {**{name: cell for name, cell in row.items() if name != FROM_LEAD}, FROM: plain or lead}


def _row_of(tie: Tie, label: str | None) -> dict[str, str | None]:
    return {FROM: tie.one, TO: tie.other, LABEL: label}


def _tie(row: Row, types: Mapping[str, Type]) -> Tie | None:
    """The link that a row means; None where it has no end, or nobody knows its label."""
    type = types.get(str(row.get(LABEL) or "").strip().lower())
    one, other = row.get(FROM), row.get(TO)
    return Tie(one, other, type) if one and other and type is not None else None


def _noted(standing: Standing, line: Line, changed: set[str]) -> Refusal | None:
    """Add a key to those that a record keeps; why it cannot have it."""
    id = line.tie.one
    if id not in standing.lines:
        return GONE
    for each, elsewhere in standing.lines.items():
        if each != id and any(one.entity == line.entity for one in elsewhere):
            standing.lines[each] = [one for one in elsewhere if one.entity != line.entity]
            changed.add(each)
    lines = standing.lines[id]
    same = next((each for each in lines if each.to == line.to and each.tie == line.tie), None)
    if same is not None:
        return None if same.entity == line.entity else TWICE
    was = _was(line, lines, standing)
    added = [*(each for each in lines if each.entity != line.entity), Line(line.entity, line.to, line.tie, was)]
    if len(kept(added)) > LONGEST:
        return FULL
    standing.lines[id] = added
    changed.add(id)
    return None


def _was(line: Line, lines: Sequence[Line], standing: Standing) -> str:
    """What is between the two already, beside links of ours."""
    if is_there(line.tie, standing.links):
        return THEIRS
    ours = [each for each in lines if each.to == line.to and each.tie.other == line.tie.other]
    if ours:
        return BESIDE if any(each.was for each in ours) else ""
    return BESIDE if any(each.id == line.tie.other for each in standing.links.get(line.tie.one, ())) else ""
