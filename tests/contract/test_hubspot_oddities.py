"""What HubSpot may answer, and nobody expects: no value is lost by it in silence, no opt-out revived, nobody waits for
ever."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from portals import KEY, TOKEN, Portal

from crm_migrate.connecting.conformance_targets import everything, settled, write
from crm_migrate.connecting.contract import SourceSpec, Target, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import CrmMigrateError, QuotaGone, TargetError
from crm_migrate_hubspot import portal as hubspot
from crm_migrate_simulators.call import Call
from crm_migrate_simulators.wire import Reply

PRIMARY, HOUSEHOLD = "associations.companies.Primary", "associations.companies.Household"
COMPANY = TargetObject("companies", (TargetField("name", "company_name"),))
CONTACT = TargetObject(
    "contacts",
    (
        *(TargetField(name, "text") for name in ("firstname", "lastname")),
        TargetField("email", "email"),
        TargetField("consent", "consent"),
        TargetField(PRIMARY, "reference", reference="companies"),
        TargetField(HOUSEHOLD, "reference", reference="companies"),
    ),
)
DEAL = TargetObject("deals", tuple(TargetField(name, "text") for name in ("dealname", "pipeline", "dealstage")))
Change = Callable[[Call, Reply], Reply | None]


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.stop()


def target_of(portal: Portal, *objects: TargetObject, **more: str) -> Any:
    options = {"url": portal.url, "token": TOKEN, "longest_seconds": "5", "settle_seconds": "0", **more}
    target = connector("hubspot").target(options)
    target.prepare(objects or (COMPANY, CONTACT, DEAL), apply=True)
    return target


@pytest.fixture
def target(portal: Portal) -> Iterator[Any]:
    made = target_of(portal)
    yield made
    made.close()


def answers(portal: Portal, tail: str, change: Change) -> None:
    """Requests whose path ends so are answered as `change` says; None leaves the answer as it is."""
    known = portal.server.engine.crm.answer

    def answer(call: Call) -> Reply:
        reply = known(call)
        return (change(call, reply) or reply) if call.request.path.endswith(tail) else reply

    portal.server.engine.crm.answer = answer  # type: ignore[method-assign]


def one(target: Target, object: TargetObject, action: str = "create", **row: str | None) -> str:
    answer = settled(target, object, f"{object.name}-{row['__entity']}-{action}", [row], action)
    assert not answer.refused, answer.refused
    return answer.loaded[str(row["__entity"])]


def read(target: Target, object: TargetObject, entity: str) -> dict[str, str | None]:
    (found,) = (row for row in everything(target, object) if row["__entity"] == entity)
    return {name: cell for name, cell in found.items() if cell is not None and name != "target_id"}


def source_of(portal: Portal, table: str, **more: str) -> Any:
    return connector("hubspot").source(SourceSpec("hs", url=portal.url, table=table, options={"token": TOKEN, **more}))


# ---------------------------------------------------------------------------------------------------- consent


@pytest.mark.parametrize("of_all", [True, False], ids=["of all mail", "of the newsletter"])
def test_no_opt_out_of_hubspot_is_revived(portal: Portal, of_all: bool) -> None:
    (first, *_) = portal.ask("GET", "/communication-preferences/v4/definitions")["results"]
    word = f"consent.{first['name']}"
    contact = TargetObject("contacts", (TargetField("email", "email"), TargetField(word, "consent")))
    basis = {"legal_basis": "CONSENT_WITH_NOTICE", "legal_basis_reason": "double opt-in"}
    target = target_of(portal, contact, **basis)
    at = "/communication-preferences/v4/statuses/p1@posta.example"
    if of_all:
        portal.ask("POST", f"{at}/unsubscribe-all?channel=EMAIL")
    else:
        out = {"subscriptionId": first["id"], "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}
        portal.ask("POST", at, out)
    rows = [{"__entity": f"p{n}", "email": f"p{n}@posta.example", word: "granted"} for n in (1, 2)]
    answer = settled(target, contact, "a", rows)
    said = {
        n: {
            str(each["subscriptionId"]): each["status"]
            for each in portal.ask("GET", f"/communication-preferences/v4/statuses/p{n}@posta.example?channel=EMAIL")[
                "results"
            ]
        }
        for n in (1, 2)
    }
    assert [said[n][str(first["id"])] for n in (1, 2)] == ["UNSUBSCRIBED", "SUBSCRIBED"]
    assert set(answer.loaded) == {"p1", "p2"}
    assert read(target, contact, "p1")[word] == "withdrawn"


# ---------------------------------------------------------------------------------------------------- begun


def test_who_was_begun_with_older_values_has_those_of_now(portal: Portal, target: Any) -> None:
    firms = [one(target, COMPANY, __entity=f"c{n}", name=f"Firm {n}") for n in (1, 2)]
    begun = portal.make("contacts", firstname="Old", lastname="Name", **{KEY: "p1~"})
    pair = {"from": {"id": begun}, "to": {"id": firms[0]}}
    portal.ask("POST", "/crm/v4/associations/contacts/companies/batch/associate/default", {"inputs": [pair]})
    assert one(target, CONTACT, __entity="p1", firstname="New", lastname=None, **{PRIMARY: firms[1]}) == begun
    assert read(target, CONTACT, "p1") == {"__entity": "p1", "firstname": "New", PRIMARY: firms[1]}


def test_who_was_begun_with_a_link_and_has_none_now_is_there_once(portal: Portal, target: Any) -> None:
    firm = one(target, COMPANY, __entity="c1", name="Firm")
    begun = portal.make("contacts", firstname="Kim", **{KEY: "p1~"})
    pair = {"from": {"id": begun}, "to": {"id": firm}}
    portal.ask("POST", "/crm/v4/associations/contacts/companies/batch/associate/default", {"inputs": [pair]})
    assert one(target, CONTACT, __entity="p1", firstname="Kim", **{PRIMARY: None}) == begun
    assert read(target, CONTACT, "p1") == {"__entity": "p1", "firstname": "Kim"}
    assert len(portal.rows("contacts", KEY)) == 1


def test_a_key_that_hubspot_does_not_give_refuses_its_record_alone(portal: Portal, target: Any) -> None:
    """Another record has the key, one that is archived and that nobody sees: HubSpot refuses the batch as a whole."""
    firm = one(target, COMPANY, __entity="c1", name="Firm")

    known = portal.server.engine.crm.answer

    def answer(call: Call) -> Reply:
        if call.request.path.endswith("contacts/batch/update") and b'"crm_migrate_id":"p1"' in _dense(call):
            said = {"status": "error", "message": "it is there already", "category": "CONFLICT", "correlationId": "c"}
            return Reply(409, said)
        return known(call)

    portal.server.engine.crm.answer = answer  # type: ignore[method-assign]
    rows = [{"__entity": f"p{n}", "firstname": f"P{n}", PRIMARY: firm} for n in (1, 2, 3)]
    told = settled(target, CONTACT, "a", rows)
    assert (set(told.loaded), set(told.refused)) == ({"p2", "p3"}, {"p1"})
    assert sorted(each[KEY] for each in portal.rows("contacts", KEY)) == ["p2", "p3"]


def _dense(call: Call) -> bytes:
    return call.request.body.replace(b" ", b"")


# ---------------------------------------------------------------------------------------------------- links


def test_a_link_with_two_labels_of_which_one_is_refused_is_refused(portal: Portal, target: Any) -> None:
    firm = one(target, COMPANY, __entity="c1", name="Firm")

    def part(call: Call, reply: Reply) -> Reply | None:
        said = json.loads(call.request.body)["inputs"]
        kept = [each for each in said if each["types"][0]["associationCategory"] != "USER_DEFINED"]
        error = {"status": "error", "category": "VALIDATION_ERROR", "message": "limit of Household"}
        results = reply.body["results"][: len(kept)]
        return Reply(207, {**reply.body, "results": results, "errors": [error], "numErrors": 1})

    answers(portal, "contacts/companies/batch/create", part)
    # What was refused is not there.
    answers(portal, "contacts/companies/batch/read", lambda call, reply: _without_labels_of_users(reply))
    told = settled(target, CONTACT, "a", [{"__entity": "p1", PRIMARY: firm, HOUSEHOLD: firm}])
    assert set(told.refused) == {"p1"}


def _without_labels_of_users(reply: Reply) -> Reply:
    results = [
        {
            **each,
            "to": [
                {**to, "associationTypes": [one for one in to["associationTypes"] if one["category"] != "USER_DEFINED"]}
                for to in each["to"]
            ],
        }
        for each in reply.body["results"]
    ]
    return Reply(reply.status, {**reply.body, "results": results})


def _broken_links(call: Call, reply: Reply) -> Reply:
    errors = [
        {"status": "error", "category": "INTERNAL_ERROR", "message": "internal error",
         "context": {"fromObjectId": [each["id"]]}}
        for each in json.loads(call.request.body)["inputs"]
    ]  # fmt: skip
    return Reply(207, {**reply.body, "results": [], "errors": errors, "numErrors": len(errors)})


def test_links_that_could_not_be_read_are_not_none(
    portal: Portal, target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "READINGS", 1)
    firm = one(target, COMPANY, __entity="c1", name="Firm")
    one(target, CONTACT, __entity="p1", firstname="Kim", **{PRIMARY: firm})
    answers(portal, "contacts/companies/batch/read", _broken_links)
    with pytest.raises(CrmMigrateError):
        list(source_of(portal, "contacts", properties="firstname").read(64))
    with pytest.raises(CrmMigrateError):
        everything(target, CONTACT)


def test_links_whose_next_page_is_not_said_are_not_all(
    portal: Portal, target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "READINGS", 1)
    firm = one(target, COMPANY, __entity="c1", name="Firm")
    one(target, CONTACT, __entity="p1", firstname="Kim", **{PRIMARY: firm})

    def more(_: Call, reply: Reply) -> Reply:
        results = [
            {**each, "paging": {"next": {"link": "https://api.hubspot.example/"}}} for each in reply.body["results"]
        ]
        return Reply(reply.status, {**reply.body, "results": results})

    answers(portal, "contacts/companies/batch/read", more)
    with pytest.raises(CrmMigrateError):
        everything(target, CONTACT)


# ---------------------------------------------------------------------------------------------------- pages


def test_pages_that_lead_in_a_circle_come_to_an_end(portal: Portal, target: Any) -> None:
    for n in range(3):
        portal.make("contacts", firstname=f"P{n}")
    turns: list[int] = []

    def circle(_: Call, reply: Reply) -> Reply:
        turns.append(1)
        assert len(turns) < 20, "for ever"
        after = ("111", "222")[len(turns) % 2]
        return Reply(reply.status, {**reply.body, "paging": {"next": {"after": after}}})

    answers(portal, "/objects/2026-09/contacts", circle)
    with pytest.raises(CrmMigrateError, match="circle"):
        everything(target, CONTACT)


def test_who_is_on_a_page_and_cannot_be_read_is_told(portal: Portal) -> None:
    ids = [portal.make("contacts", firstname=f"P{n}") for n in range(3)]
    listed: list[int] = []

    def first_without(_: Call, reply: Reply) -> Reply:
        listed.append(1)
        some = reply.body["results"] if len(listed) > 1 else reply.body["results"][1:]
        return Reply(reply.status, {**reply.body, "results": some})

    answers(portal, "/objects/2026-09/contacts", first_without)
    answers(portal, "contacts/batch/read", lambda _, reply: Reply(200, {**reply.body, "results": []}))
    source = source_of(portal, "contacts", properties="firstname")
    found = [row["id"] for batch in source.read(64) for row in batch.records.to_pylist()]
    told = [each for each in source.facts()[1] if each.code == "source_moved"]
    assert (found, len(told)) == (ids[1:], 1)


def test_a_read_that_failed_is_no_miss(portal: Portal, target: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubspot, "READINGS", 1)
    id = one(target, COMPANY, __entity="c1", name="Firm")

    def fails(call: Call, reply: Reply) -> Reply:
        error = {"status": "error", "category": "INTERNAL_ERROR", "message": "internal error", "context": {"ids": [id]}}
        return Reply(207, {**reply.body, "results": [], "errors": [error], "numErrors": 1})

    answers(portal, "companies/batch/read", fails)
    with pytest.raises(CrmMigrateError):
        write(target, COMPANY, "b", [{"__entity": "c1", "name": "Other"}], "update")


# ---------------------------------------------------------------------------------------------------- values


def test_a_stage_that_is_taken_away_is_told(portal: Portal, target: Any) -> None:
    one(target, DEAL, __entity="d1", dealname="Pres", dealstage="Closed Won")
    told = settled(target, DEAL, "b", [{"__entity": "d1", "dealstage": None}], "update")
    assert read(target, DEAL, "d1").get("dealstage") is None or "d1" in told.refused


def test_properties_without_what_may_be_changed_are_written(portal: Portal) -> None:
    def plain(_: Call, reply: Reply) -> Reply:
        results = [{**each, "modificationMetadata": None, "options": None} for each in reply.body["results"]]
        return Reply(reply.status, {**reply.body, "results": results})

    answers(portal, "/properties/2026-09/companies", plain)
    target = target_of(portal, COMPANY)
    one(target, COMPANY, __entity="c1", name="Firm")
    assert target.describe(["companies"]).object("companies") is not None


def test_ids_that_are_numbers_name_their_records(portal: Portal, target: Any) -> None:
    def numbers(_: Call, reply: Reply) -> Reply:
        results = [
            {**each, "id": int(each["id"]), "properties": {**each["properties"], "hs_object_id": int(each["id"])}}
            for each in reply.body["results"]
        ]
        return Reply(reply.status, {**reply.body, "results": results})

    answers(portal, "companies/batch/create", numbers)
    assert write(target, COMPANY, "a", [{"__entity": "c1", "name": "Firm"}]).loaded


def test_a_portal_that_is_locked_is_waited_for(portal: Portal, target: Any) -> None:
    portal.ask("PUT", "/_simulator/faults", {"faults": "account_locked@1"})
    assert one(target, COMPANY, __entity="c1", name="Firm")


# ---------------------------------------------------------------------------------------------------- places


def test_labels_are_described_as_they_are_written(target: Any) -> None:
    found = target.describe(["contacts"]).object("contacts")
    assert found.field(PRIMARY) is not None
    assert found.field(HOUSEHOLD) is not None


def test_a_reference_is_a_link_and_no_property(portal: Portal) -> None:
    contact = TargetObject("contacts", (TargetField("account", "reference", reference="companies"),))
    with pytest.raises(TargetError, match="the place account of contacts"):
        target_of(portal, contact)


def test_a_subscription_whose_name_two_have_is_none(portal: Portal) -> None:
    (first, *_) = portal.ask("GET", "/communication-preferences/v4/definitions")["results"]
    portal.put("subscription_types", "99", {**first, "id": "99"})
    contact = TargetObject("contacts", (TargetField(f"consent.{first['name']}", "consent"),))
    with pytest.raises(TargetError, match="the place consent"):
        target_of(portal, contact)


@pytest.mark.parametrize("action", ["create", "update"])
def test_a_right_that_is_missing_for_links_is_said(portal: Portal, target: Any, action: str) -> None:
    firm = one(target, COMPANY, __entity="c1", name="Firm")
    if action == "update":
        one(target, CONTACT, __entity="p1", firstname="Kim")
    context = {"requiredGranularScopes": ["crm.objects.contacts.write"]}
    said = {"message": "no right", "correlationId": "c", "category": "MISSING_SCOPES", "errors": [{"context": context}]}
    answers(portal, "contacts/companies/batch/create", lambda *_: Reply(403, said))
    with pytest.raises(TargetError, match="MISSING_SCOPES") as caught:
        write(target, CONTACT, "b", [{"__entity": "p1", PRIMARY: firm}], action)
    assert "crm.objects.contacts.write" in (caught.value.hint or "")


def test_links_of_any_object_are_read(portal: Portal) -> None:
    contact = portal.make("contacts", firstname="Kim")
    name = {"name": "machine_name", "label": "Name", "type": "string", "fieldType": "text"}
    labels = {"singular": "Machine", "plural": "Machines"}
    schema = {"name": "machine", "labels": labels, "primaryDisplayProperty": "machine_name", "properties": [name],
              "requiredProperties": ["machine_name"], "associatedObjects": ["CONTACT"]}  # fmt: skip
    number = portal.ask("POST", "/crm/v3/schemas", schema)["objectTypeId"]
    machine = portal.make(number, machine_name="Lathe")
    pair = {"from": {"id": machine}, "to": {"id": contact}}
    portal.ask("POST", f"/crm/v4/associations/{number}/contacts/batch/associate/default", {"inputs": [pair]})
    (row,) = (r for batch in source_of(portal, number).read(64) for r in batch.records.to_pylist())
    assert (row["machine_name"], row["associations.contacts"]) == ("Lathe", contact)


@pytest.mark.parametrize("more", [{"policyName": "DAILY"}, {}], ids=str)
def test_a_day_that_is_used_up_is_one_whether_the_limit_is_named_or_not(
    portal: Portal, target: Any, more: dict[str, str]
) -> None:
    said = {"status": "error", "message": "You have reached your daily limit.", "correlationId": "c", **more}
    answers(portal, "companies/batch/create", lambda *_: Reply(429, said))
    with pytest.raises(QuotaGone):
        write(target, COMPANY, "a", [{"__entity": "c1", "name": "Firm"}])


def test_why_a_property_is_not_made_is_said_at_once(portal: Portal) -> None:
    """A portal has room for so many properties: a batch of them is refused in part."""
    full = {"status": "error", "category": "VALIDATION_ERROR", "message": "The limit of 1000 properties is reached"}
    said = {"status": "COMPLETE", "results": [], "errors": [full], "numErrors": 1}
    answers(portal, "companies/batch/create", lambda *_: Reply(207, said))
    with pytest.raises(TargetError, match="VALIDATION_ERROR: The limit of 1000 properties"):
        target_of(portal, COMPANY)


def test_properties_that_are_called_like_our_columns_are_columns_of_their_own(portal: Portal) -> None:
    group = {"name": "ours", "label": "Ours"}
    portal.ask("POST", "/crm/v3/properties/contacts/groups", group)
    for name in ("id", "opted_out"):
        made = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "ours"}
        portal.ask("POST", "/crm/v3/properties/contacts", made)
    id = portal.make("contacts", email="kim@posta.example", id="their own", opted_out="theirs")
    (row,) = (r for b in source_of(portal, "contacts").read(64) for r in b.records.to_pylist())
    assert (row["id"], row["properties.id"]) == (id, "their own")
    assert (row["opted_out"], row["properties.opted_out"]) == ("false", "theirs")


def test_values_of_a_portal_are_read_as_what_they_are(portal: Portal) -> None:
    group = {"name": "ours", "label": "Ours"}
    portal.ask("POST", "/crm/v3/properties/contacts/groups", group)
    choices = [{"label": each, "value": each, "displayOrder": 0} for each in ("a", "b", "c")]
    kinds = {
        "visits": ("number", "number", {}), "born": ("date", "date", {}), "seen": ("datetime", "date", {}),
        "likes": ("enumeration", "checkbox", {"options": choices}), "vip": ("bool", "booleancheckbox", {}),
    }  # fmt: skip
    for name, (type, shown, more) in kinds.items():
        yes_no = [
            {"label": "Yes", "value": "true", "displayOrder": 0},
            {"label": "No", "value": "false", "displayOrder": 1},
        ]
        more = {"options": yes_no} if type == "bool" else more
        made = {"name": name, "label": name, "type": type, "fieldType": shown, "groupName": "ours", **more}
        portal.ask("POST", "/crm/v3/properties/contacts", made)
    portal.make("contacts", firstname="Kim")

    def odd(_: Call, reply: Reply) -> Reply:
        values = {"visits": "1.0E7", "born": "-2208988800000", "seen": "2024-02-29T23:59:59.120Z", "likes": "a;c",
                  "vip": "true", "firstname": "", "lastname": None}  # fmt: skip
        results = [{**each, "properties": {**each["properties"], **values}} for each in reply.body["results"]]
        return Reply(reply.status, {**reply.body, "results": results})

    answers(portal, "/objects/2026-09/contacts", odd)
    names = ", ".join([*kinds, "firstname", "lastname"])
    (row,) = (r for b in source_of(portal, "contacts", properties=names).read(64) for r in b.records.to_pylist())
    assert [row[name] for name in (*kinds, "firstname", "lastname")] == [
        "10000000", "1900-01-01", "2024-02-29T23:59:59.12Z", '["a","c"]', "true", None, None,
    ]  # fmt: skip
