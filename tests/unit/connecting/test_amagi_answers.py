"""What an amagi-crm's answers say, and what is made of its tags and notes; what nobody expects, too."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.connecting.contract import Interruptible, Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.errors import InDoubt, Interrupted, Retryable, TargetError, UsageError
from crm_migrate_amagi import answers, requests
from crm_migrate_amagi.labels import OUR_LINE, joined_notes, labelled, relabelled, split_notes
from crm_migrate_amagi.settings import read_settings
from crm_migrate_amagi.shapes import MODELS, path_of
from crm_migrate_amagi.target import AmagiTarget

CREATION = requests.create("contacts", {"company": "Acme"})
QUESTION = requests.whole("deals")
LABELS = st.sampled_from(["City", "Street", "Works for"])
VALUES = st.text("aZ :,\r\nİ-", min_size=1).filter(lambda value: value == value.strip())


def answer(body: Any, status: int = 201, request: Any = CREATION) -> Answer:
    return Answer(request, status, {}, json.dumps(body).encode() if not isinstance(body, bytes) else body)


@given(st.text("aZ :\r\n-").filter(lambda text: OUR_LINE not in text), st.dictionaries(LABELS, VALUES))
def test_what_people_write_and_our_values_share_the_notes(theirs: str, values: dict[str, str]) -> None:
    found, items = split_notes(joined_notes(theirs, relabelled([], values)))
    assert (found or "") == theirs
    assert {label: labelled(items, label) for label in values} == {label: [value] for label, value in values.items()}


def test_what_people_write_below_our_line_is_theirs() -> None:
    notes = f"hm\n{OUR_LINE}\nCity: Bursa\n  and around\nby the way\n\nStreet: 1"
    assert split_notes(notes) == ("hm\nby the way", ["City: Bursa\nand around", "Street: 1"])


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", {"id": "1"}, {"id": True}, {}])
def test_an_answer_that_says_nothing_leaves_a_creation_in_doubt(body: Any) -> None:
    with pytest.raises(InDoubt):
        answers.written(answer(body))


def test_an_answer_about_another_record_leaves_a_change_in_doubt() -> None:
    with pytest.raises(InDoubt):
        answers.written(answer({"id": 8}, 200, requests.change("contacts", "7", {})), "7")


@pytest.mark.parametrize("said", [[{"name": "x"}], [{"id": True}], [{"id": 1}, {"id": 1}], {"id": 1}, None])
def test_records_are_read_strictly(said: Any) -> None:
    with pytest.raises(Retryable):
        answers.records(answer(said, 200, QUESTION))
    with pytest.raises(Retryable):
        answers.page(answer({"total": 1, "items": said}, 200, QUESTION))


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (409, {"detail": "taken", "existing_id": 7}, Refusal("taken", "CONFLICT")),
        (422, {"detail": [{"loc": ["body", "stage"], "msg": "wrong"}]}, Refusal("wrong", "INVALID", "stage")),
        (404, {"detail": "contact 7 not found"}, Refusal("contact 7 not found", "NOT_FOUND")),
        (413, b"<html>", Refusal("no request of this size is taken", "TOO_LARGE")),
    ],
)
def test_a_refusal_is_about_one_record(status: int, body: Any, refusal: Refusal) -> None:
    assert answers.written(answer(body, status)) == refusal


PAGES = [b"", b"404 page not found\n", b"<html>", b"null", {"message": "no Route matched"}, {"detail": None}]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
@pytest.mark.parametrize("body", PAGES, ids=str)
def test_what_a_gateway_says_is_no_word_about_a_record(status: int, body: Any) -> None:
    for request in (CREATION, requests.change("contacts", "7", {})):
        with pytest.raises(InDoubt):
            answers.written(answer(body, status, request))
    with pytest.raises(InDoubt):
        answers.deleted(answer(body, status, requests.delete("contacts", "7")))
    with pytest.raises(Retryable):
        answers.records(answer(body, status, QUESTION))


@pytest.mark.parametrize("status", [200, 201, 202])
def test_only_the_answer_of_the_server_says_that_a_record_is_deleted(status: int) -> None:
    with pytest.raises(InDoubt):
        answers.deleted(answer(b"<html>back soon</html>", status, requests.delete("contacts", "7")))
    assert answers.deleted(answer(b"", 204, requests.delete("contacts", "7"))) is True


def test_a_refusal_loses_what_is_quoted_and_what_was_sent() -> None:
    said = Refusal("not a day: 'Gizli''s' of Acme in 'x'", "INVALID")
    assert answers.without_values(said, {"Acme"}).words == "not a day: '...'"


def test_what_is_no_answer_about_a_record_stops() -> None:
    with pytest.raises(TargetError, match="your role is read-only"):
        answers.written(answer({"detail": "your role is read-only"}, 403))


@pytest.mark.parametrize(
    ("model", "name", "there"),
    [
        ("contacts", "email", True),
        ("contacts", "tags.Works for", True),
        ("contacts", "notes.City", True),
        ("deals", "notes.City", True),
        ("deals", "tags.City", False),
        ("contacts", "owner", False),
        ("contacts", "tags.", False),
        ("contacts", "tags.a: b", False),
        ("contacts", "tags.a,b", False),
        ("contacts", "notes.City ", False),
        ("contacts", "tags.Kind", False),
        ("contacts", "tags.crm_migrate_id", False),
    ],
)
def test_a_place_is_a_field_or_a_label_that_can_be_read_back(model: str, name: str, there: bool) -> None:
    assert (path_of(MODELS[model], name) is not None) is there


@pytest.mark.parametrize("wrong", [{"url": ""}, {"token": ""}, {"parallel": "0"}, {"settle_seconds": "soon"}], ids=str)
def test_an_option_that_cannot_be_meant_is_refused_without_its_value(wrong: dict[str, str]) -> None:
    good = {"url": "https://crm.example", "token": "hush"}
    with pytest.raises(UsageError) as error:
        read_settings({**good, **wrong})
    assert next(iter(wrong)) in error.value.message
    assert "hush" not in repr(read_settings(good))


def test_who_stops_a_load_is_heard_before_a_request_begins() -> None:
    target = AmagiTarget(read_settings({"url": "http://127.0.0.1:9", "token": "hush"}))
    assert isinstance(target, Interruptible)
    target.stop.set()
    with pytest.raises(Interrupted):
        target.identity()
    target.close()
