"""Owners and currencies of a simulated environment: what is foretold of them is what becomes of the records."""

from collections.abc import Iterator

import pytest
from environments import KEY, Environment

from crm_migrate.connecting.conformance_targets import everything, settled
from crm_migrate.connecting.contract import Foretells, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector

OWNER, TEAM, CURRENCY = "ownerid.internalemailaddress", "ownerid.name", "transactioncurrencyid.isocurrencycode"
DEAL = TargetObject(
    "opportunity",
    (*(TargetField(name, "text") for name in ("name", OWNER, TEAM, CURRENCY)), TargetField("estimatedvalue", "money")),
    KEY,
)
FIRM = "@firm.example"
READS = ["prvReadAccount", "prvReadOpportunity"]
USERS = [
    {"internalemailaddress": f"{name}{FIRM}", "fullname": name, **more}
    for name, more in (
        ("good", {"privileges": READS}),
        ("gone", {"isdisabled": True}),
        ("bare", {"privileges": []}),
        ("blind", {"privileges": ["prvReadAccount"]}),
        ("back", {"isdisabled": True}),
        ("back", {}),
        ("twice", {}),
        ("twice", {}),
        ("north", {"unit": "North"}),
    )
]
TEAMS = [{"name": "Readers", "privileges": READS}, {"name": "All"}, {"name": "Bare", "privileges": []},
         {"name": "Blind", "privileges": ["prvReadAccount"]}]  # fmt: skip
SCHEMA = {
    "organisation": "Head office",
    "units": ["North"],
    "users": USERS,
    "teams": TEAMS,
    "currencies": {"USD": 1.25},
}
REFUSED = {"gone": "owner_disabled", "bare": "owner_without_right", "blind": "owner_without_right",
           "twice": "owner_not_there", "nobody": "owner_not_there"}  # fmt: skip


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment(SCHEMA)
    yield made
    made.stop()


@pytest.fixture
def target(environment: Environment) -> Target:
    made = connector("dynamics").target(environment.options)
    made.prepare((DEAL,), apply=True)
    return made


def codes(target: Target, field: str, *values: str) -> dict[str, str]:
    """Value -> what is foretold of it."""
    assert isinstance(target, Foretells)
    return {each.value: each.code for each in target.foretell(DEAL, {field: values})}


def test_who_is_foretold_to_be_refused_is_refused_and_nobody_else(target: Target, environment: Environment) -> None:
    names = ("good", "back", *REFUSED)
    told = codes(target, OWNER, *(f"{name}{FIRM}" for name in names))
    assert told == {f"{name}{FIRM}": code for name, code in REFUSED.items()}
    said = settled(target, DEAL, "a", tuple({"__entity": n, "name": n, OWNER: f"{n}{FIRM}"} for n in names))
    assert set(said.refused) == set(REFUSED) and set(said.loaded) == {"good", "back"}
    assert [each for each in said.refused.values() if FIRM in each.words] == [], "no mailbox is repeated"
    owners = {
        each.values["name"]: each.values["ownerid"] for each in environment.server.engine.store.all("opportunity")
    }
    users = {each.id: each.values for each in environment.server.engine.store.all("systemuser")}
    assert {n: users[id]["internalemailaddress"] for n, id in owners.items()} == {n: f"{n}{FIRM}" for n in owners}
    assert not any(users[id]["isdisabled"] for id in owners.values())


def test_who_may_not_be_asked_goes_and_is_told() -> None:
    there = Environment(SCHEMA, rights_told="no")
    target = connector("dynamics").target(there.options)
    target.prepare((DEAL,), apply=True)
    assert isinstance(target, Foretells)
    told = target.foretell(DEAL, {OWNER: [f"bare{FIRM}", f"gone{FIRM}"]})
    assert {each.value: (each.code, each.waits) for each in told} == {
        f"gone{FIRM}": ("owner_disabled", True),
        f"bare{FIRM}": ("owner_not_asked", False),
    }
    assert [each.code for each in target.foretell(DEAL, {TEAM: ["Bare"]})] == ["owner_not_asked"]
    there.stop()


def test_a_record_is_not_given_to_who_may_not_have_it(target: Target) -> None:
    row: dict[str, str | None] = {"__entity": "a", "name": "a", OWNER: f"good{FIRM}"}
    assert set(settled(target, DEAL, "a", (row,)).loaded) == {"a"}
    for name in ("gone", "bare", "blind"):
        assert set(settled(target, DEAL, name, ({"__entity": "a", OWNER: f"{name}{FIRM}"},), "update").refused) == {"a"}
    assert [each[OWNER] for each in everything(target, DEAL)] == [f"good{FIRM}"]


def test_teams_own_and_teams_that_share_do_not(target: Target, environment: Environment) -> None:
    for name, kind in (("Owners", 0), ("Sharers", 1)):
        unit = environment.rows("businessunits", "businessunitid")[0]["businessunitid"]
        environment.make("teams", name=name, teamtype=kind, businessunitid__bind=f"/businessunits({unit})")
    told = codes(target, TEAM, "Owners", "Sharers", "Nobody")
    assert told == {"Sharers": "owner_without_right", "Nobody": "owner_not_there"}
    assert isinstance(target, Foretells)
    unmade = TargetObject("crm_visit", (TargetField(TEAM, "text"),), KEY)
    assert list(target.foretell(unmade, {TEAM: ("Nobody",)})) == [], "a table that `target prepare` has yet to make"
    rows = tuple({"__entity": name, "name": name, TEAM: name} for name in ("Owners", "Sharers", "Nobody"))
    assert set(settled(target, DEAL, "a", rows).loaded) == {"Owners"}


def test_teams_own_what_their_roles_let_them_read(target: Target) -> None:
    names = ("Readers", "All", "Bare", "Blind")
    told = codes(target, TEAM, *names)
    assert told == {"Bare": "owner_without_right", "Blind": "owner_without_right"}
    rows = tuple({"__entity": name, "name": name, TEAM: name} for name in names)
    said = settled(target, DEAL, "a", rows)
    assert set(said.loaded) == {"Readers", "All"}
    assert "missing prvReadOpportunity" in said.refused["Bare"].words


def test_the_rate_of_the_load_is_told_where_amounts_have_another_currency(
    target: Target, environment: Environment
) -> None:
    assert isinstance(target, Foretells)
    (rate, lacking) = target.foretell(DEAL, {CURRENCY: ("EUR", "USD", "XTS")})
    assert (rate.value, rate.code, lacking.value, lacking.code) == (
        "USD", "rate_of_load", "XTS", "currency_not_there")  # fmt: skip
    assert "1.25" in rate.note
    row: dict[str, str | None] = {"__entity": "a", "name": "a", "estimatedvalue": "1000", CURRENCY: "USD"}
    settled(target, DEAL, "a", (row,))
    (deal,) = environment.server.engine.store.all("opportunity")
    assert (deal.values["estimatedvalue"], deal.values["estimatedvalue_base"]) == (1000, 800)
    bare = TargetObject("opportunity", (TargetField("name", "text"), TargetField(CURRENCY, "text")), KEY)
    (lacking,) = target.foretell(bare, {CURRENCY: ("USD", "XTS")})
    assert (lacking.value, lacking.waits) == ("XTS", True), "no amounts, and no such currency for all that"


def test_a_currency_that_is_deactivated_is_foretold_and_given_to_no_record(
    target: Target, environment: Environment
) -> None:
    row: dict[str, str | None] = {"__entity": "a", "name": "a", CURRENCY: "GBP"}
    assert set(settled(target, DEAL, "a", (row,)).loaded) == {"a"}
    pound = next(one for one in environment.server.engine.store.all("transactioncurrency")
                 if one.values["isocurrencycode"] == "GBP")  # fmt: skip
    pound.values["statecode"] = 1
    assert codes(target, CURRENCY, "GBP", "EUR") == {"GBP": "currency_inactive"}
    assert set(settled(target, DEAL, "b", ({**row, "__entity": "b", "name": "b"},)).refused) == {"b"}
    kept = settled(target, DEAL, "c", ({"__entity": "a", "name": "again"},), "update")
    assert set(kept.loaded) == {"a"}, "who has it keeps it"


def test_a_record_is_in_the_business_unit_of_its_owner(target: Target, environment: Environment) -> None:
    rows = tuple({"__entity": n, "name": n, OWNER: f"{n}{FIRM}"} for n in ("good", "north"))
    settled(target, DEAL, "a", (*rows, {"__entity": "team", "name": "team", TEAM: "Readers"}))
    assert units(environment) == {"good": "Head office", "north": "North", "team": "Head office"}
    settled(target, DEAL, "b", ({"__entity": "good", "name": "good", OWNER: f"north{FIRM}"},), "update")
    assert units(environment)["good"] == "North"


def units(environment: Environment) -> dict[str, str]:
    """Name of a deal -> name of its business unit."""
    names = {each["businessunitid"]: each["name"] for each in environment.rows("businessunits", "name")}
    deals = environment.rows("opportunities", "name", "_owningbusinessunit_value")
    return {each["name"]: names[each["_owningbusinessunit_value"]] for each in deals}


def test_nobody_says_the_business_unit_of_a_record(target: Target) -> None:
    (deal,) = target.describe(("opportunity",)).objects
    assert (unit := deal.field("owningbusinessunit")) is not None and unit.read_only, "a plan holds who names one"
