"""The amagi-crm target against the conformance kit on a real server, and what contacts, deals and tasks are there."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from amagis import Amagi, fresh, keys_of
from between import between, deaf

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    TARGET_CHECKS,
    Kit,
    Rows,
    batch_of,
    everything,
    opened,
    settled,
    write,
)
from crm_migrate.connecting.contract import TARGET_ID, Remove, Target, TargetField, TargetObject, WriteBatch
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError

pytestmark = pytest.mark.amagi

ORGANISATION = TargetObject(
    "contacts:Organisation",
    (
        *(TargetField(name, "text") for name in ("company", "email", "notes.Street", "tags.Industry")),
        TargetField("tags.Part of", "reference", reference="contacts:Organisation"),
    ),
)
PERSON = TargetObject(
    "contacts",
    (
        *(TargetField(name, "text") for name in ("company", "email", "phone", "tags.Born", "notes.Street")),
        TargetField("notes", "long_text"),
        TargetField("tags", "tags"),
        TargetField("tags.VIP", "boolean"),
        TargetField("tags.Works for", "reference", reference="contacts:Organisation"),
    ),
)
PEOPLE: Rows = (
    {"__entity": "p1", "company": "Işıl Öztürk-Müller", "tags.Born": "1899-12-31", "tags": '["a", "ç\\"d"]'},
    {
        "__entity": "p2",
        "company": 'O\'Hara, "Kit"\tJr',
        "email": "kit@example.com",
        "notes": "line one\nCity: none of ours\nline two",
        "notes.Street": "Yol 1, Kat 2: left\n\n  set in\r\nlast",
    },
    {"__entity": "p3", "company": "أحمد 🦊", "phone": "+902120000001", "tags.VIP": "true"},
    {"__entity": "p4", "company": "\\N", "tags.VIP": "false"},
    {"__entity": "p5", "company": "NULL", "notes": "line one\r\nline two", "notes.Street": "Yol 2"},
)
KIT = Kit(
    ORGANISATION,
    PERSON,
    PEOPLE,
    name="company",
    poison=({"company": None}, {"email": "nobody"}, {"tags.Industry": "a\nb"}, {"tags.Industry": "secret-value-," * 9}),
    ready=True,
    text="tags.Born",
    flag="tags.VIP",
    kept="notes",
    parent="tags.Works for",
    many=60,
)
DEAL = TargetObject(
    "deals",
    (
        TargetField("title", "text", required=True),
        TargetField("contact_id", "reference", reference="contacts:Organisation"),
        TargetField("stage", "choice"),
        TargetField("amount", "money"),
        TargetField("expected_close", "date"),
        TargetField("notes", "long_text"),
        TargetField("notes.Currency", "currency"),
    ),
)
TASK = TargetObject(
    "tasks",
    (
        TargetField("title", "text", required=True),
        TargetField("contact_id", "reference", reference="contacts"),
        TargetField("deal_id", "reference", reference="deals"),
        TargetField("due_date", "date"),
        TargetField("done", "boolean"),
    ),
)
OFFER: dict[str, str | None] = {
    "__entity": "d1",
    "title": "Pres hattı",
    "stage": "Proposal",
    "amount": "1250000.50",
    "expected_close": "2025-03-05",
    "notes": "as agreed",
    "notes.Currency": "TRY",
}


@pytest.fixture
def amagi() -> Amagi:
    return fresh()


def target_of(amagi: Amagi, **options: str) -> Target:
    return connector("amagi").target({**amagi.options, **options})


@pytest.fixture
def target(amagi: Amagi) -> Iterator[Target]:
    made = opened(lambda: target_of(amagi), KIT)
    yield made
    made.close()


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], amagi: Amagi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate_amagi.looking.PAGE", 25)
    check(lambda: target_of(amagi), KIT)


def test_values_without_a_field_are_tags_and_lines_below_the_notes(target: Target, amagi: Amagi) -> None:
    acme = settled(target, ORGANISATION, "a", [{"__entity": "c1", "company": "Acme"}]).loaded["c1"]
    row: dict[str, str | None] = {
        "__entity": "p1",
        "company": "Kim",
        "notes": "met in Bursa",
        "notes.Street": "Yol 1, Kat 2",
        "tags": '["VIP", "customer"]',
        "tags.VIP": "true",
        "tags.Works for": acme,
    }
    settled(target, PERSON, "b", [row])
    (read,) = everything(target, PERSON)
    assert {name: cell for name, cell in read.items() if cell is not None and name != "target_id"} == row
    (there,) = (each for each in amagi.rows("contacts") if each["company"] == "Kim")
    assert there["tags"] == ["VIP", "VIP: true", f"Works for: contact #{acme}", "crm_migrate_id: p1", "customer"]
    assert there["notes"] == "met in Bursa\n--- crm-migrate ---\nStreet: Yol 1, Kat 2"
    assert [row["company"] for row in everything(target, ORGANISATION)] == ["Acme"], "a person is no organisation"


def test_a_change_keeps_what_it_does_not_name(target: Target, amagi: Amagi) -> None:
    first = {"__entity": "p1", "company": "Kim", "notes": "ours", "notes.Street": "Yol 1", "tags.VIP": "true"}
    (id,) = settled(target, PERSON, "a", [first]).loaded.values()
    here = amagi.ask("GET", f"/api/contacts/{id}")
    theirs = {"tags": [*here["tags"], "of a user"], "notes": f"before\n{here['notes']}\nand below"}
    amagi.ask("PATCH", f"/api/contacts/{id}", theirs)
    settled(target, PERSON, "b", [{"__entity": "p1", "notes.Street": "Yol 2", "tags.VIP": None}], "update")
    there = amagi.ask("GET", f"/api/contacts/{id}")
    assert there["tags"] == ["crm_migrate_id: p1", "of a user"]
    assert there["notes"] == "before\nours\nand below\n--- crm-migrate ---\nStreet: Yol 2"


def test_deals_and_tasks_come_back_as_they_were_sent(target: Target, amagi: Amagi) -> None:
    acme = settled(target, ORGANISATION, "a", [{"__entity": "c1", "company": "Acme"}]).loaded["c1"]
    rows = [{**OFFER, "contact_id": acme}, {"__entity": "d2", "title": "Empty"}]
    ids = settled(target, DEAL, "b", rows).loaded
    task = {"__entity": "t1", "title": "Call", "contact_id": acme, "deal_id": ids["d1"], "done": "true"}
    settled(target, TASK, "c", [{**task, "due_date": "2025-03-05"}])
    deals = {each["__entity"]: each for each in everything(target, DEAL)}
    assert deals["d1"] == {"target_id": ids["d1"], **rows[0]}
    assert (deals["d2"]["stage"], deals["d2"]["amount"]) == ("Lead", "0.00"), "what amagi-crm says where nobody does"
    (done,) = everything(target, TASK)
    assert {name: done[name] for name in task} == task
    (there,) = (each for each in amagi.rows("deals") if each["title"] == "Pres hattı")
    assert (there["amount_cents"], there["expected_close"]) == (125000050, "2025-03-05")
    settled(target, DEAL, "d", [{"__entity": "d1", "stage": "Won", "amount": "7"}], "update")
    (there,) = (each for each in amagi.rows("deals") if each["title"] == "Pres hattı")
    assert (there["amount_cents"], there["closed_at"] is not None) == (700, True)


def test_a_stage_that_was_made_meanwhile_is_read_by_its_name(target: Target, amagi: Amagi) -> None:
    settled(target, DEAL, "a", [OFFER])
    amagi.ask("POST", "/api/stages", {"name": "On ice"})
    amagi.ask("PATCH", "/api/deals/1", {"stage": "On ice"})
    assert [row["stage"] for row in everything(target, DEAL)] == ["On ice"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("stage", "Nobody", "UNKNOWN"),
        ("amount", "-1", "TYPE"),
        ("amount", "1.005", "TYPE"),
        ("amount", "92233720368547758.08", "TYPE"),
        ("amount", "NaN", "TYPE"),
        ("expected_close", "05.03.2025", "TYPE"),
        ("contact_id", "999", "INVALID"),
        ("title", " ", "INVALID"),
        ("notes", "a\n--- crm-migrate ---\nb", "SHAPE"),
    ],
)
def test_what_it_would_lose_or_round_is_refused(
    target: Target, amagi: Amagi, field: str, value: str, code: str
) -> None:
    answer = settled(target, DEAL, "a", [{**OFFER, field: value}, {**OFFER, "__entity": "d2"}])
    assert answer.loaded.keys() == {"d2"}
    assert answer.refused["d1"].code == code, answer.refused["d1"]
    assert [keys_of(each) for each in amagi.rows("deals")] == [["d2"]]


def test_a_refusal_says_why_and_not_what(target: Target, amagi: Amagi) -> None:
    amagi.ask("POST", "/api/contacts", {"company": "Theirs", "email": "gizli@example.com"})
    rows: Rows = [{"__entity": "p1", "company": "Kim", "email": "Gizli@example.com"},
                  {"__entity": "p2", "company": "Kim", "email": "gizli"}]  # fmt: skip
    refused = settled(target, PERSON, "a", rows).refused
    assert (refused["p1"].code, refused["p1"].words) == ("CONFLICT", "a contact with that email already exists")
    assert (refused["p2"].code, refused["p2"].words) == ("INVALID", "not a valid email address: '...'")


def test_a_contact_of_theirs_is_adopted_with_what_it_has(target: Target, amagi: Amagi) -> None:
    theirs = amagi.ask("POST", "/api/contacts", {"company": "Kim", "tags": ["old"], "notes": "a note"})
    row = {"__entity": "p1", TARGET_ID: str(theirs["id"]), "phone": "+902120000001"}
    assert settled(target, PERSON, "a", [row], "update").loaded == {"p1": str(theirs["id"])}
    (there,) = amagi.rows("contacts")
    assert (there["tags"], there["notes"], there["phone"]) == (
        ["crm_migrate_id: p1", "old"], "a note", "+902120000001",
    )  # fmt: skip


def test_whoever_is_pointed_to_stays(target: Target, amagi: Amagi) -> None:
    assert isinstance(target, Remove)
    ids = settled(target, PERSON, "a", [{"__entity": f"p{n}", "company": f"Kim {n}"} for n in range(4)]).loaded
    amagi.ask("POST", "/api/tasks", {"title": "Call", "contact_id": int(ids["p0"])})
    amagi.ask("POST", "/api/deals", {"title": "Offer", "contact_id": int(ids["p1"])})
    visit = {"title": "Visit", "start": "2030-11-04 10:00", "contact_id": int(ids["p2"])}
    booked = amagi.ask("POST", "/api/appointments", visit)
    amagi.ask("POST", f"/api/appointments/{booked['id']}/cancel")
    told = [tuple(row.values()) for table in target.referred(PERSON, ()) for row in table.to_pylist()]
    expected = [("p0", "tasks"), ("p1", "deals"), ("p2", "appointments")]
    assert sorted(told) == sorted((ids[key], object, "contact_id") for key, object in expected)
    rows = [{"__entity": key, TARGET_ID: id} for key, id in ids.items()]
    answer = target.remove(removal(PERSON, rows))
    assert (set(answer.loaded), set(answer.refused)) == ({"p3"}, {"p0", "p1", "p2"})
    assert [each["company"] for each in amagi.rows("contacts")] == ["Kim 0", "Kim 1", "Kim 2"]


def removal(object: TargetObject, rows: Rows) -> WriteBatch:
    return replace(batch_of(object, "b", rows, "update"), action="remove")


@pytest.mark.parametrize(("action", "word"), [("create", b"POST"), ("update", b"PATCH"), ("remove", b"DELETE")])
def test_an_answer_that_got_lost_is_doubt_about_one_record(
    target: Target, amagi: Amagi, action: str, word: bytes
) -> None:
    rows: Rows = [{"__entity": f"c{n}", "company": f"Company {n}"} for n in range(3)]
    if action != "create":
        ids = settled(target, ORGANISATION, "before", rows).loaded
        rows = [{**row, "company": f"New {row['company']}"} for row in rows]
    with deaf(amagi.url, word) as url:
        behind = target_of(amagi, url=url)
        if action == "remove":
            assert isinstance(behind, Remove)
            answer = behind.remove(removal(ORGANISATION, [{"__entity": key, TARGET_ID: id} for key, id in ids.items()]))
        else:
            answer = write(behind, ORGANISATION, "a", rows, action)
        assert answer.in_doubt == {"c0"}
        assert answer.loaded.keys() == {"c1", "c2"}
        if action != "remove":
            there = {row["__entity"]: row["target_id"] for row in everything(behind, ORGANISATION)}
            assert write(behind, ORGANISATION, "a", rows, action).loaded == there
        behind.close()
    assert [row["company"] for row in amagi.rows("contacts")] == (
        [] if action == "remove" else [row["company"] for row in rows]
    )
    created = amagi.witnessed("create")
    assert len(created) == len(set(created)) == 3


@pytest.mark.parametrize("action", ["create", "update", "remove"])
def test_what_cannot_end_in_time_is_not_begun(target: Target, amagi: Amagi, action: str) -> None:
    rows: Rows = [{"__entity": "c1", "company": "Acme"}]
    if action != "create":
        (id,) = settled(target, ORGANISATION, "before", rows).loaded.values()
        rows = [{"__entity": "c1", TARGET_ID: id, "company": "New"}]

    def slow(request: bytes, done: bool) -> bool:
        time.sleep(0.7 if b"contacts?" in request and not done else 0)
        return False

    with between(amagi.url, slow) as url:
        behind = target_of(amagi, url=url, longest_seconds="2")
        assert isinstance(behind, Remove)
        answer = (
            behind.remove(removal(ORGANISATION, rows))
            if action == "remove"
            else write(behind, ORGANISATION, "a", rows, action)
        )
        behind.close()
    assert (answer.later.keys(), answer.loaded) == ({"c1"}, {})
    expected = [] if action == "create" else ["Acme"]
    assert [each["company"] for each in amagi.rows("contacts")] == expected


def test_contacts_that_change_while_they_are_read_are_read_anew(
    target: Target, amagi: Amagi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_migrate_amagi.looking.PAGE", 4)
    rows: Rows = [{"__entity": f"c{n}", "company": f"Company {n}"} for n in range(10)]
    settled(target, ORGANISATION, "a", rows)
    first = amagi.rows("contacts")[0]["id"]
    asked = []

    def cuts(request: bytes, done: bool) -> bool:
        if done and b"GET" in request and b"contacts?" in request and not asked:
            asked.append(request)
            amagi.ask("DELETE", f"/api/contacts/{first}")
            amagi.ask(
                "POST", "/api/contacts", {"company": "Zeynep A.Ş.", "last_name": "Z", "tags": ["Kind: Organisation"]}
            )
        return False

    with between(amagi.url, cuts) as url:
        behind = target_of(amagi, url=url)
        found = [row["company"] for row in everything(behind, ORGANISATION)]
        behind.close()
    assert sorted(str(name) for name in found) == [*(f"Company {n}" for n in range(1, 10)), "Zeynep A.Ş."]


def test_what_there_is_no_place_for_is_named_and_not_left_out(target: Target) -> None:
    wanted = TargetObject("deals", (TargetField("tags.City", "text"), TargetField("owner", "text")))
    nobody = TargetObject("deals:Large", ())
    assert target.prepare((wanted, nobody), apply=False) == (
        "the place tags.City of deals (there is none)",
        "the place owner of deals (there is none)",
        "the object deals:Large (there is none)",
    )
    with pytest.raises(TargetError, match=r"amagi-crm lacks the place tags\.City of deals"):
        target.prepare((wanted,), apply=True)
    with pytest.raises(TargetError, match="has no place owner in contacts:Organisation"):
        write(target, ORGANISATION, "a", [{"__entity": "c1", "company": "Acme", "owner": "x"}])
    with pytest.raises(TargetError, match="our key cannot live"):
        target.prepare((TargetObject("deals", (), "title"),), apply=False)


def test_a_token_that_is_refused_is_said_so(amagi: Amagi) -> None:
    with pytest.raises(AuthExpired, match="does not accept our token"):
        target_of(amagi, token="acrm_wrong").identity()


def test_who_may_only_read_is_told(amagi: Amagi) -> None:
    reader = amagi.ask("POST", "/api/users", {"name": "reader", "role": "readonly"})
    looking = target_of(amagi, token=reader["token"])
    with pytest.raises(TargetError, match="your role is read-only"):
        write(looking, ORGANISATION, "a", [{"__entity": "c1", "company": "Acme"}])
    looking.close()
