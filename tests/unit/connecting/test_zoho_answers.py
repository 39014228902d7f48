"""What Zoho CRM's answers say: of each record one outcome, none better than what was done, and no value repeated."""

import copy
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from recordings import exchange

from crm_migrate.connecting import row_results
from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.connecting.row_results import Result
from crm_migrate.errors import AuthExpired, CrmMigrateError, InDoubt, TargetConflict, TargetError, UsageError
from crm_migrate_zoho import answers, coql
from crm_migrate_zoho.auth import fresh, no_credits
from crm_migrate_zoho.describe import Described, kind_of, modules_of, object_of
from crm_migrate_zoho.settings import accounts_of
from crm_migrate_zoho.shapes import can_be_made
from crm_migrate_zoho.values import json_of, read_text, text_of

NOW = datetime(2026, 12, 1, tzinfo=UTC)
IDS = [f"48768760000000{n:05}" for n in range(6)]


def answer(body: Any, status: int = 200, *, writes: bool = True, **headers: str) -> Answer:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        Request("POST", "/x", writes=writes), status, {n.replace("_", "-"): v for n, v in headers.items()}, sent
    )


def done(id: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "status": "success", "message": "record updated", "details": {"id": id}}


def wrong(code: str, **details: Any) -> dict[str, Any]:
    return {"code": code, "status": "error", "message": "invalid data", "details": details}


@pytest.mark.parametrize("name", ["create_lead_row_success", "update_contact_row_success"])
def test_a_recorded_success_names_its_record(name: str) -> None:
    said = exchange("zoho", name)["response"]
    (result,) = answers.results(answer(said["body"], said["status"]), [])
    assert result == Result(said["body"]["data"][0]["details"]["id"], done=True)


def test_a_recorded_unknown_module_is_none() -> None:
    assert answers.fields(answer(exchange("zoho", "unknown_module_fields_400")["response"]["body"], 400)) is None


def test_recorded_fields_are_understood() -> None:
    said = exchange("zoho", "schema_deals_fields_owner_stage")["response"]["body"]
    known = answers.fields(answer(said))
    assert known is not None
    described = Described("Deals", known)
    assert [place.name for place in described.named()] == ["Owner.email"]
    stage = object_of(described).field("Stage")
    assert stage is not None and "Closed Won" in stage.choices and "Id. Decision Makers" in stage.choices


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (wrong("INVALID_DATA", api_name="Phone", maximum_length=30),
         Refusal("invalid data, maximum_length 30", "INVALID_DATA", "Phone")),
        (wrong("MULTIPLE_OR_MULTI_ERRORS", errors=[wrong("MANDATORY_NOT_FOUND", api_name="Stage"), wrong("X")]),
         Refusal("invalid data", "MANDATORY_NOT_FOUND", "Stage")),
        ({**wrong("INVALID_DATA", api_name="Email"), "message": "ayse@firma.example is none"},
         Refusal("... is none", "INVALID_DATA", "Email")),
    ],
)  # fmt: skip
def test_a_refusal_says_why_without_the_value(said: dict[str, Any], refusal: Refusal) -> None:
    (result,) = answers.results(answer({"data": [said]}, 400), [{"Email": "ayse@firma.example"}])
    assert (result.refusal, result.done, result.again) == (refusal, False, None)


def test_a_locked_record_may_be_sent_again() -> None:
    (result,) = answers.results(answer({"data": [wrong("RECORD_LOCKED")]}, 400), [])
    assert row_results.changed({"a": IDS[0]}, [result], NOW).later == {"a": NOW + answers.PAUSE}


@pytest.mark.parametrize(
    "row",
    [{}, {"code": "SUCCESS", "status": "success", "details": {}},
     {"code": "SUCCESS", "status": "error", "details": None},
     {"code": "SUCCESS", "status": "success", "details": {"id": 5}}, {"status": "error"}, {"code": "SUCCESS"}],
)  # fmt: skip
def test_a_row_that_says_nothing_leaves_its_record_in_doubt(row: dict[str, Any]) -> None:
    said = answers.results(answer({"data": [row]}), [])
    assert isinstance(said, list)
    outcome = row_results.changed({"a": IDS[0]}, said, NOW)
    assert not outcome.loaded and (outcome.in_doubt or outcome.refused)
    assert not row_results.created(["a"], said, {}, NOW).loaded


def damaged(dice: random.Random, said: Any) -> Any:
    """The list of results with one thing wrong."""
    rows = copy.deepcopy(said)
    at = dice.randrange(len(rows))
    kind = dice.randrange(7)
    if kind == 0:
        dice.shuffle(rows)
    elif kind == 1:
        del rows[at]
    elif kind == 2:
        rows.insert(at, copy.deepcopy(dice.choice(rows)))
    elif kind == 3:
        rows[at] = dice.choice([None, [], {}, "x", {"code": "SUCCESS"}, wrong("INTERNAL_ERROR")])
    elif kind == 4:
        rows[at]["details"] = dice.choice([None, {}, {"id": dice.choice(IDS)}, {"id": None}])
    elif kind == 5:
        rows[at]["status"] = dice.choice(["success", "error", "", None])
    else:
        rows[at]["code"] = dice.choice(["SUCCESS", "INVALID_DATA", "", None])
    return rows


def test_no_damage_to_an_answer_makes_a_better_one() -> None:
    """Who was refused is never told as written under the right id by an answer that lost or moved a row."""
    dice = random.Random(5)
    ids = dict(zip("abcdef", IDS, strict=True))
    for _ in range(2000):
        written = {entity for entity in ids if dice.random() < 0.6}
        rows = [done(ids[e]) if e in written else wrong("INVALID_DATA", api_name="Phone") for e in ids]
        try:
            said = answers.results(answer({"data": damaged(dice, rows)}, 207), [])
        except CrmMigrateError:
            continue
        assert isinstance(said, list)
        outcome = row_results.changed(ids, said, NOW)
        named = {result.id for result in said if result.done}
        assert {ids[e] for e in outcome.loaded} <= named and all(ids[e] == id for e, id in outcome.loaded.items())
        told = [*outcome.loaded, *outcome.refused, *outcome.in_doubt, *outcome.later]
        assert sorted(told) == list("abcdef"), "each has one outcome"
        made = row_results.created(list(ids), said, {e: ids[e] for e in written}, NOW)
        assert set(made.loaded) == written


def test_a_request_that_is_refused_as_a_whole_is_told_so() -> None:
    said = answers.results(answer(wrong("INVALID_DATA", maximum_length=100, api_name="data"), 400), [])
    assert isinstance(said, Refusal) and said.code == "INVALID_DATA"
    for status, code in ((401, "OAUTH_SCOPE_MISMATCH"), (403, "NO_PERMISSION"), (400, "INVALID_MODULE")):
        with pytest.raises(TargetError, match=code):
            answers.results(answer(wrong(code), status), [])
    with pytest.raises(InDoubt):
        answers.results(answer({"data": None}, 200), [])


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"id": "1"}, {"id": "1"}], "info": {"more_records": False}},
        {"data": [{"id": "1"}], "info": {"more_records": False, "count": 2}},
        {"data": [], "info": {"more_records": True}},
        {"data": [{"x": 1}], "info": {"more_records": False}},
        {"data": [{"id": "1"}]},
    ],
)
def test_a_page_that_is_none_is_asked_for_again(body: Any) -> None:
    with pytest.raises(TargetError):
        answers.page(answer(body, writes=False))
    assert answers.page(answer(b"", 204, writes=False)).records == ()


# ---------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("text", "kind", "sent"),
    [
        ("1250000.50", "currency", 1250000.5), ("7", "double", 7), ("12", "integer", 12), ("-99", "bigint", "-99"),
        ("true", "boolean", True), (None, "boolean", False), (None, "text", None), ("2025-03-05", "date", "2025-03-05"),
        ("2024-02-29T23:59:59.5+03:00", "datetime", "2024-02-29T20:59:59+00:00"), ("4711", "lookup", {"id": "4711"}),
        ('["a", "b"]', "multiselectpicklist", ["a", "b"]),
    ],
)  # fmt: skip
def test_cells_are_sent_as_their_type(text: str | None, kind: str, sent: Any) -> None:
    assert json_of(text, kind) == sent


@pytest.mark.parametrize(
    ("text", "kind"),
    [("x", "double"), ("1e400", "double"), ("0.12345678901234567890", "currency"), ("1.5", "integer"),
     ("yes", "boolean"),
     ("05.03.2025", "date"), ("2025-03-05T10:00:00", "datetime"), ('{"a": 1}', "multiselectpicklist")],
)  # fmt: skip
def test_a_cell_that_is_none_of_its_type_is_not_sent(text: str, kind: str) -> None:
    with pytest.raises(ValueError):
        json_of(text, kind)


def test_values_are_told_as_canonical_text() -> None:
    assert text_of(1250000.5, "currency") == "1250000.5" and text_of(7.0, "double") == "7"
    assert text_of(1e22, "double") == "10000000000000000000000" and read_text(1.125, "double") == "1.1250"
    assert text_of({"id": "1", "name": "x"}, "lookup") == "1" and text_of([], "multiselectpicklist") is None
    assert text_of("2027-01-15T11:00:00+03:00", "datetime") == "2027-01-15T08:00:00Z"


def test_queries_are_put_in_brackets_and_quoted() -> None:
    assert coql.every(["a = 1", "b = 2", "c = 3"]) == "((a = 1) and (b = 2)) and (c = 3)"
    assert coql.every([]) == "id is not null"
    assert coql.among("Name", ["O'Hara", "a\\b"]) == r"Name in ('O\'Hara', 'a\\b')"
    assert [len(part) for part in coql.parted([str(n) for n in range(120)] * 2)] == [50, 50, 20]
    assert coql.is_id("4876876000000001001") and not coql.is_id("it's") and not coql.is_id("12")


@pytest.mark.parametrize(
    ("name", "can"),
    [("Tax_Id", True), ("crm_migrate_id", True), ("Tax__Id", False), ("Id_", False), ("_Id", False),
     ("Steuer-Nr", False), ("Currency", False), ("Tag", False)],
)  # fmt: skip
def test_only_names_that_zoho_makes_of_labels_are_made(name: str, can: bool) -> None:
    assert can_be_made(name) is can


def test_lookups_lead_where_they_say() -> None:
    assert modules_of({"data_type": "lookup", "lookup": {"module": {"api_name": "Accounts"}}}) == ("Accounts",)
    assert modules_of({"data_type": "lookup", "lookup": {"module": "Accounts"}}) == ("Accounts",)
    assert modules_of({"data_type": "text", "lookup": {}}) == ()
    assert kind_of({"data_type": "text", "json_type": "jsonarray"}) == "tags"


# ---------------------------------------------------------------------------------------------------- getting in


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://www.zohoapis.com", "https://accounts.zoho.com"),
        ("https://sandbox.zohoapis.eu", "https://accounts.zoho.eu"),
        ("https://developer.zohoapis.com.au", "https://accounts.zoho.com.au"),
        ("https://www.zohoapis.ca", "https://accounts.zohocloud.ca"),
    ],
)
def test_a_data_centre_has_its_own_accounts(url: str, place: str) -> None:
    assert accounts_of(url) == place


def test_another_address_is_of_no_data_centre() -> None:
    with pytest.raises(UsageError, match="no data centre"):
        accounts_of("https://crm.zoho.eu")


def test_a_token_is_refused_with_200_and_never_used_elsewhere() -> None:
    good = {"access_token": "t", "api_domain": "https://www.zohoapis.eu", "expires_in": 3600}
    assert fresh(answer(good), "https://www.zohoapis.eu/").seconds == 3600
    with pytest.raises(AuthExpired, match="invalid_code"):
        fresh(answer({"error": "invalid_code"}), "https://www.zohoapis.eu")
    with pytest.raises(TargetConflict):
        fresh(answer(good), "https://www.zohoapis.com")


def test_only_a_word_that_no_credits_are_left_ends_the_day() -> None:
    assert no_credits(answer({}, 429, x_api_credits_remaining="0"))
    assert not no_credits(answer({}, 429)) and not no_credits(answer({}, 429, x_api_credits_remaining="12"))
    assert not no_credits(answer({}, 200, x_api_credits_remaining="0"))
