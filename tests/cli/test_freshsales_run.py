"""The fictional dealer in a simulated Freshsales: what it holds, against the planted truth and its own witness."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from demo.finished_run import lines_of
from freshsales_accounts import KEY, TOKEN, Account
from freshsales_sample import SETTING, furnished, project
from moved import TRUTH, Moved, Record, left, move

from crm_migrate_simulators.freshsales.furniture import STAGES as LABELS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OBJECTS = ("accounts", "contacts", "deals", "suppressions")
KNOWN = "ahmet.cetin@posta.example"  # of somebody who is a contact there before
STAGES = {"qualified": "Follow-up", "proposal": "Negotiation", "closedwon": "Won", "closedlost": "Lost"}
STATES = {"granted": 1, "withdrawn": 0, "bounced": 4, "unknown": 2, "": 2}
KIND = "cf_crm_migrate_kind"
MODULES = {"sales_accounts": "owner", "contacts": "owner,sales_accounts", "deals": "owner,sales_account,currency"}


def held(account: Account) -> list[Record]:
    """Every record as it is now, without when it was changed."""
    rows = [{**each, "module": module} for module, include in MODULES.items() for each in account.rows(module, include)]
    return [{name: cell for name, cell in each.items() if name != "updated_at"} for each in rows]


def keys_of(record: Record) -> list[str]:
    return [record["custom_field"][KEY]] if record["custom_field"][KEY] else []


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """With what users have there already: somebody whom we know, too, with a note, and a stranger."""
    made = furnished()
    id = made.make("contacts", first_name="Ahmet", last_name="Çetin", emails=KNOWN, subscription_status=1)
    made.make("notes", description="Met him", targetable_id=id, targetable_type="Contact")
    made.make("contacts", first_name="S.", last_name="Stranger", emails="stranger@example.com")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def moved(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = project(tmp_path_factory.mktemp("freshsales") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_URL", account.url)
        patch.setenv("CRM_SECRET", TOKEN)
        assert left("target", "prepare", folder) == 0
        return move(folder, lambda: held(account), keys_of)


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_the_witness_says_that_every_record_was_created_once(moved: Moved, account: Account) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    assert set(found.values()) == {1}
    assert found.keys() == {key for name in OBJECTS for key in moved.run.actual(name)}
    said = account.summary()
    assert (said["doubled"], said["without_key"]) == ({}, 3), "three were made by users"
    assert sum(said["created"].values()) == len(found) - 1 + 3, "one was there before"


def primary(record: Record) -> object:
    return next((each["id"] for each in record["sales_accounts"] if each["is_primary"]), None)


LINKS: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "parent"): lambda record: record["parent_sales_account_id"],
    ("contacts", "company"): primary,
    ("deals", "company"): lambda record: record["sales_account_id"],
}


@pytest.mark.parametrize("link", LINKS, ids=".".join)
def test_children_point_to_their_own_parent(moved: Moved, link: tuple[str, str]) -> None:
    children, expected = moved.truth(link[0]), moved.parents(*link)
    assert expected
    assert {child: LINKS[link](children[child]) for child in expected} == expected


OWNERS = {e["value"]["id"]: e["value"]["email"] for e in SETTING["settings"] if e["kind"] == "owners"}
CURRENCIES = {74001: "USD", 74011: "EUR", 74012: "TRY"}
VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["name"],
    ("accounts", "tax_id"): lambda record: record["custom_field"]["cf_tax_id"],
    ("accounts", "street"): lambda record: record["address"],
    ("accounts", "owner"): lambda record: OWNERS.get(record["owner_id"]),
    ("contacts", "first_name"): lambda record: record["first_name"],
    ("contacts", "last_name"): lambda record: record["last_name"],
    ("deals", "name"): lambda record: record["name"],
    ("deals", "amount"): lambda record: Decimal(record["amount"]),
    ("deals", "currency"): lambda record: CURRENCIES[record["currency_id"]],
    ("deals", "close_date"): lambda record: record["expected_close"],
    ("deals", "owner"): lambda record: OWNERS.get(record["owner_id"]),
}


@pytest.mark.parametrize("place", VALUES, ids=".".join)
def test_the_account_holds_the_clean_values(moved: Moved, place: tuple[str, str]) -> None:
    records, told = moved.truth(place[0]), moved.values(*place)
    expected = {entity: Decimal(v) if place[1] == "amount" else v or None for entity, v in told.items()}
    assert expected
    assert {entity: VALUES[place](records[entity]) for entity in expected} == expected


def test_stages_and_consents_are_those_of_the_account(moved: Moved) -> None:
    deals, told = moved.truth("deals"), moved.values("deals", "stage")
    labels = {72101 + place: name for place, name in enumerate(LABELS)}
    assert {e: labels[deals[e]["deal_stage_id"]] for e in told} == {e: STAGES[v] for e, v in told.items()}
    people, told = moved.truth("contacts"), moved.values("contacts", "consent")
    assert {e: people[e]["subscription_status"] for e in told} == {e: STATES[v] for e, v in told.items()}


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    contacts = [each for each in moved.records if each["module"] == "contacts"]
    listed = [each for each in contacts if each["custom_field"][KIND] == "Suppressed mailbox"]
    said = {each["email"]: each["subscription_status"] for each in listed}
    assert said == {each["email"]: STATES[each["state"]] for each in lines_of(TRUTH / "suppressions.csv")}


def test_who_was_there_before_is_found_and_keeps_what_is_theirs(moved: Moved) -> None:
    (theirs,) = (each for each in moved.states[1] if each.get("email") == KNOWN)
    assert keys_of(theirs)
    assert (theirs["first_name"], theirs["last_name"], theirs["external_id"]) == ("Ahmet", "Çetin", None)


def test_undo_leaves_the_account_as_it_was(moved: Moved) -> None:
    assert moved.states[3] == moved.states[0]
