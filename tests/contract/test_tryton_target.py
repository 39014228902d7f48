"""The Tryton target against the conformance kit on a real server, and what parties are there."""

import time
from collections.abc import Callable, Iterator

import pytest
from between import between, deaf
from trytons import Tryton, fresh

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    TARGET_CHECKS,
    Kit,
    Rows,
    everything,
    opened,
    settled,
    write,
)
from crm_migrate.connecting.contract import TARGET_ID, Follow, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, InDoubt, TargetError

pytestmark = pytest.mark.tryton

TEXTS = ("name", "contact_mechanisms.email", "contact_mechanisms.email.comment", "contact_mechanisms.phone",
         "identifiers.tr_vat", "addresses.street", "addresses.city")  # fmt: skip
KEYED = "identifiers"
ORGANISATION = TargetObject(
    "party.party",
    (
        *(TargetField(name, "text") for name in TEXTS),
        TargetField("relations.Part of", "reference", reference="party.party"),
    ),
    "identifiers",
)
PERSON = TargetObject(
    "party.party:Person",
    (
        *(TargetField(name, "text") for name in TEXTS),
        TargetField("addresses.invoice", "boolean"),
        TargetField("categories.Consent", "choice"),
        TargetField("relations.Works for", "reference", reference="party.party"),
    ),
    "identifiers",
)
PEOPLE: Rows = (
    {
        "__entity": "p1",
        "name": "Işıl Öztürk-Müller",
        "addresses.city": "İzmir",
        "addresses.invoice": "false",
        "categories.Consent": "granted",
    },
    {
        "__entity": "p2",
        "name": 'O\'Hara, "Kit"',
        "contact_mechanisms.email": "kit@example.com",
        "contact_mechanisms.email.comment": "line one\nline two\r\n",
        "addresses.street": "line one\nline two",
        "addresses.invoice": "false",  # what Tryton says of an address of which nobody said it
    },
    {"__entity": "p3", "name": "أحمد 🦊", "contact_mechanisms.phone": "+902120000001", "addresses.invoice": "true"},
    {"__entity": "p4", "name": "\\N", "categories.Consent": "withdrawn", "identifiers.tr_vat": "1234567890"},
    {"__entity": "p5", "name": " padded ", "contact_mechanisms.email": "null@example.com"},
)
KIT = Kit(
    ORGANISATION,
    PERSON,
    PEOPLE,
    poison=({"name": "a tab\there"}, {"name": "a line\nbelow"}, {"name": "\r"}, {"name": "secret-value-\t" * 9}),
    text="addresses.city",
    flag="addresses.invoice",
    kept="contact_mechanisms.email",
    parent="relations.Works for",
    many=510,
)


@pytest.fixture(scope="module")
def database() -> Tryton:
    return fresh()


@pytest.fixture
def tryton(database: Tryton) -> Tryton:
    """One database for all: emptying it is cheaper than loading another."""
    return database.empty()


def target_of(tryton: Tryton, **options: str) -> Target:
    return connector("tryton").target({**tryton.options, **options})


@pytest.fixture
def target(tryton: Tryton) -> Iterator[Target]:
    made = opened(lambda: target_of(tryton), KIT)
    yield made
    made.close()


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], tryton: Tryton) -> None:
    check(lambda: target_of(tryton), KIT)


def test_parties_that_users_replaced_are_followed_to_the_end_of_a_chain(target: Target, tryton: Tryton) -> None:
    assert isinstance(target, Follow)
    # Of other names, Tryton would ask whether it is meant.
    rows = [{"__entity": f"c{n}", "name": "Acme"} for n in range(4)]
    first, second, third, fourth = (settled(target, ORGANISATION, "a", rows).loaded[f"c{n}"] for n in range(4))
    for source, destination in ((first, second), (second, third)):
        session, *_ = tryton.ask("wizard.party.replace.create", {})
        chosen = {"ask": {"source": int(source), "destination": int(destination)}}
        tryton.ask("wizard.party.replace.execute", session, chosen, "replace", {})
    assert target.merged_into(ORGANISATION, [first, second, third, fourth]) == {first: third, second: third}
    keys = {row["__entity"]: row["target_id"] for row in everything(target, ORGANISATION)}
    assert keys == {"c0": third, "c1": third, "c2": third, "c3": fourth}, "our keys go with them"


def test_a_person_with_all_that_hangs_on_it_is_one_creation(target: Target, tryton: Tryton) -> None:
    acme = settled(target, ORGANISATION, "a", [{"__entity": "c1", "name": "Acme"}]).loaded["c1"]
    row = {
        "__entity": "p1",
        "name": "Işıl Öztürk",
        "contact_mechanisms.email": "isil@example.com",
        "contact_mechanisms.email.others": '["second@example.com", "third@example.com"]',
        "contact_mechanisms.email.comment": "granted by form",
        "contact_mechanisms.phone": "+902120000001",
        "addresses.street": "Yol 1\nKat 2",
        "addresses.city": "İzmir",
        "categories.Consent": "granted",
        "relations.Works for": acme,
    }
    person = target.describe([PERSON.name]).object(PERSON.name)
    assert person is not None
    assert write(target, person, "b", [row]).loaded.keys() == {"p1"}
    (read,) = everything(target, person)
    assert {name: cell for name, cell in read.items() if cell is not None and name in row} == row
    written = tryton.rows(
        "party.party", "name", "categories.rec_name", "contact_mechanisms.value", "relations.to.rec_name"
    )
    (here,) = (each for each in written if each["name"] == "Işıl Öztürk")
    assert {each["rec_name"] for each in here["categories."]} == {"Kind / Person", "Consent / granted"}
    assert [each["to."]["rec_name"] for each in here["relations."]] == ["Acme"]
    assert [row["name"] for row in everything(target, ORGANISATION)] == ["Acme"], "a person is no organisation"


def test_a_change_keeps_what_it_does_not_name(target: Target, tryton: Tryton) -> None:
    first: dict[str, str | None] = {
        "__entity": "p1",
        "name": "Kim",
        "contact_mechanisms.email": "kim@example.com",
        "contact_mechanisms.email.others": '["a@example.com", "b@example.com"]',
        "contact_mechanisms.phone": "+902120000001",
        "categories.Consent": "granted",
    }
    fields = tuple(TargetField(name, "text") for name in first if name != "__entity")
    person = TargetObject(PERSON.name, fields, "identifiers")
    (id,) = settled(target, person, "a", [first]).loaded.values()
    theirs = {"categories": [["create", [{"name": "Of a user"}]]]}
    tryton.ask("model.party.party.write", [int(id)], theirs, {})
    changes: dict[str, str | None] = {
        "__entity": "p1",
        "contact_mechanisms.email.others": '["b@example.com", "c@example.com"]',
        "contact_mechanisms.phone": None,
        "categories.Consent": "withdrawn",
    }
    settled(target, person, "b", [changes], "update")
    assert everything(target, person) == [{"target_id": id, **first, **changes}]
    (party,) = tryton.rows("party.party", "categories.name", "contact_mechanisms.value")
    assert {each["name"] for each in party["categories."]} == {"Person", "withdrawn", "Of a user"}
    assert {each["value"] for each in party["contact_mechanisms."]} == {f"{n}@example.com" for n in ("kim", "b", "c")}


def test_the_children_of_a_category_are_a_list(target: Target, tryton: Tryton) -> None:
    person = TargetObject(PERSON.name, (TargetField("name", "text"), TargetField("categories.Tag.all", "list")), KEYED)
    target.prepare((person,), apply=True)
    rows: Rows = [
        {"__entity": "p1", "name": "Kim", "categories.Tag.all": '["Blog", "VIP"]'},
        {"__entity": "p2", "name": "Ada", "categories.Tag.all": "VIP"},
    ]
    answer = settled(target, person, "a", rows)
    assert answer.loaded.keys() == {"p1"}
    assert (answer.refused["p2"].code, answer.refused["p2"].field) == ("TYPE", "categories.Tag.all")
    for said, names in (('["News", "VIP"]', {"News", "VIP"}), (None, set())):
        settled(target, person, f"to {said}", [{"__entity": "p1", "categories.Tag.all": said}], "update")
        assert [row["categories.Tag.all"] for row in everything(target, person)] == [said]
        (party,) = tryton.rows("party.party", "categories.name")
        assert {each["name"] for each in party["categories."]} == {"Person", *names}
    described = target.describe([PERSON.name]).object(PERSON.name)
    assert described is not None
    assert described.field("categories.Tag.all") == TargetField("categories.Tag.all", "list")


def test_a_party_of_theirs_is_adopted_and_one_that_they_archived_is_still_ours(target: Target, tryton: Tryton) -> None:
    free, old = map(str, tryton.ask("model.party.party.create", [{"name": "Öztürk"}, {"name": "Of old"}], {}))
    tryton.ask("model.party.party.write", [int(old)], {"active": False}, {})
    assert [row["target_id"] for row in everything(target, ORGANISATION)] == [free]
    rows: Rows = [{"__entity": "c1", TARGET_ID: free, "contact_mechanisms.phone": "+902120000001"}]
    assert settled(target, ORGANISATION, "a", rows, "update").loaded == {"c1": free}
    tryton.ask("model.party.party.write", [int(free)], {"active": False}, {})
    assert [(row["__entity"], row["name"]) for row in everything(target, ORGANISATION)] == [("c1", "Öztürk")]
    assert settled(target, ORGANISATION, "b", [{"__entity": "c1", "name": "Twin"}]).loaded == {"c1": free}


def test_a_party_that_they_made_of_two_answers_for_both(target: Target, tryton: Tryton) -> None:
    rows: Rows = [{"__entity": "c1", "name": "Acme"}, {"__entity": "c2", "name": "Acme Ltd"}]
    ids = settled(target, ORGANISATION, "a", rows).loaded
    key = next(each["id"] for each in tryton.rows("party.identifier", "code") if each["code"].endswith(":c2"))
    tryton.ask("model.party.identifier.write", [key], {"party": int(ids["c1"])}, {})
    found = [row for table in target.read(ORGANISATION.bare(), "key", ["c2", "c1"]) for row in table.to_pylist()]
    assert [(row["target_id"], row["__entity"]) for row in found] == [(ids["c1"], "c1"), (ids["c1"], "c2")]


@pytest.mark.parametrize("word", [b"party.party.create", b"party.party.write"])
def test_an_answer_that_got_lost_is_doubt_and_our_key_settles_it(target: Target, tryton: Tryton, word: bytes) -> None:
    rows: Rows = [{"__entity": f"c{n}", "name": f"Company {n}"} for n in range(3)]
    action = "create"
    if b"write" in word:
        settled(target, ORGANISATION, "before", rows)
        rows, action = [{**row, "name": f"New {row['name']}"} for row in rows], "update"
    with deaf(tryton.url, word) as url:
        behind = target_of(tryton, url=url)
        with pytest.raises(InDoubt):
            write(behind, ORGANISATION, "a", rows, action)
        ids = {row["__entity"]: row["target_id"] for row in everything(behind, ORGANISATION)}
        assert len(ids) == 3, "it had been carried out"
        assert write(behind, ORGANISATION, "a", rows, action).loaded == ids
        behind.close()
    assert sorted(each["name"] for each in tryton.rows("party.party", "name")) == [row["name"] for row in rows]


@pytest.mark.parametrize("action", ["create", "update"])
def test_what_cannot_end_in_time_is_not_begun(target: Target, tryton: Tryton, action: str) -> None:
    rows: Rows = [{"__entity": "c1", "name": "Acme"}]
    if action == "update":
        settled(target, ORGANISATION, "before", rows)
        rows = [{"__entity": "c1", "name": "New"}]

    def slow(request: bytes, done: bool) -> bool:
        time.sleep(0.7 if b"party.party.search_read" in request and not done else 0)
        return False

    with between(tryton.url, slow) as url:
        behind = target_of(tryton, url=url, longest_seconds="2")
        answer = write(behind, ORGANISATION, "a", rows, action)
        behind.close()
    assert (answer.later.keys(), answer.loaded) == ({"c1"}, {})
    assert [each["name"] for each in tryton.rows("party.party", "name")] == (["Acme"] if action == "update" else [])


@pytest.mark.parametrize(
    ("field", "value", "code", "words"),
    [
        ("name", "Gizli\tFirma", "UserError", 'The value "..." for field "Name" in record "..." of "Party" contains'),
        ("identifiers.tr_vat", "GIZLI-99", "UserError", 'Number "..." for party "..." is not valid'),
        ("addresses.country.code", "GX", "UNKNOWN", "there is not exactly one country.country with this code"),
        ("addresses.invoice", "Gizli", "TYPE", "the value is no boolean of Tryton"),
    ],
)
def test_a_refusal_says_why_and_not_what(target: Target, field: str, value: str, code: str, words: str) -> None:
    rows: Rows = [{"__entity": "c1", "name": "Gizli A.Ş.", field: value}, {"__entity": "c2", "name": "Acme"}]
    answer = settled(target, ORGANISATION, "a", rows)
    assert answer.loaded.keys() == {"c2"}
    assert (answer.refused["c1"].code, words in answer.refused["c1"].words) == (code, True), answer.refused["c1"]
    assert value not in answer.refused["c1"].words
    assert "Gizli" not in answer.refused["c1"].words


def test_what_only_a_module_brings_is_named_and_not_made(target: Target) -> None:
    wanted = TargetObject("party.party", (TargetField("nowhere", "text"),), "identifiers")
    nobody = TargetObject("crm.nothing", (), "identifiers")
    assert target.prepare((wanted, nobody), apply=False) == (
        "the field nowhere of party.party (by hand)",
        "the module that has the model crm.nothing (by hand)",
    )
    with pytest.raises(TargetError, match="Tryton lacks the field nowhere"):
        target.prepare((wanted,), apply=True)
    with pytest.raises(TargetError, match="Tryton lacks the field nowhere"):
        write(target, ORGANISATION, "a", [{"__entity": "c1", "name": "Acme", "nowhere": "x"}])
    assert everything(target, ORGANISATION) == []


@pytest.mark.parametrize(("model", "key"), [("party.address", "crm_migrate_id"), ("party.party", "code_alnum")])
def test_where_our_key_cannot_live_nothing_is_prepared(target: Target, model: str, key: str) -> None:
    with pytest.raises(TargetError, match="our key cannot live in Tryton"):
        target.prepare((TargetObject(model, (), key),), apply=False)


def test_credentials_that_are_refused_are_said_so(tryton: Tryton) -> None:
    with pytest.raises(AuthExpired, match="no session of the database"):
        target_of(tryton, password="wrong").identity()


def test_a_database_that_the_server_has_not_loaded_is_said_so(tryton: Tryton) -> None:
    with pytest.raises(TargetError, match="refuses"):
        target_of(tryton, database="nowhere").identity()
