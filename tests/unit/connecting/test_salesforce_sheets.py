"""Sheets of Bulk API 2.0: records as CSV, and what results say, as recorded and changed on their way."""

import csv
import io
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import exchange

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.http import Answer
from crm_migrate.errors import Retryable
from crm_migrate_salesforce import answers, sheets
from crm_migrate_salesforce.requests import Api
from crm_migrate_salesforce.shapes import KEY

API = Api("v67.0")
DONE = f'"sf__Id","sf__Created",{KEY},Name\n' + "".join(
    f'"001Ex0000000{n:03}IAA","true","key-{n}","Ayşe ""{n}"""\n' for n in range(9)
)


def answer(text: str | bytes, status: int = 200) -> Answer:
    body = text if isinstance(text, bytes) else text.encode()
    return Answer(API.job_results("750", "successfulResults"), status, {}, body)


def test_a_sheet_says_everything_of_its_records() -> None:
    records = [
        {"attributes": {"type": "Account"}, KEY: "a", "Name": 'O"Hara, Kit\nJr', "Vip__c": True},
        {"attributes": {"type": "Account"}, "id": "001", KEY: "b", "Name": None, "Score__c": 3},
    ]
    read = list(csv.DictReader(io.StringIO(sheets.sheet(records).decode(), newline="")))
    assert read == [
        {KEY: "a", "Name": 'O"Hara, Kit\nJr', "Vip__c": "true", "Id": "", "Score__c": ""},
        {KEY: "b", "Name": "#N/A", "Vip__c": "", "Id": "001", "Score__c": "3"},
    ]
    assert b"\r" not in sheets.sheet(records)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(lambda t: t != "#N/A")))
def test_texts_come_through_a_sheet(texts: list[str]) -> None:
    body = sheets.sheet([{KEY: f"k{n}", "Name": text} for n, text in enumerate(texts)])
    read = sheets.lines(answer(body), KEY) if texts else []
    assert [line["Name"] for line in read] == texts


def test_a_text_that_would_clear_its_field_is_no_record_of_a_job() -> None:
    sheets.fit({"Name": "N/A", "Vip__c": None})
    with pytest.raises(Unfit) as unfit:
        sheets.fit({"Name": "#N/A"})
    assert unfit.value.refusal.field == "Name"


def test_a_recorded_failure_says_code_words_and_field() -> None:
    said = exchange("salesforce", "bulk2_partial_2_failed_results")["response"]["body"]
    found = sheets.failed(answer(said), "external_id__c", [{"CloseDate": "2003-04-987654321987654321"}])
    assert list(found) == ["external-id-3"]
    why = found["external-id-3"]
    assert (why.code, why.field) == ("INVALID_FIELD", "CloseDate")
    assert "987654321" not in why.words and why.words.startswith("Failed to deserialize field at col 3")


@pytest.mark.parametrize(
    ("text", "code", "words", "field"),
    [
        ("REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --", "REQUIRED_FIELD_MISSING",
         "Required fields are missing: [Name]", "Name"),
        ("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--", "UNABLE_TO_LOCK_ROW",
         "unable to obtain exclusive access", ""),
        ("something else", "", "something else", ""),
        ("", "", "Salesforce gives no reason", ""),
    ],
)  # fmt: skip
def test_a_failure_in_words(text: str, code: str, words: str, field: str) -> None:
    line = f'"sf__Id","sf__Error",{KEY}\n"","{text}","k"\n'
    why = sheets.failed(answer(line), KEY, [])["k"]
    assert (why.code, why.words, why.field) == (code, words, field)


def _mutated(text: str, dice: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    head, rest = lines[0], lines[1:]
    match dice.randrange(8):
        case 0:
            rest.pop(dice.randrange(len(rest)))
        case 1:
            rest.append(dice.choice(rest))
        case 2:
            dice.shuffle(rest)
        case 3:
            rest = []
        case 4:
            return text.encode()[: dice.randrange(len(text))]
        case 5:
            return b"<html>Down</html>"
        case 6:
            head = head.replace(KEY, "other")
        case _:
            at = dice.randrange(len(rest))
            rest[at] = rest[at].replace(',"key', ',"stranger')
    return (head + "".join(rest)).encode()


def test_no_change_of_a_sheet_writes_anybody_or_names_another_id() -> None:
    truth, dice = {f"key-{n}": f"001Ex0000000{n:03}IAA" for n in range(9)}, random.Random(7)
    assert sheets.done(answer(DONE), KEY) == truth
    for _ in range(400):
        try:
            found = sheets.done(answer(_mutated(DONE, dice)), KEY)
        except Retryable:
            continue
        assert all(truth.get(key, id) == id for key, id in found.items())
        assert not found.keys() & {f"new-{n}" for n in range(9)}


@pytest.mark.parametrize(
    ("name", "state"),
    [("bulk2_insert_1_create_job", "Open"), ("bulk2_insert_3_close", "UploadComplete"),
     ("bulk2_abort_2_abort", "Aborted"),
     ("bulk2_partial_1_job_complete", "JobComplete"), ("bulk2_job_failed_unknown_column", "Failed")],
)  # fmt: skip
def test_a_job_as_it_was_recorded(name: str, state: str) -> None:
    said = exchange("salesforce", name)["response"]
    found: Any = answers.job(answers_of(said))
    assert found[1] == state and found[0].startswith("750")
    assert answers.job_said(answers_of(said)) == said["body"]


def answers_of(said: dict[str, Any]) -> Answer:
    return Answer(API.job_of("750"), said["status"], {}, json.dumps(said["body"]).encode())


def test_a_job_that_is_not_known_any_more() -> None:
    lost = {"status": 404, "body": [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]}
    assert answers.job_said(answers_of(lost)) is None
