"""Relations read, made, changed and taken back. What is changed are the parties at their beginnings, in one call."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
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
from crm_migrate.errors import TargetError
from crm_migrate_tryton import relations, requests
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.calls import GONE, PAGE, TAKEN, Calls
from crm_migrate_tryton.describe import Missing
from crm_migrate_tryton.records import Name, Record, Row, Values
from crm_migrate_tryton.relation_keys import PREFIX, Keyed, is_straight, paired
from crm_migrate_tryton.relations import BEGINNING, DATES, ENDS, EXISTS, TYPE, Tie
from crm_migrate_tryton.shapes import CATEGORY, KEYED, KINDS, PARTY, RELATION, REPLACED_BY, end_of

KEYS = 50  # that one search asks for by their beginnings
Fitting = Callable[[str, Row], dict[int, Values]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Relations as they are now, by id, and which of them carry a key of ours."""

    records: Mapping[int, Record]
    keys: Mapping[int, Keyed]

    def entities(self) -> dict[str, int]:
        """Our keys and the relations that carry them."""
        return {keyed.entity: id for id, keyed in self.keys.items()}

    def ties(self) -> frozenset[Tie]:
        """What they are."""
        return frozenset(relations.tie_at(each) for each in self.records.values())


class Relating:
    """The relations of a database as records of their own."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    # ------------------------------------------------------------------------------------------------ looking

    def described(self, key_field: str) -> TargetObject:
        """The object in the words of the contract."""
        kinds = self._calls.looking.model(PARTY)
        ends = [f"{end}.{kind}" if kind else end for end in ENDS for kind in ("", *(kinds.children if kinds else ()))]
        fields = [TargetField(end, "reference", reference=PARTY) for end in ends]
        dates = [TargetField(name, "date") for name in DATES]
        return TargetObject(RELATION, (*fields, TargetField(TYPE, "text", required=True), *dates), key_field)

    def missing(self, wanted: TargetObject) -> Iterator[Missing | str]:
        """Kinds of parties that fields name and nobody has made, and fields that no relation has."""
        parties, fields = self._calls.looking.model(PARTY), self._fields()
        there = parties.children if parties else {}
        for name in (each.name for each in wanted.fields):
            kind = relations.kind_of(name)
            if not relations.is_place(name, fields):
                yield name
            elif kind and kind not in there:
                yield from (Missing(CATEGORY, KINDS), Missing(CATEGORY, kind, KINDS))

    def _fields(self) -> Mapping[str, Any]:
        found = self._calls.looking.model(RELATION)
        return found.fields if found else {}

    def _root(self) -> int:
        found = self._calls.looking.model(PARTY)
        return relations.kinds_root(found.kinds) if found else -1

    def read(self, object: TargetObject, by: By = "all", values: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Relations as they are now, with our keys, in the order of their ids."""
        names = [each.name for each in object.fields if relations.is_place(each.name, self._fields())]
        root, wanted = self._root(), frozenset(values)
        for standing in self._all() if by == "all" else [self._some(by, values)]:
            lines = [
                (str(id), keyed.entity if (keyed := standing.keys.get(id)) else None, record)
                for id, record in sorted(standing.records.items())
            ]
            if lines := read_back.asked_for(lines, by, wanted):
                yield read_back.table(lines, [relations.row_of(names, record, root) for _, _, record in lines], names)

    def _all(self) -> Iterator[Standing]:
        after = -1
        while True:
            page = self._search([["id", ">", after]], PAGE)
            yield self._keyed(page)
            if len(page) < PAGE:
                return
            if page[-1]["id"] <= after:
                raise TargetError("Tryton turns in a circle: a page of relations begins where it began before")
            after = int(page[-1]["id"])

    def _some(self, by: By, values: Sequence[str]) -> Standing:
        """The relations with these keys or ids, and perhaps others."""
        if by == "id":
            ids = [int(id) for id in values if id.isascii() and id.isdigit()]
            return self._keyed(self._search([["id", "in", ids]]) if ids else [])
        parties: set[int] = set()
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), KEYS):
            clauses = [[f"{KEYED}.code", "like", f"{_plain(PREFIX + key)}:%"] for key in wanted[start : start + KEYS]]
            found = self._calls.looking.search(PARTY, ["OR", *clauses], ["id"])
            parties |= {int(each["id"]) for each in found}
        return self._beginning(parties)

    def _beginning(self, parties: Collection[int]) -> Standing:
        """The relations that begin at these parties."""
        return self._keyed(self._of(parties), whole=True)

    def _keyed(self, found: Sequence[Record], *, whole: bool = False) -> Standing:
        """With their keys: of relations of one type between the same two, the oldest carries the first key."""
        records = {int(each["id"]): each for each in found if is_straight(each)}
        beginnings = {int(each[BEGINNING]) for each in records.values()}
        beside = found if whole else self._of(beginnings)
        groups: dict[int, list[Record]] = {}
        for each in beside:
            groups.setdefault(int(each[BEGINNING]), []).append(each)
        keys: dict[int, Keyed] = {}
        for group in groups.values():
            keys |= paired(group[0][f"{BEGINNING}."], group)
        return Standing(records, {id: keyed for id, keyed in keys.items() if id in records})

    def _search(self, domain: list[Any], limit: int | None = None) -> list[Record]:
        """Relations with the parties at their ends, those that are left where users have replaced some."""
        found = self._calls.looking.search(RELATION, domain, relations.ASKED, limit)
        left = self._left(relations.replaced(found))
        return [relations.followed(each, left) for each in found] if left else found

    def _of(self, parties: Collection[int]) -> list[Record]:
        """The relations that begin at these parties, or at one that such a party has replaced."""
        every, new = set(parties), set(parties)
        while new:
            found = self._calls.looking.search(PARTY, [[REPLACED_BY, "in", sorted(new)]], ["id"])
            new = {int(each["id"]) for each in found} - every
            every |= new
        return self._search([[BEGINNING, "in", sorted(every)]]) if every else []

    def _left(self, replaced: Collection[int]) -> dict[int, Record]:
        """The party at the end of each chain of replacements; who leads in a circle is its own end."""
        known: dict[int, Record] = {}
        asked = set(replaced)
        while asked:
            found = self._calls.looking.search(PARTY, [["id", "in", sorted(asked)]], relations.OF_PARTY)
            known |= {int(each["id"]): each for each in found}
            asked = {int(each[REPLACED_BY]) for each in found if each.get(REPLACED_BY)} - known.keys()
        into = {str(id): str(each[REPLACED_BY]) for id, each in known.items() if each.get(REPLACED_BY)}
        return {id: known[int(end_of(into, str(id)))] for id in replaced}

    def _parties(self, ids: Collection[int]) -> dict[int, Record]:
        """Parties with their identifiers."""
        asked = ["active", f"{KEYED}.code"]
        found = self._calls.looking.search(PARTY, [["id", "in", sorted(ids)]], asked) if ids else []
        return {int(each["id"]): each for each in found}

    def _types(self, rows: Collection[Row]) -> Mapping[Name, int]:
        names = {name for row in rows if (name := relations.type_of(row)) is not None}
        return self._calls.looking.ids(names) if names else {}

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """One call."""
        until = self._calls.until()
        rows = self._rows(batch)
        return self._create(rows, until) if batch.action == "create" else self._update(batch, rows, until)

    def _rows(self, batch: WriteBatch) -> dict[str, Row]:
        names = [name for name in batch.rows.column_names if name not in (ENTITY, TARGET_ID)]
        if lacking := [name for name in names if not relations.is_place(name, self._fields())]:
            raise TargetError(f"Tryton lacks the field {lacking[0]} of {RELATION}", hint="see docs/tryton.md")
        return rows_of(batch)

    def _create(self, rows: Mapping[str, Row], until: float) -> Answer:
        types, refused, wanted = self._types(list(rows.values())), dict[str, Refusal](), dict[str, Tie]()
        for entity, row in rows.items():
            try:
                wanted[entity] = relations.tie_of(row, types)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        beginnings = {tie.beginning for tie in wanted.values()}
        parties = self._parties(beginnings | {tie.other for tie in wanted.values()})
        before = self._beginning(beginnings)
        there = {entity: str(id) for entity, id in before.entities().items() if entity in rows}
        taken, changes, made = set(before.ties()), dict[int, Values](), list[str]()
        for entity, tie in wanted.items():
            if entity in there:
                continue
            if tie in taken or {tie.beginning, tie.other} - parties.keys():
                refused[entity] = EXISTS if tie in taken else GONE
                continue
            try:
                values = relations.made(entity, tie, relations.dates_of(rows[entity]), parties)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
                continue
            taken.add(tie)
            made.append(entity)
            relations.merge(changes, tie.beginning, values)
        others = Answer(there, refused)
        if not made:
            return others
        if late := self._calls.put_off(until, made, others):
            return late
        said = self._send(changes)
        found = self._surely_made(beginnings, made, failed=isinstance(said, Failed))
        if isinstance(said, Failed) and not found:
            return self._failed(said, {entity: rows[entity] for entity in made}, others)
        return Answer({**there, **found}, refused)

    def _surely_made(self, beginnings: Collection[int], made: Collection[str], *, failed: bool) -> dict[str, str]:
        """Who was created. Where nobody can be asked, whoever is not named is in doubt: no error may lose an answer."""
        try:
            found = self._beginning(beginnings).entities()
        except TargetError:
            if failed:
                raise
            return {}
        return {entity: str(found[entity]) for entity in made if entity in found}

    def _update(self, batch: WriteBatch, rows: Mapping[str, Row], until: float) -> Answer:
        standing, ids, refused = self._current(batch, rows)
        types = self._types(list(rows.values()))
        wanted: dict[str, Tie] = {}
        for entity, id in ids.items():
            try:
                wanted[entity] = relations.tie_of(rows[entity], types, standing.records[id])
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        parties = self._parties({id for tie in wanted.values() for id in (tie.beginning, tie.other)})

        def fitting(entity: str, row: Row) -> dict[int, Values]:
            id, tie = ids[entity], wanted[entity]
            if {tie.beginning, tie.other} - parties.keys():
                raise Unfit(GONE)
            record, dates = standing.records[id], relations.dates_of(row)
            return relations.changed(entity, tie, dates, parties, record, standing.keys.get(id))

        return self._changed({e: rows[e] for e in wanted}, {e: str(ids[e]) for e in wanted}, refused, fitting, until)

    def _current(
        self, batch: WriteBatch, rows: Mapping[str, Row]
    ) -> tuple[Standing, dict[str, int], dict[str, Refusal]]:
        """The relations of rows, and why some have none."""
        if TARGET_ID not in batch.rows.column_names:
            standing = self._some("key", list(rows))
            ids = {entity: id for entity, id in standing.entities().items() if entity in rows}
            return standing, ids, {entity: GONE for entity in rows if entity not in ids}
        standing = self._some("id", [str(row[TARGET_ID]) for row in rows.values()])
        ids, refused = dict[str, int](), dict[str, Refusal]()
        for entity, row in rows.items():
            id = int(str(row[TARGET_ID]))
            keyed = standing.keys.get(id)
            if id not in standing.records:
                refused[entity] = GONE
            elif keyed is not None and keyed.entity != entity:
                refused[entity] = TAKEN
            else:
                ids[entity] = id
        return standing, ids, refused

    def _changed(
        self,
        rows: Mapping[str, Row],
        ids: Mapping[str, str],
        refused: dict[str, Refusal],
        fitting: Fitting,
        until: float | None = None,
    ) -> Answer:
        """Send what fits, as one call."""
        changes: dict[int, Values] = {}
        loaded: dict[str, str] = {}
        for entity, row in rows.items():
            try:
                for party, values in fitting(entity, row).items():
                    relations.merge(changes, party, values)
                loaded[entity] = ids[entity]
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        others = Answer(refused=refused)
        if until is not None and loaded and (late := self._calls.put_off(until, loaded, others)):
            return late
        if changes and isinstance(said := self._send(changes), Failed):
            return self._failed(said, {entity: rows[entity] for entity in loaded}, others)
        return Answer(loaded, refused)

    def _send(self, changes: Mapping[int, Values]) -> Any:
        context = self._calls.looking.context
        return self._calls.send(requests.write(self._calls.database, PARTY, changes, context))

    def _failed(self, said: Failed, rows: Mapping[str, Row], others: Answer) -> Answer:
        model = self._calls.looking.model(PARTY)
        assert model is not None, "it has been asked for relations"
        return self._calls.failed(model, said, rows, others)

    # ------------------------------------------------------------------------------------------------ taking back

    def remove(self, batch: WriteBatch) -> Answer:
        """Relations that carry our key go, and their keys with them. Nothing refers to a relation."""
        rows = self._rows(batch)
        standing, ids, refused = self._current(batch, rows)
        refused |= {entity: TAKEN for entity, id in ids.items() if id not in standing.keys}
        gone = {entity: str(rows[entity][TARGET_ID]) for entity, why in refused.items() if why is GONE}
        refused = {entity: why for entity, why in refused.items() if entity not in gone}

        def fitting(entity: str, _: Row) -> dict[int, Values]:
            record = standing.records[ids[entity]]
            return {int(record[BEGINNING]): relations.gone(record, standing.keys[ids[entity]])}

        going = {entity: rows[entity] for entity in ids if entity not in refused}
        answer = self._changed(going, {e: str(ids[e]) for e in going}, refused, fitting)
        return replace(answer, loaded={**gone, **answer.loaded}, gone=frozenset(gone))

    def release(self, batch: WriteBatch) -> Answer:
        """Our key goes off relations that were there before, and what they were comes back."""
        rows = self._rows(batch)
        standing, ids, refused = self._current(batch, rows)
        types = self._types(list(rows.values()))

        def fitting(entity: str, row: Row) -> dict[int, Values]:
            record, keyed = standing.records[ids[entity]], standing.keys.get(ids[entity])
            return relations.freed(relations.tie_of(row, types, record), relations.dates_of(row), record, keyed)

        return self._changed({e: rows[e] for e in ids}, {e: str(id) for e, id in ids.items()}, refused, fitting)


def _plain(text: str) -> str:
    """A text in a pattern, where `_` and `%` stand for others."""
    return text.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
