"""Contact roles of deals as records of their own, read, given, changed and taken back.

The key is written first, then the role: what has a key and no role is not
read as a record, and the next try gives the role. A contact who had a part before keeps it when our key goes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import pyarrow as pa

from crm_migrate.connecting import read_back
from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import (
    TARGET_ID,
    Answer,
    By,
    Refusal,
    TargetField,
    TargetObject,
    WriteBatch,
)
from crm_migrate.connecting.found import GONE, TAKEN
from crm_migrate.connecting.http import Request
from crm_migrate.connecting.row_results import Result, changed, joined
from crm_migrate.connecting.shaping import Row
from crm_migrate.errors import TargetError
from crm_migrate_zoho import answers, coql, requests
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.describe import Described
from crm_migrate_zoho.parts import (
    CONTACT,
    CONTACTS,
    DEAL,
    DEALS,
    ENDLESS,
    KEYS,
    MOVED,
    NAME,
    ROLE,
    UNKNOWN,
    Held,
    Line,
    Part,
    deal_of,
    kept,
    lines_of,
    named,
    noted,
)


class Roles:
    """The contact roles of an organisation that carry our keys, written one batch at a time."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._looking = calls, calls.looking

    # ------------------------------------------------------------------------------------------------ looking

    @cached_property
    def _names(self) -> dict[str, str]:
        """Name -> id of the roles that the organisation has."""
        return self._looking.ask(requests.contact_roles(), answers.contact_roles)

    def _deals(self) -> Described:
        return self._calls.described(TargetObject(DEALS, ()))

    def described(self) -> TargetObject | None:
        """The object in the words of the contract; None where there are no deals or contacts."""
        if self._looking.described(DEALS) is None or self._looking.described(CONTACTS) is None:
            return None
        fields = (
            TargetField(DEAL, "reference", required=True, reference=DEALS),
            TargetField(CONTACT, "reference", required=True, reference=CONTACTS),
            TargetField(ROLE, "text", required=True, choices=tuple(self._names)),
        )
        return TargetObject(NAME, fields)

    def is_prepared(self) -> bool:
        """Whether our keys have a place."""
        deals = self._looking.described(DEALS)
        return deals is not None and KEYS in deals.fields

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """Roles that carry a key of ours; by key all deals are looked through."""
        if not self.is_prepared():
            return
        wanted = frozenset(values)
        for held in [self._held(deal_of(id) for id in values)] if by == "id" else self._all():
            for deal, lines in held.items():
                ours = [each for each in lines if by == "all" or named(deal, each, by) in wanted]
                parts = self._parts(deal) if ours else {}
                found = [each for each in ours if each.contact in parts]
                records = [{DEAL: deal, CONTACT: each.contact, ROLE: parts[each.contact] or None} for each in found]
                keyed = [(f"{deal}-{each.contact}", each.entity, each) for each in found]
                if found:
                    yield read_back.table(keyed, records, [f.name for f in object.fields if f.name in records[0]])

    def _all(self) -> Iterator[Held]:
        """The keys of all deals that have some, page by page."""
        for page in self._looking.pages(self._deals(), [KEYS]):
            yield {str(each["id"]): lines for each in page if (lines := lines_of(each.get(KEYS)))}

    def _held(self, deals: Iterable[str]) -> Held:
        """The keys of these deals, of those that are there."""
        ids = [deal for deal in dict.fromkeys(deals) if coql.is_id(deal)]
        pages = self._looking.among(self._deals(), [KEYS], "id", ids)
        return {str(each["id"]): lines_of(each.get(KEYS)) for page in pages for each in page}

    def _parts(self, deal: str) -> dict[str, str]:
        """Contact -> role in a deal, "" where it has none; nobody where the deal is not there any more."""
        found, page, more = dict[str, str](), 1, True
        while more:
            told = self._looking.ask(requests.parts(deal, page), answers.parts)
            found |= {str(each["id"]): answers.role_of(each) for each in told.records}
            page, more = page + 1, told.more
        return found

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, batch: WriteBatch) -> Answer:
        """Keys, and then a request for each role."""
        until, rows = self._calls.until(), rows_of(batch)
        if not self.is_prepared():
            raise TargetError(f"Zoho CRM lacks the field {KEYS} of {DEALS}", hint="crm-migrate target prepare")
        asked, refused = self._asked(batch, rows)
        held = self._held(each.deal for each in asked.values())
        parts = {deal: self._parts(deal) for deal in held}
        said = {entity: noted(held, parts, entity, part) for entity, part in asked.items()}
        refused |= {entity: why for entity, why in said.items() if isinstance(why, Refusal)}
        asked = {entity: part for entity, part in asked.items() if entity not in refused}
        new = {entity for entity, is_new in said.items() if is_new is True}
        told = self._saved(held, {asked[entity].deal for entity in new}, asked, until)
        kept_out = {*told.refused, *told.in_doubt, *told.later}
        for entity, part in asked.items():
            if entity not in kept_out:
                told = joined(told, self._one(entity, part, parts[part.deal], until, rows[entity]))
        self._forget(held, {entity: asked[entity].deal for entity in new if entity in told.refused})
        return joined(told, Answer(refused=refused))

    def _forget(self, held: Held, deals: Mapping[str, str]) -> Answer:
        """Take keys (entity -> deal) out of deals; what became of those."""
        for entity, deal in deals.items():
            held[deal] = [each for each in held[deal] if each.entity != entity]
        return self._save(held, set(deals.values()))

    def _asked(self, batch: WriteBatch, rows: Mapping[str, Row]) -> tuple[dict[str, Part], dict[str, Refusal]]:
        """Who is to have which role where; of a change, where that differs from what it is now."""
        before = {} if batch.action == "create" else self._before(rows)
        asked, refused = dict[str, Part](), dict[str, Refusal]()
        for entity, row in rows.items():
            now = before.get(entity)
            if now is None and batch.action != "create":
                refused[entity] = GONE
                continue
            deal, contact = (row.get(name) or (now[at] if now else "") for at, name in enumerate((DEAL, CONTACT)))
            role = row.get(ROLE) or ""
            if not (deal and contact and role):
                refused[entity] = ENDLESS
            elif role not in self._names:
                refused[entity] = UNKNOWN
            elif now and now != (deal, contact):
                refused[entity] = MOVED
            else:
                asked[entity] = Part(deal, contact, role)
        return asked, refused

    def _before(self, entities: Collection[str]) -> dict[str, tuple[str, str]]:
        """Entity -> deal and contact."""
        lines = ((deal, each) for held in self._all() for deal, lines in held.items() for each in lines)
        return {each.entity: (deal, each.contact) for deal, each in lines if each.entity in entities}

    def _saved(self, held: Held, deals: Collection[str], asked: Mapping[str, Part], until: float) -> Answer:
        """Write what deals keep; what becomes of the roles of those where that was not done."""
        if deals and (late := self._calls.late(until, asked, Answer())):
            return late
        done = self._save(held, deals)
        of = {entity: part.deal for entity, part in asked.items()}
        return Answer(
            refused={entity: done.refused[deal] for entity, deal in of.items() if deal in done.refused},
            in_doubt=frozenset(entity for entity, deal in of.items() if deal in done.in_doubt),
            later={entity: done.later[deal] for entity, deal in of.items() if deal in done.later},
        )

    def _save(self, held: Held, deals: Collection[str]) -> Answer:
        """What became of deals that are to keep their lines."""
        if not deals:
            return Answer()
        bodies = [{"id": deal, KEYS: kept(held[deal]) or None} for deal in deals]
        said = self._calls.send(requests.changing(DEALS, bodies), ())
        if isinstance(said, Refusal):
            return Answer(refused=dict.fromkeys(deals, said))
        return changed({deal: deal for deal in deals}, said, self._calls.now())

    def _one(self, entity: str, part: Part, there: Mapping[str, str], until: float, row: Row) -> Answer:
        """Give one role."""
        if there.get(part.contact) == part.role:
            return Answer({entity: part.id})
        if late := self._calls.late(until, [entity], Answer()):
            return late
        said = self._sent(requests.giving(part.deal, part.contact, part.role, self._names[part.role]), row)
        if said.done or self._parts(part.deal).get(part.contact) == part.role:
            return Answer({entity: part.id})
        return self._not_done(entity, said)

    def _sent(self, request: Request, row: Row) -> Result:
        """What is said of the one record of a request."""
        said = self._calls.send(request, [row])
        if isinstance(said, Refusal):
            return Result(refusal=said)
        return said[0] if len(said) == 1 else Result()

    def _not_done(self, entity: str, said: Result) -> Answer:
        if said.again is not None:
            return Answer(later={entity: self._calls.now() + said.again})
        if said.refusal is not None:
            return Answer(refused={entity: said.refusal})
        return Answer(in_doubt=frozenset({entity}))

    # ------------------------------------------------------------------------------------------------ taking back

    def remove(self, batch: WriteBatch) -> Answer:
        """Roles that carry our key go, and then their keys; who had a part before us only loses the key."""
        until, rows = self._calls.until(), rows_of(batch)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        held = self._held(map(deal_of, ids.values()))
        at = {f"{deal}-{each.contact}": (deal, each) for deal, lines in held.items() for each in lines}
        answer = Answer(
            {entity: id for entity, id in ids.items() if id not in at},
            {entity: TAKEN for entity, id in ids.items() if id in at and at[id][1].entity != entity},
            gone=frozenset(entity for entity, id in ids.items() if id not in at),
        )
        for entity, (deal, line) in {e: at[id] for e, id in ids.items() if id in at and at[id][1].entity == e}.items():
            answer = joined(answer, self._taken(entity, deal, line, held, until, rows[entity]))
        return answer

    def _taken(self, entity: str, deal: str, line: Line, held: Held, until: float, row: Row) -> Answer:
        if late := self._calls.late(until, [entity], Answer()):
            return late
        there = line.contact in self._parts(deal)
        if there and not line.theirs:
            said = self._sent(requests.taking(deal, line.contact), row)
            if not said.done and line.contact in self._parts(deal):
                return self._not_done(entity, said)
        told = self._forget(held, {entity: deal})
        if deal not in told.loaded:
            why = told.refused.get(deal)
            return Answer(refused={entity: why}) if why else Answer(in_doubt=frozenset({entity}))
        return Answer({entity: f"{deal}-{line.contact}"}, gone=frozenset() if there else frozenset({entity}))

    def release(self, batch: WriteBatch) -> Answer:
        """No role is ever adopted, so there is none to give back."""
        return Answer(refused=dict.fromkeys(rows_of(batch), GONE))
