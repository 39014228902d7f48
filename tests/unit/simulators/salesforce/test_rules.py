"""Rules of the simulated Salesforce that no recording shows: fields, relations, objects, the bin, merges, doubles."""

import base64
from typing import Any

import pytest
from salesforces import KEY, SCHEMA, Salesforce, engine, row

OPPORTUNITY = {"Name": "O", "StageName": "Prospecting", "CloseDate": "2030-01-01"}


def code(asked: Salesforce, object: str, **fields: Any) -> str:
    """The code that a create is refused with, or `created`."""
    reply = asked.ask("POST", f"sobjects/{object}", fields)
    return "created" if reply.status == 201 else str(reply.body[0]["errorCode"])


def soap(asked: Salesforce, inside: str) -> str:
    """The answer of the partner API."""
    session = asked._token or (asked.sign_in() or asked._token)
    head = f"<e:Header><SessionHeader><sessionId>{session}</sessionId></SessionHeader></e:Header>"
    text = (
        f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">{head}<e:Body>{inside}</e:Body></e:Envelope>'
    )
    return asked.ask("POST", "/services/Soap/u/62.0", text, {"Content-Type": "text/xml"}).payload().decode()


@pytest.mark.parametrize(
    ("object", "fields", "expected"),
    [
        ("Account", {"Name": "x" * 256}, "STRING_TOO_LONG"),
        ("Account", {"Name": "A", "CleanStatus": "Shiny"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Account", {"Name": "A", "Industry": "Anything goes"}, "created"),
        ("Account", {"Name": "A", "ParentId": "001Sm0000000zzz"}, "INVALID_CROSS_REFERENCE_KEY"),
        ("Account", {"Name": "A", "ParentId": "nonsense"}, "MALFORMED_ID"),
        ("Account", {"Name": "A", "NumberOfEmployees": "31"}, "created"),
        ("Account", {"Name": "A", "NumberOfEmployees": "many"}, "JSON_PARSER_ERROR"),
        ("Account", {"Name": "A", "AnnualRevenue": 10**19}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Account", {"Name": 7}, "JSON_PARSER_ERROR"),
        ("Account", {"Name": "A", "IsDeleted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Account", {"Name": "A", "CreatedDate": "2020-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Account", {"Name": "A", "Id": "001Sm0000000zzz"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Account", {"Name": "  "}, "REQUIRED_FIELD_MISSING"),
        ("Contact", {"LastName": "A", "Email": "no address"}, "INVALID_EMAIL_ADDRESS"),
        ("Contact", {"LastName": "A", "Birthdate": "01.02.2020"}, "JSON_PARSER_ERROR"),
        ("Contact", {"LastName": "A", "Account": {KEY: "nobody"}}, "INVALID_FIELD"),
        ("Lead", {"LastName": "A"}, "REQUIRED_FIELD_MISSING"),
        ("Event", {"Subject": "A"}, "REQUIRED_FIELD_MISSING"),
        ("OpportunityStage", {"ApiName": "A"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        ("Attachment", {"Name": "A", "Body": "no base 64!"}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_value_that_does_not_fit(object: str, fields: dict[str, Any], expected: str) -> None:
    assert code(Salesforce(), object, **fields) == expected


def test_values_as_they_are_kept() -> None:
    asked = Salesforce()
    asked.create("Contact", LastName="  Şahin ", Email="AB@Example.COM", Title="", Birthdate="1990-02-28")
    asked.create("Opportunity", **OPPORTUNITY, Amount="1234.565", IsPrivate="true")
    asked.create("Event", Subject="E", StartDateTime="2026-06-01T12:00:00+02:00", EndDateTime="2026-06-01T11:30:00Z")
    contact = asked.query("SELECT Name, LastName, Email, Title, Birthdate FROM Contact")[0]
    assert contact == {
        "Name": "Şahin",
        "LastName": "Şahin",
        "Email": "ab@example.com",
        "Title": None,
        "Birthdate": "1990-02-28",
    }
    deal = asked.query("SELECT Amount, IsPrivate, Probability, IsClosed, ForecastCategoryName FROM Opportunity")[0]
    assert deal == {
        "Amount": 1234.57,
        "IsPrivate": True,
        "Probability": 10.0,
        "IsClosed": False,
        "ForecastCategoryName": "Pipeline",
    }
    event = asked.query("SELECT StartDateTime, DurationInMinutes FROM Event")[0]
    assert event == {"StartDateTime": "2026-06-01T10:00:00.000+0000", "DurationInMinutes": 90}


def test_audit_fields_owners_and_validation_rules_are_the_orgs() -> None:
    rules = [{"name": "No_x", "field": "Name", "matches": "x.*", "message": "no x"}]
    account = {**SCHEMA["objects"]["Account"], "validationRules": rules}
    asked = Salesforce(
        engine(schema={**SCHEMA, "objects": {**SCHEMA["objects"], "Account": account}}, audit_fields=True)
    )
    made = asked.create(
        "Account", Name="A", CreatedDate="2015-05-05T05:05:05Z", LastModifiedDate="2016-05-05T05:05:05Z"
    )
    read = asked.ask("GET", f"sobjects/Account/{made}", fields="CreatedDate,LastModifiedDate").body
    assert (read["CreatedDate"][:4], read["LastModifiedDate"][:4]) == ("2015", "2016")
    assert code(asked, "Account", Name="xyz") == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    gone = asked.query("SELECT Id FROM User WHERE IsActive = false")[0]["Id"]
    assert code(asked, "Account", Name="B", OwnerId=gone) == "INACTIVE_OWNER_OR_USER"


@pytest.mark.parametrize(("action", "passes"), [("Block", False), ("Alert", True)])
def test_duplicate_rules(action: str, passes: bool) -> None:
    rule = {"name": "Same_mail", "fields": ["Email"], "action": action}
    contact = {**SCHEMA["objects"]["Contact"], "duplicateRules": [rule]}
    asked = Salesforce(engine(schema={**SCHEMA, "objects": {**SCHEMA["objects"], "Contact": contact}}))
    first = asked.create("Contact", LastName="A", Email="a@example.com")
    rows = [row("Contact", LastName="B", Email="A@example.com"), row("Contact", LastName="C", Email="c@example.com")]
    refused, good = asked.write("POST", rows)
    assert good["success"] and refused["errors"][0]["statusCode"] == "DUPLICATES_DETECTED"
    match = refused["errors"][0]["duplicateResult"]["matchResults"][0]["matchRecords"][0]["record"]["Id"]
    assert match == first
    again = asked.write("POST", rows[:1], Sforce_Duplicate_Rule_Header="allowSave=true")
    assert again[0]["success"] is passes


def test_products_have_a_standard_price_first_and_lines_sum_up() -> None:
    asked = Salesforce()
    standard = asked.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")[0]["Id"]
    own = asked.create("Pricebook2", Name="Dealers", IsActive=True)
    product = asked.create("Product2", Name="Pump", ProductCode="P1", IsActive=True)
    entry = {"Product2Id": product, "UnitPrice": 10, "IsActive": True}
    assert code(asked, "PricebookEntry", Pricebook2Id=own, **entry) == "STANDARD_PRICE_NOT_DEFINED"
    first = asked.create("PricebookEntry", Pricebook2Id=standard, **entry)
    assert code(asked, "PricebookEntry", Pricebook2Id=standard, **entry) == "DUPLICATE_VALUE"
    second = asked.create("PricebookEntry", Pricebook2Id=own, **entry)
    deal = asked.create("Opportunity", **OPPORTUNITY)
    line = {"OpportunityId": deal, "Quantity": 3}
    assert code(asked, "OpportunityLineItem", **line, UnitPrice=10) == "REQUIRED_FIELD_MISSING"
    asked.create("OpportunityLineItem", **line, PricebookEntryId=second, UnitPrice=9.5)
    assert (
        code(asked, "OpportunityLineItem", **line, PricebookEntryId=first, UnitPrice=9) == "FIELD_INTEGRITY_EXCEPTION"
    )
    asked.create("OpportunityLineItem", **line, PricebookEntryId=second, TotalPrice=30)
    told = asked.query("SELECT Amount, (SELECT UnitPrice, TotalPrice FROM OpportunityLineItems) FROM Opportunity")
    lines = told[0]["OpportunityLineItems"]["records"]
    assert told[0]["Amount"] == 58.5 and {line["TotalPrice"] for line in lines} == {28.5, 30.0}


def test_members_roles_and_activities() -> None:
    asked = Salesforce()
    campaign, person = asked.create("Campaign", Name="Fair"), asked.create("Contact", LastName="A")
    lead = asked.create("Lead", LastName="L", Company="C")
    asked.create("CampaignMember", CampaignId=campaign, ContactId=person)
    assert code(asked, "CampaignMember", CampaignId=campaign, ContactId=person) == "DUPLICATE_VALUE"
    assert code(asked, "CampaignMember", CampaignId=campaign) == "REQUIRED_FIELD_MISSING"
    deal = asked.create("Opportunity", **OPPORTUNITY, ContactId=person)
    roles = asked.query("SELECT ContactId, IsPrimary FROM OpportunityContactRole")
    assert roles == [{"ContactId": person, "IsPrimary": True}]
    assert code(asked, "Task", Subject="T", WhoId=lead, WhatId=deal) == "FIELD_INTEGRITY_EXCEPTION"
    asked.create("Task", Subject="T", WhoId=person, WhatId=deal, Status="Completed")
    task = asked.query("SELECT IsClosed, Who.Type, Who.Name, What.Name FROM Task")[0]
    assert task["IsClosed"] and task["Who"]["Type"] == "Contact" and task["What"]["Name"] == "O"


def test_files_make_documents_and_links() -> None:
    asked = Salesforce()
    account = asked.create("Account", Name="A")
    body = base64.b64encode("Grüße".encode()).decode()
    made = asked.create(
        "ContentVersion", PathOnClient="/tmp/letter.txt", VersionData=body, FirstPublishLocationId=account
    )
    told = asked.ask("GET", f"sobjects/ContentVersion/{made}").body
    assert (told["Title"], told["FileExtension"], told["ContentSize"]) == ("letter", "txt", 7)
    assert asked.ask("GET", f"sobjects/ContentVersion/{made}/VersionData").payload().decode() == "Grüße"
    links = asked.query(f"SELECT ShareType FROM ContentDocumentLink WHERE LinkedEntityId = '{account}'")
    assert links == [{"ShareType": "V"}]
    link = {"ContentDocumentId": told["ContentDocumentId"], "LinkedEntityId": account}
    assert code(asked, "ContentDocumentLink", **link) == "DUPLICATE_VALUE"
    asked.create("ContentVersion", PathOnClient="x.txt", VersionData=body, ContentDocumentId=told["ContentDocumentId"])
    assert len(asked.query("SELECT Id FROM ContentDocument")) == 1
    assert len(asked.query("SELECT Id FROM ContentVersion WHERE IsLatest = true")) == 1


def test_deleting_takes_what_belongs_to_a_record_and_undeleting_brings_it_back() -> None:
    asked = Salesforce()
    account = asked.create("Account", Name="A")
    contact = asked.create("Contact", LastName="C", AccountId=account)
    case = asked.create("Case", Subject="S", AccountId=account)
    assert asked.refused("DELETE", f"sobjects/Account/{account}") == (400, "DELETE_FAILED")
    asked.ask("DELETE", f"sobjects/Case/{case}")
    assert asked.ask("DELETE", f"sobjects/Account/{account}").status == 204
    assert asked.refused("GET", f"sobjects/Contact/{contact}") == (404, "ENTITY_IS_DELETED")
    assert asked.query("SELECT Id, IsDeleted FROM Contact", "queryAll") == [{"Id": contact, "IsDeleted": True}]
    assert code(asked, "Contact", LastName="D", AccountId=account) == "ENTITY_IS_DELETED"
    assert "<success>true</success>" in soap(asked, f"<undelete><ids>{account}</ids></undelete>")
    assert asked.query("SELECT Account.Name FROM Contact")[0]["Account"]["Name"] == "A"
    assert "UNDELETE_FAILED" in soap(asked, f"<undelete><ids>{account}</ids></undelete>")


def test_a_merge_leaves_a_trace_and_moves_children() -> None:
    asked = Salesforce()
    kept, gone = (asked.create("Account", Name=name, **{KEY: name}) for name in ("kept", "gone"))
    asked.create("Contact", LastName="C", AccountId=gone)
    asked.create("Opportunity", **OPPORTUNITY, AccountId=gone)
    merge = f"<masterRecord><type>Account</type><Id>{kept}</Id><Phone>1</Phone></masterRecord>"
    merge += f"<recordToMergeIds>{gone}</recordToMergeIds>"
    assert "<success>true</success>" in soap(asked, f"<merge><request>{merge}</request></merge>")
    rows = asked.query("SELECT Id, MasterRecordId, IsDeleted, Phone FROM Account ORDER BY Name", "queryAll")
    assert [each["MasterRecordId"] for each in rows] == [kept, None] and rows[1]["Phone"] == "1"
    assert (
        asked.query("SELECT AccountId FROM Contact")
        == asked.query("SELECT AccountId FROM Opportunity")
        == [{"AccountId": kept}]
    )
    made = asked.write("PATCH", [row("Account", Name="again", **{KEY: "gone"})], f"/Account/{KEY}")
    assert made[0]["created"], "the key of a merged record is free, and its record is made again"


def test_a_lead_is_converted_once() -> None:
    asked = Salesforce()
    lead = asked.create("Lead", LastName="L", Company="C")
    said = f"<leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus>"
    assert "<accountId>001" in soap(asked, f"<convertLead><leadConverts>{said}</leadConverts></convertLead>")
    assert "CANNOT_UPDATE_CONVERTED_LEAD" in soap(
        asked, f"<convertLead><leadConverts>{said}</leadConverts></convertLead>"
    )
    assert asked.refused("PATCH", f"sobjects/Lead/{lead}", {"Title": "x"}) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    told = asked.query("SELECT IsConverted, ConvertedContactId FROM Lead")[0]
    assert told["IsConverted"] and told["ConvertedContactId"] == asked.query("SELECT Id FROM Contact")[0]["Id"]


def test_person_accounts() -> None:
    asked = Salesforce(engine(schema={**SCHEMA, "personAccounts": True}))
    person = asked.create("Account", LastName="Kaya", FirstName="Ali", PersonEmail="ALI@example.com")
    told = asked.ask("GET", f"sobjects/Account/{person}").body
    assert told["IsPersonAccount"] and told["Name"] == "Ali Kaya"
    behind = asked.query("SELECT Id, Email, IsPersonAccount FROM Contact")[0]
    assert behind == {"Id": told["PersonContactId"], "Email": "ali@example.com", "IsPersonAccount": True}
    asked.ask("PATCH", f"sobjects/Account/{person}", {"FirstName": "Veli"})
    assert asked.query("SELECT FirstName, Name FROM Contact") == [{"FirstName": "Veli", "Name": "Veli Kaya"}]
    assert code(asked, "Account", Name="Firm", PersonEmail="a@example.com") == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert code(asked, "Account", Name="Firm") == "created"


def test_currencies_record_types_and_queues() -> None:
    typed = {**SCHEMA["objects"]["Account"], "recordTypes": {"Partner": {}}}
    schema = {**SCHEMA, "severalCurrencies": True, "objects": {**SCHEMA["objects"], "Account": typed}}
    asked = Salesforce(engine(schema=schema, assignment_rule=True))
    kind = asked.query("SELECT Id FROM RecordType WHERE DeveloperName = 'Partner'")[0]["Id"]
    asked.create("Account", Name="A", RecordTypeId=kind, CurrencyIsoCode="USD")
    assert code(asked, "Account", Name="B", CurrencyIsoCode="XXX") == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    infos = asked.ask("GET", "sobjects/Account/describe").body["recordTypeInfos"]
    assert {info["developerName"] for info in infos} == {"Partner", "Master"}
    lead = asked.create("Lead", LastName="L", Company="C")
    assert asked.ask("GET", f"sobjects/Lead/{lead}").body["OwnerId"].startswith("00G")
    rows = [row("Lead", LastName="M", Company="C")]
    assert asked.write("POST", rows, Sforce_Auto_Assign="FALSE")[0]["success"]
    assert asked.query("SELECT Owner.Type FROM Lead WHERE LastName = 'M'")[0]["Owner"]["Type"] == "User"


@pytest.mark.parametrize("several", [True, False])
def test_an_account_of_a_contact_is_a_relation_where_there_are_several(several: bool) -> None:
    asked = Salesforce(engine(schema={**SCHEMA, "contactsOfSeveralAccounts": several}))
    first, second = (asked.create("Account", Name=name) for name in "AB")
    contact = asked.create("Contact", LastName="C", AccountId=first)
    if not several:
        assert asked.refused("GET", "sobjects/AccountContactRelation/describe") == (404, "NOT_FOUND")
        return
    assert code(asked, "AccountContactRelation", AccountId=first, ContactId=contact) == "DUPLICATE_VALUE"
    asked.create("AccountContactRelation", AccountId=second, ContactId=contact, Roles="Influencer;Other")
    told = asked.query("SELECT Account.Name, IsDirect, Roles FROM AccountContactRelation ORDER BY Account.Name")
    assert [(r["Account"]["Name"], r["IsDirect"]) for r in told] == [("A", True), ("B", False)]
