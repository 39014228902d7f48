"""What a gateway in front of HubSpot and Salesforce says is no reason to delete, to refuse, or to call done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import salesforce_orgs
from exactly_once.gateway import gateway
from pages_of_gateways import STATUSES, Hasty, Wrath, removal_of
from portals import TOKEN, Portal

from crm_migrate.connecting.conformance_targets import batch_of, everything, write
from crm_migrate.connecting.contract import ENTITY, Answer, TargetField, TargetObject
from crm_migrate.errors import InDoubt, Retryable, TargetError
from crm_migrate_hubspot.settings import read_settings as hubspot_settings
from crm_migrate_hubspot.target import HubSpotTarget
from crm_migrate_salesforce.settings import read_settings as salesforce_settings
from crm_migrate_salesforce.shapes import KEY
from crm_migrate_salesforce.target import SalesforceTarget

COMPANIES = TargetObject("companies", (TargetField("name", "text"),))
ACCOUNT = TargetObject("Account", (TargetField("Name", "text"),), KEY)
ROWS: list[dict[str, str | None]] = [{ENTITY: "a", "name": "Acme"}]


@contextmanager
def hubspot() -> Iterator[tuple[HubSpotTarget, Wrath, Portal]]:
    portal, wrath = Portal(), Wrath()
    with gateway(portal.url, wrath) as before:
        said = {"url": before.url, "token": TOKEN, "settle_seconds": "0"}
        yield HubSpotTarget(hubspot_settings(said), Hasty()), wrath, portal
    portal.server.stop()


def signed_in(url: str) -> str:
    """A session, past the gateway: it would be for another address."""
    form = urlencode({"grant_type": "client_credentials", **salesforce_orgs.WHO}).encode()
    with urlopen(f"{url}/services/oauth2/token", form) as answer:
        return str(json.loads(answer.read())["access_token"])


@contextmanager
def salesforce() -> Iterator[tuple[SalesforceTarget, Wrath]]:
    server, wrath = salesforce_orgs.started(), Wrath()
    with gateway(server.url, wrath) as before:
        said = {**salesforce_orgs.QUICK, "url": before.url, "access_token": signed_in(server.url)}
        yield SalesforceTarget(salesforce_settings(said), Hasty()), wrath
    server.stop()


def test_an_undo_in_hubspot_takes_nobody_whose_links_a_gateway_hides() -> None:
    with hubspot() as (target, wrath, portal):
        target.prepare((COMPANIES,), apply=True)
        id = write(target, COMPANIES, "a", ROWS).loaded["a"]
        deal = portal.make("deals", dealname="Theirs")
        portal.ask("PUT", f"/crm/v4/objects/deals/{deal}/associations/default/companies/{id}")
        removal = removal_of(COMPANIES, id)
        for wrath.path, wrath.status in (("/labels", 404), ("/labels", 400), ("associations", 403)):
            target.prepare((COMPANIES,), apply=True)  # forgets what it knows
            with pytest.raises(Retryable):
                target.remove(removal)
        wrath.path = ""
        assert target.remove(removal).refused["a"].code == "REFERRED"
        assert [row["target_id"] for row in everything(target, COMPANIES)] == [id]


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_is_no_refusal_of_a_company(status: int) -> None:
    with hubspot() as (target, wrath, _):
        target.prepare((COMPANIES,), apply=True)
        wrath.path, wrath.status = "/batch/create", status
        with pytest.raises(InDoubt):
            write(target, COMPANIES, "a", ROWS)
        wrath.status = 413
        whole = write(target, COMPANIES, "a", ROWS).refused_whole
        assert whole is not None and whole.code == "TOO_LARGE"


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_is_no_word_of_salesforce(status: int) -> None:
    with salesforce() as (target, wrath):
        target.prepare((ACCOUNT,), apply=True)
        id = write(target, ACCOUNT, "a", [{ENTITY: "a", "Name": "Acme"}]).loaded["a"]
        wrath.status = status
        for wrath.path in ("/composite/sobjects", "/query"):
            with pytest.raises((InDoubt, Retryable)):
                target.remove(removal_of(ACCOUNT, id))
        wrath.path = "/describe"
        with pytest.raises(Retryable):
            target.describe(("Pricebook2",))
        wrath.path = ""
        assert [row["target_id"] for row in everything(target, ACCOUNT)] == [id]


def test_a_job_that_cannot_be_ended_is_not_asked_for_ever() -> None:
    with salesforce() as (target, wrath):
        target.prepare((ACCOUNT,), apply=True)
        batch = batch_of(ACCOUNT, "a", [{ENTITY: "a", "Name": "Acme"}])
        job = target.open_job(batch)
        wrath.path, wrath.status = "PATCH /services", 403
        with pytest.raises(InDoubt):
            target.outcome(job, batch)
        wrath.body = b'[{"errorCode": "INSUFFICIENT_ACCESS", "message": "no right"}]'
        with pytest.raises(TargetError, match="INSUFFICIENT_ACCESS"):
            target.outcome(job, batch)
        wrath.path = ""
        told = target.outcome(job, batch)
        assert isinstance(told, Answer) and set(told.later) == {"a"}
