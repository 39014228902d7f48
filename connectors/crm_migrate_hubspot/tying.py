"""Links as records of their own, read, made, changed and taken back.

Our key is written first, then the link: what has a key and no link is not read as a record, and the next try makes the
link. One thread at a time changes keys, as HubSpot knows no conditional write. A link that was there before us is made
ours by its key alone, and stays when that goes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

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
from crm_migrate.connecting.http import Http
from crm_migrate.errors import TargetError
from crm_migrate_hubspot.calls import GONE, TAKEN, Row, rows_of
from crm_migrate_hubspot.keeping import Keeping
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.linking import Linking, done
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.ties import (
    BESIDE,
    FROM,
    KEYS,
    LABEL,
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

ENDLESS = Refusal("a link has one record at each end", "REQUIRED")
UNKNOWN = Refusal("HubSpot has no such label of links between the two; make it there", "UNKNOWN", LABEL)
TWICE = Refusal("another record of ours is the same link", "EXISTS", LABEL)
FULL = Refusal("the record where the link begins has no room for one more key", "FULL", FROM)


@dataclass(slots=True)
class Standing:
    """The keys that records keep, all of them by the record, and their links to one object."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    links: Mapping[str, Sequence[Linked]] = field(default_factory=dict)

    def ours(self, to: str) -> Iterator[Line]:
        """The keys of links to an object that are there."""
        for lines in self.lines.values():
            yield from (line for line in lines if line.to == to and is_there(line.tie, self.links))


class Tying:
    """The links of a portal that carry our keys."""

    def __init__(self, portal: Portal, http: Http, linking: Linking, keeping: Keeping) -> None:
        self._portal, self._http, self._linking, self._keeping = portal, http, linking, keeping

    # ------------------------------------------------------------------------------------------------ looking

    def described(self, object: str) -> TargetObject | None:
        """The object in the words of the contract; None where the portal has no such links."""
        one, other = _ends(object)
        names = self._portal.label_names(one, other)
        if names is None or self._portal.properties(one) is None:
            return None
        labels = tuple(sorted(name for name in names.values() if name))
        return TargetObject(
            object,
            (
                TargetField(FROM, "reference", required=True, reference=one),
                TargetField(TO, "reference", required=True, reference=other),
                TargetField(LABEL, "choice", choices=labels),
            ),
        )

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """Links that carry a key of ours; by key all records are looked through where they may begin."""
        one, other = _ends(object.name)
        names, wanted = self._portal.label_names(one, other) or {}, frozenset(values)
        for standing in self._some(one, other, values) if by == "id" else self._all(one, other):
            found = [line for line in standing.ours(other) if by == "all" or _named(line, by) in wanted]
            if found:
                cells: dict[str, list[str | None]] = {
                    FROM: [each.tie.one for each in found],
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
        for page in self._portal.pages(one, [KEYS]):
            yield self._standing(one, other, {id: values.get(KEYS) for id, values in page if values.get(KEYS)})

    def _some(self, one: str, other: str, ids: Sequence[str]) -> Iterator[Standing]:
        ties = [tie for id in ids if (tie := tie_at(id)) is not None]
        yield self._of(one, other, [tie.one for tie in ties])

    def _of(self, one: str, other: str, ids: Iterable[str]) -> Standing:
        """What records keep; those that are not there are left out."""
        if KEYS not in self._portal.existing(one):
            raise TargetError(f"HubSpot has no property {KEYS} of {one}", hint="crm-migrate target prepare")
        found = self._portal.surely_of(one, [KEYS], list(dict.fromkeys(ids)))
        return self._standing(one, other, {id: values.get(KEYS) for id, values in found.items()})

    def _standing(self, one: str, other: str, held: Mapping[str, object]) -> Standing:
        links = self._portal.links(one, other, list(held)) if held else {}
        return Standing({id: lines_of(id, text) for id, text in held.items()}, links)

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """Keys, and then links; a change takes the old link away in between."""
        with self._keeping.lock:
            if batch.action == "create":
                return self._make(batch, rows_of(batch), {})
            return self._change(batch)

    def _change(self, batch: WriteBatch) -> Answer:
        one, other = _ends(batch.object.name)
        rows = rows_of(batch)
        current, refused = self._current(batch, rows)
        merged: dict[str, Row] = {
            entity: {**_row_of(line.tie, self._label(one, other, line.tie.type)), **rows[entity]}
            for entity, line in current.items()
        }
        types = self._types(one, other)
        moved = {e: line for e, line in current.items() if _tie(merged[e], types) != line.tie}
        self._ended(one, other, [line for line in moved.values() if line.was != THEIRS])
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
        told = self._linking.tie(one, other, list(links.values()))
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

    def _ended(self, one: str, other: str, lines: Sequence[Line]) -> None:
        """Links that go: with everything between the two where nothing else labels it."""
        held = self._portal.links(one, other, [line.tie.one for line in lines]) if lines else {}
        for line in lines:
            linked = next((each for each in held.get(line.tie.one, ()) if each.id == line.tie.other), None)
            if linked is None or not linked.has(line.tie.type):
                continue
            others = [label for type, label in linked.types if label and type != line.tie.type]
            tie = (line.tie.one, line.tie.other, line.tie.type)
            request = self._portal.requests.unlabel(one, other, [tie]) if others or line.was == BESIDE else (
                self._portal.requests.unlink(one, other, [tie[:2]]))  # fmt: skip
            done(self._http, request)

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
        self._ended(one, other, [line for line in going.values() if line.was != THEIRS])
        done_ = self._forgotten(one, standing, {e: line.tie.one for e, line in going.items()}) if going else set()
        lost = {e for e in done_ if not is_there(going[e].tie, standing.links)}
        return Answer({**gone, **{e: ids[e] for e in done_}}, refused, gone=frozenset({*gone, *lost}))

    def release(self, batch: WriteBatch) -> Answer:
        """No link is ever adopted, so there is none to give back."""
        return Answer(refused=dict.fromkeys(rows_of(batch), GONE))

    # ------------------------------------------------------------------------------------------------ names

    def _types(self, one: str, other: str) -> Mapping[str, Type]:
        found = self._portal.labels(one, other)
        if found is None:
            raise TargetError(f"HubSpot has no links from {one} to {other}", hint="name objects that it links")
        return found

    def _label(self, one: str, other: str, type: Type) -> str | None:
        return (self._portal.label_names(one, other) or {}).get(type) or None


def _ends(object: str) -> tuple[str, str]:
    found = ends_of(object)
    assert found is not None, "asked only about objects that are links"
    return found


def _named(line: Line, by: By) -> str:
    return line.tie.id if by == "id" else line.entity


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
