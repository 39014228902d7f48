"""Zoho's own `zohocrmsdk8-0` moves a small company into an organisation. Arguments: its URL, a folder for its files.

The SDK reads the fields of each module first and makes its models of every answer: one that they do not take ends this
program with an error. It prints, as JSON, what it believes to have made.
"""

import json
import sys
from datetime import UTC, date, datetime
from typing import Any

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import deal_contact_roles, fields, record, tags
from zohocrmsdk.src.com.zoho.crm.api.contact_roles import ContactRolesOperations
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as Query
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.deal_contact_roles.deal_contact_roles_operations import (
    DealContactRolesOperations,
    GetAssociatedContactRolesParam,
)
from zohocrmsdk.src.com.zoho.crm.api.fields.fields_operations import CreateFieldParam, FieldsOperations, GetFieldsParam
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.modules import ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.parameter_map import ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.record.record_operations import (
    DeleteRecordsParam,
    GetDeletedRecordsParam,
    GetRecordsParam,
    RecordOperations,
)
from zohocrmsdk.src.com.zoho.crm.api.recycle_bin import RecycleBinOperations
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.tags.tags_operations import TagsOperations
from zohocrmsdk.src.com.zoho.crm.api.users.users_operations import GetUsersParam, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

URL, FOLDER = sys.argv[1:3]
KEY = "crm_migrate_id"


def sign_in() -> None:
    environment = DataCenter.Environment(URL, f"{URL}/oauth/v2/token", URL)
    token = OAuthToken(client_id="crm-migrate", client_secret="not-a-secret", refresh_token="not-a-secret")
    Initializer.initialize(
        environment=environment,
        token=token,
        store=FileStore(f"{FOLDER}/tokens.txt"),
        sdk_config=SDKConfig(auto_refresh_fields=True, pick_list_validation=False),
        resource_path=FOLDER,
        logger=Logger.get_instance(level=Logger.Levels.ERROR, file_path=f"{FOLDER}/sdk.log"),
    )


def params(**said: Any) -> ParameterMap:
    """`name=(param, value)`."""
    found = ParameterMap()
    for param, value in said.values():
        found.add(param, value)
    return found


def told(response: Any, status: int) -> Any:
    """The object of an answer with that status."""
    assert response.get_status_code() == status, (response.get_status_code(), vars(response.get_object() or {}))
    return response.get_object()


def key_field(module: str) -> None:
    """Our key, as a custom field that takes each value once."""
    field, unique, body = fields.Fields(), fields.Unique(), fields.BodyWrapper()
    unique.set_casesensitive("false")
    field.set_field_label(KEY.replace("_", " "))
    field.set_data_type("text")
    field.set_length(64)
    field.set_unique(unique)
    body.set_fields([field])
    made = told(FieldsOperations().create_field(body, params(m=(CreateFieldParam.module, module))), 201)
    (one,) = made.get_fields()
    assert isinstance(one, fields.SuccessResponse), vars(one)
    known = told(FieldsOperations().get_fields(params(m=(GetFieldsParam.module, module))), 200).get_fields()
    assert KEY in {each.get_api_name() for each in known}


def made_of(values: dict[str, Any]) -> Any:
    """A record of the SDK; what is in brackets is a reference."""
    found = record.Record()
    for name, value in values.items():
        if isinstance(value, tuple):
            other = record.Record()
            other.set_id(value[0])
            value = other
        found.add_key_value(name, value)
    return found


def body_of(rows: list[dict[str, Any]], **more: Any) -> Any:
    body = record.BodyWrapper()
    body.set_data([made_of(each) for each in rows])
    body.set_trigger([])
    if more:
        body.set_duplicate_check_fields(more["by"])
    return body


def ids_of(wrapper: Any) -> list[int]:
    """The ids of an answer, all of which have to be successes."""
    listed = wrapper.get_data()
    assert all(isinstance(each, record.SuccessResponse) for each in listed), [vars(each) for each in listed]
    return [int(each.get_details()["id"]) for each in listed]


def company() -> dict[str, int]:
    accounts, contacts, deals = (RecordOperations(name) for name in ("Accounts", "Contacts", "Deals"))
    firms = [{"Account_Name": f"Işık {n}", "Annual_Revenue": n + 0.5, "Employees": n, KEY: f"f{n}"} for n in range(3)]
    firm_ids = ids_of(told(accounts.create_records(body_of(firms)), 201))
    people = [
        {"Last_Name": f"Yılmaz {n}", "Email": f"p{n}@firma.example", "Account_Name": (firm_ids[n % 3],),
         "Date_of_Birth": date(1970, 1, n + 1), "Email_Opt_Out": n == 0, KEY: f"p{n}"}
        for n in range(5)
    ]  # fmt: skip
    person_ids = ids_of(told(contacts.create_records(body_of(people)), 201))
    sale = {"Deal_Name": "Pres hattı", "Stage": Choice("Qualification"), "Pipeline": Choice("Standard (Standard)"),
            "Amount": 12.25, "Account_Name": (firm_ids[0],), "Closing_Date": date(2027, 1, 31),
            "Line_Items": [made_of({"Item": "Pres"}), made_of({"Item": "Kalıp"})]}  # fmt: skip
    (deal,) = ids_of(told(deals.create_records(body_of([sale])), 201))
    rows(deals, deal)
    roles(deal, person_ids[0])
    reading(accounts, contacts, firm_ids, person_ids)
    changing(accounts, contacts, firm_ids, person_ids)
    return {"Accounts": 3, "Contacts": 5, "Deals": 1, "Line_Items": 3, "Contacts in deals": 1}


def rows(deals: Any, deal: int) -> None:
    """Rows of a subform, through their record and as a module of their own."""
    first, second = told(deals.get_record(deal), 200).get_data()[0].get_key_value("Line_Items")
    assert [each.get_key_value("Item") for each in (first, second)] == ["Pres", "Kalıp"]
    change = {"id": deal, "Line_Items": [made_of({"id": first.get_id(), "_delete": None}), made_of({"Item": "Montaj"})]}
    ids_of(told(deals.update_records(body_of([change])), 200))
    query = Query()
    query.set_select_query(f"select Item, Parent_Id from Line_Items where Parent_Id = {deal}")
    found = told(CoqlOperations().get_records(query), 200).get_data()
    assert [each.get_key_value("Item") for each in found] == ["Kalıp", "Montaj"]
    (module,) = told(ModulesOperations().get_module_by_api_name("Line_Items"), 200).get_modules()
    assert module.get_generated_type().get_value() == "subform"
    assert module.get_parent_module().get_api_name() == "Deals"


def roles(deal: int, person: int) -> None:
    """The role of a contact in a deal, given and taken."""
    named = told(ContactRolesOperations().get_roles(), 200).get_contact_roles()
    role, data, body = deal_contact_roles.ContactRole(), deal_contact_roles.Data(), deal_contact_roles.BodyWrapper()
    role.set_id(named[1].get_id())
    role.set_name(named[1].get_name())
    data.set_contact_role(role)
    body.set_data([data])
    operations = DealContactRolesOperations()
    (done,) = told(operations.associate_contact_role_to_deal(person, deal, body), 200).get_data()
    assert isinstance(done, deal_contact_roles.SuccessResponse), vars(done)
    asked = params(f=(GetAssociatedContactRolesParam.fields, "Last_Name,Contact_Role"))
    (told_one,) = told(operations.get_associated_contact_roles(deal, asked), 200).get_data()
    assert (told_one.get_id(), told_one.get_contact_role().get_name()) == (person, named[1].get_name())
    (gone,) = told(operations.delete_contact_role_relation(person, deal), 200).get_data()
    assert isinstance(gone, deal_contact_roles.SuccessResponse), vars(gone)


def reading(accounts: Any, contacts: Any, firms: list[int], people: list[int]) -> None:
    """Lists, by ids, one, and by a query."""
    page = told(
        contacts.get_records(params(f=(GetRecordsParam.fields, "Last_Name,Account_Name,Owner,Created_Time"))), 200
    )
    listed = page.get_data()
    assert [each.get_id() for each in listed] == sorted(people, reverse=True) and not page.get_info().get_more_records()
    assert listed[0].get_key_value("Account_Name").get_id() in firms
    assert listed[0].get_key_value("Owner").get_email() == "integration@simulated.example"
    assert listed[0].get_created_time() <= datetime.now(UTC)
    one = told(contacts.get_record(people[0]), 200).get_data()[0]
    assert one.get_key_value("Email_Opt_Out") is True and one.get_key_value("Date_of_Birth") == date(1970, 1, 1)
    query = Query()
    query.set_select_query(f"select Account_Name, {KEY} from Accounts where {KEY} in ('f1', 'f2')")
    found = told(CoqlOperations().get_records(query), 200)
    assert [each.get_key_value(KEY) for each in found.get_data()] == ["f1", "f2"] and found.get_info().get_count() == 2
    assert told(accounts.record_count(), 200).get_count() == 3
    assert "Contacts" in {each.get_api_name() for each in told(ModulesOperations().get_modules(), 200).get_modules()}
    who = told(UsersOperations().get_users(params(t=(GetUsersParam.type, "CurrentUser"))), 200).get_users()
    assert [each.get_email() for each in who] == ["integration@simulated.example"]
    assert told(OrgOperations().get_organization(), 200).get_org()[0].get_company_name()


def changing(accounts: Any, contacts: Any, firms: list[int], people: list[int]) -> None:
    """Changes, upserts, refusals, tags, deletions."""
    ids_of(told(accounts.update_records(body_of([{"id": firms[0], "Phone": "+90 212 555 01 01"}])), 200))
    merged = told(
        contacts.upsert_records(body_of([{"Last_Name": "Yılmaz", "Email": "P1@firma.example"}], by=["Email"])), 200
    )
    assert ids_of(merged) == [people[1]]
    (wrong,) = told(contacts.create_records(body_of([{"First_Name": "x"}])), 400).get_data()
    assert isinstance(wrong, record.APIException) and wrong.get_code().get_value() == "MANDATORY_NOT_FOUND"
    mixed = told(contacts.update_records(body_of([{"id": people[2], "Title": "x"}, {"id": 4711, "Title": "x"}])), 207)
    assert [type(each).__name__ for each in mixed.get_data()] == ["SuccessResponse", "APIException"]
    body, tag = tags.NewTagRequestWrapper(), tags.Tag()
    tag.set_name("vip")
    body.set_tags([tag])
    body.set_ids([firms[1]])
    told(TagsOperations().add_tags_to_multiple_records("Accounts", body), 200)
    gone = told(contacts.delete_records(params(i=(DeleteRecordsParam.ids, str(people[4])))), 200)
    assert ids_of(gone) == [people[4]]
    deleted = told(contacts.get_deleted_records(params(t=(GetDeletedRecordsParam.type, "all"))), 200).get_data()
    assert [each.get_id() for each in deleted] == [people[4]]
    assert [each.get_id() for each in told(RecycleBinOperations().get_recyclebin_records(), 200).get_recycle_bin()] == [
        people[4]
    ]


sign_in()
for module in ("Accounts", "Contacts"):
    key_field(module)
print(json.dumps(company()))
