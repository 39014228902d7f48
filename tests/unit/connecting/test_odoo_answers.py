"""Whom a refused import of Odoo names, what an error leaves in doubt, and text as its HTML and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import AuthExpired, InDoubt, TargetError
from crm_migrate_odoo import answers
from crm_migrate_odoo.answers import Failed, Loaded
from crm_migrate_odoo.markup import html_of, text_of_html
from crm_migrate_odoo.requests import Session

ROWS: list[dict[str, str | None]] = [{"__entity": f"e{n}", "name": f"secret name {n}"} for n in range(12)]
LOAD = Session("db", 2, "key").load("res.partner", ["id", "name"], [["crm_migrate.e0", "secret name 0"]])


def answer(said: dict[str, Any], request: Request = LOAD, status: int = 200) -> Answer:
    return Answer(request, status, {}, json.dumps({"jsonrpc": "2.0", "id": request.json["id"], **said}).encode())


def error(name: str, message: str = "no") -> dict[str, Any]:
    return {"error": {"code": 200, "message": "Odoo Server Error", "data": {"name": name, "message": message}}}


def told(place: int, words: str = "no", kind: str = "error", **more: Any) -> dict[str, Any]:
    return {"type": kind, "message": words, "record": place, "rows": {"from": place, "to": place}, **more}


def accused(*messages: dict[str, Any]) -> dict[int, str]:
    said = answers.loaded(
        answer({"result": {"ids": False, "messages": list(messages)}}), ROWS, {"parent_id": "parent_id.company"}
    )
    assert isinstance(said, Loaded) and said.ids == ()
    return {place: f"{why.field}: {why.words}" for place, why in said.why.items()}


def test_each_line_that_is_named_is_accused_in_words_without_its_values() -> None:
    assert accused(told(3, "`secret name 3` is no name"), told(0, "no record", field="parent_id")) == {
        3: ": `...` is no name", 0: "parent_id.company: no record",
    }  # fmt: skip


def test_what_spoiled_all_lines_is_not_the_fault_of_the_first() -> None:
    assert accused(told(0, "found record of different model"), told(7, "found record of different model")).keys() == {7}
    assert accused(told(0, "Contacts require a name")).keys() == {0}, "alone it is its own"
    assert accused(told(0, "no date", field="date"), told(7)).keys() == {0, 7}, "a cell is its own"


def test_the_word_about_a_cell_counts_more_than_what_followed_from_it() -> None:
    assert accused(told(4, "Missing required value"), told(4, "no number", field="age"))[4] == "age: no number"


def test_warnings_and_words_about_nobody_accuse_nobody() -> None:
    more = [told(2, kind="warning"), {"type": "warning", "message": "interrupted"}, told(99), told(-1)]
    assert accused(*more, told(5)).keys() == {5}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("odoo.exceptions.ValidationError", Failed),
        ("psycopg2.errors.SerializationFailure", Failed),
        ("psycopg2.OperationalError", InDoubt),
        ("something.Else", InDoubt),
        ("builtins.ValueError", TargetError),
        ("odoo.exceptions.AccessError", TargetError),
        ("odoo.exceptions.AccessDenied", AuthExpired),
    ],
)
def test_what_an_error_means_for_the_lines(name: str, kind: type[Any]) -> None:
    if issubclass(kind, Exception):
        with pytest.raises(kind) as caught:
            answers.loaded(answer(error(name)), ROWS, {})
        assert isinstance(caught.value, InDoubt) == (kind is InDoubt)
    else:
        said = answers.loaded(answer(error(name)), ROWS, {})
        assert isinstance(said, Failed) and said.conflict == ("Serialization" in name)


def test_an_answer_to_another_request_says_nothing_of_ours() -> None:
    other = {"jsonrpc": "2.0", "id": 7, "result": {"ids": [1], "messages": []}}
    with pytest.raises(InDoubt):
        answers.loaded(Answer(LOAD, 200, {}, json.dumps(other).encode()), ROWS, {})


@given(
    st.text(st.characters(exclude_characters="\r\u00a0", exclude_categories=("Cs", "Cc")) | st.just("\n"), min_size=1)
)
def test_text_comes_back_from_its_html_as_it_was(text: str) -> None:
    assert text_of_html(html_of(text)) == text


def test_what_users_formatted_is_told_as_its_lines() -> None:
    said = "<div><h1>Visit</h1><p>He&nbsp;said <b>no</b>.<br/>Twice.</p><ul><li>one</li><li>two</li></ul></div>"
    assert text_of_html(said) == "Visit\nHe said no.\nTwice.\none\ntwo"
