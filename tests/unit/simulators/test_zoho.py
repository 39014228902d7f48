"""The simulated Zoho CRM, by its own routes: what it takes, what it refuses and in which words."""

from typing import Any

import pytest
from zohos import Zoho, engine

from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.wire import Request
from crm_migrate_simulators.zoho import furnished
from crm_migrate_simulators.zoho.habits import Habits

KEY = {"field_label": "crm migrate id", "data_type": "text", "length": 64, "unique": {"case_sensitive": False}}


def why(told: dict[str, Any]) -> tuple[str, str]:
    return told["code"], told["details"].get("api_name", "")


# ---------------------------------------------------------------------------------------------------- who asks


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ("grant_type=password", "invalid_request"),
        ("grant_type=refresh_token&client_id=x&client_secret=not-a-secret", "invalid_client"),
        ("grant_type=refresh_token&client_id=crm-migrate&client_secret=not-a-secret&refresh_token=x", "invalid_code"),
    ],
)
def test_a_token_is_refused_with_a_word_and_200(form: str, error: str) -> None:
    reply = engine().answer(Request("POST", "/oauth/v2/token", {}, {}, form.encode()))
    assert (reply.status, reply.body) == (200, {"error": error})


def test_a_token_ends() -> None:
    zoho = Zoho(engine(token_seconds=60))
    assert zoho.ask("GET", "org").status == 200
    zoho.engine.clock.advance(61)
    refused = zoho.ask("GET", "org")
    assert (refused.status, refused.body["code"]) == (401, "INVALID_TOKEN")


def test_credits_end_and_from_half_of_them_on_a_header_tells() -> None:
    zoho = Zoho(engine(credits=20))
    assert "X-API-CREDITS-REMAINING" not in zoho.ask("GET", "org").headers
    zoho.rows("POST", "Accounts", *({"Account_Name": f"F{n}"} for n in range(95)))  # ten credits
    assert zoho.ask("GET", "org").headers["X-API-CREDITS-REMAINING"] == "8"
    for _ in range(8):
        zoho.ask("GET", "org")
    gone = zoho.ask("GET", "org")
    assert (gone.status, gone.body["code"], gone.headers["X-API-CREDITS-REMAINING"]) == (429, "TOO_MANY_REQUESTS", "0")
    assert "Retry-After" not in gone.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "a/b/c/d", 404, "INVALID_URL_PATTERN"),
        ("PATCH", "Accounts", 400, "INVALID_REQUEST_METHOD"),
        ("GET", "Accounts", 400, "REQUIRED_PARAM_MISSING"),
        ("GET", "settings/fields", 400, "REQUIRED_PARAM_MISSING"),
        ("GET", "Accounts/123", 400, "INVALID_DATA"),
        ("DELETE", "Accounts", 400, "REQUIRED_PARAM_MISSING"),
        ("POST", "Nobodies", 400, "INVALID_MODULE"),
        ("GET", "users/actions", 404, "INVALID_URL_PATTERN"),
    ],
)
def test_what_is_no_request_is_refused(method: str, path: str, status: int, code: str) -> None:
    reply = Zoho().ask(method, path, {"data": [{}]} if method == "POST" else None)
    assert (reply.status, reply.body["code"]) == (status, code)


# ---------------------------------------------------------------------------------------------------- records


@pytest.mark.parametrize(
    ("module", "record", "code", "field"),
    [
        ("Contacts", {"First_Name": "A"}, "MANDATORY_NOT_FOUND", "Last_Name"),
        ("Contacts", {"Last_Name": "x" * 81}, "INVALID_DATA", "Last_Name"),
        ("Contacts", {"Last_Name": "A", "Email": "a@b"}, "INVALID_DATA", "Email"),
        ("Contacts", {"Last_Name": "A", "Phone": "call me!"}, "INVALID_DATA", "Phone"),
        ("Contacts", {"Last_Name": "A", "Account_Name": "Acme"}, "INVALID_DATA", "Account_Name"),
        ("Contacts", {"Last_Name": "A", "Account_Name": {"id": "4711"}}, "INVALID_DATA", "Account_Name"),
        ("Contacts", {"Last_Name": "A", "Email_Opt_Out": "true"}, "INVALID_DATA", "Email_Opt_Out"),
        ("Contacts", {"Last_Name": "A", "Date_of_Birth": "14.03.1970"}, "INVALID_DATA", "Date_of_Birth"),
        ("Contacts", {"Last_Name": "A", "Lead_Source": "Fair"}, "INVALID_DATA", "Lead_Source"),
        ("Accounts", {"Account_Name": "A", "Employees": 1.5}, "INVALID_DATA", "Employees"),
        ("Accounts", {"Account_Name": "A", "Employees": 10**9}, "INVALID_DATA", "Employees"),
        ("Accounts", {"Account_Name": "A", "Annual_Revenue": "5"}, "INVALID_DATA", "Annual_Revenue"),
        ("Accounts", {"Account_Name": "A", "Website": "no site"}, "INVALID_DATA", "Website"),
        ("Deals", {"Deal_Name": "A", "Stage": "Qualification"}, "MANDATORY_NOT_FOUND", "Pipeline"),
        ("Tasks", {"Subject": "A", "What_Id": {"id": "4711"}}, "MANDATORY_NOT_FOUND", "$se_module"),
        ("Events", {"Event_Title": "A", "Start_DateTime": "2026-01-01T10:00:00", "End_DateTime": None}, "INVALID_DATA",
         "Start_DateTime"),
    ],
)  # fmt: skip
def test_a_record_is_refused_with_its_field(module: str, record: dict[str, Any], code: str, field: str) -> None:
    zoho = Zoho()
    reply = zoho.ask("POST", module, {"data": [record]})
    assert reply.status == 400 and why(reply.body["data"][0]) == (code, field)
    assert reply.body["data"][0]["details"]["json_path"] == f"$.data[0].{field}"
    assert zoho.engine.store.all(module) == []


def test_each_record_is_by_itself_and_the_status_says_how_many_were_taken() -> None:
    zoho, good, bad = Zoho(), {"Last_Name": "A"}, {"First_Name": "B"}
    found = [zoho.ask("POST", "Contacts", {"data": said}) for said in ([good, good], [good, bad], [bad, bad])]
    assert [reply.status for reply in found] == [201, 207, 202]
    assert [[each["status"] for each in reply.body["data"]] for reply in found][1] == ["success", "error"]
    many = zoho.ask("POST", "Contacts", {"data": [good] * 101})
    assert (many.status, many.body["details"]["maximum_length"]) == (400, 100)


def test_what_a_module_does_not_have_and_its_own_fields_are_passed_over() -> None:
    zoho = Zoho()
    id = zoho.create("Contacts", Last_Name="A", Nonsense="x", Created_Time="2011-01-01T00:00:00+00:00")
    (record,) = zoho.ask("GET", f"Contacts/{id}").body["data"]
    assert "Nonsense" not in record and record["Created_Time"] == "2027-01-15T11:00:00+03:00"


def test_a_change_leaves_what_it_does_not_say_and_null_clears() -> None:
    zoho = Zoho()
    id = zoho.create("Contacts", Last_Name="A", First_Name="B", Phone="1")
    zoho.rows("PUT", "Contacts", {"id": id, "Phone": None, "First_Name": ""})
    (record,) = zoho.ask("GET", f"Contacts/{id}", fields="Last_Name,First_Name,Phone,Full_Name").body["data"]
    assert record == {"id": id, "Last_Name": "A", "First_Name": None, "Phone": None, "Full_Name": "A"}
    assert [why(each) for each in zoho.rows("PUT", "Contacts", {"Phone": "1"}, {"id": "4711"})] == [
        ("MANDATORY_NOT_FOUND", "id"), ("INVALID_DATA", "id"),
    ]  # fmt: skip
    assert why(zoho.rows("PUT", "Contacts", {"id": id, "Last_Name": None})[0])[0] == "MANDATORY_NOT_FOUND"


def test_a_unique_field_knows_no_case_and_names_who_has_the_value() -> None:
    zoho = Zoho()
    assert zoho.ask("POST", "settings/fields", {"fields": [KEY]}, module="Accounts").status == 201
    id = zoho.create("Accounts", Account_Name="A", crm_migrate_id="k1")
    (told,) = zoho.rows("POST", "Accounts", {"Account_Name": "B", "crm_migrate_id": "K1"})
    assert why(told) == ("DUPLICATE_DATA", "crm_migrate_id") and told["details"]["id"] == id


def test_an_upsert_finds_by_what_is_said_in_its_order() -> None:
    zoho = Zoho()
    one = zoho.create("Leads", Last_Name="A", Company="X", Email="a@x.example")
    said = {"Last_Name": "B", "Company": "X", "Email": "A@x.example"}
    (changed,) = zoho.rows("POST", "Leads/upsert", said)
    assert (changed["action"], changed["duplicate_field"], changed["details"]["id"]) == ("update", "Email", one)
    (made,) = zoho.rows("POST", "Leads/upsert", {**said, "Email": "new@x.example"})
    assert (made["action"], made["duplicate_field"]) == ("insert", None)
    refused = zoho.ask("POST", "Leads/upsert", {"data": [said], "duplicate_check_fields": ["Last_Name"]})
    assert (refused.status, refused.body["details"]["api_name"]) == (400, "duplicate_check_fields")


def test_a_stage_sets_the_probability_unless_one_is_said() -> None:
    zoho = Zoho(engine(schema={"pipelines": False}))
    for said in ({}, {"Probability": 33}):
        zoho.create("Deals", Deal_Name="D", Stage="Negotiation/Review", **said)
    assert [each["Probability"] for each in zoho.query("select Probability from Deals where id is not null")] == [
        90,
        33,
    ]


def test_who_is_deleted_takes_activities_along_and_comes_back_with_them() -> None:
    zoho = Zoho()
    firm = zoho.create("Accounts", Account_Name="A")
    person = zoho.create("Contacts", Last_Name="P", Account_Name={"id": firm})
    task = zoho.create("Tasks", **{"Subject": "T", "What_Id": {"id": firm}, "$se_module": "Accounts"})
    assert zoho.ask("DELETE", "Accounts", ids=f"{firm},4711").status == 207
    store = zoho.engine.store
    assert [each.id for each in store.all("Contacts")] == [person] and store.all("Tasks") == []
    assert zoho.query("select Account_Name from Contacts where id is not null")[0]["Account_Name"] is None
    (gone,) = zoho.ask("GET", "Accounts/deleted").body["data"]
    assert (gone["id"], gone["type"], gone["display_name"]) == (firm, "recycle", "A")
    assert {each["id"] for each in zoho.ask("GET", "settings/recycle_bin").body["recycle_bin"]} == {firm, task}
    assert zoho.ask("POST", f"settings/recycle_bin/{firm}/actions/restore", {}).status == 200
    assert [each.id for each in store.all("Tasks")] == [task]
    assert zoho.ask("POST", f"settings/recycle_bin/{firm}/actions/restore", {}).status == 400


def test_tags_are_given_and_taken() -> None:
    zoho = Zoho()
    id = zoho.create("Accounts", Account_Name="A", Tag=[{"name": "old"}])
    said = {"tags": [{"name": "vip"}], "ids": [id]}
    assert zoho.ask("POST", "Accounts/actions/add_tags", said).body["data"][0]["details"]["tags"] == ["old", "vip"]
    assert [each["name"] for each in zoho.ask("GET", "settings/tags", module="Accounts").body["tags"]] == ["old", "vip"]
    zoho.ask("POST", "Accounts/actions/remove_tags", {"tags": [{"name": "old"}], "ids": [id]})
    (record,) = zoho.ask("GET", f"Accounts/{id}", fields="Tag").body["data"]
    assert [tag["name"] for tag in record["Tag"]] == ["vip"]


# ---------------------------------------------------------------------------------------------------- lists, queries


def test_pages_go_on_by_number_and_behind_2000_by_a_token() -> None:
    zoho = Zoho()
    for _ in range(21):
        zoho.rows("POST", "Accounts", *({"Account_Name": "A"} for _ in range(100)))
    assert zoho.ask("GET", "Accounts/actions/count").body == {"count": 2100}
    last = zoho.ask("GET", "Accounts", fields="id", page="10", sort_order="asc").body["info"]
    assert last["more_records"] and zoho.ask("GET", "Accounts", fields="id", page="11").status == 400
    rest = zoho.ask("GET", "Accounts", fields="id", page_token=last["next_page_token"], sort_order="asc").body
    assert (len(rest["data"]), rest["info"]["more_records"]) == (100, False)
    ids = [each["id"] for each in zoho.query("select id from Accounts where id is not null limit 2000")]
    assert ids == sorted(ids, key=int) and len(ids) == 2000
    behind = zoho.query(f"select id from Accounts where id > '{ids[-1]}' limit 2000")
    assert [each["id"] for each in behind] == [each["id"] for each in rest["data"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select id from Accounts", "SYNTAX_ERROR"),
        ("select id from Accounts where id > 1 and id > 2 and id > 3", "SYNTAX_ERROR"),
        ("select id from Accounts where id > 1; delete", "SYNTAX_ERROR"),
        ("select id from Accounts where id is not null limit 2001", "LIMIT_EXCEEDED"),
        ("select id from Accounts where id is not null limit 100000, 1", "LIMIT_EXCEEDED"),
        (f"select {', '.join(['id'] * 51)} from Accounts where id is not null", "LIMIT_EXCEEDED"),
        (f"select id from Accounts where id in ({', '.join(map(str, range(51)))})", "LIMIT_EXCEEDED"),
        ("select Nonsense from Accounts where id is not null", "INVALID_QUERY"),
        ("select id from Nobodies where id is not null", "INVALID_QUERY"),
        ("select id from Accounts where Description = 'x'", "INVALID_QUERY"),
        ("select id from Contacts where Account_Name > '1'", "INVALID_QUERY"),
        ("select id from Accounts where Employees = 'many'", "INVALID_QUERY"),
    ],
)
def test_a_query_that_is_none_is_refused(text: str, code: str) -> None:
    zoho = Zoho()
    zoho.create("Accounts", Account_Name="A", Employees=3)
    reply = zoho.ask("POST", "coql", {"select_query": text})
    assert (reply.status, reply.body["code"]) == (400, code)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Account_Name = 'ANADOLU'", "A"),
        ("Account_Name like 'Ana%'", "A"),
        ("Account_Name not like '%na%'", "IO"),
        ("Account_Name in ('Işık', 'O\\'Hara')", "IO"),
        ("Account_Name not in ('Işık')", "AO"),
        ("Employees >= 5", "IO"),
        ("Employees between 4 and 6", "I"),
        ("Employees is null", "A"),
        ("(Employees = 5) or (Account_Name = 'Anadolu')", "AI"),
        ("(Employees > 1) and ((Employees < 9) or (Account_Name = 'x'))", "I"),
        ("Parent_Account is not null", "I"),
        ("Parent_Account.Account_Name = 'Anadolu'", "I"),
        ("Created_Time > '2027-01-15T07:59:59+00:00'", "AIO"),
        ("Created_Time > '2027-01-15T11:00:00+03:00'", ""),
    ],
)
def test_conditions_find_what_they_say(where: str, found: str) -> None:
    zoho = Zoho()
    first = zoho.create("Accounts", Account_Name="Anadolu")
    zoho.create("Accounts", Account_Name="Işık", Employees=5, Parent_Account={"id": first})
    zoho.create("Accounts", Account_Name="O'Hara", Employees=9)
    told = zoho.query(f"select Account_Name from Accounts where {where}")
    assert "".join(each["Account_Name"][0] for each in told) == found


def test_a_query_tells_references_by_their_ids_and_follows_paths() -> None:
    zoho = Zoho()
    firm = zoho.create("Accounts", Account_Name="A")
    zoho.create("Contacts", Last_Name="P", Account_Name={"id": firm})
    (row,) = zoho.query("select Account_Name, Account_Name.Account_Name, Owner.email from Contacts where id > 0")
    assert (row["Account_Name"], row["Account_Name.Account_Name"]) == ({"id": firm}, "A")
    assert row["Owner.email"] == "integration@simulated.example"
    assert zoho.query("select COUNT(id) from Contacts where id is not null") == [{"COUNT(id)": 1}]


# ---------------------------------------------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"data_type": "text"}, "MANDATORY_NOT_FOUND", "field_label"),
        ({"field_label": "A", "data_type": "formula"}, "INVALID_DATA", "data_type"),
        ({"field_label": "A", "data_type": "text", "length": 256}, "INVALID_DATA", "length"),
        ({"field_label": "A", "data_type": "textarea"}, "MANDATORY_NOT_FOUND", "textarea"),
        ({"field_label": "A", "data_type": "picklist"}, "MANDATORY_NOT_FOUND", "pick_list_values"),
        ({"field_label": "A", "data_type": "text", "unique": {"case_sensitive": True}}, "INVALID_DATA", "unique"),
        ({"field_label": "Account Name", "data_type": "text"}, "DUPLICATE_DATA", "field_label"),
    ],
)
def test_a_field_that_cannot_be_made_is_refused(said: dict[str, Any], code: str, field: str) -> None:
    reply = Zoho().ask("POST", "settings/fields", {"fields": [said]}, module="Accounts")
    assert reply.status == 400 and why(reply.body["fields"][0]) == (code, field)


def test_a_module_takes_two_unique_fields_and_five_new_ones_at_a_time() -> None:
    zoho = Zoho()
    three = [{**KEY, "field_label": f"Key {n}"} for n in range(3)]
    reply = zoho.ask("POST", "settings/fields", {"fields": three}, module="Accounts")
    assert [each["code"] for each in reply.body["fields"]] == ["SUCCESS", "SUCCESS", "LIMIT_EXCEEDED"]
    assert zoho.ask("POST", "settings/fields", {"fields": three * 2}, module="Accounts").status == 400


def test_a_schema_adds_users_modules_fields_and_currencies() -> None:
    schema = {
        "objects": {
            "Suppressed_Mailboxes": {"label": "Suppressed mailboxes"},
            "Contacts": {"fields": {"Languages": {"data_type": "multiselectpicklist"}}},
        },
        "users": [{"email": "gone@firma.example", "last_name": "Gone", "status": "deleted"}],
        "currencies": ["TRY", "EUR"],
    }
    zoho = Zoho(engine(schema=schema, strict_picklists=False))
    zoho.create("Suppressed_Mailboxes", Name="a@x.example")
    id = zoho.create("Contacts", Last_Name="A", Languages=["Türkçe", "Deutsch"])
    assert zoho.ask("GET", f"Contacts/{id}", fields="Languages").body["data"][0]["Languages"] == ["Türkçe", "Deutsch"]
    assert [each["status"] for each in zoho.ask("GET", "users", type="DeactiveUsers").body["users"]] == ["deleted"]
    assert [each["iso_code"] for each in zoho.ask("GET", "org/currencies").body["currencies"]] == ["TRY", "EUR"]
    assert "Currency" in zoho.engine.store.schema.objects["Deals"].fields
    assert "Suppressed_Mailboxes" in {each["api_name"] for each in zoho.ask("GET", "settings/modules").body["modules"]}
    with pytest.raises(SchemaError):
        furnished({"objects": []})
    with pytest.raises(ValueError, match="no time zone"):
        Habits(time_zone="Mars/Olympus")


ROWS = {
    "pipelines": False,
    "objects": {
        "Line_Items": {"subform_of": "Deals", "fields": {"Item": {"data_type": "text", "length": 9, "required": True}}}
    },
}


def items(zoho: Zoho, deal: str) -> list[str]:
    """The rows of a deal, as it is told by itself."""
    return [row["Item"] for row in zoho.ask("GET", f"Deals/{deal}").body["data"][0]["Line_Items"]]


def test_rows_of_a_subform_are_added_changed_and_taken_away_through_their_record() -> None:
    zoho = Zoho(engine(schema=ROWS))
    deal = zoho.create("Deals", Deal_Name="D", Stage="Qualification", Line_Items=[{"Item": "a"}, {"Item": "b"}])
    told = zoho.query("select Item, Parent_Id from Line_Items where Parent_Id is not null")
    assert [(row["Item"], row["Parent_Id"]["id"]) for row in told] == [("a", deal), ("b", deal)]
    first, second = (row["id"] for row in told)
    sent = [{"id": first, "_delete": None}, {"Item": "c"}]
    assert zoho.rows("PUT", "Deals", {"id": deal, "Line_Items": sent})[0]["status"] == "success"
    assert items(zoho, deal) == ["b", "c"], "a row that is not named stays"
    (wrong,) = zoho.rows(
        "PUT", "Deals", {"id": deal, "Stage": "Closed Won", "Line_Items": [{"id": second}, {"Item": None}]}
    )
    assert (wrong["code"], wrong["details"]["json_path"]) == ("MANDATORY_NOT_FOUND", "$.data[0].Line_Items[1].Item")
    (wrong,) = zoho.rows("PUT", "Deals", {"id": deal, "Line_Items": [{"id": first}]})
    assert wrong["code"] == "INVALID_DATA", "it is not there any more"
    many = [{"Item": str(n)} for n in range(99)]
    assert zoho.rows("PUT", "Deals", {"id": deal, "Line_Items": many})[0]["code"] == "LIMIT_EXCEEDED"
    assert items(zoho, deal) == ["b", "c"] and zoho.engine.store.get("Deals", deal).values["Stage"] == "Qualification"
    assert zoho.rows("PUT", "Deals", {"id": deal, "Line_Items": []})[0]["status"] == "success"
    assert items(zoho, deal) == []


def test_rows_go_and_come_back_with_their_record_and_are_no_records_that_are_written() -> None:
    zoho = Zoho(engine(schema=ROWS))
    deal = zoho.create("Deals", Deal_Name="D", Stage="Qualification", Line_Items=[{"Item": "a"}])
    (row,) = zoho.query("select id from Line_Items where id is not null")
    for method, path, body in (
        ("POST", "Line_Items", {"data": [{"Item": "x", "Parent_Id": {"id": deal}}]}),
        ("PUT", "Line_Items", {"data": [{"id": row["id"], "Item": "x"}]}),
        ("DELETE", f"Line_Items/{row['id']}", None),
    ):
        assert zoho.ask(method, path, body).body["code"] == "INVALID_MODULE"
    (module,) = zoho.ask("GET", "settings/modules/Line_Items").body["modules"]
    assert (module["generated_type"], module["parent_module"]["api_name"]) == ("subform", "Deals")
    assert "Line_Items" not in zoho.ask("GET", "Deals", fields="Deal_Name,Line_Items").body["data"][0]
    zoho.ask("DELETE", f"Deals/{deal}")
    assert not zoho.query("select id from Line_Items where id is not null")
    zoho.ask("POST", f"settings/recycle_bin/{deal}/actions/restore")
    assert items(zoho, deal) == ["a"]
    with pytest.raises(SchemaError, match="no such module"):
        furnished({"objects": {"Rows": {"subform_of": "Nobody"}}})


def test_a_contact_has_one_role_in_a_deal_and_goes_with_either() -> None:
    zoho = Zoho(engine(schema={"pipelines": False, "contact_roles": ["Buyer", "User"]}))
    deal, contact = zoho.create("Deals", Deal_Name="D", Stage="Qualification"), zoho.create("Contacts", Last_Name="A")
    roles = {each["name"]: each["id"] for each in zoho.ask("GET", "Contacts/roles").body["contact_roles"]}
    path = f"Deals/{deal}/Contact_Roles"
    assert zoho.ask("GET", path, fields="Contact_Role").status == 204
    for name, words in (("Buyer", "relation added"), ("User", "relation updated")):
        (told,) = zoho.rows("PUT", f"{path}/{contact}", {"Contact_Role": {"id": roles[name]}})
        assert (told["message"], told["details"]["id"]) == (words, contact)
    reply = zoho.ask("GET", path, fields="Last_Name,Contact_Role").body
    assert reply["data"] == [{"id": contact, "Last_Name": "A", "Contact_Role": {"name": "User", "id": roles["User"]}}]
    for body, code in (({}, "MANDATORY_NOT_FOUND"), ({"Contact_Role": {"id": "1"}}, "INVALID_DATA")):
        assert zoho.rows("PUT", f"{path}/{contact}", body)[0]["code"] == code
    for wrong in (f"Deals/{contact}/Contact_Roles", f"Accounts/{deal}/Contact_Roles"):
        assert zoho.ask("GET", wrong, fields="Contact_Role").body["code"] == "INVALID_DATA"
    assert zoho.ask("GET", path).body["code"] == "REQUIRED_PARAM_MISSING"
    assert zoho.ask("DELETE", f"{path}/{contact}").body["data"][0]["message"] == "relation removed"
    assert zoho.ask("DELETE", f"{path}/{contact}").body["data"][0]["code"] == "INVALID_DATA"
    zoho.rows("PUT", f"{path}/{contact}", {"Contact_Role": {"id": roles["Buyer"]}})
    zoho.ask("DELETE", f"Contacts/{contact}")
    assert zoho.ask("GET", path, fields="Contact_Role").status == 204
    assert all(" " not in each["api_name"] for each in zoho.ask("GET", "settings/modules").body["modules"])


def test_what_our_user_may_not_see_is_not_there() -> None:
    zoho = Zoho(engine(denied="Deals"))
    assert zoho.ask("GET", "settings/fields", module="Deals").body["code"] == "INVALID_MODULE"
    assert "Deals" not in {each["api_name"] for each in zoho.ask("GET", "settings/modules").body["modules"]}


# ---------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("too_many_at_once@1", 429, "TOO_MANY_REQUESTS"),
        ("scope_missing@1", 401, "OAUTH_SCOPE_MISMATCH"),
        ("rows_locked@1", 400, "RECORD_LOCKED"),
        ("in_blueprint@1", 400, "RECORD_IN_BLUEPRINT"),
    ],
)
def test_own_faults_refuse_and_do_nothing(fault: str, status: int, code: str) -> None:
    zoho = Zoho(engine(fault))
    reply = zoho.ask("POST", "Accounts", {"data": [{"Account_Name": "A"}]})
    said = reply.body["data"][0] if "data" in reply.body else reply.body
    assert (reply.status, said["code"]) == (status, code) and zoho.engine.store.all("Accounts") == []


def test_the_witness_knows_the_key_of_who_was_created() -> None:
    zoho = Zoho()
    zoho.ask("POST", "settings/fields", {"fields": [KEY]}, module="Accounts")
    zoho.create("Accounts", Account_Name="A", crm_migrate_id="k1")
    assert [(each.object, each.key) for each in zoho.engine.log.creations] == [("Accounts", "k1")]
