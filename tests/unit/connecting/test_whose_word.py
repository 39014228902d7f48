"""Whose word an answer is: what a gateway, a proxy or a firewall says before a CRM is no word about a record."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crm_migrate.connecting.contract import ENTITY, TARGET_ID
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import InDoubt, Retryable, TargetError
from crm_migrate_amagi import answers as amagi
from crm_migrate_bottle import answers as bottle
from crm_migrate_bottle.shapes import MODELS
from crm_migrate_dynamics import answers as dynamics
from crm_migrate_freshsales import answers as freshsales
from crm_migrate_freshsales.shapes import MODELS as MODULES
from crm_migrate_hubspot import answers as hubspot
from crm_migrate_hubspot import link_answers, linking, portal_answers, preparing
from crm_migrate_odoo import answers as odoo
from crm_migrate_opencrm.espocrm import answers as espocrm
from crm_migrate_opencrm.suitecrm import answers as suitecrm
from crm_migrate_opencrm.vtiger import answers as vtiger
from crm_migrate_rest import answers as rest
from crm_migrate_salesforce import answers as salesforce
from crm_migrate_salesforce import sheets
from crm_migrate_zoho import answers as zoho

NOW = datetime(2027, 1, 15, tzinfo=UTC)
ROWS: list[dict[str, str | None]] = [{ENTITY: "e1", TARGET_ID: "1"}]
VENDOR = Path(__file__).parents[2] / "vendor"
JETTY = (
    b'<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
    b"<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404</h2>\n<p>Resource not found</p>\n"
    b"</body>\n</html>\n"
)
PAGES = {
    "page": b"<!DOCTYPE html><html><head><title>Error 404 Not Found</title></head><body>HTTP ERROR 404</body></html>",
    "nothing": b"",
    "text": b"404 page not found",
    "kong": b'{"message": "no Route matched with those values"}',
    "amazon": b'{"__type": "ResourceNotFoundException", "Message": "already there"}',
    "azure": b'{"error": {"code": "DUPLICATE", "message": "Resource already exists"}}',
    "oauth": b'{"error": "invalid_request", "error_description": "blocked"}',
    "problem": b'{"status": "error", "message": "blocked", "category": "CONFLICT"}',
    "list": b'["blocked"]',
    "empty": b"[]",
}
STATUSES = (400, 403, 404, 409, 410, 422)

# What reads an answer to a change, and to a question.
CHANGES: dict[str, Callable[[Answer], Any]] = {
    "hubspot written": partial(hubspot.written, sent=[hubspot.Sent("e1", "e1")]),
    "hubspot links": link_answers.made,
    "hubspot done": linking.taken,
    "hubspot prepared": preparing.taken,
    "salesforce results": partial(salesforce.results, rows=ROWS),
    "dynamics many": partial(dynamics.many, rows=ROWS, we=lambda: "1"),
    "dynamics results": partial(dynamics.results, groups=[[]], rows=ROWS),
    "zoho results": partial(zoho.results, rows=ROWS),
    "rest written": partial(rest.written, rows=ROWS, key_field="k", action="create", now=NOW),
    "rest by id": partial(rest.by_id, rows=ROWS, done=("deleted",), now=NOW),
    "amagi written": amagi.written,
    "amagi deleted": amagi.deleted,
    "bottle created": partial(bottle.created, model=MODELS["accounts"]),
    "bottle changed": bottle.changed,
    "bottle deleted": bottle.deleted,
    "freshsales written": partial(freshsales.written, model=MODULES["contacts"]),
    "freshsales deleted": freshsales.deleted,
    "espocrm written": espocrm.written,
    "espocrm deleted": espocrm.deleted,
    "odoo loaded": partial(odoo.loaded, rows=ROWS, field_of={}),
    "odoo done": partial(odoo.done, rows=ROWS),
    "suitecrm written": partial(suitecrm.written, id="1"),
    "suitecrm deleted": suitecrm.deleted,
    "vtiger written": vtiger.written,
    "vtiger deleted": vtiger.deleted,
}
QUESTIONS: dict[str, Callable[[Answer], Any]] = {
    "hubspot page": hubspot.page,
    "hubspot properties": portal_answers.properties,
    "hubspot labels": portal_answers.labels,
    "hubspot opted out": portal_answers.opted_out,
    "hubspot links": partial(link_answers.links, wanted=["1"]),
    "salesforce page": salesforce.page,
    "salesforce described": partial(salesforce.described, name="Account", object="Account"),
    "salesforce versions": salesforce.versions,
    "salesforce job": salesforce.job_said,
    "salesforce made": salesforce.made,
    "salesforce sheet": partial(sheets.told, read=partial(sheets.done, key_field="k")),
    "dynamics who": dynamics.who,
    "dynamics described": partial(dynamics.described, wanted=("$entity",)),
    "dynamics tables": dynamics.tables,
    "dynamics page": partial(dynamics.page, key="accountid"),
    "dynamics pages": partial(dynamics.pages, count=1, key="accountid"),
    "dynamics made": dynamics.made,
    "zoho page": zoho.page,
    "zoho fields": zoho.fields,
    "zoho modules": zoho.modules,
    "zoho users": zoho.users,
    "zoho made": zoho.made,
    "zoho counted": zoho.counted,
    "rest described": partial(rest.described, object="x"),
    "rest found": partial(rest.found, key_field="k"),
    "rest became": partial(rest.became, id="1"),
    "amagi told": amagi.told,
    "bottle one": partial(bottle.one, id="1"),
    "bottle told": bottle.told,
    "freshsales one": partial(freshsales.one, model=MODULES["contacts"], id="1"),
    "freshsales page": partial(freshsales.page, model=MODULES["contacts"]),
    "freshsales told": freshsales.told,
    "espocrm told": espocrm.told,
    "espocrm one": partial(espocrm.one, id="1"),
    "espocrm page": espocrm.page,
    "odoo fields": odoo.fields,
    "odoo signed in": odoo.signed_in,
    "odoo records": odoo.records,
    "odoo values": odoo.values,
    "suitecrm told": suitecrm.told,
    "suitecrm one": partial(suitecrm.one, id="1"),
    "suitecrm page": suitecrm.page,
    "suitecrm deleted there": suitecrm.deleted_there,
    "suitecrm fields": suitecrm.fields,
    "vtiger result": vtiger.result,
    "vtiger one": partial(vtiger.one, id="1x1"),
    "vtiger rows": vtiger.rows,
}
OWN = {("rest", "azure")}  # that is the shape of its own errors


def answer(body: bytes, status: int, *, writes: bool) -> Answer:
    return Answer(Request("POST", "/x", writes=writes), status, {}, body)


def is_own(door: str, page: str) -> bool:
    return (door.partition(" ")[0], page) in OWN


@pytest.mark.parametrize("door", CHANGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_gateways_word_leaves_a_change_in_doubt(door: str, page: str) -> None:
    if is_own(door, page):
        pytest.skip("it cannot be told from a word of the CRM")
    for status in STATUSES:
        with pytest.raises(InDoubt):
            CHANGES[door](answer(PAGES[page], status, writes=True))


@pytest.mark.parametrize("door", QUESTIONS)
@pytest.mark.parametrize("page", PAGES)
def test_a_gateways_word_is_no_answer_to_a_question(door: str, page: str) -> None:
    if is_own(door, page):
        pytest.skip("it cannot be told from a word of the CRM")
    for status in STATUSES:
        with pytest.raises(Retryable):
            QUESTIONS[door](answer(PAGES[page], status, writes=False))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_says_200_takes_nothing_away(page: str) -> None:
    with pytest.raises(InDoubt):
        linking.taken(answer(PAGES[page], 200, writes=True))
    linking.taken(answer(b"", 204, writes=True))
    linking.taken(answer(b'{"status": "COMPLETE", "results": []}', 200, writes=True))


@pytest.mark.parametrize("status", [413, 414, 431])
@pytest.mark.parametrize(
    "door",
    [
        "hubspot written",
        "dynamics many",
        "dynamics results",
        "salesforce results",
        "zoho results",
        "rest written",
        "rest by id",
    ],
)
def test_whoever_finds_a_request_too_large_has_not_read_it(door: str, status: int) -> None:
    said = CHANGES[door](answer(b"<html>", status, writes=True))
    whole = {
        "hubspot written": lambda: said.whole,
        "rest written": lambda: said.outcome.refused_whole,
        "rest by id": lambda: said.refused_whole,
    }.get(door, lambda: said)()
    assert whole.code == "TOO_LARGE"


def test_hubspots_own_page_says_that_an_object_is_not_there() -> None:
    for read in (portal_answers.properties, portal_answers.labels):
        assert read(answer(JETTY, 404, writes=False)) is None
        with pytest.raises(Retryable):
            read(answer(JETTY, 400, writes=False))


@pytest.mark.parametrize("crm", ["hubspot", "salesforce"])
def test_what_the_crm_itself_was_recorded_to_say_is_its_word(crm: str) -> None:
    own = {"hubspot": hubspot.own_error, "salesforce": salesforce.own_error}[crm]
    seen = 0
    for path in sorted((VENDOR / crm).rglob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        reply = said.get("response") if isinstance(said, dict) else None
        if not reply or not 400 <= (reply.get("status") or 0) < 500 or "oauth" in path.name:
            continue
        raw = reply["body"].encode() if isinstance(reply["body"], str) else json.dumps(reply["body"]).encode()
        results = isinstance(reply["body"], list) and any("success" in each for each in reply["body"])
        if raw.startswith(b"<") or results:
            continue
        seen += 1
        own(answer(raw, reply["status"], writes=False))
    assert seen > 2


def test_an_own_refusal_of_the_request_is_final() -> None:
    said = {
        hubspot.refused: {"status": "error", "message": "no right", "correlationId": "7", "category": "MISSING_SCOPES"},
        salesforce.refused: [{"errorCode": "INSUFFICIENT_ACCESS", "message": "no right"}],
        rest.refused: {"error": {"code": "FORBIDDEN", "message": "no right"}},
    }
    for read, body in said.items():
        error = read(answer(json.dumps(body).encode(), 403, writes=True))
        assert type(error) is TargetError, error
