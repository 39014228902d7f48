"""Creating and changing records by imports, which do all of their lines or none; who is there is not made again.

An external id is there once, and an import finds by it who was made by a try that nobody answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, WriteBatch
from crm_migrate.connecting.row_results import joined
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_odoo import answers, records
from crm_migrate_odoo.answers import Failed, Loaded
from crm_migrate_odoo.calls import EXTERNAL_ID, Calls
from crm_migrate_odoo.records import Line, Shape
from crm_migrate_odoo.shapes import MODULE, XMLIDS

PAUSE = timedelta(seconds=1)  # after which records that somebody else has changed are sent again


class Writing:
    """Writes batches."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def write(self, batch: WriteBatch) -> Answer:
        """One import, or some, and the questions before and behind."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    # ------------------------------------------------------------------------------------------------ creating

    def _create(self, batch: WriteBatch) -> Answer:
        """Odoo takes each external id once, so an earlier try is found by the import itself."""
        calls, until = self._calls, self._calls.until()
        shape, rows = calls.shape(batch), rows_of(batch)
        known, lines, refused = calls.known(shape, list(rows.values())), dict[str, Line](), dict[str, Refusal]()
        for entity, row in rows.items():
            try:
                cells = records.created(shape, row, known)
            except Unfit as unfit:
                refused[entity] = unfit.refusal
            else:
                lines[entity] = {EXTERNAL_ID: f"{MODULE}.{entity}", **cells}
        answer = Answer(refused=refused)
        if lines and (late := calls.late(until, lines, answer)):
            return late
        self._block(shape, {entity: rows[entity] for entity in lines}, {})
        for some in _alike(lines):
            answer = self._made(batch, shape, some, rows, until, answer)
            if answer.refused_whole is not None:
                break  # nothing was done, and nobody is known to be to blame: the batch is halved
        return answer

    def _made(
        self, batch: WriteBatch, shape: Shape, lines: Mapping[str, Line], rows: Mapping[str, Row], until: float,
        others: Answer,
    ) -> Answer:  # fmt: skip
        calls = self._calls
        if late := calls.late(until, lines, others):
            return late
        said = calls.load(shape, list(lines.values()), [rows[entity] for entity in lines])
        there = calls.surely(batch.object, lines)
        if there is None:
            return joined(others, Answer(in_doubt=frozenset(lines)))
        made = {entity: there[entity] for entity in lines if entity in there}
        return self._not_done(said, lines, [e for e in lines if e not in there], rows, joined(others, Answer(made)))

    def _not_done(
        self, said: Loaded | Failed, lines: Mapping[str, Line], left: Sequence[str], rows: Mapping[str, Row],
        others: Answer,
    ) -> Answer:  # fmt: skip
        """What became of those who are not known to be done. An import that was refused did none of its lines; those
        that it does not name are sent again by themselves."""
        now = self._calls.now()
        if not left:
            return others
        if isinstance(said, Failed):
            if said.conflict:
                return joined(others, Answer(later=dict.fromkeys(left, now + PAUSE)))
            return self._calls.whole(answers.refusal(said, list(rows.values())), left, others)
        if said.ids or not said.why:
            return joined(others, Answer(in_doubt=frozenset(left)))
        sent = list(lines)
        refused = {sent[place]: why for place, why in said.why.items() if sent[place] in left}
        again = {entity: now for entity in left if entity not in refused}
        return joined(others, Answer(refused=refused, later=again))

    def _block(self, shape: Shape, rows: Mapping[str, Row], current: Mapping[str, Record]) -> None:
        """Whoever wants no mail gets none from the first moment on."""
        said = {records.withdrawn(shape, row, current.get(entity)) for entity, row in rows.items()}
        self._calls.block({mailbox for mailbox in said if mailbox})

    # ------------------------------------------------------------------------------------------------ changing

    def change(self, batch: WriteBatch) -> Answer:
        """Records changed by their ids; adopted ones get our key before, and released ones lose it behind."""
        calls, until = self._calls, self._calls.until()
        shape, rows = calls.shape(batch), rows_of(batch)
        current = calls.current(shape, batch)
        ids = {entity: str(record["id"]) for entity, record in current.records.items()}
        lines, refused = self._changes(shape, rows, current.records, ids)
        unsaid = {e: calls.now() for e in rows if e not in ids and e not in current.refused}
        answer = Answer(refused={**current.refused, **refused}, later=unsaid)
        going = {entity: ids[entity] for entity in lines}
        if not going:
            return answer
        if late := calls.late(until, going, answer):
            return late
        self._block(shape, {entity: rows[entity] for entity in going}, current.records)
        if batch.action != "release" and TARGET_ID in batch.rows.column_names:
            keyless = {e: id for e, id in going.items() if records.key_of(current.records[e]) is None}
            why = calls.claim(shape.described.model, keyless, list(rows.values())) if keyless else None
            if why is not None:
                return calls.whole(why, going, answer)
        for some in _alike(lines):
            answer = self._changed(some, shape, ids, rows, until, answer)
            if answer.refused_whole is not None:
                return answer
        return self._released(shape, answer, current.records) if batch.action == "release" else answer

    def _changes(
        self, shape: Shape, rows: Mapping[str, Row], current: Mapping[str, Record], ids: Mapping[str, str]
    ) -> tuple[dict[str, Line], dict[str, Refusal]]:
        known = self._calls.known(shape, [rows[entity] for entity in current])
        known = self._calls.read(shape, list(current.values()), known)
        lines, refused = dict[str, Line](), dict[str, Refusal]()
        for entity, record in current.items():
            try:
                lines[entity] = {".id": ids[entity], **records.changed(shape, rows[entity], known, record)}
            except Unfit as unfit:
                refused[entity] = unfit.refusal
        return lines, refused

    def _changed(
        self, lines: Mapping[str, Line], shape: Shape, ids: Mapping[str, str], rows: Mapping[str, Row], until: float,
        others: Answer,
    ) -> Answer:  # fmt: skip
        if all(len(line) == 1 for line in lines.values()):
            return joined(others, Answer({entity: ids[entity] for entity in lines}))  # there is nothing to change
        if late := self._calls.late(until, lines, others):
            return late
        said = self._calls.load(shape, list(lines.values()), [rows[entity] for entity in lines])
        named = frozenset[int]() if isinstance(said, Failed) else frozenset(said.ids)
        done = {entity: ids[entity] for entity in lines if int(ids[entity]) in named}
        return self._not_done(said, lines, [e for e in lines if e not in done], rows, joined(others, Answer(done)))

    def _released(self, shape: Shape, answer: Answer, current: Mapping[str, Record]) -> Answer:
        """Take our keys off the records that are as they should be."""
        ids = {int(id) for entity, id in answer.loaded.items() if records.key_of(current[entity]) is not None}
        where = [["module", "=", MODULE], ["model", "=", shape.described.model], ["res_id", "in", sorted(ids)]]
        pages = self._calls.looking.pages(XMLIDS, where, ["res_id"]) if ids else iter(())
        keys = [int(each["id"]) for page in pages for each in page]
        why = self._calls.unlink(XMLIDS, keys, []) if keys else None
        if why is None:
            return answer
        kept = {entity: why for entity, id in answer.loaded.items() if int(id) in ids}
        done = {entity: id for entity, id in answer.loaded.items() if entity not in kept}
        return Answer(done, {**answer.refused, **kept}, answer.in_doubt, answer.later, gone=answer.gone)


def _alike(lines: Mapping[str, Line]) -> Iterator[dict[str, Line]]:
    """Lines that have the same columns."""
    for columns in dict.fromkeys(frozenset(line) for line in lines.values()):
        order = sorted(columns)
        yield {e: {name: line[name] for name in order} for e, line in lines.items() if frozenset(line) == columns}
