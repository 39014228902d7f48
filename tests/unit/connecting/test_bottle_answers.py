"""What a BottleCRM's answers say, and what becomes of values; what nobody expects, too."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Interruptible, Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import AuthExpired, InDoubt, Interrupted, Retryable, TargetError, UsageError
from crm_migrate_bottle import answers, requests
from crm_migrate_bottle.records import changed, lost
from crm_migrate_bottle.settings import read_settings
from crm_migrate_bottle.shapes import MODELS, model_of, path_of
from crm_migrate_bottle.target import BottleTarget
from crm_migrate_bottle.values import Names, sent_custom, told_custom

CREATION = requests.create("accounts", {"name": "Acme"})
QUESTION = requests.page("contacts", 0, 9)
ID = "6f2c1d1e-0000-4000-8000-000000000001"
ACCOUNTS, CONTACTS, DEALS, TASKS = (MODELS[name] for name in ("accounts", "contacts", "opportunities", "tasks"))
OFF = {"detail": "Leads is switched off for this organization.", "code": "module_off", "module": "leads"}


def answer(body: Any, status: int = 200, request: Request = CREATION) -> Answer:
    return Answer(request, status, {}, json.dumps(body).encode() if not isinstance(body, bytes) else body)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", {}, {"error": False}, {"error": True, "id": ID}, {"id": 7}])
def test_an_answer_that_says_nothing_leaves_a_creation_in_doubt(body: Any) -> None:
    with pytest.raises(InDoubt):
        answers.created(answer(body), ACCOUNTS)


def test_only_a_model_that_names_nobody_may_leave_the_id_out() -> None:
    assert answers.created(answer({"error": False}), TASKS) == ""
    assert answers.created(answer({"error": False, "id": ID}), TASKS) == ID


@pytest.mark.parametrize("body", [b"", b"<html>", {"error": True}, []])
def test_an_answer_that_says_nothing_leaves_a_change_in_doubt(body: Any) -> None:
    with pytest.raises(InDoubt):
        answers.changed(answer(body, 200, requests.change("accounts", ID, {})))


@pytest.mark.parametrize(
    "results", [[{"id": 1, "custom_fields": {}}], [{"id": ID}], [{"id": ID, "custom_fields": {}}] * 2, {"id": ID}, None]
)
def test_records_are_read_strictly(results: Any) -> None:
    with pytest.raises(Retryable):
        answers.page(answer({"count": 1, "results": results}, 200, QUESTION), CONTACTS)


@pytest.mark.parametrize("count", [None, "1", True])
def test_a_page_without_a_count_is_none(count: Any) -> None:
    with pytest.raises(Retryable):
        answers.page(answer({"count": count, "results": []}, 200, QUESTION), CONTACTS)


def test_another_record_than_was_asked_for_is_none() -> None:
    with pytest.raises(Retryable):
        answers.one(answer({"account_obj": {"id": "another"}}, 200, requests.one("accounts", ID)), ID)
    assert answers.one(answer({"detail": "No Account matches"}, 404, requests.one("accounts", ID)), ID) is None


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, {"error": True, "errors": {"email": ["taken"]}}, Refusal("taken", "INVALID", "email")),
        (400, {"email": ["taken"], "phone": ["short"]}, Refusal("taken; phone: short", "INVALID", "email")),
        (
            400,
            {"error": True, "errors": {"custom_fields": {"tax": "wrong"}}},
            Refusal("wrong", "INVALID", "custom.tax"),
        ),
        (400, {"errors": {"non_field_errors": ["one of two"]}}, Refusal("one of two", "INVALID", "")),
        (409, {"error": True, "errors": "has invoices"}, Refusal("has invoices", "CONFLICT")),
        (404, {"detail": "No Account matches"}, Refusal("No Account matches", "NOT_FOUND")),
        (413, b"<html>", Refusal("no request of this size is taken", "TOO_LARGE")),
    ],
)
def test_a_refusal_is_about_one_record(status: int, body: Any, refusal: Refusal) -> None:
    assert answers.created(answer(body, status), ACCOUNTS) == refusal


PAGES = [b"", b"404 page not found\n", b"<html>", b"null", b"[]", b'"Not Found"', {}, {"message": "no Route matched"}]


@pytest.mark.parametrize("status", [400, 403, 404, 409])
@pytest.mark.parametrize("body", PAGES, ids=str)
def test_what_a_gateway_says_is_no_word_about_a_record(status: int, body: Any) -> None:
    with pytest.raises(InDoubt):
        answers.created(answer(body, status), ACCOUNTS)
    with pytest.raises(InDoubt):
        answers.changed(answer(body, status, requests.change("accounts", ID, {})))
    with pytest.raises(InDoubt):
        answers.deleted(answer(body, status, requests.delete("accounts", ID)))
    with pytest.raises(Retryable):
        answers.one(answer(body, status, requests.one("accounts", ID)), ID)
    with pytest.raises(Retryable):
        answers.page(answer(body, status, QUESTION), CONTACTS)


def test_a_refusal_loses_what_is_quoted_and_what_was_sent() -> None:
    said = Refusal('"Gizli" is not a valid choice of Acme', "INVALID")
    assert answers.without_values(said, {"Acme"}).words == '"..." is not a valid choice of ...'


@pytest.mark.parametrize("read", [answers.told, answers.deleted, answers.changed])
def test_a_module_that_is_off_is_neither_empty_nor_gone(read: Any) -> None:
    with pytest.raises(answers.SwitchedOff, match="Leads is switched off"):
        read(answer(OFF, 404))


def test_a_token_that_is_not_known_is_answered_with_403() -> None:
    with pytest.raises(AuthExpired):
        answers.told(answer({"detail": "Organization context is required. Please login again."}, 403))
    with pytest.raises(TargetError, match="scope"):
        answers.told(answer({"detail": "This token's scope does not cover it"}, 403))


@pytest.mark.parametrize(
    ("object", "name", "there"),
    [
        ("accounts", "name", True),
        ("accounts", "custom.tax_id", True),
        ("accounts:Household", "city", True),
        ("opportunities", "custom.x", True),
        ("accounts", "stage", False),
        ("accounts", "custom.", False),
        ("accounts", "custom.Tax", False),
        ("accounts", "custom.1st", False),
        ("accounts", "custom." + "x" * 65, False),
        ("accounts", "custom.crm_migrate_id", False),
        ("accounts", "custom.crm_migrate_kind", False),
        ("accounts", "notes.city", False),
        ("accounts:", "name", None),
        ("invoices", "name", None),
    ],
)
def test_a_place_is_a_field_or_a_key_that_bottle_crm_takes(object: str, name: str, there: bool | None) -> None:
    model = model_of(object)
    assert (None if model is None else path_of(model, name) is not None) is there


def test_every_place_of_the_profile_is_one() -> None:
    profile = Path(__file__).parents[3] / "mappings" / "targets" / "bottle.yaml"
    for name, object in YAML(typ="safe", pure=True).load(profile.read_text(encoding="utf-8"))["objects"].items():
        model = model_of(object["name"])
        assert model is not None, name
        for field, words in object["fields"].items():
            path = path_of(model, words.get("column", field))
            assert path is not None, (name, field)
            if not path.custom:
                shape = model.fields[path.field]
                said = bool(words.get("required")), bool(words.get("unique")), "reference" in words
                wanted = shape.required, shape.unique, shape.reference is not None
                assert said == wanted or name == "suppressions", (name, field)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_number_of_a_custom_field_comes_back_or_is_refused(number: Any) -> None:
    try:
        value = sent_custom("custom.n", {"field_type": "number"}, format(number, "f"))
    except Unfit:
        return
    back = told_custom(json.loads(json.dumps(value)))
    assert back is not None
    assert type(number)(back) == number


@pytest.mark.parametrize(
    ("body", "record", "name"),
    [
        ({"amount": "5.00"}, {"amount": "5"}, None),
        ({"amount": "5.00"}, {"amount": None}, "amount"),
        ({"account": ID}, {"account": {"id": ID, "name": "Acme"}}, None),
        ({"contacts": [ID]}, {"contacts": [{"id": ID}]}, None),
        ({"assigned_to": [ID]}, {"assigned_to": []}, "assigned_to"),
        ({"assigned_to": []}, {"assigned_to": []}, None),
        ({"source_ref": ""}, {"source_ref": ""}, None),
        ({"probability": 0}, {"probability": 50}, "probability"),
        ({"custom_fields": {"n": 5.0}}, {"custom_fields": {"n": 5}}, None),
        ({"custom_fields": {"b": False}}, {"custom_fields": {"b": 0}}, "custom.b"),
        ({"custom_fields": {"t": None}}, {"custom_fields": {}}, None),
        ({"custom_fields": {"t": "x"}}, {"custom_fields": {}}, "custom.t"),
    ],
)
def test_what_a_record_does_not_hold_is_named(body: dict[str, Any], record: dict[str, Any], name: str | None) -> None:
    assert lost(DEALS, body, record) == name


def test_what_a_record_holds_already_is_not_sent() -> None:
    there = {"id": ID, "name": "Acme", "city": None, "custom_fields": {"crm_migrate_id": "c1", "tax": "1"}}
    paths = {name: path_of(ACCOUNTS, name) for name in ("name", "city", "custom.tax")}
    names = Names(customs={"tax": {"field_type": "text"}})
    row = {"name": "Acme", "city": "", "custom.tax": "1"}
    assert changed(ACCOUNTS, "", {name: path for name, path in paths.items() if path}, row, "c1", names, there) == {}


@pytest.mark.parametrize("wrong", [{"url": ""}, {"token": ""}, {"parallel": "0"}, {"settle_seconds": "soon"}], ids=str)
def test_an_option_that_cannot_be_meant_is_refused_without_its_value(wrong: dict[str, str]) -> None:
    good = {"url": "https://crm.example", "token": "hush"}
    with pytest.raises(UsageError) as error:
        read_settings({**good, **wrong})
    assert next(iter(wrong)) in error.value.message
    assert "hush" not in repr(read_settings(good))


def test_who_stops_a_load_is_heard_before_a_request_begins() -> None:
    target = BottleTarget(read_settings({"url": "http://127.0.0.1:9", "token": "hush"}))
    assert isinstance(target, Interruptible)
    target.stop.set()
    with pytest.raises(Interrupted):
        target.identity()
    target.close()
