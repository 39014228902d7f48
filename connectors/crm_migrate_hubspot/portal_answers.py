"""What HubSpot answers about itself: the portal, owners, properties, pipelines, types of links, consents. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_migrate.connecting.contract import Allowance
from crm_migrate.connecting.http import Answer
from crm_migrate_hubspot.answers import after, body, is_missing, own_error, results
from crm_migrate_hubspot.values import Stage

PAGE = 100  # records of a page


@dataclass(frozen=True, slots=True)
class Account:
    """A portal, its time zone, and what its last answer said of its limits."""

    portal: str
    zone: str
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Owner:
    """A user who owns records."""

    id: str
    mailbox: str


def account(answer: Answer) -> Account:
    """Which portal it is. Retryable where the answer does not say it."""
    said = body(answer)
    portal = said.get("portalId")
    if not isinstance(portal, int | str) or isinstance(portal, bool) or not str(portal):
        raise answer.unreadable("without a portal")
    return Account(str(portal), str(said.get("timeZone") or "UTC"), allowance(answer.headers))


def allowance(headers: Mapping[str, str]) -> Allowance:
    """What the headers of an answer say is left; some of them are not there for OAuth, and none with a refusal."""
    per_day, left = (_count(headers, f"x-hubspot-ratelimit-daily{each}") for each in ("", "-remaining"))
    most, window = (_count(headers, f"x-hubspot-ratelimit-{each}") for each in ("max", "interval-milliseconds"))
    both = bool(most and window)
    return Allowance(
        per_day or None,
        min(left, per_day) if per_day and left is not None else None,
        most if both else None,
        (window or 0) / 1000 if both else None,
        PAGE,
    )


def _count(headers: Mapping[str, str], name: str) -> int | None:
    said = headers.get(name, "")
    return int(said) if said.isascii() and said.isdigit() else None


def owners(answer: Answer) -> tuple[tuple[Owner, ...], str | None]:
    """Owners of a page, and where the next one begins. One without a mailbox is an app."""
    found = [(str(each.get("id") or ""), str(each.get("email") or "").lower()) for each in results(answer)]
    if not all(id for id, _ in found):
        raise answer.unreadable("without the ids of owners")
    return tuple(Owner(id, mailbox) for id, mailbox in found), after(answer)


def properties(answer: Answer) -> dict[str, Mapping[str, Any]] | None:
    """The properties of an object by name; None where there is no such object."""
    if is_missing(answer) or (answer.status == 400 and "infer object type" in own_error(answer)["message"]):
        return None
    found: dict[str, Mapping[str, Any]] = {
        str(each.get("name") or ""): each for each in results(answer) if each.get("archived") is not True
    }
    if "" in found:
        raise answer.unreadable("without names of properties")
    return found


def stages(answer: Answer) -> tuple[Stage, ...]:
    """The stages of all pipelines."""
    return tuple(
        Stage(str(pipeline.get("id")), str(pipeline.get("label")), str(stage.get("id")), str(stage.get("label")))
        for pipeline in results(answer)
        for stage in pipeline.get("stages") or ()
        if pipeline.get("archived") is not True and stage.get("archived") is not True
    )


def labels(answer: Answer) -> dict[tuple[str, int], str] | None:
    """Category and id of a type of links -> its label as it is written; "" for the one without. None where there is no
    such pair of objects."""
    if is_missing(answer) or (answer.status == 400 and own_error(answer)):
        return None
    found: dict[tuple[str, int], str] = {}
    for each in results(answer):
        category, type = each.get("category"), each.get("typeId")
        if not isinstance(category, str) or not isinstance(type, int):
            raise answer.unreadable("without types of links")
        found.setdefault((category, type), str(each.get("label") or "").strip())
    return found


def subscriptions(answer: Answer) -> dict[str, int]:
    """Name in small letters -> id of the types of subscription. Of several with one name none is known."""
    found: dict[str, set[int]] = {}
    for each in results(answer):
        if str(each.get("id", "")).isdigit() and each.get("isActive") is not False:
            found.setdefault(str(each.get("name")).strip().lower(), set()).add(int(each["id"]))
    return {name: min(ids) for name, ids in found.items() if len(ids) == 1}


def opted_out(answer: Answer) -> frozenset[str]:
    """The mailboxes that take no mail of the portal at all."""
    said = body(answer)
    if not isinstance(said.get("results"), list):
        raise answer.unreadable("without a list of results")
    return frozenset(
        mailbox
        for mailbox, statuses in _statuses(said["results"], "wideStatuses")
        if any(each.get("status") == "UNSUBSCRIBED" for each in statuses)
    )


def statuses(answer: Answer, subscription: int) -> dict[str, str]:
    """Mailbox -> what it says of a type of subscription."""
    said = body(answer)
    if not isinstance(said.get("results"), list):
        raise answer.unreadable("without a list of results")
    return {
        mailbox: str(each.get("status"))
        for mailbox, statuses in _statuses(said["results"], "statuses")
        for each in statuses
        if str(each.get("subscriptionId")) == str(subscription)
    }


def _statuses(said: Sequence[Any], name: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
    found: list[tuple[str, list[Mapping[str, Any]]]] = []
    for each in said:
        if isinstance(each, dict) and isinstance(each.get("subscriberIdString"), str):
            under = each.get(name)
            listed: list[Mapping[str, Any]] = (
                [one for one in under if isinstance(one, dict)] if isinstance(under, list) else []
            )
            found.append((each["subscriberIdString"].lower(), listed))
    return found
