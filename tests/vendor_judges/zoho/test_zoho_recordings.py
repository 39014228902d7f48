"""What Zoho CRM was recorded to answer, and what its own SDK expects of an answer, held against the simulated one."""

from collections.abc import Iterator
from typing import Any

import pytest
from recordings import exchange
from zohos import Zoho, engine

from vendor_judges.comparing import differences

# The members of `structures` in the descriptions of the vendor's SDK, and an answer of ours that each is about.
TYPES = {"String": str, "Integer": int, "Long": str, "Boolean": bool, "DateTime": str}
# What the simulator says and the models of SDK 7.0.0 do not.
BEYOND = {"modules": {"show_as_tab"}, "users": set[str](), "fields": set[str](), "recycle_bin": set[str]()}


def differs(recorded: Any, ours: Any) -> bool:
    """Whether two values are of other types; nothing is of any."""
    return None not in (recorded, ours) and type(recorded) is not type(ours)


def body(name: str) -> Any:
    return exchange("zoho", name)["response"]["body"]


def test_a_created_record_is_told_as_it_was_recorded() -> None:
    sent = exchange("zoho", "create_lead_row_success")["request"]["body"]["data"]
    reply = Zoho().ask("POST", "Leads", {"data": sent})
    assert reply.status == 201, "the recording's 200 is that of a test double"
    assert differences(body("create_lead_row_success"), reply.body) == []
    assert reply.body["data"][0]["message"] == body("create_lead_row_success")["data"][0]["message"]


def test_a_changed_record_is_told_as_it_was_recorded() -> None:
    zoho = Zoho()
    id = zoho.create("Contacts", Last_Name="Before")
    reply = zoho.ask("PUT", f"Contacts/{id}", exchange("zoho", "update_contact_row_success")["request"]["body"])
    assert reply.status == 200 and differences(body("update_contact_row_success"), reply.body) == []
    assert reply.body["data"][0]["message"] == body("update_contact_row_success")["data"][0]["message"]


@pytest.mark.parametrize(
    ("name", "path", "query"),
    [
        ("unknown_module_400_path_index", "arsenal", {"fields": "assistant"}),
        ("unknown_module_fields_400", "settings/fields", {"module": "Arsenal"}),
    ],
)
def test_an_unknown_module_is_refused_as_it_was_recorded(name: str, path: str, query: dict[str, str]) -> None:
    reply = Zoho().ask("GET", path, **query)
    assert (reply.status, reply.body) == (400, body(name))


def test_a_page_is_told_as_it_was_recorded() -> None:
    zoho = Zoho()
    for _ in range(2):
        zoho.create("Contacts", Last_Name="Doe", First_Name="Riley")
    recorded = body("list_contacts_page_info")
    reply = zoho.ask("GET", "Contacts", fields="Full_Name,Assistant,Created_Time,Created_By")
    assert differences(recorded["info"], reply.body["info"]) == []
    assert {name: reply.body["info"][name] for name in ("per_page", "sort_by", "sort_order", "page")} == {
        name: recorded["info"][name] for name in ("per_page", "sort_by", "sort_order", "page")
    }
    assert differences(recorded["data"][0], reply.body["data"][0]) == []


def test_the_fields_of_a_module_are_told_in_the_recorded_words() -> None:
    recorded = {each["api_name"]: each for each in body("schema_deals_fields_owner_stage")["fields"]}
    ours = {each["api_name"]: each for each in Zoho().ask("GET", "settings/fields", module="Deals").body["fields"]}
    for name in ("Owner", "Stage"):
        assert ours[name]["data_type"] == recorded[name]["data_type"]
        assert ours[name]["json_type"] == recorded[name]["json_type"]
        assert not {n for n in ours[name].keys() & recorded[name].keys() if differs(recorded[name][n], ours[name][n])}
    stages = [{each["actual_value"] for each in said["Stage"]["pick_list_values"]} for said in (ours, recorded)]
    assert stages[1] - {"-None-"} <= stages[0]


def test_every_field_of_our_modules_is_one_of_the_vendors() -> None:
    names = body("schema_v8_standard_field_names")
    store = engine().store
    own = {"id", "Pipeline", "Reason_For_Loss__s"}  # which depend on settings of an organisation
    for module in sorted(set(names) & set(store.schema.objects)):
        ours = set(store.schema.objects[module].fields) - own
        assert ours <= set(names[module]), (module, sorted(ours - set(names[module])))


def _told() -> Iterator[tuple[str, str, Any]]:
    zoho = Zoho()
    firm = zoho.create("Accounts", Account_Name="Işık")
    zoho.ask("DELETE", "Accounts", ids=firm)
    yield "modules", "Modules", zoho.ask("GET", "settings/modules").body["modules"][0]
    yield "users", "Users", zoho.ask("GET", "users").body["users"][0]
    yield "recycle_bin", "RecycleBin", zoho.ask("GET", "settings/recycle_bin").body["recycle_bin"][0]
    for each in zoho.ask("GET", "settings/fields", module="Deals").body["fields"]:
        yield "fields", "Fields", each


def test_what_is_told_has_the_members_and_types_of_the_vendors_own_sdk() -> None:
    for package, structure, said in _told():
        known = body(f"schema_v8_{package}")["structures"].get(structure, {})
        assert set(said) - set(known) <= BEYOND[package], (package, sorted(set(said) - set(known)))
        for name, value in said.items():
            kind = known.get(name)
            if value is not None and isinstance(kind, str) and kind in TYPES:
                assert isinstance(value, TYPES[kind]), (package, name, value, kind)
