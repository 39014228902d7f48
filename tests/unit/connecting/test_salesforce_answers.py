"""What Salesforce's answers say: those that were recorded, and those that were changed on their way."""

import copy
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from recordings import exchange, recorded

from crm_migrate.connecting import row_results
from crm_migrate.connecting.contract import Answer as Outcome
from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import AuthExpired, CrmMigrateError, Retryable, TargetConflict, TargetError
from crm_migrate_salesforce import answers
from crm_migrate_salesforce.auth import fresh, quota_of, token_request
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.settings import read_settings

NOW = datetime(2026, 12, 1, tzinfo=UTC)
API = Api("v67.0")
WRITES = [(name, said) for name, said in recorded("salesforce") if name.startswith("collections_")]
Body = list[dict[str, Any]]
_FAILED = {"success": False, "errors": [{"statusCode": "INVALID_FIELD", "message": "no", "fields": []}]}
_IDS = [f"001Ex0000000{n:03}IAA" for n in range(4)]
_MIXED = [_FAILED if n == 1 else {"id": id, "success": True, "errors": []} for n, id in enumerate(_IDS)]
# What no recording shows: of some who were changed, or deleted, one was not, and its result names nobody.
WRITES += [
    (
        f"collections_{verb}_mixed",
        {
            "request": {"body": {"records": [{"id": id} for id in _IDS]}, "query": None},
            "response": {"status": 200, "body": _MIXED},
        },
    )
    for verb in ("update", "delete")
]


def answer(body: Any, status: int = 200, request: Request | None = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(request or API.creating([]), status, headers, raw)


def keys(said: dict[str, Any]) -> list[str]:
    """Our keys of the records that a recorded request was about."""
    body, query = said["request"]["body"], said["request"]["query"]
    records = body["records"] if body else query["ids"].split(",")
    return [f"key-{at:02}" for at in range(len(records))]


def truth(said: dict[str, Any]) -> dict[str, str]:
    """Key -> id of who was written, as the recorded answer says it."""
    results = said["response"]["body"]
    if not all("success" in each for each in results):
        return {}
    return {key: each["id"] for key, each in zip(keys(said), results, strict=True) if each["success"]}


def judged(name: str, said: dict[str, Any], reply: Answer) -> Outcome:
    """The outcome of a recorded write that was answered so: for a creation with a look at who is there."""
    rows = [{"__entity": key} for key in keys(said)]
    read = answers.results(reply, rows)
    if isinstance(read, Refusal):
        return Outcome(refused_whole=read)
    if "create" in name or "upsert" in name:
        return row_results.created(keys(said), read, truth(said), NOW)
    sent = said["request"]["body"]["records"] if said["request"]["body"] else []
    named = [each.get("id") or each.get("Id") or f"nobody-{at}" for at, each in enumerate(sent)]
    ids = named or said["request"]["query"]["ids"].split(",")
    return row_results.changed(dict(zip(keys(said), ids, strict=True)), read, NOW, deletes="delete" in name)


def of(key: str, outcome: Outcome) -> str:
    """What became of one, which is one thing."""
    said = [n for n in ("loaded", "refused", "in_doubt", "later") if key in getattr(outcome, n)]
    assert len(said) <= 1, (key, said)
    return said[0] if said else "whole" if outcome.refused_whole else "in_doubt"


@pytest.mark.parametrize(("name", "said"), WRITES, ids=[name for name, _ in WRITES])
def test_a_recorded_write_has_one_outcome_per_key(name: str, said: dict[str, Any]) -> None:
    outcome = judged(name, said, answer(said["response"]["body"], said["response"]["status"]))
    written = truth(said)
    for key in keys(said):
        assert (of(key, outcome) == "loaded") is (key in written), key
        assert key not in written or outcome.loaded[key] == written[key]
        assert key in written or of(key, outcome) in ("refused", "later", "whole")


def _dropped(body: Body, dice: random.Random) -> Any:
    body.pop(dice.randrange(len(body)))
    return body


def _added(body: Body, dice: random.Random) -> Any:
    stranger = {"id": "001Ex00000zzzzzIAA", "success": True, "errors": []}
    return [*body[: (at := dice.randrange(len(body) + 1))], stranger, *body[at:]]


def _shuffled(body: Body, dice: random.Random) -> Any:
    dice.shuffle(body)
    return body


def _repeated(body: Body, dice: random.Random) -> Any:
    return [*body, copy.deepcopy(dice.choice(body))]


def _foreign(body: Body, dice: random.Random) -> Any:
    dice.choice(body)["id"] = "003Ex00000zzzzzIAA"
    return body


def _retyped(body: Body, dice: random.Random) -> Any:
    each = dice.choice(body)
    name = dice.choice(list(each))
    each[name] = dice.choice([None, 7, "true", [], {}, [None], [{"statusCode": 3}], True])
    return body


def _unkeyed(body: Body, dice: random.Random) -> Any:
    each = dice.choice(body)
    del each[dice.choice(list(each))]
    return body


MUTATIONS: tuple[Callable[[Body, random.Random], Any], ...] = (
    _dropped, _added, _shuffled, _repeated, _foreign, _retyped, _unkeyed,
    lambda _b, _d: [],
    lambda _b, _d: None,
    lambda _b, _d: {},
    lambda b, _d: {"results": b},
    lambda _b, _d: b"<html>Down for maintenance</html>",
    lambda b, d: json.dumps(b).encode()[: d.randrange(len(json.dumps(b)))],
    lambda b, _d: [*b, None],
    lambda b, _d: json.dumps(b).encode().replace(b'"success"', b'"Success"'),
)  # fmt: skip


@pytest.mark.parametrize(("name", "said"), WRITES, ids=[name for name, _ in WRITES])
def test_no_change_of_an_answer_writes_or_loses_anybody(name: str, said: dict[str, Any]) -> None:
    written, dice = truth(said), random.Random(name)
    for mutation in MUTATIONS:
        for _ in range(12):
            changed = mutation(copy.deepcopy(said["response"]["body"]), dice)
            try:
                outcome = judged(name, said, answer(changed, dice.choice([200, said["response"]["status"]])))
            except CrmMigrateError:
                continue  # all of them are in doubt, and asked for by their keys
            for key in keys(said):
                became = of(key, outcome)
                assert became != "loaded" or outcome.loaded[key] == written.get(key), (mutation, changed)
                assert key not in written or became in ("loaded", "in_doubt"), (mutation, changed)
            assert set(outcome.loaded) <= set(keys(said))


def test_who_is_there_by_an_earlier_try_was_created() -> None:
    words = "duplicate value found: crm_migrate_id__c duplicates value on record with id: 001Ex00000aaaaaIAA"
    body = [{"success": False, "errors": [{"statusCode": "DUPLICATE_VALUE", "message": words, "fields": []}]}]
    read = answers.results(answer(body), [])
    assert not isinstance(read, Refusal)
    assert row_results.created(["a"], read, {"a": "001Ex00000aaaaaIAA"}, NOW).loaded == {"a": "001Ex00000aaaaaIAA"}
    assert set(row_results.created(["a"], read, {}, NOW).refused) == {"a"}


def test_a_success_of_somebody_who_is_not_there_is_in_doubt() -> None:
    read = answers.results(answer([{"id": "001Ex00000aaaaaIAA", "success": True, "errors": []}]), [])
    assert not isinstance(read, Refusal)
    assert row_results.created(["a"], read, {}, NOW).in_doubt == {"a"}


def test_a_refusal_without_a_name_counts_where_all_others_stand_at_their_places() -> None:
    done = [{"id": id, "success": True, "errors": []} for id in _IDS]
    ids = dict(zip("abc", _IDS, strict=False))
    straight = answers.results(answer([_FAILED, done[1], done[2]]), [])
    moved = answers.results(answer([_FAILED, done[3], done[1]]), [])
    assert not isinstance(straight, Refusal) and not isinstance(moved, Refusal)
    assert set(row_results.changed(ids, straight, NOW).refused) == {"a"}
    assert row_results.changed(ids, moved, NOW) == Outcome({"b": _IDS[1]}, in_doubt=frozenset("ac"))


@pytest.mark.parametrize(
    ("code", "words", "became"),
    [
        ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", "later"),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Roll: execution of AfterInsert: UNABLE_TO_LOCK_ROW", "later"),
        ("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back", "later"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no", "refused"),
        ("DUPLICATES_DETECTED", "Use one of these records?", "refused"),
    ],
)
def test_what_may_be_sent_again_is_told_from_what_is_refused(code: str, words: str, became: str) -> None:
    body = [{"success": False, "errors": [{"statusCode": code, "message": words, "fields": ["Name"]}]}]
    read = answers.results(answer(body), [])
    assert not isinstance(read, Refusal)
    outcome = row_results.created(["a"], read, {}, NOW)
    assert of("a", outcome) == became
    if became == "refused":
        assert (outcome.refused["a"].code, outcome.refused["a"].field) == (code, "Name")
        assert ("allow_duplicates" in outcome.refused["a"].words) is (code == "DUPLICATES_DETECTED")


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    words = "Ayşe Yılmaz: invalid email address: ayse@gizli.example"
    body = [{"success": False, "errors": [{"statusCode": "INVALID_EMAIL_ADDRESS", "message": words, "fields": []}]}]
    rows = [{"__entity": "a", "LastName": "Ayşe Yılmaz", "Email": "ayse@gizli.example"}]
    (read,) = answers.results(answer(body), rows)  # type: ignore[misc]
    assert read.refusal.words == "...: invalid email address: ..."


def test_a_request_that_is_wrong_itself_is_about_nobody() -> None:
    said = exchange("salesforce", "collections_create_empty_list_400")["response"]
    assert answers.results(answer(said["body"], said["status"]), []) == Refusal(
        said["body"][0]["message"], "REQUIRED_FIELD_MISSING"
    )
    denied = exchange("salesforce", "error_insufficient_access_403")["response"]
    with pytest.raises(TargetError, match="INSUFFICIENT_ACCESS"):
        answers.results(answer(denied["body"], denied["status"]), [])


# ---------------------------------------------------------------------------------------------------- looking


QUERIES = [(name, said) for name, said in recorded("salesforce") if name.startswith("query_")]


@pytest.mark.parametrize(("name", "said"), QUERIES, ids=[name for name, _ in QUERIES])
def test_a_page_is_whole_or_nothing(name: str, said: dict[str, Any]) -> None:
    """Every recorded page that has ids is read; what has none is asked for again, or refused, and is never empty."""
    body, status = said["response"]["body"], said["response"]["status"]
    try:
        page = answers.page(answer(body, status, API.query("SELECT Id FROM Account")))
    except TargetError as error:
        assert isinstance(error, Retryable) is (status == 200)
        assert status != 200 or not isinstance(body, dict) or not all("Id" in each for each in body["records"])
        return
    assert [each["Id"] for each in page.records] == [each["Id"] for each in body["records"]]
    assert page.whole is body["done"]


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b["records"].pop(),
        lambda b: b["records"].append(b["records"][0]),
        lambda b: b["records"][0].pop("Id"),
        lambda b: b.update(done="true"),
        lambda b: b.update(records={}),
        lambda b: b.update(done=False, records=[]),
    ],
)
def test_a_page_that_lost_a_record_is_asked_for_again(change: Callable[[dict[str, Any]], object]) -> None:
    body = exchange("salesforce", "query_account_number_not_unique")["response"]["body"]
    for at, each in enumerate(body["records"]):
        each.setdefault("Id", f"001Ex0000{at:06}IAA")
    answers.page(answer(body, 200, API.query("")))
    change(body)
    with pytest.raises(Retryable):
        answers.page(answer(body, 200, API.query("")))


def test_the_day_is_used_up_with_403_and_too_many_at_once_is_something_else() -> None:
    said = exchange("salesforce", "error_request_limit_exceeded_403")["response"]
    until = quota_of(lambda: NOW)
    at = until(answer(said["body"], said["status"]))
    assert at is not None and at > NOW
    busy = answer([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}], 403)
    assert until(busy) is None
    assert answers.too_many_at_once(busy)
    for body in (None, b"<html>", [], {}, [7], [{"errorCode": 7}]):
        assert until(answer(body, 403)) is None
        assert not answers.too_many_at_once(answer(body, 403))


def test_what_is_left_of_the_day_is_what_the_header_says() -> None:
    said = exchange("salesforce", "org_limits")["response"]
    told = answers.allowance(answer(said["body"], **{"sforce-limit-info": "api-usage=71/5000000"}))
    assert (told.per_day, told.left) == (5_000_000, 4_999_929)
    listed = answers.allowance(answer(said["body"]))
    assert (listed.per_day, listed.left) == tuple(said["body"]["DailyApiRequests"][n] for n in ("Max", "Remaining"))
    assert answers.allowance(answer({}, **{"sforce-limit-info": "api-usage=x/y"})).per_day is None


# ---------------------------------------------------------------------------------------------------- getting in


URL = "https://muster.my.salesforce.example"
SAYS = {"access_token": "hush", "instance_url": URL, "token_type": "Bearer", "issued_at": "1"}


@pytest.mark.parametrize("name", ["oauth_refresh_invalid_grant_400", "oauth_password_invalid_grant_400"])
def test_credentials_that_are_refused_are_said_so(name: str) -> None:
    said = exchange("salesforce", name)["response"]
    with pytest.raises(AuthExpired, match="invalid_grant"):
        fresh(answer(said["body"], said["status"]), URL)


def test_a_token_goes_to_the_organisation_that_it_is_for() -> None:
    assert fresh(answer(SAYS), URL).value == "hush"
    with pytest.raises(TargetConflict) as error:
        fresh(answer({**SAYS, "instance_url": "https://other.my.salesforce.example"}), URL)
    assert "hush" not in error.value.message
    with pytest.raises(AuthExpired):
        fresh(answer({}), URL)


WAYS: dict[str, dict[str, str]] = {
    "client_credentials": {"client_id": "us", "client_secret": "hush"},
    "refresh_token": {"client_id": "us", "refresh_token": "hush"},
    "given": {"access_token": "hush"},
}


@pytest.mark.parametrize("way", WAYS)
def test_one_way_in_is_said_and_kept_to_itself(way: str) -> None:
    settings = read_settings({"url": URL, **WAYS[way]})
    assert settings.login.grant == way
    assert "hush" not in repr(settings)
    if way != "given":
        body = token_request(settings, 0).payload()
        assert b"hush" in body and way.encode() in body


def test_an_assertion_is_signed_by_our_key() -> None:
    jwt = pytest.importorskip("jwt")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = rsa.generate_private_key(65537, 2048)
    private, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, private, none).decode()
    said = {"url": URL, "client_id": "us", "user": "u@muster.example", "private_key": pem}
    settings = read_settings({**said, "login_url": "https://login.salesforce.example"})
    form = dict(part.split("=") for part in token_request(settings, 2e9).payload().decode().split("&"))
    told = jwt.decode(form["assertion"], key.public_key(), ["RS256"], audience="https://login.salesforce.example")
    assert (told["iss"], told["sub"], told["exp"]) == ("us", "u@muster.example", 2_000_000_180)
