"""What a Tryton server's answers say, and what is made of them; what nobody expects, too."""

import json
from typing import Any

import pytest

from crm_migrate.connecting.contract import Interruptible
from crm_migrate.connecting.http import Answer
from crm_migrate.errors import InDoubt, Interrupted, Retryable, TargetError, UsageError
from crm_migrate_tryton import answers, requests
from crm_migrate_tryton.answers import Failed
from crm_migrate_tryton.settings import read_settings
from crm_migrate_tryton.target import TrytonTarget
from crm_migrate_tryton.values import json_of, text_of
from crm_migrate_tryton.workflow import WORKFLOWS, route

QUESTION = requests.search("crm", "party.party", [], ["name"], None, requests.CONTEXT)
CREATION = requests.create("crm", "party.party", [{"name": "Acme"}], requests.CONTEXT)


def answer(body: Any, status: int = 200, request: Any = QUESTION) -> Answer:
    if isinstance(body, dict):
        body = {"id": request.json["id"], **body}
    return Answer(request, status, {}, json.dumps(body).encode() if not isinstance(body, bytes) else body)


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (["UserError", ["The code must be unique.", "", None]], Failed("UserError", "The code must be unique.")),
        (["UserWarning", ["name", "Sure?", "Because"]], Failed("UserWarning", "name Sure?")),
        (["'nonsense'", ""], Failed("ServerError", "'nonsense'")),
        ([], Failed("ServerError", "")),
        ("odd", Failed("ServerError", "odd")),
    ],
)  # fmt: skip
def test_an_error_is_a_kind_and_words(error: Any, failed: Failed) -> None:
    assert answers.result(answer({"error": error}, request=CREATION)) == failed


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"id": 1}', b'{"result": 1, "error": []}', b"[1]", b'{"result": [1]']
)
def test_an_answer_that_says_nothing_leaves_a_creation_in_doubt(body: bytes) -> None:
    with pytest.raises(InDoubt):
        answers.result(answer(body, request=CREATION))
    with pytest.raises(Retryable):
        answers.result(answer(body))


@pytest.mark.parametrize("said", [[{"name": "x"}], [{"id": True}], [{"id": 1}, {"id": 1}], {"id": 1}, None])
def test_records_are_read_strictly(said: Any) -> None:
    with pytest.raises(Retryable):
        answers.records(answer({"result": said}))


def test_a_request_that_is_too_large_is_a_refusal_of_all_of_it() -> None:
    assert answers.result(answer(b"", 413, CREATION)) == Failed("TOO_LARGE", "the server takes no request of this size")
    page = b"<!doctype html>\n<html lang=en>\n<title>403 Forbidden</title>\n<h1>Forbidden</h1>\n"
    with pytest.raises(TargetError, match="refuses"):
        answers.result(answer(page, 403, CREATION))
    assert answers.searched(answer(page, 403)) == []


@pytest.mark.parametrize("status", [400, 403, 404, 409])
@pytest.mark.parametrize(
    "body", [b"", b"404 page not found", b"<!DOCTYPE html><html><head><title>403</title>"], ids=str
)
def test_what_a_gateway_says_is_no_word_about_a_record(status: int, body: bytes) -> None:
    with pytest.raises(InDoubt):
        answers.result(answer(body, status, CREATION))
    with pytest.raises(Retryable):
        answers.searched(answer(body, status))


def test_an_answer_to_another_request_is_none() -> None:
    other = requests.search("crm", "party.party", [], ["name"], None, {})
    with pytest.raises(Retryable):
        answers.records(answer({"id": other.json["id"], "result": []}))
    with pytest.raises(InDoubt):
        answers.result(answer({"id": QUESTION.json["id"], "result": [7]}, request=CREATION))
    assert other.json["id"] == requests.search("crm", "party.party", [], ["name"], None, {}).json["id"]


def test_words_keep_the_names_of_fields_and_nothing_else_that_is_quoted() -> None:
    words = (
        'The value "Gizli" for field "Name" in record "Gizli <a@example.com>" of "Party" is wrong: gizli@example.com.'
    )
    refusal = answers.refusal(Failed("UserError", words), {"gizli@example.com"}, {"Name": "name", "Party": ""})
    assert refusal.words == 'The value "..." for field "Name" in record "..." of "Party" is wrong: ....'
    assert (refusal.code, refusal.field) == ("UserError", "name")


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("-9007199254740993", "integer"),
        ("-1234567890123456.78", "numeric"),
        ("0.5", "float"),
        ("true", "boolean"),
        ("1899-12-31", "date"),
        ("2024-02-29T23:59:59.123456Z", "timestamp"),
        ("2024-02-29T23:59:59Z", "datetime"),
        ("Işıl\nÖztürk", "text"),
        ("7", "many2one"),
    ],
)
def test_a_value_goes_there_and_back(text: str, type: str) -> None:
    assert text_of(json.loads(json.dumps(json_of(text, type))), type) == text


@pytest.mark.parametrize(
    ("text", "type"),
    [("1.5", "integer"), ("x", "numeric"), ("x", "float"), ("nan", "float"), ("yes", "boolean"), ("31.12.1899", "date"),
     ("2024-02-29T23:59:59", "datetime"), ("Infinity", "numeric")],
)  # fmt: skip
def test_a_text_that_is_none_of_the_type_is_not_sent(text: str, type: str) -> None:
    with pytest.raises(ValueError):
        json_of(text, type)


@pytest.mark.parametrize(
    "wrong", [{"url": ""}, {"database": ""}, {"password": ""}, {"parallel": "0"}, {"settle_seconds": "soon"}], ids=str
)
def test_an_option_that_cannot_be_meant_is_refused_without_its_value(wrong: dict[str, str]) -> None:
    good = {"url": "https://crm.example", "database": "crm", "user": "us", "password": "hush"}
    with pytest.raises(UsageError) as error:
        read_settings({**good, **wrong})
    assert next(iter(wrong)) in error.value.message
    assert "hush" not in repr(read_settings(good))


@pytest.mark.parametrize(
    ("here", "wanted", "buttons"),
    [
        ("lead", "lead", ()),
        ("lead", "opportunity", ("opportunity",)),
        ("opportunity", "cancelled", ("cancel",)),
        ("lost", "opportunity", ("lead", "opportunity")),
        ("cancelled", "lost", ("lead", "lost")),
        ("lead", "won", None),
        ("converted", "lost", None),
    ],
)
def test_the_fewest_buttons_lead_from_one_state_to_another(here: str, wanted: str, buttons: Any) -> None:
    assert route(WORKFLOWS["sale.opportunity"], here, wanted) == buttons


def test_who_stops_a_load_is_heard_before_a_request_begins() -> None:
    target = TrytonTarget(read_settings({"url": "http://127.0.0.1:9", "database": "crm", "user": "u", "password": "p"}))
    assert isinstance(target, Interruptible)
    target.stop.set()
    with pytest.raises(Interrupted):
        target.identity()
    target.close()
