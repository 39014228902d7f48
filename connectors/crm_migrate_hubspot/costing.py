"""What loads and readings cost in requests, where nothing goes wrong. Pure."""

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

from crm_migrate.connecting.contract import Action, Load
from crm_migrate.crm.types import GRANTED, REFUSALS
from crm_migrate_hubspot.requests import BATCH
from crm_migrate_hubspot.shapes import CONTENT, Place, holds_files, place_of
from crm_migrate_hubspot.ties import ends_of

TIES = 4  # of a batch of links by themselves: the keys and the links that are there, then both written
OUT, TYPE, LOOKS = (
    2,
    3,
    2,
)  # unsubscribed from all, or one type changed, and looked at; who opted out is looked at first


def of_batch(object: str, action: Action, load: Load, *, keeps: bool) -> int:
    """Requests of a batch. `keeps`: records keep keys of links that begin at them. A link that changes is taken to have
    led elsewhere before."""
    if ends_of(object):
        return TIES + (1 if action == "update" else 0)
    own = _file(action, load) if holds_files(object) else 0
    found = {name: place for name in load.columns if (place := place_of(object, name)) is not None}
    filled = {place: load.columns[name] for name, place in found.items() if load.columns[name]}
    more = _links(filled, keeps=keeps) + sum(_consent(place, words) for place, words in filled.items())
    if action == "create":
        begins = ceil(2 * load.rows / BATCH) if any(each.to or each.consent for each in found.values()) else 0
        return own + begins + 1 + (more + 1 if more else 0)  # looked for, made, and given its key when all is there
    ends = {place.to for place in found.values() if place.to}
    looks = ends - {place.to for place in filled}
    changes = own > 0 or load.adopts or any(place.property for place in found.values())
    taken_away = 0 if load.new else len(ends)
    return own + ceil(load.rows / BATCH) + changes + more + len(looks) * (1 + keeps) + taken_away


def _file(action: Action, load: Load) -> int:
    """The path that is asked for and the bytes; of one that changes also the note, and the old file looked at, deleted
    and looked for."""
    if action == "create":
        return 2
    return 6 if CONTENT & set(load.columns) else 0


def _links(filled: Mapping[Place, frozenset[str]], *, keeps: bool) -> int:
    """For each object at other ends: the keys that are kept, the links that are there, and those that are made."""
    return len({place.to for place in filled if place.to}) * (2 + keeps)


def _consent(place: Place, words: frozenset[str]) -> int:
    if not place.consent:
        return 0
    if not place.label:
        return OUT if words & set(REFUSALS) else 0
    return (TYPE if words & {GRANTED, *REFUSALS} else 0) + (LOOKS if GRANTED in words else 0)


class Page(NamedTuple):
    """What is asked of a page of records, beside themselves: their links with objects, of which some are kept with
    their keys, what mailboxes take, in all and by subscription, and (`wide`) properties that fit into no address."""

    links: int
    kept: int
    consents: int
    subscriptions: int
    wide: bool


def of_pages(records: int, others: int, page: Page) -> int:
    """Requests that read records back, page by page with those of other kinds; more is asked where some of a page are
    ours. Those of a kind are made one after the other, so they are taken to fill their pages."""
    pages, own = max(1, ceil((records + others) / BATCH)), ceil(records / BATCH)
    return pages * (1 + page.wide) + own * (page.links + page.kept + page.consents + 2 * page.subscriptions)


def of_lists(lists: int) -> int:
    """Requests that read lists: our keys of them, and the pages that name them."""
    return 1 + max(1, ceil(lists / BATCH))


def of_ties(ties: int, records: int) -> int:
    """Requests that read links back which are records, by looking through all records where they may begin: of a page
    that has some, also whom they lead to; no page has none, as far as there are as many links."""
    pages = max(1, ceil(records / BATCH))
    return pages + min(pages, ties)
