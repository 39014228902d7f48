"""Links of records, made and changed until they are what is wanted; what HubSpot does not say is looked at."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Http, Request
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_hubspot import link_answers
from crm_migrate_hubspot.answers import body, refused
from crm_migrate_hubspot.keeping import Keeping
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH, Link
from crm_migrate_hubspot.shapes import Place
from crm_migrate_hubspot.ties import beside, of_fields

NO_CONTENT = 204
_TAKEN = frozenset({"PENDING", "PROCESSING", "COMPLETE"})  # states of a batch
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


@dataclass(slots=True)
class _Steps:
    """What is taken away and made between the records of two objects; `left`: whom fields let go."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    labelled: list[Link] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    left: dict[str, set[str]] = field(default_factory=dict)

    def add(self, move: tuple[str, Linked | None, str | None], place: Place, type: Type, tied: Collection[str]) -> None:
        """One field goes from a record to another one."""
        id, there, end = move
        if there is not None:
            how = _leaving(there, type, place, is_tied=there.id in tied)
            self.pairs += [(id, there.id)] if how == "pair" else []
            self.labelled += [(id, there.id, type)] if how == "label" else []
            self.left.setdefault(id, set()).add(there.id)
        if end is not None:
            self.links.append((id, end, type))

    def joined(self, id: str, plain: Type | None) -> dict[str, set[Type]]:
        """Whom fields of a record lead to now, and by which types of links: a label brings the one without it along."""
        found: dict[str, set[Type]] = {}
        for one, other, type in self.links:
            if one == id:
                found.setdefault(other, set()).update({type} if plain is None else {type, plain})
        return found


class Linking:
    """Makes links."""

    def __init__(self, portal: Portal, http: Http, keeping: Keeping) -> None:
        self._portal, self._http, self._keeping = portal, http, keeping

    def make(self, object: str, wanted: Wanted) -> Outcome:
        """The links of records."""
        outcome = Outcome()
        for to in dict.fromkeys(place.to for places in wanted.values() for place in places):
            part = {id: {p: end for p, end in places.items() if p.to == to} for id, places in wanted.items()}
            part = {id: places for id, places in part.items() if places}
            try:
                with self._keeping.lock if self._keeping.keeps(object) else nullcontext():
                    self._between(object, to, part, outcome)
            except InDoubt:
                outcome.doubt.update(part)
        return outcome

    def _between(self, object: str, to: str, wanted: Wanted, outcome: Outcome) -> None:
        types = {place: self._type(object, place) for places in wanted.values() for place in places}
        lines = self._keeping.lines(object, wanted) if self._keeping.keeps(object) else {}
        raw = self._portal.links(object, to, list(wanted))
        steps = _Steps()
        for id, places in wanted.items():
            fields = of_fields(to, raw.get(id, ()), lines.get(id, ()))
            tied = {line.tie.other for line in lines.get(id, ()) if line.to == to}
            for place, end in places.items():
                now = end_of(place, types[place], fields)
                if now != end:
                    there = next((each for each in raw.get(id, ()) if each.id == now), None)
                    steps.add((id, there, end), place, types[place], tied)
        if steps.pairs:
            done(self._http, self._portal.requests.unlink(object, to, list(dict.fromkeys(steps.pairs))))
        if steps.labelled:
            done(self._http, self._portal.requests.unlabel(object, to, steps.labelled))
        told = self.tie(object, to, steps.links)
        outcome.refused |= {link[0]: why for link, why in told.refused.items()}
        outcome.doubt |= {link[0] for link in told.doubt}
        plain = (self._portal.labels(object, to) or {}).get("")
        moved = {id: beside(each, to, steps.left.get(id, set()), steps.joined(id, plain)) for id, each in lines.items()}
        changed = {id: each for id, each in moved.items() if each != lines[id]}
        outcome.doubt |= changed.keys() - self._keeping.save(object, changed)

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
        labels = Counter(link[:2] for link in links)  # an answer names two records, and not by which of two labels
        missing = [link for link in links if link[:2] not in made.pairs or labels[link[:2]] > 1]
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
    taken(http.send(request))


def taken(answer: Answer) -> None:
    """That nothing was refused. TargetError where it was, InDoubt where it is not HubSpot that says so."""
    if not 200 <= answer.status < 300:
        raise refused(answer)
    if answer.status != NO_CONTENT and body(answer).get("status") not in _TAKEN:
        raise answer.unreadable("no word of HubSpot")


def end_of(place: Place, type: Type | None, linked: Sequence[Linked]) -> str | None:
    """The record at the end of a field. Where several could be meant, that with the lowest id: of a field without a
    label first of those whose links have none."""
    if place.label:
        fitting = [each for each in linked if type is not None and each.has(type)]
    else:
        fitting = [each for each in linked if not each.labels()] or list(linked)
    return min((each.id for each in fitting), key=lambda id: (len(id), id), default=None)


def _leaving(linked: Linked, type: Type, place: Place, *, is_tied: bool) -> str:
    """How a link ends: with everything between the two; by its label alone where something else links them, too; and
    one without a label not at all then."""
    others = [label for each, label in linked.types if label and each != type]
    if not others and not is_tied:
        return "pair"
    return "label" if place.label else "stays"
