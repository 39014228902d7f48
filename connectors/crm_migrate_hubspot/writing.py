"""Creating and changing records with their links and consents, which are part of what becomes of a record.

A record that has links is created with a mark behind its key, gets them, and then its key: so what is found by its key
is whole, and whoever was interrupted in between is finished by the next try.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crm_migrate.connecting.batch_rows import cells_of, fields_of, rows_of
from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Refusal, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Http, Waiting
from crm_migrate.errors import InDoubt, Interrupted, Retryable, Throttled
from crm_migrate_hubspot import answers
from crm_migrate_hubspot.answers import TRACE, Sent, Told
from crm_migrate_hubspot.calls import (
    GONE,
    Layout,
    Properties,
    Row,
    key_of,
    layout,
    properties,
)
from crm_migrate_hubspot.consenting import Consenting, Wish, speaks
from crm_migrate_hubspot.linking import Linking, done
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.shapes import EMAIL, KEY, KIND, PIPELINES, UNFINISHED, Place

ALREADY = Refusal("another record has a value that is there once", answers.CONFLICT)


@dataclass(slots=True)
class Outcome:
    """What became of the entities of a batch, as it is collected; whoever is missing is in doubt."""

    loaded: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    later: dict[str, datetime] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The same in the words of the contract."""
        return Answer(self.loaded, self.refused, later=self.later)


class Writing:
    """Writes batches."""

    def __init__(self, portal: Portal, http: Http, linking: Linking, consenting: Consenting, waiting: Waiting) -> None:
        self._portal, self._http, self._waiting = portal, http, waiting
        self._linking, self._consenting = linking, consenting

    def write(self, batch: WriteBatch) -> Answer:
        """Creations, or changes."""
        return self._create(batch) if batch.action == "create" else self.change(batch)

    # ------------------------------------------------------------------------------------------------ creating

    def _create(self, batch: WriteBatch) -> Answer:
        rows, where = rows_of(batch), layout(self._portal, batch.object, fields_of(batch))
        outcome, bodies = Outcome(), dict[str, Properties]()
        for entity, row in rows.items():
            try:
                bodies[entity] = self._body(where, row)
            except Unfit as unfit:
                outcome.refused[entity] = unfit.refusal
        linked = frozenset(entity for entity in bodies if _is_linked(where, rows[entity]))
        # Who has no link now may have had one when an earlier try began it.
        begun = self._there(where, list(bodies), outcome) if where.has_more() and bodies else {}
        new = [entity for entity in bodies if entity not in outcome.loaded and entity not in begun]
        if new:
            told = self._send_new(where, {e: bodies[e] for e in new}, rows, linked)
            if told.whole is not None:
                return self._whole(where, told, new, begun, rows, outcome)
            made = self._sort(where, told, outcome, begun, linked)
            self._finish(where, made, rows, outcome)
        self._finish(where, begun, rows, outcome, earlier=True)
        return outcome.answer()

    def _body(self, where: Layout, row: Row) -> Properties:
        for place in where.consents():
            self._consenting.check(place, row.get(place.name))
        found = {name: value for name, value in properties(where, row).items() if value != ""}
        return found | ({KIND: where.kind} if where.kind else {})

    def _there(self, where: Layout, entities: Sequence[str], outcome: Outcome) -> dict[str, str]:
        """Who was finished by an earlier try is loaded; entity -> id of those that one began."""
        keys = [*entities, *(entity + UNFINISHED for entity in entities)]
        found = {key: id for key, (id, _) in self._portal.keyed(where.object, (), keys).items()}
        outcome.loaded.update({entity: found[entity] for entity in entities if entity in found})
        begun = {entity: found[entity + UNFINISHED] for entity in entities if entity + UNFINISHED in found}
        return {entity: id for entity, id in begun.items() if entity not in outcome.loaded}

    def _send_new(
        self, where: Layout, bodies: Mapping[str, Properties], rows: Mapping[str, Row], linked: frozenset[str]
    ) -> Told:
        keys = {entity: entity + UNFINISHED if entity in linked else entity for entity in bodies}
        inputs = [
            {"properties": {**body, KEY: keys[entity]}, "associations": [], TRACE: entity}
            for entity, body in bodies.items()
        ]
        sent = [Sent(entity, keys[entity], values=cells_of(rows[entity])) for entity in bodies]
        return answers.written(self._http.send(self._portal.requests.create(where.object, inputs)), sent)

    def _whole(
        self,
        where: Layout,
        told: Told,
        new: Sequence[str],
        begun: Mapping[str, str],
        rows: Mapping[str, Row],
        outcome: Outcome,
    ) -> Answer:
        """A batch of which nothing was created. Where something is there already, that may be by an earlier try: it is
        finished, so that the next try is about others."""
        assert told.whole is not None
        there = dict(begun)
        if told.is_clash():
            there |= self._there(where, new, outcome)
        if not (outcome.loaded or outcome.refused or there):
            return Answer(refused_whole=told.whole)
        self._finish(where, there, rows, outcome, earlier=True)
        now, known = self._waiting.now(), {*outcome.loaded, *outcome.refused, *outcome.later, *there}
        return replace(outcome.answer(), later={**outcome.later, **{e: now for e in new if e not in known}})

    def _sort(
        self, where: Layout, told: Told, outcome: Outcome, begun: dict[str, str], linked: frozenset[str]
    ) -> dict[str, str]:
        """Who was created is loaded, or goes on (told); who clashed may be `begun`, or loaded, by an earlier try."""
        made = {entity: id for entity, id in told.loaded.items() if entity in linked}
        outcome.loaded.update({entity: id for entity, id in told.loaded.items() if entity not in linked})
        outcome.refused.update(told.refused)
        if told.clashes:
            begun |= self._there(where, list(told.clashes), outcome)
            known = {*begun, *outcome.loaded}
            outcome.refused.update({entity: why for entity, why in told.clashes.items() if entity not in known})
        return made

    # ------------------------------------------------------------------------------------------------ finishing

    def _finish(
        self,
        where: Layout,
        begun: Mapping[str, str],
        rows: Mapping[str, Row],
        outcome: Outcome,
        *,
        earlier: bool = False,
    ) -> None:
        """Links and consents of records that were created, and then their keys; whoever cannot have them goes again.

        What stops that for now is no word about them: they are put off, and the next try finds them by their marks.
        What is final (a right is missing) is raised as it is. Who was begun `earlier` may have been begun with other
        values and links.
        """
        if not begun:
            return
        try:
            good, refused = self._furnished(where, begun, rows, earlier=earlier)
            bodies = {entity: _restated(where, rows[entity]) if earlier else {} for entity in good}
            told = self._unmarked(where, good, bodies, rows)
            outcome.loaded.update(told.loaded)
            outcome.refused.update(self._taken_back(where, begun, {**refused, **told.refused, **told.clashes}))
        except InDoubt:
            return
        except (Retryable, Interrupted) as error:
            until = error.until if isinstance(error, Throttled) else self._waiting.now()
            known = {*outcome.loaded, *outcome.refused}
            outcome.later.update({entity: until for entity in begun if entity not in known})

    def _furnished(
        self, where: Layout, begun: Mapping[str, str], rows: Mapping[str, Row], *, earlier: bool
    ) -> tuple[dict[str, str], dict[str, Refusal]]:
        """Who has everything, and why others have not."""
        wanted = {id: {p: end for p, end in where.links(rows[e]).items() if end or earlier} for e, id in begun.items()}
        links = self._linking.make(where.object, wanted)
        left = {e: id for e, id in begun.items() if id not in links.refused and id not in links.doubt}
        wishes = [wish for e, id in left.items() for wish in _wishes(where.consents(), id, rows[e], rows[e])]
        consents = self._consenting.arrive(wishes)
        good = {e: id for e, id in left.items() if id not in consents.refused and id not in consents.doubt}
        why = links.refused | consents.refused
        return good, {e: why[id] for e, id in begun.items() if id in why}

    def _unmarked(
        self, where: Layout, good: Mapping[str, str], bodies: Mapping[str, Properties], rows: Mapping[str, Row]
    ) -> Told:
        """Who has its key now, and to whom HubSpot does not give it: halved until that one is alone."""
        if not good:
            return Told()
        inputs = [{"id": id, "properties": {**bodies[e], KEY: e}, TRACE: e} for e, id in good.items()]
        sent = [Sent(entity, entity, id, cells_of(rows[entity])) for entity, id in good.items()]
        told = answers.written(self._http.send(self._portal.requests.change(where.object, inputs)), sent)
        if told.whole is None:
            return told
        if len(good) == 1:
            return Told(refused=dict.fromkeys(good, told.whole))
        names = list(good)
        parts = [
            self._unmarked(where, {e: good[e] for e in some}, bodies, rows)
            for some in (names[: len(names) // 2], names[len(names) // 2 :])
        ]
        one, other = parts
        return Told({**one.loaded, **other.loaded}, {**one.refused, **other.refused}, {**one.clashes, **other.clashes})

    def _taken_back(
        self, where: Layout, begun: Mapping[str, str], refused: Mapping[str, Refusal]
    ) -> dict[str, Refusal]:
        """Who is gone again, though we had just made it; whoever is still to be seen is in doubt."""
        ids = {begun[entity]: entity for entity in refused}
        if not ids:
            return {}
        done(self._http, self._portal.requests.archive(where.object, list(ids)))
        there = self._portal.of(where.object, (), list(ids))
        return {entity: refused[entity] for id, entity in ids.items() if id not in there}

    # ------------------------------------------------------------------------------------------------ changing

    def change(self, batch: WriteBatch) -> Answer:
        """Changes of records that are there. Who is released loses our key, who is adopted gets it."""
        rows, where = rows_of(batch), layout(self._portal, batch.object, fields_of(batch))
        consents = self._concerned(where)
        asked = [KEY, KIND, *PIPELINES.get(where.object, ())[:1]]
        asked += [EMAIL, *(place.property for place in consents)] if consents else []
        current, outcome = self._current(batch, where, rows, [each for each in asked if each in where.definitions])
        firsts: dict[str, str] = {}
        for entity, (id, _) in current.items():
            firsts.setdefault(id, entity)
        now = self._waiting.now()
        outcome.later.update({entity: now for entity, (id, _) in current.items() if firsts[id] != entity})
        bodies: dict[str, Properties] = {}
        for entity in firsts.values():
            try:
                bodies[entity] = self._changes(batch, where, rows[entity], current[entity][1])
            except Unfit as unfit:
                outcome.refused[entity] = unfit.refusal
        ids = {entity: current[entity][0] for entity in bodies}
        told = self._send_changes(where, batch, bodies, ids, rows)
        if told.whole is not None:
            if not (outcome.refused or outcome.later):
                return Answer(refused_whole=told.whole)
            outcome.later.update(dict.fromkeys(bodies, now))
            return outcome.answer()
        outcome.refused.update({**told.refused, **told.clashes})
        loaded = dict(told.loaded)
        self._relinked(where, loaded, rows, {e: current[e][1] for e in loaded}, consents, outcome)
        return outcome.answer()

    def _concerned(self, where: Layout) -> list[Place]:
        """The consents that a change is about: also where the mailbox changes and the word does not."""
        if where.consents():
            return where.consents()
        return self._consenting.places(where.object) if EMAIL in where.places else []

    def _current(
        self, batch: WriteBatch, where: Layout, rows: Mapping[str, Row], asked: Sequence[str]
    ) -> tuple[dict[str, tuple[str, Row]], Outcome]:
        """Entity -> id and properties of the records that are changed, and why others are not."""
        outcome = Outcome()
        if TARGET_ID not in batch.rows.column_names:
            found = self._portal.surely_keyed(where.object, asked, list(rows))
            outcome.refused.update({entity: GONE for entity in rows if entity not in found})
            return {entity: found[entity] for entity in rows if entity in found}, outcome
        there = self._portal.surely_of(where.object, asked, [str(row[TARGET_ID]) for row in rows.values()])
        current = {}
        for entity, row in rows.items():
            id = str(row[TARGET_ID])
            if id not in there:
                outcome.refused[entity] = GONE
            elif key_of(there[id]) not in (None, entity):
                outcome.refused[entity] = TAKEN
            else:
                current[entity] = (id, there[id])
        return current, outcome

    def _changes(self, batch: WriteBatch, where: Layout, row: Row, current: Row) -> Properties:
        for place in where.consents():
            self._consenting.check(place, row.get(place.name))
        pipeline = current.get(PIPELINES[where.object][0]) if where.object in PIPELINES else None
        body = properties(where, row, pipeline)
        if batch.action == "release":
            return body | ({KEY: ""} if current.get(KEY) else {})
        if current.get(KEY) != row[ENTITY]:
            body[KEY] = str(row[ENTITY])
        if where.kind and current.get(KIND) != where.kind:
            body[KIND] = where.kind
        return body

    def _send_changes(
        self,
        where: Layout,
        batch: WriteBatch,
        bodies: Mapping[str, Properties],
        ids: Mapping[str, str],
        rows: Mapping[str, Row],
    ) -> Told:
        """One request about those of whom properties change."""
        filled = {entity: body for entity, body in bodies.items() if body}
        unchanged = {entity: ids[entity] for entity in bodies if entity not in filled}
        if not filled:
            return Told(loaded=unchanged)
        inputs = [{"id": ids[e], "properties": body, TRACE: e} for e, body in filled.items()]
        key: Callable[[str], str | None] = lambda e: None if batch.action == "release" else e  # noqa: E731
        sent = [Sent(e, key(e), ids[e], cells_of(rows[e])) for e in filled]
        told = answers.written(self._http.send(self._portal.requests.change(where.object, inputs)), sent)
        return replace(told, loaded={**told.loaded, **unchanged}) if told.whole is None else told

    def _relinked(
        self,
        where: Layout,
        loaded: Mapping[str, str],
        rows: Mapping[str, Row],
        before: Mapping[str, Row],
        consents: Sequence[Place],
        outcome: Outcome,
    ) -> None:
        """Links and consents of records that were changed. What stops that leaves them in doubt: they are written
        again."""
        try:
            links = self._linking.make(where.object, {id: where.links(rows[e]) for e, id in loaded.items()})
            wishes = [wish for e, id in loaded.items() for wish in _wishes(consents, id, rows[e], before[e])]
            told = self._consenting.arrive(wishes)
        except InDoubt:
            return
        except (Retryable, Interrupted) as error:
            until = error.until if isinstance(error, Throttled) else self._waiting.now()
            outcome.later.update(dict.fromkeys(loaded, until))
            return
        for entity, id in loaded.items():
            why = links.refused.get(id) or told.refused.get(id)
            if why is not None:
                outcome.refused[entity] = why
            elif id not in links.doubt and id not in told.doubt:
                outcome.loaded[entity] = id


def _restated(where: Layout, row: Row) -> Properties:
    """What a record is to hold that an earlier try began; of pipelines and stages only what is said."""
    staged = PIPELINES.get(where.object, ())
    return {name: value for name, value in properties(where, row).items() if value != "" or name not in staged}


def _is_linked(where: Layout, row: Row) -> bool:
    """Whether a record needs more than its properties."""
    spoken = any(speaks(place, row.get(place.name)) for place in where.consents())
    return any(where.links(row).values()) or (spoken and bool(row.get(EMAIL)))


def _wishes(places: Sequence[Place], id: str, row: Row, before: Row) -> list[Wish]:
    """What the mailbox of a record takes; what its row does not say stands in the record."""
    mailbox = str(row[EMAIL] if EMAIL in row else before.get(EMAIL) or "") if row.get(EMAIL, "") is not None else ""
    words = {place: row[place.name] if place.name in row else before.get(place.property) for place in places}
    return [Wish(id, mailbox, place, str(word)) for place, word in words.items() if mailbox and speaks(place, word)]
