"""The fictional dealer in a real BottleCRM: what it holds, against the planted truth and its database's own count.

The server wants two minutes of processor time for it: it is for `make soak ARGS=sweeps`, or `--soak`. What `make test`
moves into a BottleCRM is a small company (`test_server_kills.py`).
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from bottle_sample import SELLERS, project
from bottles import Bottle, fresh, keys_of
from demo.finished_run import lines_of
from moved import TRUTH, Moved, Record, move

pytestmark = [
    pytest.mark.bottle,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.sweep("the whole dealer takes minutes"),
]
MODELS = ("accounts", "contacts", "leads", "opportunities")
STAGES = {"qualified": "QUALIFICATION", "proposal": "PROPOSAL", "closedwon": "CLOSED_WON", "closedlost": "CLOSED_LOST"}
KNOWN = "ahmet.cetin@posta.example"  # of somebody who is a contact there before
OBJECTS = ("accounts", "contacts", "deals", "suppressions")
COUNTED = ("rollups", "created_on_arrow", "days_in_stage", "updated_at", "linked_accounts", "account_detail")


def held(bottle: Bottle) -> list[Record]:
    """Every record as it is now, without what BottleCRM counts together when it is asked."""
    rows = [{**each, "model": model} for model in MODELS for each in bottle.rows(model)]
    return [{name: cell for name, cell in each.items() if name not in COUNTED} for each in rows]


@pytest.fixture(scope="module")
def bottle() -> Bottle:
    """With what users have there already: somebody whom we know, too, a stranger, and what is to be done about them."""
    made = fresh(*SELLERS)
    for first, last, mail in (("Ahmet", "Çetin", KNOWN), ("S.", "Stranger", "stranger@example.com")):
        contact = {"first_name": first, "last_name": last, "email": mail, "description": "hm"}
        id = made.ask("POST", "/api/contacts/", contact)["id"]
        task = {"title": "Call", "status": "New", "priority": "Low", "contacts": [id]}
        made.ask("POST", "/api/tasks/", task)
    return made


@pytest.fixture(scope="module")
def moved(bottle: Bottle, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = project(tmp_path_factory.mktemp("bottle") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("url", "token"):
            patch.setenv(f"BOTTLE_{name.upper()}", bottle.options[name])
        return move(folder, lambda: held(bottle), keys_of)


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_its_database_says_that_every_record_was_created_once(moved: Moved, bottle: Bottle) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    assert set(found.values()) == {1}
    assert found.keys() == {key for name in OBJECTS for key in moved.run.actual(name)}
    created = Counter(each for each in bottle.witnessed("create") if each[0] != "tasks")
    ours = {(each["model"], each["id"].replace("-", "")) for each in moved.records}
    theirs = {(each["model"], each["id"].replace("-", "")) for each in moved.states[0]}
    assert set(created.values()) == {1}
    assert created.keys() == ours | theirs
    assert len(ours - theirs) == len(found) - 1, "one was there before"
    assert len(ours) > 1000


def custom(key: str) -> Callable[[Record], object]:
    return lambda record: record["custom_fields"].get(key)


LINKS: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "parent"): custom("part_of"),
    ("contacts", "company"): lambda record: record["account"],
    ("deals", "company"): lambda record: record["account"]["id"],
}


def test_children_point_to_their_own_parent(moved: Moved) -> None:
    for link, parent_of in LINKS.items():
        children, expected = moved.truth(link[0]), moved.parents(*link)
        assert expected, link
        assert {child: parent_of(children[child]) for child in expected} == expected, link


def owner(record: Record) -> object:
    return next((each["user_details"]["email"] for each in record["assigned_to"]), None)


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["name"],
    ("accounts", "tax_id"): custom("tax_id"),
    ("accounts", "phone"): lambda record: record["phone"],
    ("accounts", "street"): lambda record: record["address_line"],
    ("accounts", "owner"): owner,
    ("contacts", "first_name"): lambda record: record["first_name"],
    ("contacts", "last_name"): lambda record: record["last_name"],
    ("contacts", "consent"): custom("consent"),
    ("deals", "name"): lambda record: record["name"],
    ("deals", "amount"): lambda record: Decimal(record["amount"]),
    ("deals", "currency"): custom("currency_code"),
    ("deals", "close_date"): lambda record: record["closed_on"],
    ("deals", "owner"): owner,
}


def test_the_server_holds_the_clean_values(moved: Moved) -> None:
    for place, value_of in VALUES.items():
        records = moved.truth(place[0])
        told = moved.values(*place)
        expected = {entity: Decimal(v) if place[1] == "amount" else v or None for entity, v in told.items()}
        assert expected, place
        assert {entity: value_of(records[entity]) for entity in expected} == expected, place


def test_a_mailbox_is_there_once_and_who_shares_it_is_there_without(moved: Moved) -> None:
    people, told = moved.truth("contacts"), moved.values("contacts", "email")
    having = Counter(value for value in told.values() if value)
    without = {entity: value for entity, value in told.items() if people[entity]["email"] != (value or None)}
    assert {people[entity]["email"] for entity in without} == {None}
    assert Counter(without.values()) == {value: count - 1 for value, count in having.items() if count > 1}


def test_a_deal_is_in_its_stage(moved: Moved) -> None:
    deals, told = moved.truth("deals"), moved.values("deals", "stage")
    assert {entity: deals[entity]["stage"] for entity in told} == {e: STAGES[v] for e, v in told.items()}


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    listed = [each for each in moved.records if each["custom_fields"].get("crm_migrate_kind") == "Suppressed mailbox"]
    said = {each["email"]: each["custom_fields"]["consent"] for each in listed}
    assert said == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


def test_who_was_there_before_is_found_and_keeps_what_is_theirs(moved: Moved) -> None:
    (theirs,) = (each for each in moved.states[1] if each.get("email") == KNOWN)
    assert keys_of(theirs)
    assert (theirs["first_name"], theirs["last_name"], theirs["description"]) == ("Ahmet", "Çetin", "hm")
    assert theirs["custom_fields"]["consent"]


def test_undo_leaves_the_server_as_it_was(moved: Moved, bottle: Bottle) -> None:
    empty, _, _, undone = moved.states
    assert undone == empty
    deleted = Counter(bottle.witnessed("delete"))
    assert set(deleted.values()) == {1}
    theirs = {(each["model"], each["id"].replace("-", "")) for each in empty}
    assert deleted.keys() == {each for each in bottle.witnessed("create") if each[0] != "tasks"} - theirs
