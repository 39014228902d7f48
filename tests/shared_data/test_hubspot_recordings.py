"""What HubSpot was recorded to answer gives every record one outcome, and no damage to an answer makes a better one."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hubspot_recordings import FOLDER, answer_of, recording, sent_of

from crm_migrate.connecting.contract import Refusal
from crm_migrate.errors import TargetError
from crm_migrate_hubspot import answers, link_answers, portal_answers
from crm_migrate_hubspot.answers import Sent, Told
from crm_migrate_hubspot.auth import policy
from crm_migrate_hubspot.describe import object_of, semantic
from crm_migrate_hubspot.shapes import KEY
from crm_migrate_hubspot.values import Names

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER.name} is not beside the checkout"),
]
CREATES = ("batch_create_partial_207_conflict_trace_id", "batch_create_ten_results_in_other_order",
           "batch_create_two_success")  # fmt: skip
UPDATES = ("batch_update_partial_207_unknown_id", "batch_update_two_success")
REFUSED = ("batch_create_conflict_409_whole_batch", "batch_create_invalid_properties_400",
           "batch_update_invalid_properties_400", "batch_update_duplicate_ids_400")  # fmt: skip
MUTATIONS = 400  # of each answer


def exchange(name: str) -> tuple[list[Sent], int, Any, dict[str, str]]:
    """What was sent, as if with our keys; status and body of the answer with them; who was written, and as what."""
    said = recording(name)
    inputs, body = said["request"]["body"], copy.deepcopy(said["response"]["body"])
    creates = "batch/create" in said["request"]["path"]
    sent = sent_of(inputs, [f"key-{n}" for n in range(len(inputs["inputs"]))] if creates else ())
    names = {_name(each): one for each, one in zip(inputs["inputs"], sent, strict=True)}
    written: dict[str, str] = {}
    for n, each in enumerate(body.get("results", ())):  # the request of one recording is of another answer
        one = names.get(_name(each), sent[n]) if creates else next(s for s in sent if s.id == each["id"])
        if creates:
            each["properties"][KEY] = one.key
        written[one.entity] = each["id"]
    return sent, said["response"]["status"], body, written


def _name(record: Any) -> str:
    """What tells the records of a recorded batch apart."""
    values = record["properties"]
    return str(values.get("firstname", values.get("email"))).lower()


@pytest.mark.parametrize("name", (*CREATES, *UPDATES))
def test_who_is_named_has_an_outcome_and_nobody_else(name: str) -> None:
    sent, status, body, written = exchange(name)
    told = answers.written(answer_of(status, body), sent)
    assert told.loaded == written
    assert told.loaded.keys() | told.refused.keys() | told.clashes.keys() == {each.entity for each in sent}


@pytest.mark.parametrize("name", CREATES)
def test_without_our_key_or_a_trace_nobody_is_named(name: str) -> None:
    said = recording(name)
    sent = sent_of(said["request"]["body"], ["k"] * 20)
    told = answers.written(answer_of(said["response"]["status"], said["response"]["body"]), sent)
    assert not told.loaded


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_of_the_whole_and_says_no_value(name: str) -> None:
    said = recording(name)
    sent = sent_of(said["request"]["body"])
    told = answers.written(answer_of(said["response"]["status"], said["response"]["body"]), sent)
    assert told.whole is not None
    assert not told.loaded
    assert not told.refused
    assert not any(
        value.lower() in told.whole.words.lower() for each in sent for value in each.values if len(value) > 2
    )


def test_properties_that_are_not_there_are_named_once() -> None:
    said = recording("batch_create_invalid_properties_400")
    told = answers.written(answer_of(400, said["response"]["body"]), sent_of(said["request"]["body"]))
    assert told.whole == Refusal(
        "first000name: PROPERTY_DOESNT_EXIST; last000name: PROPERTY_DOESNT_EXIST",
        "PROPERTY_DOESNT_EXIST",
        "first000name",
    )


def test_a_conflict_names_the_record_that_is_there() -> None:
    sent, status, body, _ = exchange("batch_create_partial_207_conflict_trace_id")
    (clash,) = answers.written(answer_of(status, body), sent).clashes.values()
    assert clash.code == "CONFLICT"
    assert "171591000198" in clash.words


def test_an_unknown_id_is_refused_by_its_id() -> None:
    sent, status, body, _ = exchange("batch_update_partial_207_unknown_id")
    assert {s.id for s in sent if s.entity in answers.written(answer_of(status, body), sent).refused} == {
        "unknownIdentifier888"
    }


@pytest.mark.parametrize("name", ["read_contact_missing_scopes_403", "properties_no_permission_403",
                                  "schema_missing_scope_403", "read_contact_unknown_email_404_html"])  # fmt: skip
def test_what_is_about_the_request_itself_is_an_error_in_plain_words(name: str) -> None:
    said = recording(name)["response"]
    with pytest.raises(TargetError) as raised:
        answers.written(answer_of(said["status"], said["body"]), [Sent("a", "a")])
    assert "<" not in str(raised.value)
    assert said["status"] == 404 or raised.value.hint


# ---------------------------------------------------------------------------------------------------- damage


Dice = random.Random
STRANGER = {"id": "999", "properties": {KEY: "foreign"}, "status": "error", "context": {"ids": ["999"]}}


def _retype(items: list[Any], dice: Dice) -> None:
    each = dice.choice(items)
    if isinstance(each, dict) and each:
        each[dice.choice(list(each))] = dice.choice([None, [], {}, "", 1.5, True])


DAMAGES: tuple[Callable[[list[Any], Dice], object], ...] = (
    lambda items, dice: items.pop(dice.randrange(len(items))),
    lambda items, dice: items.append(STRANGER),
    lambda items, dice: dice.shuffle(items),
    lambda items, dice: items.append(copy.deepcopy(dice.choice(items))),
    lambda items, dice: items.clear(),
    lambda items, dice: items.__setitem__(dice.randrange(len(items)), dice.choice([None, [], "x", {}, 0])),
    _retype,
)
REWRITTEN: tuple[Callable[[Any, Dice], Any], ...] = (
    lambda body, dice: {**body, dice.choice(["results", "errors"]): dice.choice([None, {}, "COMPLETE", 7])},
    lambda body, dice: json.dumps(body)[: dice.randrange(len(json.dumps(body)))],
    lambda body, dice: "<html><body>Bad gateway</body></html>",
    lambda body, dice: json.loads(json.dumps(body).replace("@example.com", "@EXAMPLE.COM")),
    lambda body, dice: {**body, dice.choice(["status", "unknown", "numErrors"]): dice.choice(["PENDING", 99, None])},
)


def damaged(body: Any, dice: Dice) -> Any:
    """The body with one thing wrong: dropped, added, shuffled, repeated, emptied, retyped, cut, HTML."""
    lists = [each for each in (body.get("results"), body.get("errors")) if isinstance(each, list) and each]
    if not lists or dice.random() < 0.3:
        return dice.choice(REWRITTEN)(body, dice)
    dice.choice(DAMAGES)(dice.choice(lists), dice)
    return body


@pytest.mark.parametrize("name", (*CREATES, *UPDATES))
def test_no_damage_makes_a_record_written_or_loses_one(name: str) -> None:
    dice = random.Random(name)
    sent, status, good, written = exchange(name)
    for _ in range(MUTATIONS):
        body = copy.deepcopy(good)
        for _ in range(dice.randint(1, 3)):
            body = body if isinstance(body, str) else damaged(body, dice)
        told = answers.written(answer_of(dice.choice([200, 201, 202, 207, status]), body), sent)
        judge(told, sent, written, body)


def judge(told: Told, sent: list[Sent], written: dict[str, str], body: Any) -> None:
    """Nobody is loaded who was not written, nor refused who was; nobody is in two places; nobody is a stranger."""
    assert told.whole is None
    assert dict(told.loaded).items() <= written.items(), body
    assert not {*told.refused, *told.clashes} & written.keys(), body
    groups = [set(told.loaded), set(told.refused), set(told.clashes)]
    assert sum(map(len, groups)) == len(set.union(*groups))
    assert set.union(*groups) <= {each.entity for each in sent}


def test_one_id_for_two_records_is_of_neither() -> None:
    sent = [Sent("a", "a"), Sent("b", "b"), Sent("c", "c")]
    results = [{"id": id, "properties": {KEY: key}} for id, key in (("1", "a"), ("1", "b"), ("2", "c"))]
    assert answers.written(answer_of(201, {"results": results}), sent).loaded == {"c": "2"}


@pytest.mark.parametrize(
    "result",
    [
        {"id": "1", "properties": {KEY: "a"}, "objectWriteTraceId": "b"},
        {"id": "1", "properties": {KEY: "strange"}, "objectWriteTraceId": "a"},
        {"id": "1", "properties": {KEY: "a"}, "archived": True},
        {"id": "", "properties": {KEY: "a"}},
        {"id": True, "properties": {KEY: "a"}},
        {"id": "1", "properties": {KEY: "a", "hs_object_id": "2"}},
    ],
)
def test_names_that_do_not_fit_each_other_name_nobody(result: dict[str, Any]) -> None:
    sent = [Sent("a", "a"), Sent("b", "b")]
    assert answers.written(answer_of(201, {"results": [result]}), sent) == Told()


# ---------------------------------------------------------------------------------------------------- links


def test_a_record_without_links_is_none_and_no_failure() -> None:
    said = recording("assoc_batch_read_partial_no_associations")
    found, more = link_answers.links(answer_of(207, said["response"]["body"], writes=False), {"501", "103107104018"})
    assert {id: [each.id for each in linked] for id, linked in found.items()} == {
        "501": ["29022297485"],
        "103107104018": [],
    }
    assert found["501"][0].labels() == ["primary"]
    assert not more


@pytest.mark.parametrize(
    ("name", "pairs", "refused"),
    [
        ("assoc_v4_batch_create_201_order_reversed", {("9755286928", "21251"), ("9755286928", "21301")}, False),
        ("assoc_create_two_2026", {("211762804612", "29013756946"), ("211762804612", "18417469260")}, False),
        ("assoc_v4_create_unknown_target_207", set(), True),
        ("assoc_v4_create_unknown_source_207", set(), True),
        ("assoc_create_207_invalid_and_self", set(), True),
    ],
)
def test_links_that_were_made_are_named(name: str, pairs: set[tuple[str, str]], refused: bool) -> None:
    said = recording(name)["response"]
    made = link_answers.made(answer_of(said["status"], said["body"]))
    assert set(made.pairs) == pairs
    assert (made.refusal is not None) == refused


# ---------------------------------------------------------------------------------------------------- the portal


def test_a_portal_is_read_as_it_was_recorded() -> None:
    def read(name: str, of: Callable[[Any], Any]) -> Any:
        said = recording(name)["response"]
        return of(answer_of(said["status"], said["body"], writes=False))

    assert read("account_info", portal_answers.account).portal == "12345678"
    owners, after = read("list_owners", portal_answers.owners)
    assert (owners[0].id, owners[0].mailbox, after) == ("31871817", "person29@example.com", None)
    assert read("list_contacts_2026_first_page", answers.page).after == "52"
    stages = read("pipelines_deals", portal_answers.stages)
    assert Names(stages=stages).pipelines() == {"Sales Pipeline": "default"}
    assert Names(stages=stages).stage("Closed Won", None) == "closedwon"
    known = read("schema_contact_properties_v3", portal_answers.properties)
    assert len(known) == 354
    assert semantic(known["hubspot_owner_id"]) == "owner"
    described = object_of("contacts", known, (), [("companies", ""), ("companies", "primary")])
    places = {field.name: field for field in described.fields}
    assert places["createdate"].read_only
    assert places["email"].unique
    assert places["associations.companies.primary"].reference == "companies"


def test_limits_are_read_from_the_headers_of_any_answer() -> None:
    headers = recording("assoc_v4_archive_204")["response"]["headers"]
    said = portal_answers.allowance({name.lower(): value for name, value in headers.items()})
    assert (said.per_day, said.left, said.per_window, said.window_seconds) == (250_000, 248_638, 100, 10)
    nothing = portal_answers.allowance({})
    assert (nothing.per_day, nothing.left, nothing.per_window, nothing.window_seconds) == (None, None, None, None)
    assert policy(answer_of(429, {"policyName": "DAILY"})) == "DAILY"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")) if FOLDER.is_dir() else [], ids=lambda p: p.stem)
def test_every_recorded_answer_is_read_or_refused_and_never_a_traceback(path: Any) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))["response"]
    if said["status"] is None:
        return
    answer, asked = answer_of(said["status"], said["body"]), answer_of(said["status"], said["body"], writes=False)
    sent = [Sent("a", "a", "-1"), Sent("b", "b", "-2")]
    readers: tuple[Callable[[], Any], ...] = (
        lambda: answers.written(answer, sent),
        lambda: link_answers.made(answer),
        lambda: answers.page(asked),
        lambda: answers.found(asked, {"1"}, by_key=False),
        lambda: link_answers.links(asked, {"1"}),
        lambda: portal_answers.account(asked),
        lambda: portal_answers.owners(asked),
        lambda: portal_answers.properties(asked),
        lambda: portal_answers.stages(asked),
        lambda: portal_answers.labels(asked),
        lambda: portal_answers.opted_out(asked),
        lambda: portal_answers.statuses(asked, 1),
    )
    for read in readers:
        try:
            told = read()
        except TargetError as error:
            assert str(error)
            continue
        assert not isinstance(told, Told) or not told.loaded
