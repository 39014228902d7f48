"""What a portal lacks: properties of ours in a group of ours, and labels of links. HubSpot makes both on demand."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from crm_migrate.connecting.by_hand import ByHand
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.http import Answer, Http, Request, Waiting
from crm_migrate.connecting.preparing import prepared
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_hubspot import answers
from crm_migrate_hubspot.describe import (
    definition_of,
    key_definition,
    keys_definition,
    kind_definition,
    registry_definition,
)
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH
from crm_migrate_hubspot.rosters import NAME, is_enrolled, listed
from crm_migrate_hubspot.shapes import KEY, OWNER, PIPELINES, REGISTRY, Place, is_object, place_of, split
from crm_migrate_hubspot.ties import FIELDS, KEYS, MEMBER_FIELDS, ends_of

TRIES = 12  # looks at whether what was made is there
PAUSE = 5.0  # seconds between two of them
AGAIN = 3  # tries whose doubt is not the last word
CURRENCY = "deal_currency_code"  # is there where the portal has several currencies
THERE_IS_NONE = "there is none"
PROPERTIES = "Settings > Data Management > Properties"


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is missing and we make: a property of an object by its definition, or the label of links to another one."""

    title: str
    object: str
    definition: dict[str, Any] | None = None
    label: tuple[str, str] | None = None  # object at the other end, label


def lacking(objects: Sequence[TargetObject], portal: Portal) -> tuple[list[Lacking], list[ByHand]]:
    """What these objects lack, each once: what we make, and what people make. TargetError where our key cannot be
    theirs."""
    ours, left = dict[str, Lacking](), dict[ByHand, None]()
    for wanted in objects:
        if wanted.key_field != KEY:
            raise TargetError(f"our key cannot live in {wanted.key_field}", hint="take `key_field:` out")
        for each in _of(wanted, portal):
            if isinstance(each, ByHand):
                left[each] = None
            else:
                ours.setdefault(each.title, each)
    return list(ours.values()), list(left)


def by_hand(objects: Sequence[TargetObject], portal: Portal) -> tuple[ByHand, ...]:
    """What people make: objects, types of subscription, properties that only HubSpot has, and a key of ours that is
    other than we need it."""
    return tuple(lacking(objects, portal)[1])


def _of(wanted: TargetObject, portal: Portal) -> Iterator[Lacking | ByHand]:
    if ends_of(wanted.name):
        yield from _tie(wanted, portal)
        return
    if listed(wanted.name):
        yield from _list(wanted, portal)
        return
    name, kind = split(wanted.name)
    known = portal.properties(name) if is_object(wanted.name) else None
    if known is None:
        yield _no_object(wanted)
        return
    if KEY not in known:
        yield _property(name, key_definition())
    elif not known[KEY].get("hasUniqueValue"):
        what = f"the property {KEY} of {name} takes a value twice"
        yield ByHand(what, f"{PROPERTIES} > {KEY} > Archive, and delete it there", "so it cannot keep our key")
    if kind:
        yield from _kind(name, portal)
    for field in wanted.fields:
        yield from _place(wanted.name, field, portal)


def _tie(wanted: TargetObject, portal: Portal) -> Iterator[Lacking | ByHand]:
    """What links that are records lack: the property of their keys where they begin."""
    one, other = ends_of(wanted.name) or ("", "")
    known, enrolled = portal.properties(one), is_enrolled(wanted.name)
    if known is None or (not enrolled and portal.labels(one, other) is None):
        yield _no_object(wanted)
        return
    if KEYS not in known:
        yield _property(one, keys_definition())
    yield from _nowhere(wanted, MEMBER_FIELDS if enrolled else FIELDS)


def _list(wanted: TargetObject, portal: Portal) -> Iterator[Lacking | ByHand]:
    """What lists lack: the property of their keys, on the object whose records they hold."""
    of = listed(wanted.name) or ""
    known = portal.properties(of)
    if known is None:
        yield _no_object(wanted)
        return
    if REGISTRY not in known:
        yield _property(of, registry_definition())
    yield from _nowhere(wanted, (NAME,))


def _nowhere(wanted: TargetObject, places: Collection[str]) -> Iterator[Lacking | ByHand]:
    for each in wanted.fields:
        if each.name not in places:
            yield _no_place(wanted.name, each, f"name one of {', '.join(places)} with `to:`")


def _no_object(wanted: TargetObject) -> ByHand:
    where = "Data Management > Data Model > Create object, or name another with `to:`; scopes of the token: its app"
    return ByHand(f"the object {wanted.name}", where, THERE_IS_NONE)


def _no_place(name: str, field: TargetField, where: str = "name a property with `to:`, like tax_number") -> ByHand:
    return ByHand(f"the place {field.name} of {name}", where, THERE_IS_NONE)


def where_choices(object: str, field: str) -> str:
    """Where people add an option of a property, or a stage or pipeline."""
    name, _ = split(object)
    if field in PIPELINES.get(name, ()):
        return f"Settings > Objects > {name.capitalize()} > Pipelines"
    return f"{PROPERTIES} > {name} > {field} > Field options"


def _kind(name: str, portal: Portal) -> Iterator[Lacking | ByHand]:
    definition = kind_definition()
    if definition["name"] not in portal.existing(name):
        yield _property(name, definition)


def _property(name: str, definition: dict[str, Any]) -> Lacking:
    return Lacking(f"make the property {definition['name']} of {name}", name, definition)


def _place(object: str, field: TargetField, portal: Portal) -> Iterator[Lacking | ByHand]:
    name, place = split(object)[0], place_of(object, field.name)
    if place is None or (place.consent and field.about == "phone"):
        yield _no_place(name, field)
    elif place.consent and place.label and place.label.lower() not in portal.subscriptions:
        yield _no_place(name, field, f"Settings > Marketing > Email > Subscription Types: {place.label}, once")
    elif place.file:
        return
    elif place.to:
        yield from _link(name, field, place, portal)
    elif place.property not in portal.existing(name) and place.property == CURRENCY:
        yield _no_place(name, field, "Settings > Account Management > Account Defaults > Currency: add the currencies")
    elif place.property not in portal.existing(name) and (_is_reserved(place.property) or field.type == "reference"):
        yield _no_place(name, field)
    elif place.property not in portal.existing(name):
        yield _property(name, definition_of(place, field))


def _is_reserved(property: str) -> bool:
    """Whether only HubSpot itself has properties of that name; one of ours would look like it and do nothing."""
    return property.startswith("hs_") or property == OWNER


def _link(name: str, field: TargetField, place: Place, portal: Portal) -> Iterator[Lacking | ByHand]:
    known = portal.labels(name, place.to)
    if known is None or (not place.label and "" not in known):
        yield _no_place(name, field, "name another link with `to:`; scopes of the token: its app")
    elif place.label.lower() not in known:
        title = f"make the label {place.label} of links from {name} to {place.to}"
        yield Lacking(title, name, label=(place.to, place.label))


def prepare(
    objects: Sequence[TargetObject], portal: Portal, http: Http, waiting: Waiting, *, apply: bool
) -> tuple[str, ...]:
    """What is missing, made where `apply` says so, and waited for. TargetError for what people make."""

    def make(found: Sequence[Lacking]) -> None:
        _make_all(found, portal, http)
        _wait(objects, portal, waiting)

    return prepared("HubSpot", portal.forget, partial(lacking, objects, portal), make, apply=apply)


def _make_all(found: Sequence[Lacking], portal: Portal, http: Http) -> None:
    for name in dict.fromkeys(each.object for each in found if each.definition is not None):
        _make(name, [each.definition for each in found if each.object == name and each.definition], portal, http)
    for each in found:
        if each.label is not None:
            _send(http, portal.requests.add_label(each.object, *each.label))


def _make(name: str, definitions: Sequence[dict[str, Any]], portal: Portal, http: Http) -> None:
    _send(http, portal.requests.add_group(name))
    for start in range(0, len(definitions), BATCH):
        _send(http, portal.requests.add_properties(name, definitions[start : start + BATCH]))


def _send(http: Http, request: Request) -> None:
    """What is there already was made by a try that nobody had answered, or by somebody else: it is looked at later.

    So a request that nobody answered is sent again.
    """
    for _ in range(AGAIN):
        with suppress(InDoubt):
            return taken(http.send(request))
    return taken(http.send(request))


def taken(answer: Answer) -> None:
    """That it was made, or was there. TargetError where it was refused, also in part, InDoubt where it is not HubSpot
    that says so."""
    if 200 <= answer.status < 300:
        why = next((why for why in answers.reasons(answer) if not _is_there(why.words)), None)
        if why is not None:
            raise TargetError(f"HubSpot refuses a part of {answer.request}: {why.code}: {why.words}",
                              hint="look there, or make it by hand, then: crm-migrate target prepare")  # fmt: skip
        return
    said = answers.own_error(answer)
    if not (answer.status == 409 or (answer.status == 400 and _is_there(said["message"]))):
        raise answers.refused(answer)


def _is_there(words: str) -> bool:
    return "already exist" in words.lower()


def _wait(objects: Sequence[TargetObject], portal: Portal, waiting: Waiting) -> None:
    """Until everything is there, and records can be asked for by our key."""
    left: list[str] = []
    for _ in range(TRIES):
        portal.forget()
        left = [each.title for each in lacking(objects, portal)[0]] or [
            f"our key as a way to ask for {name}"
            for name in dict.fromkeys(split(e.name)[0] for e in objects if not (ends_of(e.name) or listed(e.name)))
            if not _answers(name, portal)
        ]
        if not left:
            return
        waiting.wait(PAUSE)
    raise TargetError(
        f"HubSpot says that it did this, and it is not to be seen: {left[0]}",
        hint="look there, also among what is archived, or make it by hand, then: crm-migrate target prepare",
    )


def _answers(name: str, portal: Portal) -> bool:
    """Whether a record can be asked for by our key."""
    try:
        portal.keyed(name, (), ["crm-migrate"])
    except TargetError:
        return False
    return True
