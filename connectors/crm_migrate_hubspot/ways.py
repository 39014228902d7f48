"""How what is between two records is read, made and ended: links of HubSpot, and members of lists (`enrolling`)."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from crm_migrate.connecting.contract import TargetField
from crm_migrate.connecting.http import Http
from crm_migrate_hubspot.link_answers import Linked, Type
from crm_migrate_hubspot.linking import Linking, Tied, done
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import Link
from crm_migrate_hubspot.ties import BESIDE, FROM, LABEL, TO, Line


class Ways(Protocol):
    """What `Tying` asks of either."""

    def fields(self, one: str, other: str, /) -> tuple[TargetField, ...]:
        """The fields of such a record."""
        ...

    def names(self, one: str, other: str, /) -> Mapping[Type, str] | None:
        """The types that there may be, with their labels; None where there are none."""
        ...

    def between(self, one: str, other: str, ids: Sequence[str], /) -> Mapping[str, Sequence[Linked]]:
        """Record -> who is at the other ends."""
        ...

    def tie(self, one: str, other: str, links: Sequence[Link], /) -> Tied:
        """Make these; of whom that is not so, or not known."""
        ...

    def end(self, one: str, other: str, lines: Sequence[Line], /) -> set[str]:
        """End these; the ids of those that may be there still."""
        ...


class Links:
    """Links by their types."""

    def __init__(self, portal: Portal, http: Http, linking: Linking) -> None:
        self._portal, self._http, self._linking = portal, http, linking

    def fields(self, one: str, other: str) -> tuple[TargetField, ...]:
        """Both ends, and the label."""
        labels = tuple(sorted(name for name in (self.names(one, other) or {}).values() if name))
        return (
            TargetField(FROM, "reference", required=True, reference=one),
            TargetField(TO, "reference", required=True, reference=other),
            TargetField(LABEL, "choice", choices=labels),
        )

    def names(self, one: str, other: str) -> Mapping[Type, str] | None:
        """The types of links between two objects."""
        return self._portal.label_names(one, other)

    def between(self, one: str, other: str, ids: Sequence[str]) -> Mapping[str, Sequence[Linked]]:
        """Who is linked with whom."""
        return self._portal.links(one, other, ids) if ids else {}

    def tie(self, one: str, other: str, links: Sequence[Link]) -> Tied:
        """Links that are made."""
        return self._linking.tie(one, other, links)

    def end(self, one: str, other: str, lines: Sequence[Line]) -> set[str]:
        """Links that go: with everything between the two where nothing else labels it."""
        held = self.between(one, other, [line.tie.one for line in lines])
        for line in lines:
            linked = next((each for each in held.get(line.tie.one, ()) if each.id == line.tie.other), None)
            if linked is None or not linked.has(line.tie.type):
                continue
            others = [label for type, label in linked.types if label and type != line.tie.type]
            tie = (line.tie.one, line.tie.other, line.tie.type)
            request = self._portal.requests.unlabel(one, other, [tie]) if others or line.was == BESIDE else (
                self._portal.requests.unlink(one, other, [tie[:2]]))  # fmt: skip
            done(self._http, request)
        return set()
