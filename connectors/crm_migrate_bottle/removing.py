"""Taking back what a load did: records that nobody refers to go."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

import pyarrow as pa

from crm_migrate.connecting.batch_rows import cells_of, rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.taking_back import Reference, Referred, told_of
from crm_migrate_bottle import answers, requests
from crm_migrate_bottle.answers import SwitchedOff
from crm_migrate_bottle.calls import GONE, Calls
from crm_migrate_bottle.records import key_of, kind_of, pointing
from crm_migrate_bottle.shapes import MODELS, Model
from crm_migrate_bottle.values import Record

# What an answer about a record shows of others: with an account its deals would go, with any record what people have
# written or hung on it.
BESIDE = (
    "comments", "attachments", "internal_notes", "invoices", "opportunity_list", "opportunities", "cases", "tasks",
    "email_messages", "solutions",
)  # fmt: skip


class Removing:
    """Takes records away. BottleCRM itself would empty references to a record that goes, and take deals along."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._referred = calls, Referred()
        self.forget = self._referred.forget

    def remove(self, batch: WriteBatch) -> Answer:
        """Who is there, carries our key and is referred to by nobody goes."""
        calls, until = self._calls, self._calls.until()
        model, rows = calls.model(batch.object), rows_of(batch)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        named, logged = self._referred.named(model.name, partial(self._referring, model)), calls.looking.logged
        gone: set[str] = set()

        def one(entity: str) -> str | Refusal:
            found = calls.current(model, ids[entity], entity)
            if found is GONE:
                gone.add(entity)
                return ids[entity]
            if isinstance(found, Refusal) or key_of(found[0]) != entity:
                return TAKEN
            who = named.get(ids[entity]) or _beside(*found) or ("a call or mail" if logged(model, ids[entity]) else "")
            if who:
                return Refusal(f"{who} refers to it", "REFERRED")
            said = answers.deleted(calls.http.send(requests.delete(model.name, ids[entity])))
            if isinstance(said, Refusal):
                return answers.without_values(said, cells_of(rows[entity]))
            self._referred.went(ids[entity])
            return ids[entity]

        answer = calls.one_by_one(model, list(rows), one, Answer(), until)
        calls.looking.forget(model)
        return Answer(answer.loaded, answer.refused, answer.in_doubt, answer.later, gone=frozenset(gone))

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by what."""
        yield told_of(self._referring(self._calls.model(object)), known)

    def _referring(self, model: Model) -> Iterator[Reference]:
        """Who refers to records of a model: by a field, by a list, or by a custom field that holds an id."""
        own = {str(record["id"]): record for record in self._calls.looking.records(model)}
        for other in MODELS.values():
            for record in own.values() if other is model else self._there(other):
                kind, by = kind_of(record), str(record["id"])
                for name, id, field in pointing(other, record):
                    if id in own and id != by and name in ("", model.name):
                        yield Reference(id, f"{other.name}:{kind}" if kind else other.name, field, by)

    def _there(self, model: Model) -> Sequence[Record]:
        """The records of a model; none where its module is off, as nobody sees them."""
        try:
            return self._calls.looking.records(model)
        except SwitchedOff:
            return ()


def _beside(record: Record, answer: Mapping[str, object]) -> str:
    """What else hangs on a record; "" for nothing."""
    spent = (record.get("time_summary") or {}).get("last_entry_at")
    itself = ("line_items" if record.get("line_items") else "", "time" if spent else "")
    return next((name for name in (*(name for name in BESIDE if answer.get(name)), *itself) if name), "")
