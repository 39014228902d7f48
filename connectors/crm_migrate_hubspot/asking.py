"""What is asked about a portal itself, where all is prepared: each question once in a connection. Pure."""

from collections.abc import Iterator, Sequence

from crm_migrate.connecting.contract import Asks, TargetObject
from crm_migrate_hubspot.rosters import is_enrolled, listed
from crm_migrate_hubspot.shapes import PIPELINES, linked_with, place_of, split
from crm_migrate_hubspot.ties import ends_of

Question = tuple[str, ...]  # what is asked for, and of which objects


def asking(objects: Sequence[TargetObject], owners: int) -> Asks:
    """Requests beside records; `owners` is how many ask for those."""
    before = {question for each in objects for question in (*_of(each.name), *_fields(each))}
    described = {question for each in objects for question in _described(each.name)}
    return Asks(identity=1, before=len(before), during=len(before | described) + owners)


def _of(object: str) -> Iterator[Question]:
    """What is asked to know whether an object is there."""
    one, other = ends_of(object) or ("", "")
    yield "properties", listed(object) or one or split(object)[0]
    if one and not is_enrolled(object):
        yield "labels", one, other


def _fields(object: TargetObject) -> Iterator[Question]:
    """What is asked to know whether its fields are there."""
    if ends_of(object.name) or listed(object.name):
        return
    for place in filter(None, (place_of(object.name, each.name) for each in object.fields)):
        if place.to:
            yield "labels", split(object.name)[0], place.to
        elif place.consent and place.label:
            yield ("subscriptions",)


def _described(object: str) -> Iterator[Question]:
    """What is asked to describe an object, whatever its fields are."""
    yield from _of(object)
    if ends_of(object) or listed(object):
        return
    name = split(object)[0]
    yield from (("labels", name, to) for to in linked_with(name))
    if name in PIPELINES:
        yield "pipelines", name
