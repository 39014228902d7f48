"""The fictional dealer in a simulated HubSpot portal: what it holds, against the planted truth and its own witness."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from demo.finished_run import lines_of
from hubspot_sample import SELLERS, project
from moved import TRUTH, Moved, Record, left, move
from portals import KEY, TOKEN, Portal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OBJECTS = ("accounts", "contacts", "deals", "suppressions")
LISTS = "/crm/lists/2026-09"
KNOWN = "ahmet.cetin@posta.example"  # of somebody who is a contact there before
STAGES = {"qualified": "qualifiedtobuy", "proposal": "presentationscheduled", "closedwon": "closedwon",
          "closedlost": "closedlost"}  # fmt: skip
READ = {
    "companies": ("name", "tax_id", "phone", "address", "hubspot_owner_id", "domain"),
    "contacts": ("firstname", "lastname", "email", "phone", "crm_migrate_consent", "crm_migrate_kind", "jobtitle"),
    "deals": ("dealname", "amount", "currency_code", "dealstage", "pipeline", "closedate", "hubspot_owner_id"),
}


def held(portal: Portal) -> list[Record]:
    """Every record as it is now, with the ids of those that it is linked with."""
    found = []
    for of, properties in READ.items():
        rows = portal.rows(of, KEY, *properties)
        links = portal.linked(of, "companies", [each["id"] for each in rows])
        found += [{**each, "companies": sorted(links.get(each["id"], []))} for each in rows]
    return found + rosters(portal)


def rosters(portal: Portal) -> list[Record]:
    """Every list with who is in it, in the shape of a record."""
    lists = portal.ask("POST", f"{LISTS}/search", {"count": 500})["lists"]
    members = {e["listId"]: portal.ask("GET", f"{LISTS}/{e['listId']}/memberships?limit=250") for e in lists}
    return [
        {"id": e["listId"], "object": "lists", "name": e["name"],
         "companies": sorted(member["recordId"] for member in members[e["listId"]]["results"])}
        for e in lists
    ]  # fmt: skip


def keys_of(record: Record) -> list[str]:
    return [record[KEY]] if record.get(KEY) else []


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """With what users have there already: somebody whom we know, too, and a stranger."""
    made = Portal(*SELLERS)
    made.make("contacts", firstname="Ahmet", lastname="Çetin", email=KNOWN)
    made.make("contacts", firstname="S.", lastname="Stranger", email="stranger@example.com")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def moved(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = project(tmp_path_factory.mktemp("hubspot") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_URL", portal.url)
        patch.setenv("CRM_SECRET", TOKEN)
        assert left("target", "prepare", folder) == 0
        return move(folder, lambda: held(portal), keys_of)


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_the_witness_says_that_every_record_was_created_once(moved: Moved, portal: Portal) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    assert set(found.values()) == {1}
    assert found.keys() == {key for name in OBJECTS for key in moved.run.actual(name)}
    said = portal.summary()
    assert (said["doubled"], said["without_key"]) == ({}, 2), "two were made by users"
    assert sum(said["created"].values()) == len(found) - 1 + 2, "one was there before"


PRIMARY: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "parent"): lambda record: record["companies"],
    ("contacts", "company"): lambda record: record["companies"],
    ("deals", "company"): lambda record: record["companies"],
}


@pytest.mark.parametrize("link", PRIMARY, ids=".".join)
def test_children_point_to_their_own_parent(moved: Moved, link: tuple[str, str]) -> None:
    children, expected = moved.truth(link[0]), moved.parents(*link)
    assert expected
    if link[0] == "accounts":  # a parent shows its children, too
        assert all(parent in children[child]["companies"] for child, parent in expected.items())
        return
    assert {child: children[child]["companies"] for child in expected} == {c: [p] for c, p in expected.items()}


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["name"],
    ("accounts", "tax_id"): lambda record: record.get("tax_id"),
    ("accounts", "street"): lambda record: record.get("address"),
    ("contacts", "first_name"): lambda record: record.get("firstname"),
    ("contacts", "last_name"): lambda record: record.get("lastname"),
    ("contacts", "consent"): lambda record: record["crm_migrate_consent"],
    ("deals", "name"): lambda record: record["dealname"],
    ("deals", "amount"): lambda record: Decimal(record["amount"]),
    ("deals", "currency"): lambda record: record["currency_code"],
    ("deals", "close_date"): lambda record: record.get("closedate", "")[:10] or None,
}


@pytest.mark.parametrize("place", VALUES, ids=".".join)
def test_the_portal_holds_the_clean_values(moved: Moved, place: tuple[str, str]) -> None:
    records, told = moved.truth(place[0]), moved.values(*place)
    expected = {entity: Decimal(v) if place[1] == "amount" else v or None for entity, v in told.items()}
    assert expected
    assert {entity: VALUES[place](records[entity]) for entity in expected} == expected


def test_owners_and_stages_are_those_of_the_portal(moved: Moved) -> None:
    deals, owners = moved.truth("deals"), {f"{7000 + n}": mailbox for n, mailbox in enumerate(SELLERS)}
    told = moved.values("deals", "stage")
    assert {entity: deals[entity]["dealstage"] for entity in told} == {e: STAGES[v] for e, v in told.items()}
    told = moved.values("deals", "owner")
    assert {e: owners.get(deals[e].get("hubspot_owner_id", ""), "") for e in told} == told


def test_every_opt_out_arrived_and_nobody_else_was_unsubscribed(moved: Moved, portal: Portal) -> None:
    refusing = {"withdrawn", "bounced"}
    contacts = [each for each in moved.records if each["object"] == "contacts" and each.get("email")]
    told = {each["email"]: each.get("crm_migrate_consent") in refusing for each in contacts}
    assert sum(told.values()) > 50
    assert {mailbox: portal.opted_out(mailbox) for mailbox in told} == told
    assert not portal.opted_out("stranger@example.com")


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    listed = [each for each in moved.records if each.get("crm_migrate_kind") == "Suppressed mailbox"]
    said = {each["email"]: each["crm_migrate_consent"] for each in listed}
    assert said == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


def test_who_was_there_before_is_found_and_keeps_what_is_theirs(moved: Moved) -> None:
    (theirs,) = (each for each in moved.states[1] if each.get("email") == KNOWN)
    assert keys_of(theirs)
    assert (theirs["firstname"], theirs["lastname"]) == ("Ahmet", "Çetin")
    assert theirs["crm_migrate_consent"]


def test_whom_sales_met_at_the_fair_are_a_list(moved: Moved) -> None:
    (there,) = (each for each in moved.states[1] if each["object"] == "lists")
    people = {each["id"] for each in moved.records if each["object"] == "contacts"}
    assert there["name"] == "fuarda tanıştık"
    assert len(there["companies"]) == len(moved.run.actual("campaign_members")) > 20
    assert set(there["companies"]) <= people


def test_undo_leaves_the_portal_as_it_was(moved: Moved) -> None:
    assert moved.states[3] == moved.states[0]


FAULTS = "doubt:0.1, nothing_written:0.1, result_missing:0.1, one_id_twice:0.1, cut_answer:0.1"


@pytest.mark.sweep("the whole dealer through faults takes a minute")
def test_a_run_through_lost_answers_ends_as_one_without(tmp_path: Path, moved: Moved) -> None:
    made = Portal(*SELLERS)
    made.make("contacts", firstname="Ahmet", lastname="Çetin", email=KNOWN)
    made.make("contacts", firstname="S.", lastname="Stranger", email="stranger@example.com")
    folder = project(tmp_path / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_URL", made.url)
        patch.setenv("CRM_SECRET", TOKEN)
        assert left("target", "prepare", folder) == 0
        made.ask("PUT", "/_simulator/faults", {"faults": FAULTS, "seed": 7})
        codes = [left("run", folder)]
        while codes[-1] != 0 and len(codes) < 6:
            codes.append(left("resume", folder))
        made.ask("PUT", "/_simulator/faults", {"faults": ""})
    said, good = made.summary(), [plain(each) for each in moved.states[1]]
    assert codes[-1] == 0
    assert said["faults"], "no fault struck"
    assert said["doubled"] == {}
    assert Counter(map(str, map(plain, held(made)))) == Counter(map(str, good))
    made.stop()


def plain(record: Record) -> dict[str, object]:
    """A record without what another run gives otherwise: ids and keys."""
    return {name: cell for name, cell in record.items() if name not in ("id", KEY, "companies")} | {
        "links": len(record["companies"])
    }
