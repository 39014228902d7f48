"""The fictional dealer in a simulated Dataverse: what it holds afterwards, against the planted truth."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from dealer_elsewhere import SAMPLE, shipped_for
from demo.finished_run import lines_of
from environments import KEY, SECRET, Environment
from moved import TRUTH, Moved, Record, left, move

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SELLERS = tuple(f"{name}@anadolu-makine.example" for name in ("ayse.k", "mehmet.d", "zeynep.s", "burak.t"))
TABLES = {
    "accounts": "account",
    "contacts": "contact",
    "deals": "opportunity",
    "suppressions": "crm_suppressed_mailbox",
}
STAGES = {
    "qualified": (0, 0),
    "proposal": (2, 0),
    "closedwon": (None, 1),
    "closedlost": (None, 2),
}  # sales stage, state
SET_BY_ITSELF = ("modifiedon", "createdon")


def held(environment: Environment) -> list[Record]:
    """Every live record of the tables that are loaded."""
    store = environment.server.engine.store
    return [
        {"id": each.id, "object": name, **{n: v for n, v in each.values.items() if n not in SET_BY_ITSELF}}
        for name in TABLES.values()
        if name in store.schema.objects
        for each in store.all(name)
    ]


def keys_of(record: Record) -> list[str]:
    return [str(record[KEY])] if record.get(KEY) else []


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    """With what users have there already: somebody whom we know, too, and a stranger."""
    made = Environment({"users": [{"internalemailaddress": mailbox, "fullname": mailbox} for mailbox in SELLERS]})
    made.make(
        "contacts", firstname="Ahmet", lastname="Çetin", emailaddress1="ahmet.cetin@posta.example", description="hm"
    )
    made.make("contacts", lastname="Stranger", emailaddress1="stranger@example.com")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def moved(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = shipped_for(tmp_path_factory.mktemp("dynamics") / "anadolu", "dynamics")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_URL", environment.url)
        patch.setenv("CRM_SECRET", SECRET)
        assert left("target", "prepare", folder) == 0
        return move(folder, lambda: held(environment), keys_of)


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in moved.run.figures["fields"] if f["matched"] < f["compared"]] == []


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_undo_leaves_the_environment_as_it_was(moved: Moved) -> None:
    own = {name for each in moved.states[1] for name in each if name.startswith("crm_")}
    bare = [
        [{n: v for n, v in each.items() if n not in own or v not in (None, False)} for each in state]
        for state in (moved.states[0], moved.states[3])
    ]
    assert bare[1] == bare[0]


def test_the_witness_says_that_every_record_was_created_once(moved: Moved, environment: Environment) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    assert set(found.values()) == {1}
    assert found.keys() == {key for name in TABLES for key in moved.run.actual(name)}
    assert len(found) > 1000
    assert environment.summary()["doubled"] == {}


LINKS = {("accounts", "parent"): "parentaccountid", ("contacts", "company"): "parentcustomerid",
         ("deals", "company"): "parentaccountid"}  # fmt: skip


@pytest.mark.parametrize("link", LINKS, ids=".".join)
def test_children_point_to_their_own_parent(moved: Moved, link: tuple[str, str]) -> None:
    children, expected = moved.truth(link[0]), moved.parents(*link)
    assert expected
    assert {child: children[child].get(LINKS[link]) for child in expected} == expected


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["name"],
    ("accounts", "tax_id"): lambda record: record.get("crm_tax_id"),
    ("accounts", "street"): lambda record: record.get("address1_line1"),
    ("contacts", "first_name"): lambda record: record.get("firstname"),
    ("contacts", "last_name"): lambda record: record.get("lastname"),
    ("contacts", "consent"): lambda record: record["crm_email_consent"],
    ("deals", "name"): lambda record: record["name"],
    ("deals", "amount"): lambda record: Decimal(str(record["estimatedvalue"])),
    ("deals", "close_date"): lambda record: record.get("estimatedclosedate"),
}


@pytest.mark.parametrize("place", VALUES, ids=".".join)
def test_the_environment_holds_the_clean_values(moved: Moved, place: tuple[str, str]) -> None:
    records, told = moved.truth(place[0]), moved.values(*place)
    expected = {entity: Decimal(v) if place[1] == "amount" else v or None for entity, v in told.items()}
    assert expected
    assert {entity: VALUES[place](records[entity]) for entity in expected} == expected


def test_owners_currencies_and_stages_are_those_of_the_environment(moved: Moved, environment: Environment) -> None:
    store, deals = environment.server.engine.store, moved.truth("deals")
    users = {each.id: each.values["internalemailaddress"] for each in store.all("systemuser")}
    iso = {each.id: each.values["isocurrencycode"] for each in store.all("transactioncurrency")}
    told = moved.values("deals", "owner")
    assert {e: users[deals[e]["ownerid"]] if v else v for e, v in told.items()} == told
    told = moved.values("deals", "currency")
    assert {e: iso[deals[e]["transactioncurrencyid"]] for e in told} == told
    told = moved.values("deals", "stage")
    assert {e: (deals[e].get("salesstage"), deals[e]["statecode"]) for e in told} == {
        e: STAGES[v] for e, v in told.items()
    }


def test_what_is_closed_was_closed_on_its_own_day(moved: Moved) -> None:
    closed = [each for each in moved.truth("deals").values() if each["statecode"]]
    assert len(closed) > 20
    assert all(
        each["actualclosedate"] == each["estimatedclosedate"] for each in closed if each.get("estimatedclosedate")
    )


def test_every_opt_out_is_marked_and_nobody_else_is(moved: Moved) -> None:
    refusing = {"withdrawn", "bounced"}
    people = [each for each in moved.records if each["object"] == "contact"]
    marked = {each["id"] for each in people if each.get("donotbulkemail")}
    assert marked == {each["id"] for each in people if each.get("crm_email_consent") in refusing}
    assert len(marked) > 50


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    listed = [each for each in moved.records if each["object"] == TABLES["suppressions"]]
    said = {each["crm_name"]: each["crm_state"] for each in listed}
    assert said == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


def test_the_demo_says_who_the_sellers_are() -> None:
    told = (SAMPLE / "elsewhere" / "dynamics" / "simulated.json").read_text("utf-8")
    assert all(mailbox in told for mailbox in SELLERS)
