"""What a target says of the records of a request, each by itself, as outcomes of entities. Pure.

A success names the record; who was created is known by our keys afterwards, not by a place in a list. A place only says
why somebody is *not* there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_migrate.connecting.contract import Answer, Refusal


@dataclass(frozen=True, slots=True)
class Result:
    """What is said of one record: that it was done, or why not; neither where it cannot be read.

    `again`: nothing was done, and it may be sent once more after that time. `absent`: the record is not there any more.
    """

    id: str = ""
    done: bool = False
    refusal: Refusal | None = None
    again: timedelta | None = None
    absent: bool = False


def created(entities: Sequence[str], said: Sequence[Result], there: Mapping[str, str], now: datetime) -> Answer:
    """An outcome per entity of a creation: who is there (key -> id) was created, now or by an earlier try; who is not,
    and of whom the list does not say why, is in doubt."""
    placed = dict(zip(entities, said, strict=True)) if len(said) == len(entities) else {}
    missing = {entity: placed.get(entity, Result()) for entity in entities if entity not in there}
    return _outcome({entity: there[entity] for entity in entities if entity in there}, missing, now)


def changed(ids: Mapping[str, str], said: Sequence[Result], now: datetime, *, deletes: bool = False) -> Answer:
    """An outcome per entity of a change or deletion of these records (entity -> id, in the order of the request).

    A result is about the record whose id it names. One that names none tells of the record at its place, where all
    others stand at theirs; it never tells of a success.
    """
    named: dict[str, list[Result]] = {}
    for each in said:
        named.setdefault(each.id, []).append(each)
    order = list(ids.values())
    straight = len(said) == len(order) and all(not r.id or r.id == order[at] for at, r in enumerate(said))
    placed = {id: said[at] for at, id in enumerate(order) if straight and not said[at].id}
    loaded, others = dict[str, str](), dict[str, Result]()
    for entity, id in ids.items():
        told = named.get(id) or [placed.get(id, Result())]
        one = told[0] if id and all(each == told[0] for each in told) else Result()
        if one.done and one.id == id:
            loaded[entity] = id
        else:
            others[entity] = Result() if one.done else one
    gone = {e for e, r in others.items() if deletes and r.absent}
    outcome = _outcome(loaded | {e: ids[e] for e in gone}, {e: r for e, r in others.items() if e not in gone}, now)
    return Answer(outcome.loaded, outcome.refused, outcome.in_doubt, outcome.later, gone=frozenset(gone))


def _outcome(loaded: Mapping[str, str], others: Mapping[str, Result], now: datetime) -> Answer:
    later = {entity: now + result.again for entity, result in others.items() if result.again is not None}
    refusals = {e: r.refusal for e, r in others.items() if r.again is None and r.refusal is not None}
    return Answer(dict(loaded), refusals, frozenset(others.keys() - later.keys() - refusals.keys()), later)


def joined(first: Answer, second: Answer) -> Answer:
    """Two answers about others."""
    return Answer(
        {**first.loaded, **second.loaded},
        {**first.refused, **second.refused},
        first.in_doubt | second.in_doubt,
        {**first.later, **second.later},
        gone=first.gone | second.gone,
    )


def whole(refusal: Refusal, entities: Sequence[str], others: Answer, now: datetime) -> Answer:
    """Nothing was done. Where that concerns the rest of the request only, the rest is sent again by itself."""
    if len(entities) == 1:
        return joined(others, Answer(refused=dict.fromkeys(entities, refusal)))
    if others.loaded or others.refused or others.later:
        return joined(others, Answer(later=dict.fromkeys(entities, now)))
    return Answer(refused_whole=refusal)
