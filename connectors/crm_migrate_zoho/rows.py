"""Rows of subforms as records of their own: they are written through the record that they belong to.

A change of that record adds rows without an id, changes those with one, and takes away those with `_delete`. It names
all rows that are there: version 2 of the API dropped those that a change did not name, which later ones keep. A row
that Zoho does not take keeps its whole record from being changed, so rows that are refused together are parted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.row_results import changed, joined
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_zoho import making, requests
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.describe import Described
from crm_migrate_zoho.records import Values
from crm_migrate_zoho.shapes import PARENT
from crm_migrate_zoho.values import text_of

NOBODY = Refusal("a row belongs to a record", "REQUIRED", PARENT)
MOVED = Refusal("a row stays with its record; it can be taken away and made again", "MOVED", PARENT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A row as it is sent, and the record that it belongs to."""

    parent: str
    values: Values


class Rows:
    """Writes batches of rows of subforms, one batch of a subform at a time."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """One request that writes, unless a row is refused, and those that look before and behind it."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    def _create(self, batch: WriteBatch) -> Answer:
        """Zoho would take a key twice here, so an earlier try is asked for before the request, too."""
        until, shape, rows = self._calls.until(), self._calls.shape(batch), rows_of(batch)
        before = self._calls.keyed(batch.object, rows)
        rows = {entity: row for entity, row in rows.items() if entity not in before}
        made, refused = making.creations(self._calls, shape, rows)
        sent, refused = _owned(made, {}, refused)
        others = Answer(before, refused)
        if not sent:
            return others
        told = self._sent(shape.described, sent, until, rows)
        if told.refused_whole is not None:
            return self._calls.whole(told.refused_whole, sent, others)
        there = self._calls.surely(batch.object, sent)
        if there is None:
            return joined(others, Answer(in_doubt=frozenset(sent)))
        refused = {entity: why for entity, why in told.refused.items() if entity not in there}
        later = {entity: at for entity, at in told.later.items() if entity not in there}
        known = {**there, **refused, **later}
        return joined(others, Answer(there, refused, frozenset(sent.keys() - known.keys()), later))

    def change(self, batch: WriteBatch) -> Answer:
        """Rows changed by their ids; adopted ones get our key, and released ones lose it."""
        until, shape, rows = self._calls.until(), self._calls.shape(batch), rows_of(batch)
        current = self._calls.current(shape, batch)
        made, refused = making.changes(self._calls, shape, batch, rows, current)
        sent, refused = _owned(made, current.records, refused)
        now = self._calls.now()
        others = Answer(refused=refused, later={e: now for e in rows if e not in sent and e not in refused})
        return self._ended(shape.described, sent, until, rows, others)

    def take(self, object: TargetObject, ids: Mapping[str, str], until: float, rows: Mapping[str, Row]) -> Answer:
        """Rows taken away (entity -> id)."""
        described = self._calls.described(object)
        pages = self._calls.looking.among(described, [PARENT], "id", ids.values())
        parents = {str(each["id"]): _parent(each) for page in pages for each in page}
        sent = {e: Sent(parents[id], {"id": id, "_delete": None}) for e, id in ids.items() if id in parents}
        gone = {entity: id for entity, id in ids.items() if id not in parents}
        return self._ended(described, sent, until, rows, Answer(gone, gone=frozenset(gone)))

    def _ended(
        self, described: Described, sent: Mapping[str, Sent], until: float, rows: Mapping[str, Row], others: Answer
    ) -> Answer:
        """What became of rows that have ids."""
        if not sent:
            return others
        told = self._sent(described, sent, until, rows)
        if told.refused_whole is not None:
            return self._calls.whole(told.refused_whole, sent, others)
        return joined(others, replace(told, loaded={entity: str(sent[entity].values["id"]) for entity in told.loaded}))

    # ------------------------------------------------------------------------------------------------ sending

    def _sent(self, described: Described, sent: Mapping[str, Sent], until: float, rows: Mapping[str, Row]) -> Answer:
        """Entity -> record, of the rows that were taken; those that were refused together are sent in two parts."""
        told = self._request(described, sent, until, rows)
        together = {entity: sent[entity] for entity in told.refused}
        halves = list(_halves(together))
        if not halves:
            return told
        parted = set().union(*halves)
        told = replace(told, refused={entity: why for entity, why in told.refused.items() if entity not in parted})
        for half in halves:
            part = self._sent(described, half, until, rows)
            if part.refused_whole is not None:
                part = Answer(later=dict.fromkeys(half, self._calls.now()))
            told = joined(told, part)
        return told

    def _request(self, described: Described, sent: Mapping[str, Sent], until: float, rows: Mapping[str, Row]) -> Answer:
        if late := self._calls.late(until, sent, Answer()):
            return late
        parents: dict[str, list[Values]] = {}
        for each in sent.values():
            parents.setdefault(each.parent, []).append(each.values)
        there = self._there(described, list(parents))
        bodies = []
        for parent, values in parents.items():
            ours = {each.get("id") for each in values}
            kept = [{"id": id} for id in there.get(parent, ()) if id not in ours]
            bodies.append({"id": parent, described.module: [*kept, *values]})
        said = self._calls.send(requests.changing(described.parent, bodies), rows.values())
        if isinstance(said, Refusal):
            return self._calls.whole(said, sent, Answer())
        told = changed({parent: parent for parent in parents}, said, self._calls.now())
        return Answer(
            {entity: each.parent for entity, each in sent.items() if each.parent in told.loaded},
            {entity: told.refused[each.parent] for entity, each in sent.items() if each.parent in told.refused},
            frozenset(entity for entity, each in sent.items() if each.parent in told.in_doubt),
            {entity: told.later[each.parent] for entity, each in sent.items() if each.parent in told.later},
        )

    def _there(self, described: Described, parents: list[str]) -> dict[str, list[str]]:
        """Record -> the ids of its rows."""
        found: dict[str, list[str]] = {}
        for page in self._calls.looking.among(replace(described, name=described.module), [PARENT], PARENT, parents):
            for row in page:
                found.setdefault(_parent(row), []).append(str(row["id"]))
        return found


def _owned(
    made: Mapping[str, Values], current: Mapping[str, Record], refused: Mapping[str, Refusal]
) -> tuple[dict[str, Sent], dict[str, Refusal]]:
    """Rows with the records that they belong to: those that they name, or those of rows that are there."""
    sent, refused = dict[str, Sent](), dict(refused)
    for entity, values in made.items():
        named = text_of(values.get(PARENT), "lookup")
        has = _parent(current[entity]) if entity in current else ""
        if has and PARENT in values and named != has:
            refused[entity] = MOVED
        elif has or named:
            sent[entity] = Sent(has or str(named), {name: each for name, each in values.items() if name != PARENT})
        else:
            refused[entity] = NOBODY
    return sent, refused


def _parent(row: Record) -> str:
    return text_of(row.get(PARENT), "lookup") or ""


def _halves(sent: Mapping[str, Sent]) -> Iterator[dict[str, Sent]]:
    """The rows of records that have several, in two parts; none where each record has one."""
    of: dict[str, list[str]] = {}
    for entity, each in sent.items():
        of.setdefault(each.parent, []).append(entity)
    several = [entities for entities in of.values() if len(entities) > 1]
    if several:
        yield {entity: sent[entity] for each in several for entity in each[: len(each) // 2]}
        yield {entity: sent[entity] for each in several for entity in each[len(each) // 2 :]}
