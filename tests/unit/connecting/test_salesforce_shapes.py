"""Rows as records of Salesforce and back, and its objects in the words of the contract."""

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import exchange, recorded
from ruamel.yaml import YAML
from salesforce_orgs import opened, started

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.kinds import Kind, split
from crm_migrate.errors import UsageError
from crm_migrate_salesforce import answers, records, soql
from crm_migrate_salesforce.describe import Described, Missing, missing, object_of, unconverted
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.settings import read_settings
from crm_migrate_salesforce.shapes import KEY
from crm_migrate_salesforce.values import json_of, text_of

API = Api("v67.0")
DESCRIBES = [
    (name, said["response"]["body"]) for name, said in recorded("salesforce")
    if name.startswith("describe_") and "global" not in name
]  # fmt: skip
OUR_KEY = {"name": KEY, "type": "string", "externalId": True, "unique": True, "createable": True, "updateable": True}


def described(body: Any, name: str = "") -> Described:
    said = {**body, "fields": [*body["fields"], OUR_KEY]}
    found = answers.described(
        Answer(API.describing("x"), 200, {}, json.dumps(said).encode()), name or body["name"], body["name"]
    )
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "body"), DESCRIBES, ids=[name for name, _ in DESCRIBES])
def test_every_recorded_object_is_one_of_the_contract(name: str, body: Any) -> None:
    there = described(body)
    object = object_of(there)
    names = [field.name for field in object.fields]
    assert len(set(names)) == len(names)
    assert KEY not in names and there.keyed(KEY)
    said = {each["name"]: each for each in body["fields"]}
    for each in object.fields:
        assert there.place(each.name) is not None
        words = said.get(each.name)
        if words is not None:
            assert each.read_only is not (words["createable"] or words["updateable"])
            assert not (each.required and (words["nillable"] or words["defaultedOnCreate"]))
            assert not words.get("restrictedPicklist") or each.choices or each.type != "text"


def by_name(name: str) -> Described:
    return described(dict(DESCRIBES)[name])


@pytest.mark.skipif(len(DESCRIBES) < 5, reason="the recordings are not beside the checkout")
def test_what_salesforce_wants_of_a_field_is_told() -> None:
    deals = object_of(by_name("describe_opportunity"))
    required = {each.name for each in deals.fields if each.required}
    assert required == {"Name", "StageName", "CloseDate"}
    stage, amount = deals.field("StageName"), deals.field("Amount")
    assert stage is not None and "Closed Won" in stage.choices
    assert amount is not None and (amount.scale, amount.below) == (2, Decimal(10) ** 16)
    assert deals.field("IsWon") == TargetField("IsWon", "boolean", read_only=True, default=True)
    accounts = object_of(by_name("describe_account"))
    assert accounts.field("Owner.Email") is not None
    kind = accounts.field("RecordType.Name")
    assert kind is not None and kind.choices == ("Household",)
    people = object_of(by_name("describe_account_person_accounts_enabled"))
    name = people.field("Name")
    assert name is not None and not name.required, "people have none of their own"


def test_a_kind_is_an_object_and_the_value_of_a_field() -> None:
    assert split("Task:TaskSubtype=Call") == Kind("Task", "TaskSubtype", "Call")
    assert split("Account") == Kind("Account")
    for wrong in ("", "A b", "Task:", "Task:x", "Task:x=", "Task:1=2", "a;b"):
        with pytest.raises(ValueError):
            split(wrong)


# ---------------------------------------------------------------------------------------------------- rows


def field(name: str, type: str = "string", **words: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "createable": True, "updateable": True, "nillable": True, **words}


LEADS_TO_USER = {"referenceTo": ["User"], "relationshipName": "Owner"}
CONTACT = Described(
    "Contact",
    {
        each["name"]: each
        for each in (
            field("LastName"), field("Email", "email"), field("HasOptedOutOfEmail", "boolean"),
            field("Consent__c"), field("OwnerId", "reference", **LEADS_TO_USER), OUR_KEY,
        )
    },
)  # fmt: skip
PERSON = TargetObject("Contact", (TargetField("LastName", "family_name"), TargetField("Consent__c", "consent")), KEY)


def shape(described: Described, object: TargetObject, *names: str) -> records.Shape:
    return records.shape_of(described, object, names)


def test_a_creation_leaves_empty_cells_out_and_begins_with_its_type() -> None:
    of = shape(CONTACT, PERSON, "LastName", "Email", "Owner.Email")
    row = {"__entity": "e1", "LastName": "Yılmaz", "Email": None, "Owner.Email": "a@x.example"}
    made = records.created(of, row, {("User", "Email"): {"a@x.example": "005Ex0"}})
    assert next(iter(made)) == "attributes"
    assert made == {"attributes": {"type": "Contact"}, KEY: "e1", "LastName": "Yılmaz", "OwnerId": "005Ex0"}
    with pytest.raises(records.Unfit, match="not exactly one User"):
        records.created(of, row, {})


def test_a_change_clears_and_names_its_record() -> None:
    of = shape(CONTACT, PERSON, "LastName", "HasOptedOutOfEmail")
    row = {"__entity": "e1", "LastName": None, "HasOptedOutOfEmail": None}
    made = records.changed(of, "003Ex0", row, {}, {})
    assert made == {
        "attributes": {"type": "Contact"}, "id": "003Ex0", "LastName": None, "HasOptedOutOfEmail": False,
    }  # fmt: skip
    assert KEY not in made
    assert records.changed(of, "003Ex0", {"__entity": "e1"}, {}, {}, None)[KEY] is None
    assert records.changed(of, "003Ex0", {"__entity": "e1"}, {}, {}, "e1")[KEY] == "e1"


@pytest.mark.parametrize(
    ("said", "sent"), [("withdrawn", True), ("bounced", True), ("granted", None), ("unknown", None), (None, None)]
)
def test_who_withdrew_is_opted_out_where_users_see_it_and_nobody_is_opted_in(said: str | None, sent: object) -> None:
    of = shape(CONTACT, PERSON, "Consent__c")
    for made in (
        records.created(of, {"__entity": "e", "Consent__c": said}, {}),
        records.changed(of, "003", {"__entity": "e", "Consent__c": said}, {}, {}),
    ):
        assert made.get("HasOptedOutOfEmail") is sent


def test_who_refuses_calls_is_not_opted_out_of_mail() -> None:
    calls = TargetField("Phone_Consent__c", "consent", about="phone")
    mail = TargetField("Consent__c", "consent", about="mailbox")
    described = replace(CONTACT, fields={**CONTACT.fields, "Phone_Consent__c": field("Phone_Consent__c")})
    of = shape(described, replace(PERSON, fields=(calls, mail)), "Phone_Consent__c", "Consent__c")
    made = records.created(of, {"__entity": "e", "Phone_Consent__c": "withdrawn", "Consent__c": "granted"}, {})
    assert "HasOptedOutOfEmail" not in made
    told = records.told(of, {"Phone_Consent__c": "granted", "Consent__c": None, "HasOptedOutOfEmail": True}, {})
    assert told == {"Phone_Consent__c": "granted", "Consent__c": "withdrawn"}


def test_who_opted_out_there_has_withdrawn() -> None:
    of = shape(CONTACT, PERSON, "Consent__c")
    assert "HasOptedOutOfEmail" in records.asked(of)
    for stored, checked, told in (
        ("granted", True, "withdrawn"), (None, True, "withdrawn"), ("bounced", True, "bounced"),
        ("granted", False, "granted"), (None, False, None),
    ):  # fmt: skip
        assert records.told(of, {"Consent__c": stored, "HasOptedOutOfEmail": checked}, {}) == {"Consent__c": told}


def test_who_withdraws_is_marked_whatever_a_column_of_the_mark_says() -> None:
    of = shape(CONTACT, PERSON, "Consent__c", "HasOptedOutOfEmail")
    made = records.created(of, {"__entity": "e", "Consent__c": "withdrawn", "HasOptedOutOfEmail": "false"}, {})
    assert made["HasOptedOutOfEmail"] is True


ACCOUNT = Described(
    "Account",
    {
        each["name"]: each
        for each in (field("Name", nillable=False), field("FirstName"), field("LastName"),
                     field("PersonEmail", "email"), OUR_KEY,
                     field("IsPersonAccount", "boolean", createable=False, updateable=False))
    },
)  # fmt: skip


def test_a_person_that_is_an_account_has_the_name_of_its_parts() -> None:
    of = shape(ACCOUNT, TargetObject("Account", (), KEY), "Name", "FirstName", "LastName", "PersonEmail")
    person = {"__entity": "p", "Name": "Ayşe Yılmaz", "FirstName": "Ayşe", "LastName": "Yılmaz", "PersonEmail": None}
    firm = {"__entity": "f", "Name": "Işık", "FirstName": None, "LastName": None, "PersonEmail": None}
    assert "Name" not in records.created(of, person, {})
    assert records.created(of, firm, {})["Name"] == "Işık"
    changed = records.changed(of, "001", firm, {}, {"IsPersonAccount": False})
    assert set(changed) == {"attributes", "id", "Name"}, "a firm has no fields of people to clear"
    changed = records.changed(of, "001", person, {}, {"IsPersonAccount": True})
    assert set(changed) == {"attributes", "id", "FirstName", "LastName", "PersonEmail"}


def test_who_is_of_a_kind_is_made_so() -> None:
    calls = Described("Task:TaskSubtype=Call", {"TaskSubtype": field("TaskSubtype", "picklist"), KEY: OUR_KEY})
    of = shape(calls, TargetObject("Task:TaskSubtype=Call", (), KEY))
    assert records.created(of, {"__entity": "c"}, {})["TaskSubtype"] == "Call"
    assert object_of(calls).fields == (), "the kind is no field of its records"


# ---------------------------------------------------------------------------------------------------- values


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_comes_back_as_it_was_sent(number: Decimal) -> None:
    text = format(number, "f")
    stored = json.loads(json.dumps(float(json_of(text, "currency"))))  # a double there
    assert Decimal(str(text_of(stored, "currency"))) == number


@given(st.datetimes(min_value=datetime(1700, 1, 2)))
def test_an_instant_comes_back_to_the_millisecond(at: Any) -> None:
    text = at.replace(microsecond=at.microsecond // 1000 * 1000).isoformat() + "Z"
    sent = json_of(text, "datetime")
    told = text_of(sent.replace("Z", "+0000"), "datetime")
    assert json_of(told, "datetime") == sent


@pytest.mark.parametrize(
    ("text", "type"),
    [("yes", "boolean"), ("1.5", "int"), ("x", "double"), ("NaN", "double"), ("31.12.2024", "date"),
     ("2024-01-01T00:00:00", "datetime"), ('["a;b"]', "multipicklist"), ("a", "multipicklist"),
     ("[1]", "multipicklist")],
)  # fmt: skip
def test_what_is_none_of_its_type_is_not_sent(text: str, type: str) -> None:
    with pytest.raises(ValueError):
        json_of(text, type)


def test_values_as_they_were_recorded() -> None:
    (record,) = exchange("salesforce", "query_multipicklist_nested_parent_child")["response"]["body"]["records"][:1]
    several = next(value for value in record.values() if isinstance(value, str) and ";" in value)
    assert json.loads(str(text_of(several, "multipicklist"))) == several.split(";")
    assert json_of(text_of(several, "multipicklist"), "multipicklist") == several
    assert text_of("2024-02-29T23:59:59.000+0000", "datetime") == "2024-02-29T23:59:59Z"
    assert text_of("2024-03-01T01:59:59.500+0200", "datetime") == "2024-02-29T23:59:59.500Z"
    assert text_of("", "string") is None and text_of(None, "boolean") is None
    assert text_of(50000.0, "currency") == "50000"


# ---------------------------------------------------------------------------------------------------- queries


@given(st.text(max_size=30))
def test_a_text_cannot_leave_its_quotes(text: str) -> None:
    said = soql.literal(text)[1:-1]
    at = 0
    while at < len(said):
        assert said[at] != "'"
        at += 2 if said[at] == "\\" else 1
    assert at == len(said)


@given(st.lists(st.text(max_size=200), max_size=60))
def test_values_are_parted_without_losing_one(values: list[str]) -> None:
    parts = list(soql.parted(values, 7))
    assert [each for part in parts for each in part] == list(dict.fromkeys(values))
    assert all(1 <= len(part) <= 7 for part in parts)


def test_a_query_is_in_the_order_of_ids() -> None:
    said = soql.select(["Name", "Id"], "Account", [soql.among("Name", ["O'Hara"])], 9)
    assert said == "SELECT Id, Name FROM Account WHERE Name IN ('O\\'Hara') ORDER BY Id LIMIT 9"
    assert soql.count("Account", ["A = 1", "B = 2"]) == "SELECT COUNT() FROM Account WHERE A = 1 AND B = 2"


# ---------------------------------------------------------------------------------------------------- what is missing


def test_our_key_and_custom_fields_are_made_and_others_are_named() -> None:
    wanted = TargetObject(
        "Contact",
        (TargetField("Score__c", "integer"), TargetField("Fax", "phone"), TargetField("LastName", "family_name")),
        KEY,
    )
    bare = Described("Contact", {"LastName": field("LastName")})
    found = list(missing(wanted, bare))
    key, score, fax = found
    assert isinstance(key, Missing) and isinstance(score, Missing) and fax == "Fax"
    assert key.full == f"Contact.{KEY}" and key.words["externalId"] and key.words["unique"]
    assert (score.words["type"], score.words["scale"]) == ("Number", 0)
    activity = next(each for each in missing(TargetObject("Event", (), KEY), Described("Event")))
    assert isinstance(activity, Missing)
    assert activity.full == f"Activity.{KEY}" and "unique" not in activity.words


@pytest.mark.parametrize(
    "words", [{"type": "email"}, {"externalId": False}, {"updateable": False}, {"createable": False}], ids=str
)
def test_a_field_in_which_our_key_cannot_live(words: dict[str, Any]) -> None:
    there = Described("Contact", {KEY: {**OUR_KEY, **words}})
    assert there.wrong_key(KEY) and not there.keyed(KEY)


@pytest.mark.parametrize(
    "wrong",
    [{"url": ""}, {"client_secret": ""}, {"client_id": ""}, {"parallel": "0"}, {"longest_seconds": "-1"},
     {"settle_seconds": "soon"}, {"api_version": "20.0"}, {"api_version": "latest"}, {"allow_duplicates": "maybe"},
     {"assignment_rules": "2"}, {"private_key": "x"}, {"user": "somebody"}, {"access_token": "x"}], ids=str,
)  # fmt: skip
def test_an_option_that_cannot_be_meant_is_refused_without_its_value(wrong: dict[str, str]) -> None:
    good = {"url": "https://muster.my.salesforce.example", "client_id": "us", "client_secret": "hush"}
    with pytest.raises(UsageError) as error:
        read_settings({**good, **wrong})
    assert next(iter(wrong)) in error.value.message
    assert "hush" not in error.value.message
    assert read_settings({**good, "api_version": "v66.0"}).version == "v66.0"


def test_every_place_of_the_profile_can_be_one() -> None:
    """By the simulated org, whose objects are those of recorded describes and of the vendor's reference."""
    path = Path(__file__).parents[3] / "mappings" / "targets" / "salesforce.yaml"
    profile = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    assert set(profile["load_order"]) == set(profile["objects"])
    server = started({"severalCurrencies": True, "objects": {"Suppressed_Mailbox__c": {"fields": {}}}})
    try:
        target = opened(server)
        names = [object["name"] for object in profile["objects"].values()]
        there = {object.name: object for object in target.describe(names).objects}
        lacking = {}
        for object in profile["objects"].values():
            found = there[object["name"]]
            for name, words in object["fields"].items():
                column = words.get("column", name)
                field = found.field(column)
                if field is None and not column.endswith("__c"):
                    lacking[f"{object['name']}.{column}"] = words.get("note", "")
                elif field is not None:
                    looked_up = object["name"] == "User"
                    assert words.get("required") or not field.required or looked_up, (object["name"], column)
                    assert not field.length or words.get("length", field.length) <= field.length, column
                    assert "reference" not in words or field.type == "reference", column
        target.close()
    finally:
        server.stop()
    assert {name for name, note in lacking.items() if not note} == set(), lacking


def test_nothing_says_where_a_lead_went_also_where_the_organisation_lets_creations_set_it() -> None:
    where = ("ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId", "IsConverted")
    lead = TargetObject("Lead", tuple(TargetField(name, "text") for name in ("LastName", *where)))
    told = unconverted(lead, ())
    assert {each.name for each in told.fields if each.read_only} == set(where)
