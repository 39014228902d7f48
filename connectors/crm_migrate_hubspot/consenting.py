"""What mailboxes take: an opt-out arrives where HubSpot looks before it sends, and is looked at afterwards.

The word itself (`granted`, `withdrawn`, `bounced`, `unknown`) is kept in a property. Who withdraws is unsubscribed from
everything, or from one type of subscription. Nobody is subscribed to everything; to one type only with a legal basis.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crm_migrate.connecting.cells import unfit
from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Http
from crm_migrate.crm.types import GRANTED, REFUSALS
from crm_migrate.errors import InDoubt, TargetError
from crm_migrate_hubspot import portal_answers
from crm_migrate_hubspot.linking import Outcome, done
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH
from crm_migrate_hubspot.settings import Settings
from crm_migrate_hubspot.shapes import CONSENT, EMAIL, Place, place_of, word_of

OUT, IN = "UNSUBSCRIBED", "SUBSCRIBED"
SAYINGS = 3  # of an opt-out that is not kept
WITHDRAWN, UNKNOWN = REFUSALS[0], "unknown"
NOT_ARRIVED = Refusal(
    "HubSpot says that it took the opt-out, and would still write to this mailbox", "NOT_ARRIVED", CONSENT
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a record's mailbox takes from now on."""

    id: str
    mailbox: str
    place: Place
    word: str


class Consenting:
    """Reads and changes what mailboxes take."""

    def __init__(self, portal: Portal, http: Http, settings: Settings) -> None:
        self._portal, self._http, self._settings = portal, http, settings

    def check(self, place: Place, word: str | None) -> None:
        """Raises Unfit where nobody may be subscribed."""
        if place.label and word == GRANTED and not self._settings.legal_basis:
            raise unfit("LEGAL_BASIS", "nobody is subscribed without `legal_basis` in the environment", place.name)

    def places(self, object: str) -> list[Place]:
        """The consents that an object has a word of."""
        known = self._portal.properties(object) or {}
        names = [CONSENT, *(f"{CONSENT}.{name}" for name in self._portal.subscriptions)] if any(
            name.startswith(word_of("")) for name in known
        ) else []  # fmt: skip
        found = [place for name in names if (place := place_of(object, name)) is not None]
        return [place for place in found if place.property in known]

    # ------------------------------------------------------------------------------------------------ reading

    def told(self, place: Place, records: Sequence[Mapping[str, Any]]) -> list[str | None]:
        """The word of each record, as far as HubSpot bears it out: an opt-out that did not arrive is none, and one that
        somebody made there is one."""
        mailboxes = [str(each.get(EMAIL) or "").lower() for each in records]
        states = self._states(place, [each for each in mailboxes if each]) if any(mailboxes) else {}
        words = [str(each.get(place.property) or "") or None for each in records]
        return [
            _borne_out(word, states.get(mailbox)) if mailbox else word
            for word, mailbox in zip(words, mailboxes, strict=True)
        ]

    def _states(self, place: Place, mailboxes: Iterable[str]) -> dict[str, str]:
        """What mailboxes take; who takes no mail at all takes none of any type."""
        found: dict[str, str] = {}
        wanted = list(dict.fromkeys(mailboxes))
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            if place.label:
                read = partial(portal_answers.statuses, subscription=self._subscription(place))
                found |= self._portal.ask(self._portal.requests.statuses(some), read)
            out = self._portal.ask(self._portal.requests.opted_out(some), portal_answers.opted_out)
            found |= dict.fromkeys(out, OUT)
        return found

    def _subscription(self, place: Place) -> int:
        found = self._portal.subscriptions.get(place.label.lower())
        if found is None:
            raise TargetError(f"HubSpot has no type of subscription {place.label}", hint="make it there by hand")
        return found

    # ------------------------------------------------------------------------------------------------ writing

    def arrive(self, wishes: Sequence[Wish]) -> Outcome:
        """Makes mailboxes take what is wished, and looks whether they do."""
        outcome = Outcome()
        for place in dict.fromkeys(wish.place for wish in wishes):
            some = [wish for wish in wishes if wish.place == place]
            try:
                outcome.refused |= {wish.id: NOT_ARRIVED for wish in self._unheard(place, some)}
            except InDoubt:
                outcome.doubt.update(wish.id for wish in some)
        return outcome

    def _unheard(self, place: Place, wishes: Sequence[Wish]) -> Sequence[Wish]:
        """The opt-outs that HubSpot does not keep however often they are said: it may answer well and write nothing."""
        for _ in range(SAYINGS):
            self._make(place, wishes)
            states = self._states(place, [wish.mailbox for wish in wishes])
            wishes = [each for each in wishes if each.word in REFUSALS and states.get(each.mailbox.lower()) != OUT]
            if not wishes:
                break
        return wishes

    def _granting(self, place: Place, wishes: Sequence[Wish]) -> list[str]:
        """The mailboxes that are subscribed. HubSpot would subscribe who has opted out there, and asks nobody: an
        opt-out stays, whatever an older word says."""
        wanted = list(dict.fromkeys(wish.mailbox for wish in wishes if wish.word == GRANTED))
        states = self._states(place, wanted) if wanted else {}
        return [mailbox for mailbox in wanted if states.get(mailbox.lower()) != OUT]

    def _make(self, place: Place, wishes: Sequence[Wish]) -> None:
        refusing = list(dict.fromkeys(wish.mailbox for wish in wishes if wish.word in REFUSALS))
        if not place.label:
            for start in range(0, len(refusing), BATCH):
                done(self._http, self._portal.requests.opt_out(refusing[start : start + BATCH]))
            return
        subscription = self._subscription(place)
        inputs: list[dict[str, Any]] = [_status(mailbox, subscription, OUT) for mailbox in refusing]
        basis = {"legalBasis": self._settings.legal_basis,
                 "legalBasisExplanation": self._settings.legal_basis_reason}  # fmt: skip
        inputs += [_status(mailbox, subscription, IN) | basis for mailbox in self._granting(place, wishes)]
        for start in range(0, len(inputs), BATCH):
            done(self._http, self._portal.requests.subscribe(inputs[start : start + BATCH]))


def speaks(place: Place, word: str | None) -> bool:
    """Whether HubSpot has to be told a word; it knows none for the others."""
    return word in REFUSALS or (word == GRANTED and place.label != "")


def _status(mailbox: str, subscription: int, state: str) -> dict[str, Any]:
    return {"channel": "EMAIL", "subscriberIdString": mailbox, "subscriptionId": subscription, "statusState": state}


def _borne_out(word: str | None, state: str | None) -> str | None:
    if state == OUT:
        return word if word in REFUSALS else WITHDRAWN
    return UNKNOWN if word in REFUSALS else word
