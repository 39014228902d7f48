"""One CRM is left for another by the mappings of docs/between-crms.md: HubSpot for Salesforce, that for HubSpot again.

By default a small portal as people use one; with `--soak` the whole dealer, whom a first project brings to HubSpot.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hubspot_sample
import pytest
from between_crms import OBJECTS, OURS, Holdings, furnish, in_hubspot, in_salesforce, project, unsubscribe
from demo.finished_run import FinishedRun, assert_adds_up
from hubspot_sample import SELLERS
from moved import left
from portals import TOKEN, Portal
from salesforce_orgs import started
from salesforce_sample import ORG

from crm_migrate_simulators.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
QUICK_SALESFORCE = {
    "    owns_nothing:": '    longest_seconds: "5"\n    job_from: "300"\n    owns_nothing:',
    "rejected: {deals: 2%}": "rejected: {deals: 10%}",  # one of ten
}
QUICK_HUBSPOT = {'token: "env:NEW_TOKEN"}': 'token: "env:NEW_TOKEN", settle_seconds: "0", longest_seconds: "5"}'}


@dataclass
class Leg:
    """A project that leaves one CRM for another: its first run, and what the new one held before it, after it, after a
    second run, and after the undo of the first."""

    run: FinishedRun
    codes: list[object]
    states: list[Any]


@dataclass
class Chain:
    """HubSpot, left for Salesforce, left for another HubSpot; what each held when it was left."""

    old: Holdings
    middle: Holdings
    new: Holdings
    out: Leg
    back: Leg
    salesforce: Server
    hubspot: Portal
    late: tuple[str, str]  # mailboxes that users unsubscribed in HubSpot, and in Salesforce, against our word
    touched: set[str]  # the record of the latter, and those above it


def raw_salesforce(server: Server) -> list[Any]:
    """Every record of the objects as it is; custom fields that are empty are as if they were not there."""
    touched = ("SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastViewedDate", "LastReferencedDate")
    return [
        (each.id, {n: v for n, v in each.values.items() if n not in touched and v not in (None, False)})
        for name in OBJECTS
        for each in server.engine.store.all(name)
    ]


def raw_hubspot(portal: Portal) -> list[Any]:
    """Every record with all of its properties that somebody filled, and how many links it has."""
    found = []
    for of in ("companies", "contacts", "deals"):
        names = [each["name"] for each in portal.ask("GET", f"/crm/v3/properties/{of}")["results"]]
        kept = [name for name in names if not name.startswith("hs_") and "modified" not in name]
        rows = portal.rows(of, *kept)
        links = portal.linked(of, "companies", [each["id"] for each in rows])
        found += [(row, sorted(links.get(row["id"], []))) for row in rows]
    return found


def go(leg: Leg, folder: Path, held: Callable[[], Any]) -> None:
    """The first run and the second one."""
    leg.states.append(held())
    assert left("target", "prepare", folder) == 0
    leg.codes.append(left("run", folder))
    leg.run = FinishedRun(folder)
    assert leg.run.folder.exists()
    leg.states.append(held())
    leg.codes.append(left("run", folder))
    leg.states.append(held())


def mark(server: Server, mailbox: str) -> None:
    """A user of Salesforce ticks that somebody wants no mail."""
    store = server.engine.store
    for each in store.all("Contact"):
        if each.values.get("Email") == mailbox:
            store.update("Contact", each.id, {"HasOptedOutOfEmail": True}, server.engine.clock.now())


def above(server: Server, mailbox: str) -> set[str]:
    """The ids of who has that mailbox, of the account and of all above it."""
    store = server.engine.store
    links = {each.id: each.values.get("ParentId") for each in store.all("Account")}
    found = {
        each.id: each.values.get("AccountId") for each in store.all("Contact") if each.values.get("Email") == mailbox
    }
    ids, next_ones = set(found), {id for id in found.values() if id}
    while next_ones:
        ids |= next_ones
        next_ones = {above for id in next_ones if (above := links[id]) and above not in ids}
    return ids


def undo(leg: Leg, held: Callable[[], Any]) -> None:
    leg.codes.append(left("undo", leg.run.project, leg.run.folder.name, "--apply"))
    leg.states.append(held())


WHOLE = pytest.mark.sweep("the whole dealer through three CRMs takes a minute")


@pytest.fixture(scope="module", params=["small", pytest.param("dealer", marks=WHOLE)])
def chain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        old, new = Portal(*SELLERS), Portal(*SELLERS)
        middle = started(ORG, habits={"audit_fields": "yes"})
        for each in (old, new, middle):
            stack.callback(each.stop)
        if request.param == "dealer":
            the_dealer(old, folder / "dealer", patch)
        else:
            furnish(old)
        yield moved(old, middle, new, folder, patch)


def the_dealer(portal: Portal, folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("CRM_URL", portal.url)
    patch.setenv("CRM_SECRET", TOKEN)
    there = hubspot_sample.project(folder)
    assert left("target", "prepare", there) == 0
    assert left("run", there) == 0


def moved(old: Portal, middle: Server, new: Portal, folder: Path, patch: pytest.MonkeyPatch) -> Chain:
    granted = [each["email"] for each in old.rows("contacts", "email", *OURS)
               if each.get("email") and each.get("crm_migrate_consent") == "granted"
               and not each.get("crm_migrate_kind")
               and not old.opted_out(each["email"])]  # fmt: skip
    late = granted[0], granted[-1]
    unsubscribe(old, late[0])
    middle.engine.store.create("Contact", {"LastName": "Stranger"}, middle.engine.clock.now())
    new.make("contacts", lastname="Stranger", email="stranger@example.com")
    first = in_hubspot(old)

    out, back = (Leg(FinishedRun(folder), [], []) for _ in range(2))
    patch.setenv("OLD_URL", old.url)
    patch.setenv("OLD_TOKEN", TOKEN)
    patch.setenv("NEW_URL", middle.url)
    patch.setenv("NEW_CLIENT_ID", "crm-migrate")
    patch.setenv("NEW_SECRET", "not-a-secret")
    there = project(folder / "out", "hubspot-to-salesforce", QUICK_SALESFORCE)
    go(out, there, lambda: raw_salesforce(middle))
    mark(middle, late[1])
    second = in_salesforce(middle)

    touched = above(middle, late[1])
    with pytest.MonkeyPatch.context() as other:
        other.setenv("OLD_URL", middle.url)
        other.setenv("OLD_CLIENT_ID", "crm-migrate")
        other.setenv("OLD_SECRET", "not-a-secret")
        other.setenv("NEW_URL", new.url)
        other.setenv("NEW_TOKEN", TOKEN)
        there = project(folder / "back", "salesforce-to-hubspot", QUICK_HUBSPOT)
        go(back, there, lambda: raw_hubspot(new))
        third = in_hubspot(new)
        chain = Chain(first, second, third, out, back, middle, new, late, touched)
        undo(back, lambda: raw_hubspot(new))
    undo(out, lambda: raw_salesforce(middle))
    return chain


def test_every_run_ends_well_and_nothing_is_unexplained(chain: Chain) -> None:
    for leg in (chain.out, chain.back):
        assert leg.codes == [0, 0, 0]
        assert_adds_up(leg.run.figures)
        fields: Any = leg.run.figures["fields"]
        assert [each for each in fields if each["matched"] < each["compared"]] == []


def test_companies_and_their_owners_parents_and_numbers_are_the_same(chain: Chain) -> None:
    assert chain.middle.accounts == chain.old.accounts
    assert {line[6] for line in chain.old.accounts} >= set(SELLERS)
    assert sum(bool(line[7]) for line in chain.old.accounts) > 5


def test_people_are_the_same_at_the_same_companies(chain: Chain) -> None:
    assert chain.middle.contacts == chain.old.contacts
    assert sum(bool(line[5]) for line in chain.old.contacts) > 20


def test_deals_keep_amount_currency_stage_day_owner_and_company(chain: Chain) -> None:
    """But for those without a day, which are none in Salesforce: the report names them."""
    dayless = Counter({line: count for line, count in chain.old.deals.items() if not line[4]})
    assert chain.middle.deals == chain.old.deals - dayless
    assert dayless.total() == 1
    assert len({line[2] for line in chain.middle.deals}) == 3


def test_what_comes_back_to_hubspot_is_what_salesforce_held(chain: Chain) -> None:
    for name in ("accounts", "contacts", "deals", "suppressed"):
        assert getattr(chain.new, name) == getattr(chain.middle, name), name


def test_no_opt_out_comes_back_to_life(chain: Chain) -> None:
    """Not one that only HubSpot knew of, nor one that only Salesforce did: our word of both was `granted`."""
    assert chain.late[0] in chain.old.refusing and chain.late[1] not in chain.old.refusing
    assert chain.middle.refusing == chain.old.refusing | {chain.late[1]}
    assert chain.new.refusing == chain.middle.refusing
    assert chain.middle.suppressed == chain.old.suppressed
    assert chain.old.suppressed.total() >= 2


def test_each_record_was_created_once(chain: Chain) -> None:
    created = Counter(each.key for each in chain.salesforce.engine.log.creations if each.key and each.request)
    loaded = sum(each.total() for each in (chain.middle.accounts, chain.middle.contacts, chain.middle.deals))
    assert set(created.values()) == {1}
    assert len(created) == loaded + chain.middle.suppressed.total()
    assert chain.hubspot.summary()["doubled"] == {}


def test_the_second_run_writes_nothing(chain: Chain) -> None:
    for leg in (chain.out, chain.back):
        assert leg.states[2] == leg.states[1]


def test_an_undo_leaves_the_new_crm_as_it_was(chain: Chain) -> None:
    """But for a record that a user has changed since, and those above it: they stay."""
    assert chain.back.states[3] == chain.back.states[0]
    before, after = dict(chain.out.states[0]), dict(chain.out.states[3])
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == chain.touched


def test_opt_outs_outlive_the_undo(chain: Chain) -> None:
    assert all(chain.hubspot.opted_out(mailbox) for mailbox in chain.late)
