"""Requests: which entities of a batch are in which state, from the ledger and after an answer. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import ENTITY, NOT_FOUND, Answer, Limits, Refusal, WriteBatch
from crm_migrate.errors import TargetConflict
from crm_migrate.stages.load.sending.batches import Batch
from crm_migrate.stages.load.sending.states import Event, State, after
from crm_migrate.workspace.ledger import BatchLine

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """Entities of one batch (empty: all of them) that share a state; nothing happens to them before `ready`.

    `attempt` is the number of their intent in the ledger, `tries` how often they came back without an answer. `job` is
    the target's id of the job that they go, or went, as.
    """

    batch: Batch
    state: State = "planned"
    entities: tuple[str, ...] = ()
    attempt: int = 0
    ready: datetime = LONG_AGO
    tries: int = 0
    job: str = ""

    def on(self, event: Event) -> "Request":
        """The request after an event; InternalError where that cannot happen."""
        return replace(self, state=after(self.state, event))

    def listed(self) -> list[str]:
        """The entities by name, also where they are all of the batch."""
        return list(self.entities) or self.batch.rows()[ENTITY].to_pylist()

    def rows(self) -> pa.Table:
        """What is sent."""
        table = self.batch.rows()
        return table.filter(pc.is_in(table[ENTITY], pa.array(self.entities, pa.string()))) if self.entities else table

    def written(self, project: str) -> WriteBatch:
        """The request as the target gets it."""
        batch = self.batch
        return WriteBatch(project, batch.run.id, batch.name, batch.object, batch.action, self.rows(), batch.part.sha256)


def standing(batch: Batch, line: BatchLine | None, limits: Limits) -> list[Request]:
    """The requests of a batch that have no final answer, by what the ledger says. Whatever was intended and never
    answered is in doubt, until the target's own longest request is over."""
    if line is None:
        return [Request(batch)]
    every = frozenset(batch.rows()[ENTITY].to_pylist())
    planned, requests = set(every), []
    for tried in line.attempts:
        mine = frozenset(tried.intent.entities) or every
        planned -= mine
        doubt = set(mine)
        for outcome in tried.outcomes:
            doubt -= frozenset(outcome.entities) or mine
            doubt.update(outcome.in_doubt)
            planned.update(outcome.later)
        if doubt:
            ready = settled_at(datetime.fromisoformat(tried.at), limits)
            entities = _some(doubt, every)
            intent = tried.intent
            requests.append(Request(batch, "in_doubt", entities, intent.attempt, ready, job=intent.job))
    if planned:
        requests.append(Request(batch, "planned", _some(planned, every)))
    return requests


def _some(entities: Iterable[str], every: frozenset[str]) -> tuple[str, ...]:
    chosen = tuple(sorted(entities))
    return () if len(chosen) == len(every) else chosen


def settled_at(sent: datetime, limits: Limits) -> datetime:
    """When the target can be asked about a request that was sent at that instant."""
    return sent + timedelta(seconds=limits.longest_seconds + limits.settle_seconds)


def accounted(sent: Sequence[str], answer: Answer) -> Answer:
    """The answer with every entity that was sent in exactly one place.

    Who was not named, was named twice, or shares a target id with another, is in doubt. TargetConflict for an answer
    about somebody who was not sent. A refusal of the whole is about the one record where there is only one.
    """
    if answer.refused_whole is not None:
        return answer if len(sent) > 1 else Answer(refused={sent[0]: answer.refused_whole})
    asked = frozenset(sent)
    places = (answer.loaded, answer.refused, answer.in_doubt, answer.later)
    strangers = sorted({entity for place in places for entity in place} - asked)
    if strangers:
        raise TargetConflict(
            f"the target answered about {len(strangers)} record(s) that were not sent (first: {strangers[0]})",
            hint="what became of the request is in doubt: crm-migrate resume asks the target by our key",
        )
    if len(answer.loaded) == len(asked) and len(set(answer.loaded.values())) == len(asked) and not any(places[1:]):
        return answer
    unclear = (asked - _named_once(places)) | set(_of_one_id(answer)) | set(answer.in_doubt)
    return replace(
        answer,
        loaded={entity: id for entity, id in answer.loaded.items() if entity not in unclear},
        refused={entity: words for entity, words in answer.refused.items() if entity not in unclear},
        later={entity: until for entity, until in answer.later.items() if entity not in unclear},
        in_doubt=frozenset(unclear),
    )


def patient(request: Request, answer: Answer, limits: Limits, now: datetime) -> Answer:
    """The answer without what a reading that lies may have said: a record that is to be changed, and was not found at
    the first try, is looked for once more when every reading has settled."""
    if request.tries or not limits.settle_seconds or request.batch.action == "create":
        return answer
    missed = [entity for entity, why in answer.refused.items() if why.code == NOT_FOUND]
    refused = {entity: why for entity, why in answer.refused.items() if entity not in missed}
    settled = now + timedelta(seconds=limits.settle_seconds)
    return replace(answer, refused=refused, later={**answer.later, **dict.fromkeys(missed, settled)})


def _named_once(places: Iterable[Iterable[str]]) -> set[str]:
    seen: dict[str, int] = {}
    for place in places:
        for entity in place:
            seen[entity] = seen.get(entity, 0) + 1
    return {entity for entity, count in seen.items() if count == 1}


def _of_one_id(answer: Answer) -> Iterator[str]:
    """Entities that the target answers for with the id of another one as well."""
    owners: dict[str, list[str]] = {}
    for entity, id in answer.loaded.items():
        owners.setdefault(id, []).append(entity)
    for entities in owners.values():
        if len(entities) > 1:
            yield from entities


def halves(request: Request, entities: Sequence[str]) -> tuple[Request, Request]:
    """A refused request as two that are sent by themselves."""
    planned, middle = request.on("split"), len(entities) // 2
    return replace(planned, entities=tuple(entities[:middle])), replace(planned, entities=tuple(entities[middle:]))


def words_of(refused: Refusal) -> str:
    """A refusal as one line: code, field, words."""
    return ": ".join(part for part in (refused.code, refused.field, refused.words) if part)
