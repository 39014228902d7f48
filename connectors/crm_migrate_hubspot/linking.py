"""Links of records, made and changed until they are what is wanted; what HubSpot does not say is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Http, Request
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_hubspot import link_answers
from crm_migrate_hubspot.answers import refused
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH, Link
from crm_migrate_hubspot.shapes import Place

Wanted = Mapping[str, Mapping[Place, str | None]]  # record -> field -> the record at the other end


@dataclass(slots=True)
class Outcome:
    """Why some are not what they should be, and of whom that is not known; everybody else is."""

    refused: dict[str, Refusal] = field(default_factory=dict)
    doubt: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Tied:
    """The same of links by themselves."""

    refused: dict[Link, Refusal] = field(default_factory=dict)
    doubt: set[Link] = field(default_factory=set)


class Linking:
    """Makes links."""

    def __init__(self, portal: Portal, http: Http) -> None:
        self._portal, self._http = portal, http

    def make(self, object: str, wanted: Wanted, *, fresh: bool) -> Outcome:
        """The links of records; `fresh` ones have none yet."""
        outcome = Outcome()
        for to in dict.fromkeys(place.to for places in wanted.values() for place in places):
            part = {id: {p: end for p, end in places.items() if p.to == to} for id, places in wanted.items()}
            try:
                self._between(object, to, part, outcome, fresh=fresh)
            except InDoubt:
                outcome.doubt.update(id for id, places in part.items() if places)
        return outcome

    def _between(self, object: str, to: str, wanted: Wanted, outcome: Outcome, *, fresh: bool) -> None:
        types = {place: self._type(object, place) for places in wanted.values() for place in places}
        asked = [id for id, places in wanted.items() if places]
        held = {} if fresh else self._portal.field_links(object, to, asked)
        pairs, labelled, links = list[tuple[str, str]](), list[Link](), list[Link]()
        for id in asked:
            for place, end in wanted[id].items():
                there = held.get(id, [])
                now = end_of(place, types[place], there)
                if now == end:
                    continue
                if now is not None:
                    step = _leaving(next(each for each in there if each.id == now), types[place], place)
                    pairs += [(id, now)] if step == "pair" else []
                    labelled += [(id, now, types[place])] if step == "label" else []
                if end is not None:
                    links.append((id, end, types[place]))
        if pairs:
            done(self._http, self._portal.requests.unlink(object, to, list(dict.fromkeys(pairs))))
        if labelled:
            done(self._http, self._portal.requests.unlabel(object, to, labelled))
        told = self.tie(object, to, links)
        outcome.refused |= {link[0]: why for link, why in told.refused.items()}
        outcome.doubt |= {link[0] for link in told.doubt}

    def _type(self, object: str, place: Place) -> Type:
        found = self._portal.type(object, place)
        if found is None:
            raise TargetError(f"HubSpot has no place {place.name} in {object}", hint="crm-migrate target prepare")
        return found

    def tie(self, object: str, to: str, links: Sequence[Link]) -> Tied:
        """Links that are made, and of which of them that is not so, or not known."""
        told = Tied()
        for start in range(0, len(links), BATCH):
            self._link(object, to, links[start : start + BATCH], told)
        return told

    def _link(self, object: str, to: str, links: Sequence[Link], told: Tied) -> None:
        """One request, and a look at whom its answer does not name."""
        made = link_answers.made(self._http.send(self._portal.requests.link(object, to, links)))
        missing = [link for link in links if link[:2] not in made.pairs]
        if missing and made.refusal and len(missing) == len(links) > 1:
            middle = len(links) // 2
            self._link(object, to, links[:middle], told)
            self._link(object, to, links[middle:], told)
            return
        held = self._portal.links(object, to, [one for one, _, _ in missing]) if missing else {}
        for one, other, type in missing:
            if any(each.id == other and each.has(type) for each in held.get(one, ())):
                continue
            if made.refusal is None:
                told.doubt.add((one, other, type))
            else:
                told.refused[one, other, type] = made.refusal


def done(http: Http, request: Request) -> None:
    """A request whose success says nothing. TargetError where it was refused."""
    answer = http.send(request)
    if not 200 <= answer.status < 300:
        raise refused(answer)


def end_of(place: Place, type: Type | None, linked: Sequence[Linked]) -> str | None:
    """The record at the end of a field. Where several could be meant, that with the lowest id: of a field without a
    label first of those whose links have none."""
    if place.label:
        fitting = [each for each in linked if type is not None and each.has(type)]
    else:
        fitting = [each for each in linked if not each.labels()] or list(linked)
    return min((each.id for each in fitting), key=lambda id: (len(id), id), default=None)


def _leaving(linked: Linked, type: Type, place: Place) -> str:
    """How a link ends: with everything between the two, by its label alone, or not at all where others label it."""
    others = [label for each, label in linked.types if label and each != type]
    if not others:
        return "pair"
    return "label" if place.label else "stays"
