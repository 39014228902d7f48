"""The fictional dealer in a real Tryton: what its server holds afterwards, against the planted truth."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pytest
from demo.finished_run import FinishedRun, lines_of
from tryton_sample import SAMPLE, furnished, project
from trytons import Tryton, fresh

from crm_migrate.cli import main

pytestmark = [pytest.mark.tryton, pytest.mark.slow]
KEY = "crm_migrate_id:"
STATES = {"qualified": "lead", "proposal": "opportunity", "closedlost": "lost"}
PARTY = ("name", "create_date", "write_date", "identifiers.code", "identifiers.code_compact", "identifiers.type",
         "contact_mechanisms.type", "contact_mechanisms.value", "addresses.city", "addresses.subdivision.name",
         "relations.type.name", "relations.to", "categories.rec_name")  # fmt: skip
DEAL = ("reference", "description", "state", "amount", "currency.code", "party", "conversion_probability", "end_date",
        "comment", "create_date", "write_date")  # fmt: skip
Record = dict[str, Any]


def keys_of(record: Record) -> list[str]:
    """Our keys in what the server gives."""
    codes = [each["code"] for each in record["identifiers."]] if "identifiers." in record else [record["reference"]]
    return [code.removeprefix(KEY) for code in codes if code and code.startswith(KEY)]


@dataclass
class Moved:
    """Two runs of one project, and the undo of the first; the server as it was before, and after each of them."""

    run: FinishedRun
    codes: tuple[object, object, object]
    states: tuple[list[Record], list[Record], list[Record], list[Record]]

    @cached_property
    def records(self) -> list[Record]:
        """What was loaded."""
        return [each for each in self.states[1] if keys_of(each)]

    @cached_property
    def by_key(self) -> dict[str, Record]:
        """Entity -> record."""
        return {key: each for each in self.records for key in keys_of(each)}

    def truth(self, object_name: str) -> dict[str, Record]:
        """True entity -> record, of those that were loaded."""
        here, found = self.run.entities(object_name), {}
        for line in lines_of(SAMPLE / "truth" / "fates.csv"):
            origin = line["file"], int(line["line"]), int(line["split"])
            if line["object"] == object_name and line["state"] != "enrichment" and origin in here:
                found[line["entity"]] = self.by_key[here[origin]]
        return found


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    tryton = furnished(fresh())
    folder = project(tmp_path_factory.mktemp("tryton") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        for name, option in (("URL", "url"), ("DATABASE", "database"), ("PASSWORD", "password")):
            patch.setenv(f"TRYTON_{name}", tryton.options[option])
        empty = held(tryton)
        first = left("run", folder)
        run = FinishedRun(folder)
        assert run.folder.exists()
        loaded = held(tryton)
        second = left("run", folder)
        after = held(tryton)
        undone = left("undo", folder, run.folder.name, "--apply")
    return Moved(run, (first, second, undone), (empty, loaded, after, held(tryton)))


def left(*arguments: object) -> object:
    try:
        main([str(each) for each in arguments])
    except SystemExit as ended:
        return ended.code
    return 0


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
    parents, told = moved.truth("accounts"), lines_of(SAMPLE / "truth" / "links.csv")
    for link, parent_of in LINKS.items():
        children = moved.truth(link[0])
        lines = [each for each in told if (each["object"], each["field"]) == link and each["child"] in children]
        expected = {each["child"]: parents[each["parent"]]["id"] for each in lines}
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
    told = lines_of(SAMPLE / "truth" / "fields.csv")
    for place, value_of in VALUES.items():
        records = moved.truth(place[0])
        lines = [each for each in told if (each["object"], each["field"]) == place and each["entity"] in records]
        expected = {each["entity"]: as_there(place[1], each["value"]) for each in lines}
        assert expected, place
        assert {entity: value_of(records[entity]) for entity in expected} == expected, place


def as_there(field: str, value: str) -> object:
    if field == "amount":
        return Decimal(value)
    return STATES[value] if field == "stage" else value or None


def test_a_person_has_the_name_and_the_kind_of_one(moved: Moved) -> None:
    people = moved.truth("contacts")
    names: dict[str, dict[str, str]] = {}
    for line in lines_of(SAMPLE / "truth" / "fields.csv"):
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
    expected = {each["email"]: f"Consent / {each['state']}" for each in lines_of(SAMPLE / "truth" / "suppressions.csv")}
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
