"""The fictional dealer in a real Tryton: what its server holds afterwards, against the planted truth."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from demo.finished_run import lines_of
from moved import TRUTH, Moved, Record, move
from tryton_sample import furnished, project
from trytons import Tryton, fresh

pytestmark = [pytest.mark.tryton, pytest.mark.slow, pytest.mark.timeout(900)]
KEY = "crm_migrate_id:"
STATES = {"qualified": "lead", "proposal": "opportunity", "closedlost": "lost"}
PARTY = ("name", "create_date", "write_date", "identifiers.code", "identifiers.code_compact", "identifiers.type",
         "contact_mechanisms.type", "contact_mechanisms.value", "addresses.city", "addresses.subdivision.name",
         "relations.type.name", "relations.to", "categories.rec_name")  # fmt: skip
DEAL = ("reference", "description", "state", "amount", "currency.code", "party", "conversion_probability", "end_date",
        "comment", "create_date", "write_date")  # fmt: skip


def keys_of(record: Record) -> list[str]:
    """Our keys in what the server gives."""
    codes = [each["code"] for each in record["identifiers."]] if "identifiers." in record else [record["reference"]]
    return [code.removeprefix(KEY) for code in codes if code and code.startswith(KEY)]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    tryton = furnished(fresh())
    folder = project(tmp_path_factory.mktemp("tryton") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        for name, option in (("URL", "url"), ("DATABASE", "database"), ("PASSWORD", "password")):
            patch.setenv(f"TRYTON_{name}", tryton.options[option])
        return move(folder, lambda: held(tryton), keys_of)


def held(tryton: Tryton) -> list[Record]:
    """Every party and opportunity as it is now, with the instants of its changes."""
    return [*tryton.rows("party.party", *PARTY), *tryton.rows("sale.opportunity", *DEAL)]


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    assert [line for line in moved.run.figures["accounting"] if line.get("unexplained")] == []
    fields = moved.run.figures["fields"]
    differing = {(f["object"], f["field"]): f["classes"] for f in fields if f["matched"] < f["compared"]}
    assert differing.keys() == {("deals", "forecast")}, "only what Tryton sets itself, the end of what is lost"
    assert differing["deals", "forecast"].keys() <= {"match", "both_empty", "filled_by_target"}


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_every_record_is_there_once(moved: Moved) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    loaded = {key for name in ("accounts", "contacts", "deals", "suppressions") for key in moved.run.actual(name)}
    assert set(found.values()) == {1}
    assert found.keys() == loaded
    assert len(loaded) > 1000


LINKS: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "parent"): lambda record: related(record, "Part of"),
    ("contacts", "company"): lambda record: related(record, "Works for"),
    ("deals", "company"): lambda record: record["party"],
}


def related(record: Record, kind: str) -> object:
    return next((each["to"] for each in record["relations."] if each["type."]["name"] == kind), None)


def test_children_point_to_their_own_parent(moved: Moved) -> None:
    for link, parent_of in LINKS.items():
        children, expected = moved.truth(link[0]), moved.parents(*link)
        assert expected, link
        assert {child: parent_of(children[child]) for child in expected} == expected, link


def mechanism(record: Record, kind: str) -> object:
    members = [each for each in record["contact_mechanisms."] if each["type"] == kind]
    return min(members, key=lambda each: each["id"])["value"] if members else None


def identifier(record: Record) -> object:
    return next((each["code_compact"] for each in record["identifiers."] if each["type"] == "tr_vat"), None)


VALUES: dict[tuple[str, str], Callable[[Record], object]] = {
    ("accounts", "name"): lambda record: record["name"],
    ("accounts", "tax_id"): identifier,
    ("accounts", "phone"): lambda record: mechanism(record, "phone"),
    ("accounts", "city"): lambda record: record["addresses."][0]["city"],
    ("accounts", "state"): lambda record: record["addresses."][0]["subdivision."]["name"],
    ("contacts", "email"): lambda record: mechanism(record, "email"),
    ("contacts", "phone"): lambda record: mechanism(record, "phone"),
    ("deals", "name"): lambda record: record["description"],
    ("deals", "amount"): lambda record: Decimal(record["amount"]["decimal"]),
    ("deals", "currency"): lambda record: record["currency."]["code"],
    ("deals", "stage"): lambda record: record["state"],
    ("deals", "close_date"): lambda record: record["comment"],
}


def test_the_server_holds_the_clean_values(moved: Moved) -> None:
    for place, value_of in VALUES.items():
        records = moved.truth(place[0])
        expected = {entity: as_there(place[1], value) for entity, value in moved.values(*place).items()}
        assert expected, place
        assert {entity: value_of(records[entity]) for entity in expected} == expected, place


def as_there(field: str, value: str) -> object:
    if field == "amount":
        return Decimal(value)
    return STATES[value] if field == "stage" else value or None


def test_a_person_has_the_name_and_the_kind_of_one(moved: Moved) -> None:
    people = moved.truth("contacts")
    names: dict[str, dict[str, str]] = {}
    for line in lines_of(TRUTH / "fields.csv"):
        if line["object"] == "contacts" and line["field"] in ("first_name", "last_name") and line["entity"] in people:
            names.setdefault(line["entity"], {})[line["field"]] = line["value"]
    expected = {e: f"{name['first_name']} {name['last_name']}" for e, name in names.items() if len(name) == 2}
    assert {entity: people[entity]["name"] for entity in expected} == expected
    assert {within(each, "Kind") for each in people.values()} == {"Kind / Person"}


def within(record: Record, root: str) -> object:
    """The category of a record below that one."""
    return next((each["rec_name"] for each in record.get("categories.", ()) if each["rec_name"].startswith(root)), None)


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    listed = [each for each in moved.records if within(each, "Kind") == "Kind / Suppressed mailbox"]
    said = {mechanism(each, "email"): within(each, "Consent") for each in listed}
    expected = {each["email"]: f"Consent / {each['state']}" for each in lines_of(TRUTH / "suppressions.csv")}
    assert said == expected


def test_undo_takes_back_all_but_what_tryton_itself_has_rewritten(moved: Moved) -> None:
    empty, _, loaded, undone = moved.states
    lost = {key for each in loaded if each.get("state") == "lost" for key in keys_of(each)}
    kept = [each for each in undone if each not in empty]
    assert lost
    assert {key for each in kept if "state" in each for key in keys_of(each)} == lost, "it had set their end itself"
    parents = {each["party"] for each in kept if "state" in each}
    assert {each["id"] for each in kept if "state" not in each} == parents
    assert all(each in loaded for each in kept), "what stays is as it was loaded"
    assert [each for each in empty if each not in undone] == []
