"""What the answers of Freshsales say, what an environment may say, and where fields of ours are."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import InDoubt, Retryable, TargetError, UsageError
from crm_migrate_freshsales import answers
from crm_migrate_freshsales.describe import wanted_type
from crm_migrate_freshsales.settings import read_settings
from crm_migrate_freshsales.shapes import CONTACTS, MODELS, is_place, model_of
from crm_migrate_freshsales.values import same, sent_custom, told_plain

CONTACT = {"id": 7, "custom_field": {}, "emails": []}
GOOD = {"url": "https://a.myfreshworks.example", "token": "hush"}


def answer(body: Any, status: int = 200, *, writes: bool = False) -> Answer:
    return Answer(Request("POST", "/x", writes=writes), status, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [{}, {"contact": None}, {"contact": []}, {"contact": {**CONTACT, "id": "7"}}, {"contact": {"id": 7}}, None, [],
     {"contact": {**CONTACT, "custom_field": None}}, {"contact": {**CONTACT, "emails": "a@b.example"}}],
)  # fmt: skip
def test_a_success_that_names_no_whole_record_leaves_doubt(body: Any) -> None:
    with pytest.raises(InDoubt):
        answers.written(answer(body, writes=True), MODELS[CONTACTS])


def test_a_refusal_is_told_in_its_words() -> None:
    said = {"errors": {"code": 400, "message": ["Email is not unique", "Name can't be blank"]}}
    assert answers.written(answer(said, 400, writes=True), MODELS[CONTACTS]) == Refusal(
        "Email is not unique; Name can't be blank", "INVALID"
    )
    flat = answers.written(answer({"errors": "no"}, 404, writes=True), MODELS[CONTACTS])
    assert flat == Refusal("no", "NOT_FOUND")
    with pytest.raises(TargetError, match="refuses POST /x"):
        answers.written(answer({"errors": {"message": ["no right"]}}, 403, writes=True), MODELS[CONTACTS])
    with pytest.raises(Retryable):
        answers.written(answer({"errors": {"message": ["busy"]}}, 409), MODELS[CONTACTS])


def test_a_record_in_the_recycle_bin_is_not_there() -> None:
    read = {"contact": {**CONTACT, "is_deleted": True}}
    assert answers.one(answer(read), MODELS[CONTACTS], "7") is None
    assert answers.one(answer({"errors": {"message": ["none"]}}, 404), MODELS[CONTACTS], "7") is None
    with pytest.raises(Retryable, match="not about the record"):
        answers.one(answer({"contact": CONTACT}), MODELS[CONTACTS], "8")


@pytest.mark.parametrize(("body", "went"), [(True, True), ({"success": "200"}, True), ({"success": 200}, True)])
def test_a_deletion_says_that_it_was_done(body: Any, went: bool) -> None:
    assert answers.deleted(answer(body, writes=True)) is went


@pytest.mark.parametrize("body", [False, {}, None, {"success": "no"}])
def test_a_deletion_that_does_not_say_so_leaves_doubt(body: Any) -> None:
    with pytest.raises(InDoubt):
        answers.deleted(answer(body, writes=True))


@pytest.mark.parametrize(
    "body",
    [{"contacts": [CONTACT, CONTACT], "meta": {"total": 2, "total_pages": 1}}, {"contacts": [CONTACT]},
     {"contacts": [CONTACT], "meta": {"total": "1", "total_pages": 1}}, {"contacts": None, "meta": {}}],
)  # fmt: skip
def test_a_page_that_is_none_is_asked_for_again(body: Any) -> None:
    with pytest.raises(Retryable):
        answers.page(answer(body), MODELS[CONTACTS])


@pytest.mark.parametrize(
    ("said", "words"),
    [({}, "needs `url`"), ({"url": "u"}, "needs `token`"), ({**GOOD, "per_hour": "0"}, "whole number of requests"),
     ({**GOOD, "per_hour": "many"}, "whole number of requests"), ({**GOOD, "parallel": "99"}, "from 1 to 32")],
)  # fmt: skip
def test_what_an_environment_cannot_mean_is_refused(said: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_settings(said)
    assert "hush" not in repr(read_settings({**GOOD, "per_hour": "5000"}))


@pytest.mark.parametrize(
    ("object", "name", "there"),
    [
        ("contacts", "email", True),
        ("contacts:Lead", "cf_tax_id", True),
        ("contacts", "cf_crm_migrate_id", False),
        ("contacts", "tax_id", False),
        ("sales_activities:Phone", "about.deals", True),
        ("sales_activities", "title", None),
        ("contacts:", "email", None),
        ("tasks", "title", None),
    ],
)
def test_a_place_is_a_field_or_a_custom_one(object: str, name: str, there: bool | None) -> None:
    model = model_of(object)
    assert (None if model is None else is_place(model, name)) is there


def test_every_place_of_the_profile_is_one() -> None:
    profile = Path(__file__).parents[3] / "mappings" / "targets" / "freshsales.yaml"
    for name, object in YAML(typ="safe", pure=True).load(profile.read_text(encoding="utf-8"))["objects"].items():
        model = model_of(object["name"])
        assert model is not None, name
        for field, words in object["fields"].items():
            place = words.get("column", field)
            assert is_place(model, place), (name, field)
            shape = model.fields.get(place)
            if shape is None:
                assert "reference" not in words and wanted_type(words["type"])
            else:
                said = bool(words.get("unique")), "reference" in words
                assert said == (shape.unique, shape.reference is not None), (name, field)
                assert bool(words.get("required")) == (place in model.required) or name == "suppressions", (name, field)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_number_of_a_custom_field_comes_back_or_is_refused(number: Any) -> None:
    cell = format(number, "f")
    try:
        value = sent_custom("cf_n", {"type": "number"}, cell)
    except Unfit:
        return
    assert same("number", told_plain("number", json.loads(json.dumps(value))), cell)


@pytest.mark.parametrize(
    ("type", "one", "other", "equal"),
    [
        ("money", "1.50", "1.5", True),
        ("money", "1.5", None, False),
        ("instant", "2025-03-05T10:00:00Z", "2025-03-05T11:00:00+01:00", True),
        ("instant", "2025-03-05T10:00:00Z", "soon", False),
        ("tags", '["a", "b"]', '["b", "a"]', True),
        ("tags", '["a"]', '["a", "a"]', False),
        ("text", "1.50", "1.5", False),
    ],
)
def test_values_are_compared_as_what_they_mean(type: str, one: str, other: str | None, equal: bool) -> None:
    assert same(type, one, other) is equal
