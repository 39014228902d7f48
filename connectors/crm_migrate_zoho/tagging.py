"""Tags of records that are changed: by the actions for tags, which say what becomes of those that are there already.

No document says whether a change of a record adds to its tags or puts others in their place. Who is created is sent
with them. Giving and taking tags twice leaves them as once.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from crm_migrate.connecting.contract import Answer, Refusal
from crm_migrate.connecting.http import Request
from crm_migrate.connecting.row_results import changed, joined
from crm_migrate.connecting.shaping import Record, Row
from crm_migrate_zoho import requests
from crm_migrate_zoho.calls import Calls
from crm_migrate_zoho.records import Values
from crm_migrate_zoho.shapes import TAG

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The tags that a record has, and those that it is to have."""

    before: Names
    after: Names


def taken_out(made: dict[str, Values], current: Mapping[str, Record]) -> dict[str, Change]:
    """The changes of tags (by entity), which leave what is sent of their records; those that change nothing go, too."""
    found = {}
    for entity, values in made.items():
        if TAG in values:
            found[entity] = Change(_names(current[entity].get(TAG)), _names(values.pop(TAG)))
    return {entity: change for entity, change in found.items() if set(change.before) != set(change.after)}


def tagged(calls: Calls, module: str, tags: Mapping[str, Change], answer: Answer, rows: Collection[Row]) -> Answer:
    """What became of changed records, with the tags of those that were done: where those are refused, so is the record,
    though the rest of it was taken."""
    done = {entity: answer.loaded[entity] for entity in tags if entity in answer.loaded}
    rest = Answer(
        {entity: id for entity, id in answer.loaded.items() if entity not in done},
        answer.refused,
        answer.in_doubt,
        answer.later,
    )
    for request, entities in _requests(module, {entity: tags[entity] for entity in done}, done):
        ids = {entity: done[entity] for entity in entities}
        said = calls.send(request, rows)
        if isinstance(said, Refusal):
            rest = joined(rest, Answer(refused=dict.fromkeys(ids, _but_the_rest(said))))
            continue
        one = changed(ids, said, calls.now())
        refused = {entity: _but_the_rest(why) for entity, why in one.refused.items()}
        rest = joined(rest, replace(one, refused=refused))
    return rest


def _requests(module: str, tags: Mapping[str, Change], ids: Mapping[str, str]) -> Iterator[tuple[Request, list[str]]]:
    """A request for all records that are to have the same tags, and for all that had the same and lose them."""
    groups: dict[tuple[Names, Names], list[str]] = {}
    for entity, change in tags.items():
        groups.setdefault((change.after, () if change.after else change.before), []).append(entity)
    for (after, before), entities in groups.items():
        of = [ids[entity] for entity in entities]
        yield (requests.tagging(module, of, after) if after else requests.untagging(module, of, before)), entities


def _names(said: object) -> Names:
    """The names of tags, as they are sent and as a list tells them."""
    listed = said if isinstance(said, list) else ()
    return tuple(str(each["name"]) for each in listed if isinstance(each, Mapping))


def _but_the_rest(refusal: Refusal) -> Refusal:
    return replace(refusal, words=f"{refusal.words} (of its tags; what else changed was taken)", field=TAG)
