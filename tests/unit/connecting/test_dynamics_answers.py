"""What Dataverse was documented to answer gives an outcome of each record; damage never makes a better one."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import InDoubt, Retryable, TargetError
from crm_migrate_dynamics import answers
from crm_migrate_dynamics.multipart import Step, read, written

VENDOR = Path(__file__).resolve().parents[2] / "vendor" / "dataverse"
OF_MANY = {"create_multiple_200_ids": 3, "update_multiple_204": 0}
BATCHES = {  # parts of the answer, and how many of them were done
    "batch_three_creates_and_get": (4, 4),
    "batch_change_set_creates_and_get": (2, 2),
    "batch_change_set_content_id_references": (1, 1),
    "batch_continue_on_error_200": (3, 2),
}


def recorded(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((VENDOR / f"{name}.json").read_text(encoding="utf-8"))["response"]
    return said


def answer_of(said: dict[str, Any], *, writes: bool = True) -> Answer:
    body = said["body"]
    raw = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    headers = {name.lower(): value for name, value in said["headers"].items()}
    return Answer(Request("POST", "/x", writes=writes), said["status"], headers, raw)


@pytest.mark.parametrize("name", OF_MANY)
def test_a_message_for_many_gives_ids_or_none(name: str) -> None:
    said = answers.many(answer_of(recorded(name)), [], str)
    assert not isinstance(said, Refusal) and len(said) == OF_MANY[name]


@pytest.mark.parametrize("name", BATCHES)
def test_each_part_of_a_batch_has_a_result_that_names_its_record(name: str) -> None:
    parts, done = BATCHES[name]
    said = answers.results(answer_of(recorded(name)), [[]] * parts, [])
    assert not isinstance(said, Refusal)
    assert [each.done for each in said].count(True) == done
    refused = [each.refusal for each in said if each.refusal is not None]
    assert [each.code for each in refused] == ["0x80044331"] * (parts - done)


def test_a_refusal_does_not_repeat_the_value() -> None:
    error = {"error": {"code": "0x80048d19", "message": "the value secret-value-1 cannot be meant"}}
    said = answers.many(answer_of({"status": 400, "headers": {}, "body": error}), [{"name": "secret-value-1"}], str)
    assert isinstance(said, Refusal) and "secret-value" not in said.words and said.code == "0x80048d19"


@pytest.mark.parametrize("name", [path.stem for path in sorted(VENDOR.glob("*.json"))])
def test_every_recorded_error_is_dataverses_own(name: str) -> None:
    said = recorded(name)
    if isinstance(said["body"], dict) and "error" in said["body"]:
        code, words = answers.own_error(answer_of(said))
        assert words == said["body"]["error"]["message"] and code == said["body"]["error"]["code"].lower()


@pytest.mark.parametrize("name", BATCHES)
def test_a_damaged_batch_is_in_doubt_or_says_no_more_than_before(name: str) -> None:
    parts, done = BATCHES[name]
    whole, dice = answer_of(recorded(name)), random.Random(name)
    for _ in range(300):
        at, count = dice.randrange(len(whole.body)), dice.randrange(1, 40)
        body = whole.body[:at] + whole.body[at + count :] if dice.random() < 0.7 else whole.body[:at]
        damaged = Answer(whole.request, whole.status, whole.headers, body)
        try:
            said = answers.results(damaged, [[]] * parts, [])
        except InDoubt:
            continue
        assert not isinstance(said, Refusal) and len(said) == parts
        assert sum(each.done for each in said) <= done


def test_a_table_that_is_not_described_whole_is_no_table() -> None:
    context = "https://x.example/api/data/v9.2/$metadata#EntityDefinitions('lead')/Keys"
    bodies = [{"@odata.context": context, "value": []}]
    head = "--batchresponse_1\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n"
    body = "".join(f"{head}{json.dumps(each)}\r\n" for each in bodies) + "--batchresponse_1--\r\n"
    said = {"status": 200, "headers": {}, "body": body}
    assert answers.described(answer_of(said, writes=False), ("Keys",)) == [[bodies[0]]]
    with pytest.raises(Retryable):
        answers.described(answer_of(said, writes=False), ("Attributes",))


def test_what_we_write_is_read_by_our_own_reader_and_is_the_same_each_time() -> None:
    groups = [
        [Step("POST", "accounts", {"name": "Öz\r\n--"})],
        [Step("POST", "tasks", {}), Step("PATCH", "$1", {"a": 1})],
    ]
    body, kind = written(groups, "/api/data/v9.2")
    assert written(groups, "/api/data/v9.2") == (body, kind)
    assert body.count(b"HTTP/1.1") == 3 and kind.partition("boundary=")[2].encode() in body
    with pytest.raises(ValueError, match="status"):
        read(body)  # requests are no answers


def test_rights_are_told_as_an_error_of_the_run() -> None:
    error = {"error": {"code": "0x80040220", "message": "Principal user is missing prvWriteAccount privilege"}}
    with pytest.raises(TargetError, match="prvWriteAccount"):
        answers.many(answer_of({"status": 403, "headers": {}, "body": error}), [], str)
