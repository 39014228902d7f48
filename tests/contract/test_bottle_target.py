"""The BottleCRM target against the conformance kit on a real server, and what its records are there."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from between import between, deaf
from bottles import Bottle, fresh, keys_of

from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    TARGET_CHECKS,
    Kit,
    OwnKit,
    Rows,
    batch_of,
    everything,
    settled,
    write,
)
from crm_migrate.connecting.contract import TARGET_ID, Answer, Remove, Target, TargetField, TargetObject, WriteBatch
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, TargetError

pytestmark = pytest.mark.bottle

AYSE, MEHMET = "ayse.k@anadolu.example", "mehmet.d@anadolu.example"
ACCOUNT = TargetObject(
    "accounts",
    (
        TargetField("name", "company_name", required=True),
        TargetField("phone", "phone"),
        TargetField("city", "city"),
        TargetField("assigned_to", "owner"),
        TargetField("custom.tax_id", "tax_id"),
        TargetField("custom.part_of", "reference", reference="accounts"),
    ),
)
CONTACT = TargetObject(
    "contacts",
    (
        *(TargetField(name, "text") for name in ("first_name", "last_name", "email", "description", "custom.consent")),
        TargetField("account", "reference", reference="accounts"),
        TargetField("assigned_to", "owner"),
        TargetField("do_not_call", "boolean"),
    ),
)
LEAD = TargetObject(
    "leads", tuple(TargetField(name, "text") for name in ("last_name", "email", "status", "probability"))
)
DEAL = TargetObject(
    "opportunities",
    (
        TargetField("name", "text", required=True),
        TargetField("account", "reference", reference="accounts"),
        TargetField("contacts", "reference", reference="contacts"),
        TargetField("pipeline", "choice"),
        TargetField("stage", "choice"),
        TargetField("amount", "money"),
        TargetField("currency", "currency"),
        TargetField("probability", "integer"),
        TargetField("closed_on", "date"),
        TargetField("custom.score", "number"),
    ),
)
CASE = TargetObject(
    "cases",
    (
        *(TargetField(name, "text") for name in ("name", "status", "priority", "description")),
        TargetField("account", "reference", reference="accounts"),
    ),
)
TASK = TargetObject(
    "tasks",
    (
        *(TargetField(name, "text") for name in ("title", "status", "priority", "description")),
        TargetField("due_date", "date"),
        TargetField("opportunity", "reference", reference="opportunities"),
    ),
)
ALL = (ACCOUNT, CONTACT, LEAD, DEAL, CASE, TASK)
KIM: dict[str, str | None] = {"__entity": "p1", "first_name": "Kim", "last_name": "Öz"}
OFFER: dict[str, str | None] = {
    "__entity": "d1",
    "name": "Pres hattı",
    "pipeline": "Sales",
    "stage": "PROPOSAL",
    "amount": "1250000.50",
    "currency": "EUR",
    "probability": "40",
    "closed_on": "2025-03-05",
    "custom.score": "0.1",
}


@pytest.fixture
def bottle() -> Bottle:
    return fresh(AYSE, MEHMET)


def target_of(bottle: Bottle, **options: str) -> Target:
    return connector("bottle").target({**bottle.options, **options})


def kit_of(bottle: Bottle) -> Kit:
    target = target_of(bottle)
    assert isinstance(target, OwnKit)
    return target.kit("a")


@pytest.fixture
def target(bottle: Bottle) -> Iterator[Target]:
    made = target_of(bottle)
    made.prepare(ALL, apply=True)
    yield made
    made.close()


@pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS), ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Callable[..., None], bottle: Bottle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate_bottle.looking.PAGE", 25)
    check(lambda: target_of(bottle), kit_of(bottle))


def one(target: Target, object: TargetObject, row: dict[str, str | None], action: str = "create") -> str:
    """The id of a record that is written."""
    answer = settled(target, object, f"{object.name}-{row['__entity']}-{action}", [row], action)
    assert not answer.refused, answer.refused
    return answer.loaded[str(row["__entity"])]


def test_our_key_and_what_has_no_field_are_custom_fields(target: Target, bottle: Bottle) -> None:
    above = one(target, ACCOUNT, {"__entity": "c0", "name": "Holding"})
    row = {
        "__entity": "c1",
        "name": "Acme",
        "custom.tax_id": "123",
        "custom.part_of": above,
        "assigned_to": AYSE.upper(),
    }
    id = one(target, ACCOUNT, {**row, "assigned_to": AYSE.upper()})
    there = bottle.one("accounts", id)
    assert there["custom_fields"] == {"crm_migrate_id": "c1", "tax_id": "123", "part_of": above}
    assert [each["user_details"]["email"] for each in there["assigned_to"]] == [AYSE]
    (read,) = (each for each in everything(target, ACCOUNT) if each["__entity"] == "c1")
    assert {name: cell for name, cell in read.items() if cell is not None} == {
        **row,
        "target_id": id,
        "assigned_to": AYSE,
    }


def test_a_kind_is_an_object_of_its_own(target: Target, bottle: Bottle) -> None:
    households = TargetObject("accounts:Household", (TargetField("name", "text"),))
    assert target.prepare((households,), apply=True) == ("make the custom field crm_migrate_kind of accounts",)
    one(target, households, {"__entity": "h1", "name": "Familie Kim"})
    one(target, ACCOUNT, {"__entity": "c1", "name": "Acme"})
    assert [row["name"] for row in everything(target, households)] == ["Familie Kim"]
    assert [row["name"] for row in everything(target, ACCOUNT)] == ["Acme"]
    assert {each["name"]: each["custom_fields"].get("crm_migrate_kind") for each in bottle.rows("accounts")} == {
        "Familie Kim": "Household",
        "Acme": None,
    }


def test_every_model_comes_back_as_it_was_sent(target: Target) -> None:
    acme = one(target, ACCOUNT, {"__entity": "c1", "name": "Acme"})
    kim = one(target, CONTACT, {**KIM, "account": acme, "do_not_call": "true", "custom.consent": "granted"})
    deal = one(target, DEAL, {**OFFER, "account": acme, "contacts": kim})
    case = {"name": "Broken", "status": "Closed", "priority": "High", "account": acme, "description": "a\nb"}
    task = {"title": "Call", "status": "New", "priority": "Low", "due_date": "2025-03-05", "opportunity": deal}
    wanted: dict[TargetObject, dict[str, str | None]] = {
        CONTACT: {**KIM, "account": acme, "do_not_call": "true", "custom.consent": "granted"},
        LEAD: {"__entity": "l1", "last_name": "Öz", "email": "l1@example.com", "status": "closed", "probability": "0"},
        DEAL: {**OFFER, "account": acme, "contacts": kim},
        CASE: {"__entity": "s1", **case},
        TASK: {"__entity": "t1", **task},
    }
    for object in (LEAD, CASE, TASK):
        one(target, object, wanted[object])
    for object, row in wanted.items():
        (read,) = everything(target, object)
        assert {name: cell for name, cell in read.items() if cell is not None and name != "target_id"} == row


def test_a_change_keeps_what_it_does_not_name(target: Target, bottle: Bottle) -> None:
    id = one(target, CONTACT, {**KIM, "description": "ours", "custom.consent": "granted", "assigned_to": AYSE})
    bottle.ask("PATCH", f"/api/contacts/{id}/", {"city": "Bursa", "description": "theirs"})
    change: dict[str, str | None] = {"__entity": "p1", "custom.consent": None, "email": "kim@example.com"}
    one(target, CONTACT, change, "update")
    there = bottle.one("contacts", id)
    assert (there["city"], there["description"], there["email"]) == ("Bursa", "theirs", "kim@example.com")
    assert there["custom_fields"] == {"crm_migrate_id": "p1"}
    assert len(there["assigned_to"]) == 1
    one(target, CONTACT, {"__entity": "p1", "assigned_to": None, "email": None, "do_not_call": None}, "update")
    there = bottle.one("contacts", id)
    assert (there["assigned_to"], there["email"], there["do_not_call"]) == ([], None, False)


Cells = dict[str, str | None]
REFUSED: dict[TargetObject, tuple[tuple[Cells, str], ...]] = {
    DEAL: (
        ({"stage": "NOBODY"}, "INVALID"),
        ({"pipeline": "Nobody"}, "UNKNOWN"),
        ({"amount": "-1"}, "TYPE"),  # the server would answer 500
        ({"amount": "1.005"}, "TYPE"),
        ({"amount": "10000000000"}, "INVALID"),
        ({"amount": "NaN"}, "TYPE"),
        ({"probability": "-1"}, "TYPE"),  # the server would answer 500
        ({"probability": "0"}, "DROPPED"),  # the server puts that of the stage in its place
        ({"currency": "TRY"}, "INVALID"),  # which BottleCRM does not know
        ({"closed_on": "05.03.2025"}, "TYPE"),
        ({"account": "999"}, "TYPE"),
        ({"account": "00000000-0000-4000-8000-000000000000"}, "INVALID"),
        ({"stage": "CLOSED_WON", "amount": None}, "INVALID"),
        ({"custom.score": "0.1000000000000000000001"}, "TYPE"),
        ({"name": " Pres"}, "SHAPE"),
    ),
    ACCOUNT: (
        ({"assigned_to": "nobody@example.com"}, "UNKNOWN"),  # the server would drop it without a word
        ({"custom.tax_id": "a\0b"}, "SHAPE"),
    ),
    LEAD: (({"status": "converted"}, "UNKNOWN"),),  # the server would make an account and a contact of it
}


@pytest.mark.parametrize("object", REFUSED, ids=lambda object: object.name)
def test_what_it_would_lose_or_change_is_refused(target: Target, bottle: Bottle, object: TargetObject) -> None:
    base: Cells = {DEAL: OFFER, ACCOUNT: {}, LEAD: {"last_name": "Öz"}}[object]

    def named(key: str) -> Cells:
        return {**base, **({} if object is LEAD else {"name": key}), "__entity": key}

    bad = [{**named(f"x{n}"), **cells} for n, (cells, _) in enumerate(REFUSED[object])]
    answer = settled(target, object, "a", [*bad, named("good")])
    assert answer.loaded.keys() == {"good"}
    assert {key: refusal.code for key, refusal in answer.refused.items()} == {
        f"x{n}": code for n, (_, code) in enumerate(REFUSED[object])
    }
    assert [keys_of(each) for each in bottle.rows(object.name)] == [["good"]]
    assert not bottle.rows("accounts") or object is ACCOUNT


def test_what_bottle_crm_drops_without_a_word_is_told_and_leaves_nothing_half(target: Target, bottle: Bottle) -> None:
    """Somebody switches a custom field off while we load: BottleCRM answers "done", and keeps the rest."""
    id = one(target, ACCOUNT, {"__entity": "c1", "name": "Acme", "city": "Bursa", "custom.tax_id": "1"})
    made = bottle.ask("GET", "/api/custom-fields/?target_model=Account")["definitions"]
    tax = next(each["id"] for each in made if each["key"] == "tax_id")

    def switched(request: bytes, done: bool) -> bool:
        if not done and (request.startswith(b"POST /api/accounts") or request.startswith(b"PATCH /api/accounts")):
            bottle.ask("DELETE", f"/api/custom-fields/{tax}/")
        return False

    with between(bottle.url, switched) as url:
        behind = target_of(bottle, url=url)
        answer = write(behind, ACCOUNT, "a", [{"__entity": "c2", "name": "Beta", "custom.tax_id": "2"}])
        dropped(answer, "c2")
        bottle.ask("PUT", f"/api/custom-fields/{tax}/", {"is_active": True})
        change: Rows = [{"__entity": "c1", "city": "Konya", "custom.tax_id": "9"}]
        dropped(write(behind, ACCOUNT, "b", change, "update"), "c1")
        behind.close()
    (there,) = bottle.rows("accounts")
    assert (there["id"], there["name"], there["city"]) == (id, "Acme", "Bursa")


def dropped(answer: Answer, entity: str) -> None:
    assert not answer.loaded and not answer.in_doubt
    assert (answer.refused[entity].code, answer.refused[entity].field) == ("DROPPED", "custom.tax_id")


def test_a_ticket_keeps_the_account_that_it_was_created_with(target: Target, bottle: Bottle) -> None:
    acme, beta = (one(target, ACCOUNT, {"__entity": key, "name": key}) for key in ("c1", "c2"))
    case: Cells = {"__entity": "s1", "name": "Broken", "status": "New", "priority": "Low", "account": acme}
    id = one(target, CASE, case)
    moved: Rows = [{"__entity": "s1", "account": beta, "description": "new"}]
    refused = settled(target, CASE, "b", moved, "update").refused["s1"]
    assert (refused.code, refused.field) == ("DROPPED", "account")
    there = bottle.one("cases", id)
    assert (there["account"]["id"], there["description"]) == (acme, None)


def test_several_write_at_once_and_each_record_is_there_once(target: Target, bottle: Bottle) -> None:
    """The creation of a task does not say which one it is: each writer finds its own among those of the others."""
    batches = [
        [{"__entity": f"t{n}-{m}", "title": "T", "status": "New", "priority": "Low"} for m in range(3)]
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda rows: write(target, TASK, rows[0]["__entity"], rows), batches))
    loaded = {key: id for answer in told for key, id in answer.loaded.items()}
    assert loaded == {row["__entity"]: row["target_id"] for row in everything(target, TASK)}
    assert len(loaded) == len(bottle.witnessed("create")) == 12


def test_a_custom_field_that_is_switched_off_is_switched_on_by_prepare(target: Target, bottle: Bottle) -> None:
    made = bottle.ask("GET", "/api/custom-fields/?target_model=Account")["definitions"]
    bottle.ask("DELETE", f"/api/custom-fields/{next(each['id'] for each in made if each['key'] == 'tax_id')}/")
    with pytest.raises(TargetError, match=r"has no place custom\.tax_id"):
        write(target, ACCOUNT, "a", [{"__entity": "c1", "name": "Acme", "custom.tax_id": "1"}])
    assert target.prepare(ALL, apply=False) == ("switch on the custom field tax_id of accounts",)
    target.prepare(ALL, apply=True)
    assert target.prepare(ALL, apply=False) == ()
    one(target, ACCOUNT, {"__entity": "c1", "name": "Acme", "custom.tax_id": "1"})


def test_a_refusal_says_why_and_not_what(target: Target, bottle: Bottle) -> None:
    bottle.ask("POST", "/api/contacts/", {"first_name": "A", "last_name": "B", "email": "gizli@example.com"})
    bottle.ask("POST", "/api/accounts/", {"name": "Gizli"})
    refused = settled(target, CONTACT, "a", [{**KIM, "email": "Gizli@example.com"}]).refused["p1"]
    assert (refused.code, refused.field) == ("INVALID", "email")
    assert refused.words == "Contact already exists with this email"
    refused = settled(target, ACCOUNT, "b", [{"__entity": "c1", "name": "GIZLI"}]).refused["c1"]
    assert (refused.code, refused.words) == ("INVALID", "Account already exists with this name")


def test_an_account_of_theirs_is_adopted_with_what_it_has(target: Target, bottle: Bottle) -> None:
    theirs = bottle.ask("POST", "/api/accounts/", {"name": "Acme", "city": "Bursa"})["id"]
    one(target, ACCOUNT, {"__entity": "c1", TARGET_ID: theirs, "phone": "+902120000001"}, "update")
    (there,) = bottle.rows("accounts")
    assert (keys_of(there), there["city"], there["phone"]) == (["c1"], "Bursa", "+902120000001")


def removal(object: TargetObject, ids: dict[str, str]) -> WriteBatch:
    rows: Rows = [{"__entity": key, TARGET_ID: id} for key, id in ids.items()]
    return replace(batch_of(object, "b", rows, "update"), action="remove")


def test_whoever_is_pointed_to_stays(target: Target, bottle: Bottle) -> None:
    """BottleCRM would delete the deals of an account with it, and what users have written."""
    assert isinstance(target, Remove)
    ids = {f"c{n}": one(target, ACCOUNT, {"__entity": f"c{n}", "name": f"Firm {n}"}) for n in range(8)}
    bottle.ask("POST", "/api/opportunities/", {"name": "Theirs", "account": ids["c0"]})
    bottle.ask("POST", "/api/contacts/", {"first_name": "A", "last_name": "B", "account": ids["c1"]})
    bottle.ask("POST", "/api/tasks/", {"title": "T", "status": "New", "priority": "Low", "account": ids["c2"]})
    bottle.ask("POST", "/api/cases/", {"name": "S", "status": "New", "priority": "Low", "account": ids["c3"]})
    bottle.ask("POST", f"/api/accounts/{ids['c4']}/", {"comment": "they pay late"})
    call = {"kind": "call", "home": "account", "account": ids["c7"], "direction": "outbound", "subject": "Rang"}
    bottle.ask("POST", "/api/interactions/", call)
    below = one(target, ACCOUNT, {"__entity": "c8", "name": "Below", "custom.part_of": ids["c5"]})
    told = [tuple(row.values()) for table in target.referred(ACCOUNT, ()) for row in table.to_pylist()]
    names = ("opportunities", "contacts", "tasks", "cases")
    expected = [(ids[f"c{n}"], object, "account") for n, object in enumerate(names)]
    assert sorted(told) == sorted([*expected, (ids["c5"], "accounts", "custom.part_of")])
    answer = target.remove(removal(ACCOUNT, ids))
    assert (set(answer.loaded), set(answer.refused)) == ({"c6"}, {f"c{n}" for n in (*range(6), 7)})
    assert {refusal.code for refusal in answer.refused.values()} == {"REFERRED"}
    assert len(bottle.rows("opportunities")) == len(bottle.rows("contacts")) == 1
    assert target.remove(removal(ACCOUNT, {"c8": below})).loaded == {"c8": below}
    assert target.remove(removal(ACCOUNT, {"c5": ids["c5"]})).loaded == {"c5": ids["c5"]}


def test_a_deal_with_products_stays(target: Target, bottle: Bottle) -> None:
    assert isinstance(target, Remove)
    id = one(target, DEAL, OFFER)
    line = {"name": "Press", "quantity": "1", "unit_price": "5"}
    bottle.ask("POST", f"/api/opportunities/{id}/line-items/", line)
    assert set(target.remove(removal(DEAL, {"d1": id})).refused) == {"d1"}


@pytest.mark.parametrize("object", [ACCOUNT, TASK], ids=["accounts", "tasks"])
@pytest.mark.parametrize(("action", "word"), [("create", b"POST"), ("update", b"PATCH"), ("remove", b"DELETE")])
def test_an_answer_that_got_lost_is_doubt_about_one_record(
    target: Target, bottle: Bottle, object: TargetObject, action: str, word: bytes
) -> None:
    name, more = ("name", {}) if object is ACCOUNT else ("title", {"status": "New", "priority": "Low"})
    rows: Rows = [{"__entity": f"c{n}", name: f"Record {n}", **more} for n in range(3)]
    ids: dict[str, str] = {}
    if action != "create":
        ids = dict(settled(target, object, "before", rows).loaded)
        rows = [{"__entity": row["__entity"], name: f"New {row[name]}"} for row in rows]
    with deaf(bottle.url, word + b" /api/" + object.name.encode()) as url:
        behind = target_of(bottle, url=url)
        if action == "remove":
            assert isinstance(behind, Remove)
            answer = behind.remove(removal(object, ids))
        else:
            answer = write(behind, object, "a", rows, action)
        assert answer.in_doubt == {"c0"}
        assert answer.loaded.keys() == {"c1", "c2"}
        if action != "remove":
            there = {row["__entity"]: row["target_id"] for row in everything(behind, object)}
            assert write(behind, object, "a", rows, action).loaded == there
        behind.close()
    assert [each[name] for each in bottle.rows(object.name)] == (
        [] if action == "remove" else [row[name] for row in rows]
    )
    made = bottle.witnessed("create")
    assert len(made) == len(set(made)) == 3


@pytest.mark.parametrize("action", ["create", "update", "remove"])
def test_what_cannot_end_in_time_is_not_begun(target: Target, bottle: Bottle, action: str) -> None:
    rows: Rows = [{"__entity": "c1", "name": "Acme"}]
    ids: dict[str, str] = {}
    if action != "create":
        ids = dict(settled(target, ACCOUNT, "before", rows).loaded)
        rows = [{"__entity": "c1", TARGET_ID: ids["c1"], "name": "New"}]

    def slow(request: bytes, done: bool) -> bool:
        time.sleep(1.4 if not done and (b"accounts/?" in request or b"custom-fields" in request) else 0)
        return False

    with between(bottle.url, slow) as url:
        behind = target_of(bottle, url=url, longest_seconds="4")
        assert isinstance(behind, Remove)
        answer = (
            behind.remove(removal(ACCOUNT, ids))
            if ids and action == "remove"
            else write(behind, ACCOUNT, "a", rows, action)
        )
        behind.close()
    assert (answer.later.keys(), answer.loaded) == ({"c1"}, {})
    assert [each["name"] for each in bottle.rows("accounts")] == ([] if action == "create" else ["Acme"])


def test_accounts_that_change_while_they_are_read_are_as_they_were_at_one_moment(
    target: Target, bottle: Bottle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Active and inactive accounts are two lists of one answer, in an order by chance: who came and who went may both
    be where we have been already."""
    monkeypatch.setattr("crm_migrate_bottle.looking.PAGE", 4)
    ids = settled(target, ACCOUNT, "a", [{"__entity": f"c{n}", "name": f"Firm {n}"} for n in range(15)]).loaded
    for n in range(10, 15):
        bottle.ask("PATCH", f"/api/accounts/{ids[f'c{n}']}/", {"is_active": False})
    asked = []

    def cuts(request: bytes, done: bool) -> bool:
        if done and b"accounts/?" in request and not asked:
            asked.append(request)
            bottle.ask("DELETE", f"/api/accounts/{ids['c3']}/")
            bottle.ask("POST", "/api/accounts/", {"name": "Zeynep A.Ş."})
        return False

    with between(bottle.url, cuts) as url:
        behind = target_of(bottle, url=url)
        found = {row["name"] for row in everything(behind, ACCOUNT)}
        behind.close()
    before = {f"Firm {n}" for n in range(15)}
    assert found in (before, before - {"Firm 3"} | {"Zeynep A.Ş."})


def test_its_own_description_tells_what_a_plan_has_to_know(target: Target) -> None:
    accounts, deals, leads = target.describe(("accounts", "opportunities", "leads", "nobody")).objects
    name, country, revenue = (accounts.field(each) for each in ("name", "country", "annual_revenue"))
    assert name and country and revenue
    assert (name.required, name.unique, name.length) == (True, True, 255)
    assert "TR" in country.choices
    assert (str(revenue.below), revenue.scale) == ("10000000000000", 2)
    stage, currency, pipeline = (deals.field(each) for each in ("stage", "currency", "pipeline"))
    assert stage and currency and pipeline
    assert ("CLOSED_WON" in stage.choices, pipeline.choices) == (True, ("Sales",))
    assert "EUR" in currency.choices and "TRY" not in currency.choices
    status = leads.field("status")
    assert status and "assigned" in status.choices and "converted" not in status.choices
    tax = accounts.field("custom.tax_id")
    assert tax and accounts.field("custom.crm_migrate_id") is None


def test_what_there_is_no_place_for_is_named_and_not_left_out(target: Target) -> None:
    wanted = TargetObject("contacts", (TargetField("custom.Größe", "text"), TargetField("parent", "text")))
    nobody = TargetObject("invoices", ())
    assert target.prepare((wanted, nobody), apply=False) == (
        "the place custom.Größe of contacts (there is none)",
        "the place parent of contacts (there is none)",
        "the object invoices (there is none)",
    )
    with pytest.raises(TargetError, match=r"BottleCRM lacks the place custom\.Größe of contacts"):
        target.prepare((wanted,), apply=True)
    with pytest.raises(TargetError, match="has no place parent in accounts"):
        write(target, ACCOUNT, "a", [{"__entity": "c1", "name": "Acme", "parent": "x"}])
    with pytest.raises(TargetError, match="our key cannot live"):
        target.prepare((TargetObject("accounts", (), "name"),), apply=False)


def test_a_module_that_is_off_is_said_so_and_nobody_is_gone_with_it(target: Target, bottle: Bottle) -> None:
    id = one(target, LEAD, {"__entity": "l1", "last_name": "Öz"})
    said = bottle.ask("GET", "/api/org/modules/")["modules"]
    bottle.ask("PUT", "/api/org/modules/", {"off": ["leads"], "order": [each["key"] for each in said]})
    assert isinstance(target, Remove)
    with pytest.raises(TargetError, match="Leads is switched off"):
        target.remove(removal(LEAD, {"l1": id}))
    with pytest.raises(TargetError, match="Leads is switched off"):
        list(target.read(LEAD, "id", [id]))
    acme = one(target, ACCOUNT, {"__entity": "c1", "name": "Acme"})
    assert target.remove(removal(ACCOUNT, {"c1": acme})).loaded == {"c1": acme}


def test_a_lead_that_users_converted_is_still_found_by_its_id(target: Target, bottle: Bottle) -> None:
    id = one(target, LEAD, {"__entity": "l1", "last_name": "Öz", "email": "oz@example.com"})
    bottle.ask("PATCH", f"/api/leads/{id}/", {"status": "converted"})
    assert bottle.rows("leads") == [], "no list has it"
    (read,) = (row for table in target.read(LEAD, "id", [id]) for row in table.to_pylist())
    assert (read["__entity"], read["status"]) == ("l1", "converted")


def test_a_token_that_is_refused_is_said_so(bottle: Bottle) -> None:
    with pytest.raises(AuthExpired, match="does not accept our token"):
        target_of(bottle, token="bcrm_pat_wrong").identity()
