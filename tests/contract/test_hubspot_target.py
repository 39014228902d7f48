"""The HubSpot target against the conformance kit, on a simulated portal behind a real socket."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from between import between
from portals import KEY, TOKEN, Portal

from crm_migrate.connecting.conformance_listing import LIST_CHECKS
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    TARGET_CHECKS,
    Kit,
    OpenTarget,
    OwnKit,
    Rows,
    batch_of,
    everything,
    settled,
    write,
)
from crm_migrate.connecting.conformance_uploading import UPLOAD_CHECKS
from crm_migrate.connecting.contract import TARGET_ID, Action, Answer, Target, TargetField, TargetObject, WriteBatch
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import AuthExpired, Interrupted, QuotaGone, TargetError
from crm_migrate_simulators.hubspot import SIMULATOR
from crm_migrate_simulators.server import Server

Cells = dict[str, str | None]
Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulated portals, and ends them."""
    servers: list[Server] = []

    def started(**how: Any) -> Server:
        habits = {"requests": "0", **how.pop("habits", {})}
        servers.append(SIMULATOR.start(None, habits=habits, **how))
        return servers[-1]

    yield started
    for server in servers:
        server.stop()


def target_of(server: Server, **options: Any) -> Target:
    quick = {"longest_seconds": "5", "settle_seconds": "0"}
    return connector("hubspot").target({"url": server.url, "token": TOKEN, **quick, **options})


def opener(server: Server, **options: Any) -> OpenTarget:
    return lambda: target_of(server, **options)


def kit_of(server: Server) -> Kit:
    target = target_of(server)
    assert isinstance(target, OwnKit)
    return target.kit("a")


@pytest.mark.parametrize(
    "check", (*TARGET_CHECKS, *REMOVE_CHECKS, *LIST_CHECKS, *UPLOAD_CHECKS), ids=lambda check: check.__name__
)
def test_it_keeps_the_contract(check: Callable[..., None], start: Start) -> None:
    server = start()
    check(opener(server), kit_of(server))


# ---------------------------------------------------------------------------------------------------- records

AYSE, GONE = "ayse.k@anadolu.example", "hasan.t@anadolu.example"
COMPANY = TargetObject(
    "companies",
    (TargetField("name", "company_name"), TargetField("tax_id", "tax_id"), TargetField("hubspot_owner_id", "owner"),
     TargetField("associations.companies.Parent Company", "reference", reference="companies")),
)  # fmt: skip
CONTACT = TargetObject(
    "contacts",
    (
        *(TargetField(name, "text") for name in ("firstname", "lastname")),
        TargetField("email", "email"),
        TargetField("consent", "consent"),
        TargetField("associations.companies.Primary", "reference", reference="companies"),
        TargetField("associations.companies.Household", "reference", reference="companies"),
        TargetField("associations.contacts.Reports to", "reference", reference="contacts"),
    ),
)
DEAL = TargetObject(
    "deals",
    (
        *(TargetField(name, "text") for name in ("dealname", "pipeline", "dealstage")),
        TargetField("amount", "money"),
        TargetField("closedate", "date"),
        TargetField("associations.companies.Primary", "reference", reference="companies"),
        TargetField("associations.contacts", "reference", reference="contacts"),
    ),
)
NOTE = TargetObject(
    "notes",
    (TargetField("hs_note_body", "long_text"), TargetField("hs_timestamp", "instant"),
     TargetField("associations.contacts", "reference", reference="contacts")),
)  # fmt: skip
ALL = (COMPANY, CONTACT, DEAL, NOTE)
KIM: Cells = {"__entity": "p1", "firstname": "Kim", "lastname": "Öz", "email": "Kim@posta.example"}
PRIMARY, HOUSEHOLD = "associations.companies.Primary", "associations.companies.Household"
BOSS = "associations.contacts.Reports to"


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal(AYSE)
    made.owner("7001", GONE, archived=True)
    yield made
    made.stop()


def options_of(portal: Portal, **more: str) -> dict[str, str]:
    return {"url": portal.url, "token": TOKEN, "longest_seconds": "5", "settle_seconds": "0", **more}


def prepared(portal: Portal, **more: str) -> Any:
    target = connector("hubspot").target(options_of(portal, **more))
    target.prepare(ALL, apply=True)
    return target


@pytest.fixture
def target(portal: Portal) -> Iterator[Any]:
    made = prepared(portal)
    yield made
    made.close()


def one(target: Target, object: TargetObject, row: Cells, action: str = "create") -> str:
    """The id of a record that is written."""
    answer = settled(target, object, f"{object.name}-{row['__entity']}-{action}", [row], action)
    assert not answer.refused, answer.refused
    return answer.loaded[str(row["__entity"])]


def read(target: Target, object: TargetObject, entity: str) -> Cells:
    """What a record holds, without what is empty."""
    (found,) = (row for row in everything(target, object) if row["__entity"] == entity)
    return {name: cell for name, cell in found.items() if cell is not None and name != "target_id"}


def test_every_object_comes_back_as_it_was_sent(target: Target, portal: Portal) -> None:
    above = one(target, COMPANY, {"__entity": "c0", "name": "Holding"})
    row = {"__entity": "c1", "name": "Acme", "tax_id": "0123", "hubspot_owner_id": AYSE}
    acme = one(target, COMPANY, {**row, "associations.companies.Parent Company": above})
    home = one(target, COMPANY, {"__entity": "h1", "name": "Familie Kim"})
    boss = one(target, CONTACT, {"__entity": "p0", "firstname": "Boss"})
    kim = {**KIM, PRIMARY: acme, HOUSEHOLD: home, BOSS: boss, "consent": "granted"}
    id = one(target, CONTACT, kim)
    deal = {"__entity": "d1", "dealname": "Pres", "pipeline": "Sales Pipeline", "dealstage": "Closed Won",
            "amount": "1250000.5", "closedate": "2025-03-05", PRIMARY: acme, "associations.contacts": id}  # fmt: skip
    note = {"__entity": "n1", "hs_note_body": "a\nb", "hs_timestamp": "2024-02-29T23:59:59Z"}
    one(target, DEAL, deal)
    one(target, NOTE, {**note, "associations.contacts": id})
    assert read(target, COMPANY, "c1") == {**row, "associations.companies.Parent Company": above}
    assert PRIMARY not in read(target, COMPANY, "c0")
    assert read(target, CONTACT, "p1") == {**kim, "email": "kim@posta.example"}
    assert read(target, DEAL, "d1") == deal
    assert read(target, NOTE, "n1") == {**note, "associations.contacts": id}
    assert portal.linked("contacts", "companies", [id], "Primary") == {id: [acme]}
    assert {each["crm_migrate_id"] for each in portal.rows("contacts", KEY)} == {"p0", "p1"}


def test_a_link_moves_and_goes(target: Target, portal: Portal) -> None:
    first, second = (one(target, COMPANY, {"__entity": key, "name": key}) for key in ("c1", "c2"))
    id = one(target, CONTACT, {**KIM, PRIMARY: first, HOUSEHOLD: first})
    one(target, CONTACT, {"__entity": "p1", PRIMARY: second}, "update")
    assert read(target, CONTACT, "p1")[PRIMARY] == second
    assert read(target, CONTACT, "p1")[HOUSEHOLD] == first, "another label of the same two stays"
    one(target, CONTACT, {"__entity": "p1", HOUSEHOLD: None, "lastname": "Kim"}, "update")
    assert portal.linked("contacts", "companies", [id]) == {id: [second]}
    one(target, CONTACT, {"__entity": "p1", PRIMARY: None}, "update")
    assert portal.linked("contacts", "companies", [id]) == {}
    assert read(target, CONTACT, "p1")["lastname"] == "Kim"


def test_who_cannot_have_its_link_is_refused_and_leaves_nothing(target: Target, portal: Portal) -> None:
    acme = one(target, COMPANY, {"__entity": "c1", "name": "Acme"})
    rows: Rows = [
        {**KIM, PRIMARY: acme},
        {"__entity": "p2", "firstname": "Lost", PRIMARY: "999999"},
        {"__entity": "p3", "firstname": "Free", PRIMARY: None},
    ]
    answer = settled(target, CONTACT, "a", rows)
    assert (set(answer.loaded), set(answer.refused), answer.in_doubt) == ({"p1", "p3"}, {"p2"}, frozenset())
    assert [each["crm_migrate_id"] for each in portal.rows("contacts", KEY)] == ["p1", "p3"]


def test_who_was_created_without_its_link_is_not_ours_until_it_has_it(target: Target, portal: Portal) -> None:
    """A process was killed between the creation and the link: what is found by its key is whole."""
    acme = one(target, COMPANY, {"__entity": "c1", "name": "Acme"})
    begun = portal.make("contacts", firstname="Kim", crm_migrate_id="p1~")
    assert [row["__entity"] for row in everything(target, CONTACT)] == [None]
    assert not list(target.read(CONTACT.bare(), "key", ["p1"]))
    assert one(target, CONTACT, {**KIM, "email": None, PRIMARY: acme}) == begun
    assert read(target, CONTACT, "p1")[PRIMARY] == acme
    assert portal.rows("contacts", KEY) == [{"id": begun, "object": "contacts", KEY: "p1"}]


CUTS = ("/associations/2026-09/contacts/companies/batch/create", "/unsubscribe-all?", "contacts/batch/update")


@pytest.mark.parametrize("answered", [False, True], ids=["never came", "answer lost"])
@pytest.mark.parametrize("cut", CUTS)
def test_who_is_cut_off_in_between_is_in_doubt_and_finished_by_the_next_try(
    portal: Portal, target: Target, cut: str, answered: bool
) -> None:
    acme = one(target, COMPANY, {"__entity": "c1", "name": "Acme"})
    struck: list[bytes] = []

    def stops(request: bytes, done: bool) -> bool:
        path = request.split(b"\n")[0]
        if done == answered and cut.encode() in path and not struck:
            struck.append(path)
            return True
        return False

    row = {**KIM, PRIMARY: acme, "consent": "withdrawn"}
    with between(portal.url, stops) as url:
        behind = connector("hubspot").target({**options_of(portal), "url": url})
        answer = write(behind, CONTACT, "a", [row])
        behind.close()
    assert struck
    assert not answer.loaded
    assert not answer.refused
    is_whole = cut == CUTS[2] and answered
    assert bool(list(target.read(CONTACT.bare(), "key", ["p1"]))) == is_whole
    one(target, CONTACT, row)
    assert read(target, CONTACT, "p1") == {**row, "email": "kim@posta.example"}
    assert len(portal.rows("contacts", KEY)) == 1


def test_an_opt_out_that_hubspot_takes_and_forgets_is_said_again(portal: Portal, target: Target) -> None:
    portal.ask("PUT", "/_simulator/faults", {"faults": "nothing_written@2"})  # behind the creation
    answer = write(target, CONTACT, "a", [{**KIM, "consent": "withdrawn"}])
    assert [*answer.loaded] == ["p1"]
    assert portal.opted_out("kim@posta.example")


def test_an_opt_out_that_hubspot_forgets_however_often_it_is_said_refuses_its_record(
    portal: Portal, target: Target
) -> None:
    portal.ask("PUT", "/_simulator/faults", {"faults": "nothing_written@2,nothing_written@3,nothing_written@4"})
    answer = write(target, CONTACT, "a", [{**KIM, "consent": "withdrawn"}])
    assert answer.refused["p1"].code == "NOT_ARRIVED"
    assert portal.rows("contacts", KEY) == []


def test_a_mailbox_of_somebody_else_is_refused_with_who_has_it(target: Target, portal: Portal) -> None:
    theirs = portal.make("contacts", email="kim@posta.example")
    rows: Rows = [KIM, {"__entity": "p2", "firstname": "Two"}]
    answer = settled(target, CONTACT, "a", rows)
    assert set(answer.loaded) == {"p2"}
    assert theirs in answer.refused["p1"].words
    assert "posta" not in answer.refused["p1"].words


def test_an_additional_mailbox_of_somebody_else_is_refused_and_makes_no_two_into_one(
    target: Target, portal: Portal
) -> None:
    theirs = portal.make("contacts", email="first@posta.example")
    portal.put("additional_emails", "kim@posta.example", theirs)
    answer = settled(target, CONTACT, "a", [KIM])
    assert set(answer.refused) == {"p1"}
    assert [each.get(KEY) for each in portal.rows("contacts", KEY)] == [None]


def test_an_earlier_try_is_found_by_our_key(target: Target) -> None:
    first = write(target, COMPANY, "a", [{"__entity": n, "name": n} for n in ("c1", "c2")])
    again = settled(target, COMPANY, "b", [{"__entity": n, "name": n} for n in ("c1", "c2", "c3")])
    assert {n: again.loaded[n] for n in ("c1", "c2")} == first.loaded
    assert sorted(str(row["__entity"]) for row in everything(target, COMPANY)) == ["c1", "c2", "c3"]


REFUSED: tuple[tuple[Cells, str], ...] = (
    ({"dealstage": "Nobody"}, "UNKNOWN"),
    ({"pipeline": "Nobody"}, "UNKNOWN"),
    ({"amount": "NaN"}, "TYPE"),
    ({"closedate": "05.03.2025"}, "TYPE"),
    ({"associations.contacts": "12"}, "VALIDATION_ERROR"),
)


def test_k_bad_deals_are_k_refusals(target: Target, portal: Portal) -> None:
    base: Cells = {"dealname": "Pres", "dealstage": "Closed Won"}
    bad = [{**base, **cells, "__entity": f"x{n}"} for n, (cells, _) in enumerate(REFUSED)]
    answer = settled(target, DEAL, "a", [*bad, {**base, "__entity": "good"}])
    assert set(answer.loaded) == {"good"}
    assert {key: why.code for key, why in answer.refused.items()} == {f"x{n}": c for n, (_, c) in enumerate(REFUSED)}
    assert [each[KEY] for each in portal.rows("deals", KEY)] == ["good"]


def test_an_owner_is_an_active_user(target: Target) -> None:
    refused = settled(target, COMPANY, "a", [{"__entity": "c1", "name": "Acme", "hubspot_owner_id": GONE}]).refused
    assert (refused["c1"].code, refused["c1"].field) == ("UNKNOWN", "hubspot_owner_id")


# ---------------------------------------------------------------------------------------------------- consent


def test_an_opt_out_arrives_and_one_of_hubspot_is_read(target: Target, portal: Portal) -> None:
    rows: Rows = [
        {**KIM, "consent": "withdrawn"},
        {"__entity": "p2", "email": "p2@posta.example", "consent": "bounced"},
        {"__entity": "p3", "email": "p3@posta.example", "consent": "granted"},
        {"__entity": "p4", "email": None, "consent": "withdrawn"},
    ]
    settled(target, CONTACT, "a", rows)
    out = {name: portal.opted_out(f"{name}@posta.example") for name in ("kim", "p2", "p3")}
    assert out == {"kim": True, "p2": True, "p3": False}
    assert {e: read(target, CONTACT, e)["consent"] for e in ("p1", "p2", "p3", "p4")} == {
        "p1": "withdrawn", "p2": "bounced", "p3": "granted", "p4": "withdrawn",
    }  # fmt: skip
    portal.ask("POST", "/communication-preferences/v4/statuses/p3@posta.example/unsubscribe-all?channel=EMAIL")
    assert read(target, CONTACT, "p3")["consent"] == "withdrawn", "who opted out there has opted out"


def test_an_opt_out_follows_its_record_to_another_mailbox(target: Target, portal: Portal) -> None:
    one(target, CONTACT, {**KIM, "consent": "withdrawn"})
    one(target, CONTACT, {"__entity": "p1", "email": "new@posta.example"}, "update")
    assert portal.opted_out("new@posta.example")


def test_an_opt_out_that_did_not_arrive_is_not_read_as_one(target: Target, portal: Portal) -> None:
    portal.make("contacts", email="p1@posta.example", crm_migrate_id="p1", crm_migrate_consent="withdrawn")
    assert read(target, CONTACT, "p1")["consent"] == "unknown"


def test_a_consent_about_numbers_has_no_place_among_those_of_mailboxes(target: Target) -> None:
    about = [
        TargetObject("contacts", (TargetField("consent", "consent", about=each),)) for each in ("mailbox", "phone")
    ]
    told = [target.prepare([object], apply=False) for object in about]
    assert not any("place consent" in each for each in told[0])
    assert any(each.startswith("by hand: the place consent of contacts (there is none)") for each in told[1])


def test_nobody_is_subscribed_without_a_legal_basis(portal: Portal) -> None:
    names = portal.ask("GET", "/communication-preferences/v4/definitions")["results"]
    name, number = names[0]["name"], names[0]["id"]
    reader = TargetObject("contacts", (TargetField("email", "email"), TargetField(f"consent.{name}", "consent")))
    row: Cells = {"__entity": "p1", "email": "p1@posta.example", f"consent.{name}": "granted"}
    plain = connector("hubspot").target(options_of(portal))
    plain.prepare((reader,), apply=True)
    assert settled(plain, reader, "a", [row]).refused["p1"].code == "LEGAL_BASIS"
    basis = {"legal_basis": "CONSENT_WITH_NOTICE", "legal_basis_reason": "double opt-in"}
    target = connector("hubspot").target(options_of(portal, **basis))
    one(target, reader, row)
    said = portal.ask("GET", "/communication-preferences/v4/statuses/p1@posta.example?channel=EMAIL")["results"]
    (state,) = (each for each in said if str(each["subscriptionId"]) == str(number))
    assert (state["status"], state["legalBasis"]) == ("SUBSCRIBED", "CONSENT_WITH_NOTICE")
    assert read(target, reader, "p1")[f"consent.{name}"] == "granted"
    one(target, reader, {"__entity": "p1", f"consent.{name}": "withdrawn"}, "update")
    assert read(target, reader, "p1")[f"consent.{name}"] == "withdrawn"


# ---------------------------------------------------------------------------------------------------- taking back


def removal(object: TargetObject, ids: dict[str, str], action: Action = "remove") -> WriteBatch:
    rows: Rows = [{"__entity": key, TARGET_ID: id} for key, id in ids.items()]
    return replace(batch_of(object, "b", rows, "update"), action=action)


def test_whoever_is_linked_by_others_stays(target: Any, portal: Portal) -> None:
    ids = {f"c{n}": one(target, COMPANY, {"__entity": f"c{n}", "name": f"Firm {n}"}) for n in range(4)}
    theirs = portal.make("contacts", firstname="Theirs")
    portal.ask("POST", "/crm/v4/associations/contacts/companies/batch/associate/default",
               {"inputs": [{"from": {"id": theirs}, "to": {"id": ids["c0"]}}]})  # fmt: skip
    below = one(target, COMPANY, {"__entity": "c9", "name": "Below",
                                  "associations.companies.Parent Company": ids["c1"]})  # fmt: skip
    told = {tuple(row.values()) for table in target.referred(COMPANY, ()) for row in table.to_pylist()}
    assert {each[:2] for each in told} == {(ids["c0"], "contacts"), (ids["c1"], "companies")}
    known = {(object, field) for _, object, field in told}
    assert not [t for t in target.referred(COMPANY, known) if t.num_rows]
    answer = target.remove(removal(COMPANY, ids))
    assert set(answer.refused) == {"c0", "c1"}
    assert set(answer.loaded) == {"c2", "c3"}
    target.remove(removal(COMPANY, {"c9": below}))
    assert set(target.remove(removal(COMPANY, {"c1": ids["c1"]})).loaded) == {"c1"}
    assert [each["id"] for each in portal.rows("companies", "name")] == [ids["c0"]]


def test_who_was_there_is_adopted_and_given_back(target: Any, portal: Portal) -> None:
    theirs = portal.make("companies", name="Acme", city="Bursa")
    one(target, COMPANY, {"__entity": "c1", TARGET_ID: theirs, "tax_id": "1"}, "update")
    assert portal.rows("companies", KEY, "city", "tax_id") == [
        {"id": theirs, "object": "companies", KEY: "c1", "city": "Bursa", "tax_id": "1"}
    ]
    batch = batch_of(COMPANY, "r", [{"__entity": "c1", TARGET_ID: theirs, "tax_id": None}], "update")
    assert target.release(replace(batch, action="release")).loaded == {"c1": theirs}
    assert portal.rows("companies", KEY, "city", "tax_id") == [{"id": theirs, "object": "companies", "city": "Bursa"}]


def test_who_was_merged_is_followed(target: Any, portal: Portal) -> None:
    ids = {n: one(target, CONTACT, {"__entity": n, "firstname": n}) for n in ("p1", "p2", "p3")}
    merge = {"primaryObjectId": ids["p1"], "objectIdToMerge": ids["p2"]}
    left = str(portal.ask("POST", "/crm/v3/objects/contacts/merge", merge)["id"])
    expected = {id: left for id in (ids["p1"], ids["p2"]) if id != left}
    assert dict(target.merged_into(CONTACT, list(ids.values()))) == expected
    asked = [
        row["target_id"] for table in target.read(CONTACT.bare(), "id", list(expected)) for row in table.to_pylist()
    ]
    assert not asked, "the record that is left is another one"


# ---------------------------------------------------------------------------------------------------- the wire


@pytest.mark.parametrize("more", [{"api_version": "v3"}, {"api_version": "2026-03"}], ids=str)
def test_other_versions_have_other_paths_and_the_same_records(portal: Portal, more: dict[str, str]) -> None:
    target = prepared(portal, **more)
    acme = one(target, COMPANY, {"__entity": "c1", "name": "Acme"})
    one(target, CONTACT, {**KIM, PRIMARY: acme, "consent": "withdrawn"})
    assert read(target, CONTACT, "p1")[PRIMARY] == acme
    assert portal.opted_out("kim@posta.example")


def test_oauth_renews_its_token(portal: Portal) -> None:
    who = {"client_id": "crm-migrate", "client_secret": "not-a-secret", "refresh_token": "not-a-refresh-token"}
    options = {name: said for name, said in options_of(portal).items() if name != "token"}
    target = connector("hubspot").target({**options, **who})
    first = target.identity()
    portal.ask("PUT", "/_simulator/clock", {"advance": 3600})
    assert target.identity() == first != ""


def test_a_token_that_is_not_taken_says_what_to_do(portal: Portal) -> None:
    with pytest.raises(AuthExpired, match="does not accept our token"):
        connector("hubspot").target(options_of(portal, token="wrong")).identity()


def test_a_key_that_takes_a_value_twice_is_refused(portal: Portal) -> None:
    portal.ask("POST", "/crm/v3/properties/companies", {
        "name": KEY, "label": "x", "type": "string", "fieldType": "text", "groupName": "companyinformation"
    })  # fmt: skip
    with pytest.raises(TargetError, match="takes a value twice"):
        connector("hubspot").target(options_of(portal)).prepare((COMPANY,), apply=True)


@pytest.mark.parametrize("name", ["hs_shoe_size", "deal_currency_code"])
def test_a_property_that_only_hubspot_has_is_not_made(portal: Portal, name: str) -> None:
    target = connector("hubspot").target(options_of(portal))
    with pytest.raises(TargetError, match=f"the place {name} of deals"):
        target.prepare((TargetObject("deals", (TargetField(name, "text"),)),), apply=True)


def test_the_requests_of_a_day_are_used_up_until_midnight_of_the_portal(portal: Portal) -> None:
    made = Portal(AYSE, daily="40", time_zone="Asia/Tokyo")
    target = prepared(made)
    said = target.allowance()
    assert (said.per_day, said.page) == (40, 100)
    with pytest.raises(QuotaGone) as raised:
        for n in range(60):
            write(target, COMPANY, f"a{n}", [{"__entity": f"c{n}", "name": "Acme"}])
    until = raised.value.until.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (until.hour, until.minute) == (0, 0)
    made.stop()


def test_whoever_is_told_to_stop_begins_no_request_more(target: Any) -> None:
    target.stop.set()
    with pytest.raises(Interrupted):
        write(target, COMPANY, "a", [{"__entity": "c1", "name": "Acme"}])


def test_several_write_at_once_and_each_record_is_there_once(target: Target, portal: Portal) -> None:
    acme = one(target, COMPANY, {"__entity": "c1", "name": "Acme"})
    batches = [[{"__entity": f"p{n}-{m}", "firstname": "A", PRIMARY: acme} for m in range(20)] for n in range(6)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda rows: write(target, CONTACT, str(rows[0]["__entity"]), rows), batches))
    loaded = {key: id for answer in told for key, id in answer.loaded.items()}
    assert loaded == {row["__entity"]: row["target_id"] for row in everything(target, CONTACT)}
    assert len(loaded) == portal.summary()["created"]["contacts"] == 120


def test_links_of_objects_that_are_not_there_have_no_place(portal: Portal) -> None:
    ties = TargetObject("deals>butterflies", (TargetField("from", "reference", reference="deals"),))
    target = connector("hubspot").target(options_of(portal))
    (told,) = target.prepare((ties,), apply=False)
    assert told.startswith("by hand: the object deals>butterflies (there is none)")
    with pytest.raises(TargetError, match="the object deals>butterflies"):
        target.prepare((ties,), apply=True)


FAULTS = ("nothing_written:0.5", "result_missing:0.5", "one_id_twice:0.5", "result_foreign:0.5", "cut_answer:0.3",
          "shuffled:1", "result_doubled:0.5", "reset_after:0.3", "page_of_html:0.3")  # fmt: skip


@pytest.mark.parametrize("faults", FAULTS)
def test_no_fault_makes_a_record_written_that_is_not(portal: Portal, target: Target, faults: str) -> None:
    """What an answer calls loaded is there, whole and once, whatever the wire does."""
    ids = [one(target, COMPANY, {"__entity": f"c{n}", "name": f"Firm {n}"}) for n in range(3)]
    portal.ask("PUT", "/_simulator/faults", {"faults": faults, "seed": 3})
    rows: Rows = [{"__entity": f"p{n}", "firstname": f"P{n}", PRIMARY: ids[n % 3]} for n in range(12)]
    told = Answer()
    for attempt in range(3):
        try:
            said = write(target, CONTACT, f"a{attempt}", rows)
        except TargetError:
            continue
        told = replace(told, loaded={**told.loaded, **said.loaded}, refused={**told.refused, **said.refused})
    portal.ask("PUT", "/_simulator/faults", {"faults": ""})
    there = {str(row["__entity"]): row for row in everything(target, CONTACT) if row["__entity"]}
    assert told.loaded.items() <= {key: row["target_id"] for key, row in there.items()}.items()
    assert not told.refused
    assert all(row[PRIMARY] == ids[int(key[1:]) % 3] for key, row in there.items())
    last = settled(target, CONTACT, "last", rows)
    assert {**told.loaded, **last.loaded}.keys() == {row["__entity"] for row in rows}
    assert portal.summary()["doubled"] == {}
