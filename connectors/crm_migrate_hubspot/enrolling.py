"""Members of lists as records: who is put into which list, and taken out again.

Adding somebody twice is adding once, so a request that nobody answered is sent again. HubSpot names whom it added and
whom it does not have; of who is named by neither, it is looked at whether they are members.
"""

from collections.abc import Iterable, Mapping, Sequence

from crm_migrate.connecting.contract import Refusal, TargetField
from crm_migrate.connecting.http import Http
from crm_migrate_hubspot import list_answers
from crm_migrate_hubspot.calls import GONE
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.linking import Tied
from crm_migrate_hubspot.list_answers import Moved
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import Link
from crm_migrate_hubspot.rosters import number_of
from crm_migrate_hubspot.shapes import CONTACTS
from crm_migrate_hubspot.ties import FROM, FROM_LEAD, LEAD, TO, Line

MEMBER: Type = ("MEMBER", 0)


class Enrolling:
    """The members of a portal's lists."""

    def __init__(self, portal: Portal, http: Http) -> None:
        self._portal, self._http = portal, http

    def fields(self, one: str, other: str, /) -> tuple[TargetField, ...]:
        """The member, which may be a lead where they are contacts, and its list."""
        leads = (TargetField(FROM_LEAD, "reference", reference=f"{one}:{LEAD}"),) if one == CONTACTS else ()
        return (
            TargetField(FROM, "reference", required=not leads, reference=one),
            *leads,
            TargetField(TO, "reference", required=True, reference=f"{other}:{one}"),
        )

    def names(self, _one: str, _other: str, /) -> Mapping[Type, str] | None:
        """There is one way to be a member."""
        return {MEMBER: ""}

    def between(self, one: str, _other: str, ids: Sequence[str], /) -> Mapping[str, Sequence[Linked]]:
        """Who is a member of which lists."""
        found = self._portal.lists_of(number_of(one) or "", ids)
        return {id: [Linked(each, ((MEMBER, ""),)) for each in lists] for id, lists in found.items()}

    def tie(self, one: str, _other: str, links: Sequence[Link], /) -> Tied:
        """Members that are added, a request for each list."""
        told = Tied()
        for id, records in _by_list((record, id) for record, id, _ in links).items():
            moved = list_answers.moved(self._http.send(self._portal.requests.enrol(id, records)))
            outside = self._not_in(one, id, [each for each in records if each not in moved.done])
            for record in outside:
                why = moved.refusal or (GONE if record in moved.missing else None)
                if why is None:
                    told.doubt.add((record, id, MEMBER))
                else:
                    told.refused[record, id, MEMBER] = _about(why)
        return told

    def end(self, one: str, _other: str, lines: Sequence[Line], /) -> set[str]:
        """Members that are taken out, a request for each list."""
        left = set[str]()
        ties = {(line.tie.one, line.tie.other): line.tie.id for line in lines}
        for id, records in _by_list(ties).items():
            moved = self._struck(id, records)
            silent = [each for each in records if each not in moved.done]
            outside = self._not_in(one, id, silent)
            left |= {ties[record, id] for record in silent if record not in outside}
        return left

    def _struck(self, id: str, records: Sequence[str]) -> Moved:
        """What became of them; of a list that is gone nobody is a member."""
        answer = self._http.send(self._portal.requests.strike(id, records))
        gone = answer.status == 404 and self._portal.roster(id) is None
        return Moved(frozenset(records)) if gone else list_answers.moved(answer)

    def _not_in(self, one: str, id: str, records: Sequence[str]) -> set[str]:
        """Those who are no members of a list."""
        held = self._portal.lists_of(number_of(one) or "", records) if records else {}
        return {record for record in records if id not in held.get(record, ())}


def _by_list(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """List -> those who are meant, of pairs of record and list."""
    found: dict[str, list[str]] = {}
    for record, id in pairs:
        found.setdefault(id, []).append(record)
    return found


def _about(why: Refusal) -> Refusal:
    return Refusal(f"HubSpot does not put it into the list: {why.words}", why.code, TO)
