"""The fictional dealer in a real amagi-crm: what it holds afterwards, against the planted truth and its own audit.

The server wants minutes for it: it is for `make soak ARGS=sweeps`, or `--soak`. What `make test` tries of a real
amagi-crm is in `tests/contract/test_amagi_target.py` and `tests/faults/test_server_kills.py`.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from amagi_sample import project
from amagis import Amagi, fresh, keys_of
from demo.finished_run import lines_of
from moved import TRUTH, Moved, Record, move

pytestmark = [
    pytest.mark.amagi,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.sweep("the whole dealer takes minutes"),
]
STAGES = {"qualified": "Qualified", "proposal": "Proposal", "closedwon": "Won", "closedlost": "Lost"}
KNOWN = "ahmet.cetin@posta.example"  # of somebody who is a contact there before
OBJECTS = ("accounts", "contacts", "deals", "suppressions")


def held(amagi: Amagi) -> list[Record]:
    """Every record as it is now, with the instants of its changes."""
    return [{**each, "model": model} for model in ("contacts", "deals", "tasks") for each in amagi.rows(model)]


@pytest.fixture(scope="module")
def amagi() -> Amagi:
    """With what users have there already: somebody whom we know, too, a stranger, and what is to be done about them."""
    made = fresh()
    for name, mail in (("Ahmet", KNOWN), ("Stranger", "stranger@example.com")):
        contact = made.ask("POST", "/api/contacts", {"first_name": name, "email": mail, "tags": ["old"], "notes": "hm"})
        made.ask("POST", "/api/tasks", {"title": "Call", "contact_id": contact["id"]})
    return made


@pytest.fixture(scope="module")
def moved(amagi: Amagi, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = project(tmp_path_factory.mktemp("amagi") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("url", "token"):
            patch.setenv(f"AMAGI_{name.upper()}", amagi.options[name])
        return move(folder, lambda: held(amagi), keys_of)


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_its_audit_says_that_every_record_was_created_once(moved: Moved, amagi: Amagi) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    assert set(found.values()) == {1}
    assert found.keys() == {key for name in OBJECTS for key in moved.run.actual(name)}
    theirs = {(each["model"], each["id"]) for each in moved.states[0]}
    created = Counter((f"{kind}s", id) for kind, id in amagi.witnessed("create"))
    ours = {(each["model"], each["id"]) for each in moved.records}
    assert set(created.values()) == {1}
    assert created.keys() == ours | theirs
    assert len(ours - theirs) == len(found) - 1, "one was there before"
    assert len(ours) > 1000


def tag(record: Record, label: str) -> str | None:
    return next((each.removeprefix(f"{label}: ") for each in record["tags"] if each.startswith(f"{label}: ")), None)


def note(record: Record, label: str) -> str | None:
    below = (record["notes"] or "").partition("--- crm-migrate ---\n")[2].replace("\n  ", "\v").split("\n")
    found = (line.removeprefix(f"{label}: ") for line in below if line.startswith(f"{label}: "))
    return next((value.replace("\v", "\n") for value in found), None)


def contact(said: str | None) -> int | None:
    return int(said.removeprefix("contact #")) if said else None


LINKS: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "parent"): lambda record: contact(tag(record, "Part of")),
    ("contacts", "company"): lambda record: contact(tag(record, "Works for")),
    ("deals", "company"): lambda record: record["contact_id"],
}


def test_children_point_to_their_own_parent(moved: Moved) -> None:
    for link, parent_of in LINKS.items():
        children, expected = moved.truth(link[0]), moved.parents(*link)
        assert expected, link
        assert {child: parent_of(children[child]) for child in expected} == expected, link


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["company"],
    ("accounts", "tax_id"): lambda record: note(record, "Tax number"),
    ("accounts", "phone"): lambda record: record["phone"],
    ("accounts", "street"): lambda record: note(record, "Street"),
    ("accounts", "owner"): lambda record: tag(record, "Owner"),
    ("contacts", "first_name"): lambda record: record["first_name"],
    ("contacts", "last_name"): lambda record: record["last_name"],
    ("contacts", "consent"): lambda record: tag(record, "Consent"),
    ("deals", "name"): lambda record: record["title"],
    ("deals", "amount"): lambda record: Decimal(record["amount_cents"]) / 100,
    ("deals", "currency"): lambda record: note(record, "Currency"),
    ("deals", "close_date"): lambda record: record["expected_close"],
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


def test_a_deal_is_in_its_stage(moved: Moved, amagi: Amagi) -> None:
    names = {each["id"]: each["name"] for each in amagi.ask("GET", "/api/stages")}
    deals, told = moved.truth("deals"), moved.values("deals", "stage")
    assert {entity: names[deals[entity]["stage_id"]] for entity in told} == {e: STAGES[v] for e, v in told.items()}


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    listed = [each for each in moved.records if "Kind: Suppressed mailbox" in each.get("tags", ())]
    said = {each["email"]: tag(each, "Consent") for each in listed}
    assert said == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


def test_who_was_there_before_is_found_and_keeps_what_is_theirs(moved: Moved) -> None:
    (theirs,) = (each for each in moved.states[1] if each.get("email") == KNOWN)
    assert keys_of(theirs)
    assert (theirs["first_name"], "old" in theirs["tags"], theirs["notes"].split("\n")[0]) == ("Ahmet", True, "hm")
    assert theirs["last_name"]


def test_undo_leaves_the_server_as_it_was(moved: Moved, amagi: Amagi) -> None:
    empty, _, _, undone = moved.states
    assert [{**each, "updated_at": ""} for each in undone] == [{**each, "updated_at": ""} for each in empty]
    deleted = Counter(amagi.witnessed("delete"))
    assert set(deleted.values()) == {1}
    assert deleted.keys() == set(amagi.witnessed("create")) - {(each["model"][:-1], each["id"]) for each in empty}
