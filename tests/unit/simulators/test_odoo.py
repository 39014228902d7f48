"""The simulated Odoo: imports that are all or nothing, what it loses without a word, searches, answers to nonsense."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from odoo_databases import DATABASE, PASSWORD, Database, Refusal

from crm_migrate_simulators.odoo import SIMULATOR
from crm_migrate_simulators.odoo.methods import READS, WRITES
from crm_migrate_simulators.odoo.models import MODELS
from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.wire import Request

PARTNER = "res.partner"
FIELDS = {"objects": {PARTNER: {"fields": {"x_born": {"type": "date"}, "x_score": {"type": "integer"}}}}}


@pytest.fixture
def odoo() -> Iterator[Database]:
    made = Database(FIELDS)
    yield made
    made.stop()


def load(odoo: Database, fields: str, *rows: list[Any], model: str = PARTNER) -> Any:
    return odoo.ask(model, "load", fields.split(), list(rows))


def test_an_import_makes_and_changes_records_by_their_external_ids(odoo: Database) -> None:
    first = load(odoo, "id name is_company", ["crm_migrate.f1", "Işık", "True"], ["crm_migrate.f2", "Two", "1"])
    people = load(odoo, "id name parent_id/id", ["crm_migrate.p1", "Ayşe Yılmaz", "crm_migrate.f1"])
    assert first["messages"] == people["messages"] == [] and len(first["ids"]) == 2
    again = load(odoo, "id name city", ["crm_migrate.f1", "Işık A.Ş.", "Ankara"])
    assert again == {"ids": first["ids"][:1], "messages": [], "nextrow": 0}
    (firm,) = odoo.ask(PARTNER, "read", first["ids"][:1], ["name", "city", "is_company", "parent_id", "category_id"])
    assert firm == {"id": first["ids"][0], "name": "Işık A.Ş.", "city": "Ankara", "is_company": True,
                    "parent_id": False, "category_id": []}  # fmt: skip
    (person,) = odoo.ask(PARTNER, "search_read", [["id", "=", people["ids"][0]]], ["parent_id"])
    assert person["parent_id"] == [first["ids"][0], "Işık A.Ş."]
    known = odoo.ask("ir.model.data", "search_read", [["module", "=", "crm_migrate"]], ["name", "model", "res_id"])
    assert {each["name"]: each["res_id"] for each in known} == {
        "f1": first["ids"][0], "f2": first["ids"][1], "p1": people["ids"][0],
    }  # fmt: skip
    assert {each.key for each in odoo.server.engine.log.creations if each.request and each.object == PARTNER} == {
        "f1",
        "f2",
        "p1",
    }


def test_one_bad_row_undoes_the_whole_import(odoo: Database) -> None:
    said = load(odoo, "id name x_score", ["m.a", "Good", "1"], ["m.b", "Bad", "much"], ["m.c", "", "2"])
    assert said["ids"] is False
    assert said["messages"] == [
        {"type": "error", "message": "'much' does not seem to be an integer for field 'score'", "record": 1,
         "rows": {"from": 1, "to": 1}, "field": "x_score", "field_name": "score"},
        {"type": "error", "message": "Contacts require a name", "record": 2, "rows": {"from": 2, "to": 2}},
    ]  # fmt: skip
    assert odoo.ask(PARTNER, "search_count", []) == 0
    assert odoo.ask("ir.model.data", "search_count", []) == 0


@pytest.mark.parametrize(
    ("fields", "row", "model", "words"),
    [
        ("name x_born", ["X", "soon"], PARTNER, "does not seem to be a valid date"),
        (
            "name country_id",
            ["X", "Nowhere"],
            PARTNER,
            "No matching record found for name 'Nowhere' in field 'Country'",
        ),
        ("name parent_id/id", ["X", "m.gone"], PARTNER, "No matching record found for external id"),
        ("name parent_id/.id", ["X", "999"], PARTNER, "No matching record found for database id"),
        ("name type", ["X", "wild"], "crm.lead", "not found in selection field 'Type'"),
        ("name expected_revenue", ["X", "1.250,00"], "crm.lead", "does not seem to be a number"),
        ("name date_closed", ["X", "2025-03-05T10:00:00"], "crm.lead", "does not seem to be a valid datetime"),
        ("name is_company", ["X", "perhaps"], PARTNER, "Unknown value 'perhaps' for boolean field"),
        ("name .id", ["X", "999"], PARTNER, "Unknown database identifier '999'"),
        ("type", ["lead"], "crm.lead", "Missing required value for the field 'Opportunity' (name)"),
    ],
)
def test_what_a_cell_cannot_be_is_told_of_its_row(
    odoo: Database, fields: str, row: list[str], model: str, words: str
) -> None:
    said = load(odoo, fields, row, model=model)
    assert said["ids"] is False and words in said["messages"][0]["message"]


def test_what_odoo_takes_or_loses_without_an_error(odoo: Database) -> None:
    said = load(odoo, "id name is_company create_date", ["m.a", "X", "YES", "2001-02-03 04:05:06"])
    assert said["messages"] == []
    (row,) = odoo.ask(PARTNER, "read", said["ids"], ["is_company", "create_date"])
    assert row["is_company"] is True and not row["create_date"].startswith("2001")
    for _ in range(2):
        odoo.ask(PARTNER, "create", {"name": "Twin"})
    twins = load(odoo, "name parent_id", ["Child", "Twin"])
    assert "Found multiple matches for value 'Twin'" in twins["messages"][0]["message"] and len(twins["ids"]) == 1
    (lead,) = odoo.ask("crm.lead", "read", [odoo.ask("crm.lead", "create", {"name": "L", "create_date": "x"})])
    assert (lead["user_id"][0], lead["stage_id"][1], lead["type"]) == (odoo.uid, "New", "opportunity")


def test_many_rows_that_cannot_be_made_end_the_look_at_the_rest(odoo: Database) -> None:
    said = load(odoo, "name", *([""] for _ in range(30)))
    assert [each["type"] for each in said["messages"]] == ["error"] * 10 + ["warning"]
    assert set(said["messages"][-1]) == {"type", "message"}
    cells = load(odoo, "name x_score", *([f"X{n}", "much"] for n in range(30)))
    assert [each["record"] for each in cells["messages"]] == list(range(30))
    both = load(odoo, "name date_closed", ["", "soon"], model="crm.lead")  # a row is tried without its bad cell
    assert [each.get("field") for each in both["messages"]] == ["date_closed", None]


def test_what_spoils_all_rows_is_told_of_the_first_as_well(odoo: Database) -> None:
    load(odoo, "id name", ["m.lead", "L"], model="crm.lead")
    said = load(odoo, "id name", ["m.a", "A"], ["m.lead", "B"])
    assert [each["record"] for each in said["messages"]] == [0, 1]
    assert {each["message"].split(" found")[0] for each in said["messages"]} == {
        "For external id m.lead when trying to create/update a record of model res.partner"
    }


def test_moments_of_an_import_are_in_the_time_zone_of_who_imports(odoo: Database) -> None:
    rows, closed = [["m.a", "A", "2025-07-01 12:00:00"], ["m.b", "B", "2025-07-01"]], "date_closed"
    for zone, told in (
        ("Europe/Istanbul", ["2025-07-01 09:00:00", "2025-06-30 21:00:00"]),
        ("", ["2025-07-01 12:00:00", "2025-07-01 00:00:00"]),
    ):
        said = odoo.ask("crm.lead", "load", ["id", "name", closed], rows, context={"tz": zone})
        assert [each[closed] for each in odoo.ask("crm.lead", "read", said["ids"], [closed])] == told


def test_searches_speak_polish_and_leave_out_what_is_archived(odoo: Database) -> None:
    ids = [odoo.ask(PARTNER, "create", {"name": f"P{n}", "city": "Ankara" if n % 2 else "Izmir"}) for n in range(6)]
    odoo.ask(PARTNER, "write", ids[:1], {"active": False})
    domain = ["|", ["name", "=", "P1"], "!", ["city", "ilike", "ANK"]]
    assert odoo.ask(PARTNER, "search", domain) == [ids[1], ids[2], ids[4]]
    assert odoo.ask(PARTNER, "search", [], offset=1, limit=2, order="name desc") == [ids[4], ids[3]]
    assert odoo.ask(PARTNER, "search_count", [["active", "in", [True, False]]]) == 6
    assert odoo.ask(PARTNER, "search_count", [], context={"active_test": False}) == 6
    assert odoo.ask(PARTNER, "name_search", "p3") == [[ids[3], "P3"]]


def test_tags_are_linked_unlinked_and_replaced(odoo: Database) -> None:
    one, other = odoo.ask("res.partner.category", "create", [{"name": "one"}, {"name": "other"}])
    id = odoo.ask(PARTNER, "create", {"name": "X", "category_id": [[6, 0, [one]]]})
    for commands, held in (
        ([[4, other]], [one, other]), ([[3, one]], [other]), ([[5]], []), ([[4, one]], [one]),
        ([[6, 0, [other]]], [other]), ([one], [one]), (False, []), ([[4, one], [4, other]], [one, other]),
    ):  # fmt: skip
        odoo.ask(PARTNER, "write", [id], {"category_id": commands})
        assert odoo.ask(PARTNER, "read", [id], ["category_id"])[0]["category_id"] == held
    odoo.ask(PARTNER, "unlink", [id])
    load(odoo, "id name category_id", ["m.t", "T", "one,other"])
    assert odoo.ask(PARTNER, "search_count", [["category_id", "in", [other]]]) == 1


def test_a_program_may_ask_for_ids_alone_and_for_what_is_filled(odoo: Database) -> None:
    firm = odoo.ask(PARTNER, "create", {"name": "Firm"})
    id = odoo.ask(PARTNER, "create", {"name": "X", "parent_id": firm})
    for load, told in (("_classic_read", [firm, "Firm"]), ("_classic_write", firm)):
        assert odoo.ask(PARTNER, "read", [id], ["parent_id"], load=load)[0]["parent_id"] == told
    filled = odoo.ask("crm.lead", "default_get", ["name", "type", "user_id"])
    assert filled == {"type": "opportunity", "user_id": odoo.uid}
    assert odoo.ask("res.partner.category", "default_get", ["name"]) == {}


def test_an_external_id_leads_to_its_record(odoo: Database) -> None:
    (id,) = load(odoo, "id name", ["crm_migrate.f1", "Firm"])["ids"]
    assert odoo.ask("ir.model.data", "check_object_reference", "crm_migrate", "f1") == [PARTNER, id]
    for model, key, why in (("ir.model.data", "f2", "not found"), (PARTNER, "f1", "does not exist")):
        with pytest.raises(Refusal, match=why):
            odoo.ask(model, "check_object_reference", "crm_migrate", key)


def test_what_is_deleted_leaves_no_external_id_and_no_reference(odoo: Database) -> None:
    (firm,) = load(odoo, "id name", ["m.f", "F"])["ids"]
    (person,) = load(odoo, "id name parent_id/id", ["m.p", "P", "m.f"])["ids"]
    odoo.ask(PARTNER, "unlink", [firm])
    assert odoo.ask(PARTNER, "read", [person], ["parent_id"]) == [{"id": person, "parent_id": False}]
    assert odoo.ask("ir.model.data", "search_count", [["name", "=", "f"]]) == 0
    with pytest.raises(Refusal, match="does not exist or has been deleted") as caught:
        odoo.ask(PARTNER, "read", [firm])
    assert caught.value.name == "odoo.exceptions.MissingError"


def test_who_is_not_let_in_is_told(odoo: Database) -> None:
    assert odoo.call("common", "authenticate", DATABASE, "x", PASSWORD, {}) is False
    assert odoo.call("common", "version")["server_version"] == "18.0"
    odoo.password = "wrong"
    with pytest.raises(Refusal, match="Access Denied"):
        odoo.ask(PARTNER, "search", [])


@pytest.mark.parametrize(
    ("method", "args", "name"),
    [
        ("create", [{"name": "X", "shoe_size": 1}], "builtins.ValueError"),
        ("create", ["X"], "builtins.TypeError"),
        ("load", [["shoe_size"], [["1"]]], "builtins.ValueError"),
        ("load", [["name"], [["X", "Y"]]], "builtins.IndexError"),
        ("search", [[["shoe_size", "=", 1]]], "builtins.ValueError"),
        ("search", [["&", ["name", "=", "x"]]], "builtins.ValueError"),
        ("merge", [[1, 2]], "builtins.AttributeError"),
        ("write", [[999], {"name": "X"}], "odoo.exceptions.MissingError"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_exception(odoo: Database, method: str, args: Any, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        odoo.ask(PARTNER, method, *args)
    assert caught.value.name == name


def test_a_request_is_one_transaction(odoo: Database) -> None:
    with pytest.raises(Refusal):
        odoo.ask(PARTNER, "create", [{"name": "X"}, {"name": ""}])
    odoo.say("PUT", "/_simulator/faults", {"faults": "partial_batch:1"})
    with pytest.raises(Exception, match="500"):
        load(odoo, "id name", ["m.a", "A"], ["m.b", "B"])
    odoo.say("PUT", "/_simulator/faults", {"faults": ""})
    assert odoo.ask(PARTNER, "search_count", []) == 0


@pytest.mark.parametrize(
    "said",
    [{"objects": {"x": {}}}, {"objects": {PARTNER: {"fields": {"born": {}}}}}, {"objects": []},
     {"objects": {PARTNER: {"fields": {"x_a": {"type": "many2one"}}}}}],
)  # fmt: skip
def test_a_schema_adds_fields_of_ones_own_only(said: Any) -> None:
    with pytest.raises(SchemaError):
        SIMULATOR.start(said)


ARGUMENTS: tuple[Any, ...] = (
    None, True, 7, -1, "x", [], [1], ["x"], [[]], {}, [["name", "=", "x"]], ["name"], [["X"]], {"name": "X"},
    [{"name": "X"}],
    [["id", "in", 3]], {"category_id": [[9]]}, {"parent_id": 999}, [["name", "~", 1]], ["id", "name"], [["a.b.c", "X"]],
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_asked_is_answered(seed: int, odoo: Database) -> None:
    dice = random.Random(seed)
    for _ in range(400):
        model, method = dice.choice([*MODELS, "x"]), dice.choice([*READS, *WRITES, "x"])
        args = [dice.choice(ARGUMENTS) for _ in range(dice.randrange(4))]
        params = {
            "service": "object",
            "method": "execute_kw",
            "args": [DATABASE, odoo.uid, PASSWORD, model, method, args],
        }
        body = as_json(
            {"jsonrpc": "2.0", "method": "call", "id": 1, "params": dice.choice([params, params, {}, None, []])}
        )
        reply = odoo.server.engine.answer(Request("POST", "/jsonrpc", {}, {}, body))
        assert reply.status == 200 and ("result" in reply.body or reply.body["error"]["data"]["name"]), (
            model,
            method,
            args,
        )


def as_json(said: Any) -> bytes:
    return json.dumps(said).encode()


def test_a_field_of_ones_own_is_there_at_once_and_begins_with_x(odoo: Database) -> None:
    (model,) = odoo.ask("ir.model", "search", [["model", "=", PARTNER]])
    said = {"model_id": model, "ttype": "char", "state": "manual"}
    odoo.ask("ir.model.fields", "create", [{**said, "name": "x_shoe"}])
    id = odoo.ask(PARTNER, "create", {"name": "Firma", "x_shoe": "42"})
    assert odoo.ask(PARTNER, "read", [id], ["x_shoe"]) == [{"id": id, "x_shoe": "42"}]
    with pytest.raises(Refusal, match="starts with 'x_'"):
        odoo.ask("ir.model.fields", "create", [{**said, "name": "shoe"}])


def test_an_archived_record_is_unknown_to_an_import_unless_it_asks_for_such(odoo: Database) -> None:
    id = odoo.ask(PARTNER, "create", {"name": "Firma", "active": False})
    rows = [[".id", "city"], [[str(id), "Bursa"]]]
    assert odoo.ask(PARTNER, "load", *rows)["ids"] is False
    assert odoo.ask(PARTNER, "load", *rows, context={"active_test": False})["ids"] == [id]


def test_a_text_in_a_field_of_html_stands_in_a_paragraph(odoo: Database) -> None:
    id = odoo.ask(PARTNER, "create", {"name": "Firma", "comment": "plain"})
    assert odoo.ask(PARTNER, "read", [id], ["comment"])[0]["comment"] == "<p>plain</p>"


def test_addresses_are_told_on_between_a_company_and_its_people(odoo: Database) -> None:
    firm = odoo.ask(PARTNER, "create", {"name": "Firma", "is_company": True})
    first = odoo.ask(PARTNER, "create", {"name": "Kim", "parent_id": firm, "city": "Bursa", "vat": "1"})
    second = odoo.ask(PARTNER, "create", {"name": "Ali", "parent_id": firm, "city": "Konya", "type": "other"})

    def cities() -> list[Any]:
        return [each["city"] for each in odoo.ask(PARTNER, "read", [firm, first, second], ["city"])]

    assert cities() == ["Bursa", "Bursa", "Konya"], "that of the first person became the company's"
    assert odoo.ask(PARTNER, "read", [first], ["vat"])[0]["vat"] is False, "a person has the number of the company"
    odoo.ask(PARTNER, "write", [firm], {"city": "İzmir", "vat": "2"})
    assert cities() == ["İzmir", "İzmir", "Konya"]
    assert {each["vat"] for each in odoo.ask(PARTNER, "read", [first, second], ["vat"])} == {"2"}
