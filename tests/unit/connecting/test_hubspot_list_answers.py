"""What HubSpot was recorded to answer about lists; an answer that cannot be meant is no word about them."""

import json
from pathlib import Path
from typing import Any

import pytest

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer, Request
from crm_migrate.errors import Retryable
from crm_migrate_hubspot import list_answers
from crm_migrate_hubspot.rosters import Roster, is_enrolled, kept_in, listed, option

VENDOR = Path(__file__).resolve().parents[2] / "vendor" / "hubspot"


def answer(body: Any, status: int = 200) -> Answer:
    raw = b"" if body is None else json.dumps(body).encode()
    return Answer(Request("POST", "/recorded", writes=False), status, {}, raw)


def recorded(name: str) -> Answer:
    said = json.loads((VENDOR / f"{name}.json").read_text("utf-8"))["response"]
    return answer(said["body"], said["status"])


def test_recorded_answers_about_lists() -> None:
    made = list_answers.made(recorded("list_1_create_manual"), "any")
    assert isinstance(made, Roster)
    assert (made.id, made.of, made.type, made.is_static) == ("585", "0-1", "MANUAL", True)
    assert isinstance(list_answers.made(recorded("list_rename"), "any"), Roster)
    assert list_answers.roster(recorded("list_unknown_404_json")) is None
    assert isinstance(list_answers.made(recorded("list_create_null_name_400"), "any"), Refusal)
    page = list_answers.page(recorded("list_search_page"))
    assert (page.following, page.rosters[0].id, page.used["2"]) == (20, "2", 0)
    assert list_answers.page(recorded("list_search_2025_page_2")).following is None


def test_recorded_answers_about_members() -> None:
    assert list_answers.moved(recorded("list_2_add_member")).done == {"216909523761"}
    again = list_answers.moved(recorded("list_3_add_member_again_empty"))
    assert (again.done, again.missing, again.refusal) == (frozenset(), frozenset(), None)
    assert list_answers.moved(recorded("list_remove_members")).done
    assert list_answers.moved(recorded("list_remove_unknown_member")).done == frozenset()
    assert list_answers.moved(recorded("list_unknown_404_json")).refusal is not None
    members = list_answers.members(recorded("list_members_page"))
    assert len(members.since) == 25 and "" not in members.since.values()


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (list_answers.roster, {"list": {"listId": "1", "name": "A"}}),
        (list_answers.roster, {}),
        (list_answers.page, {"lists": []}),
        (list_answers.page, {"lists": [], "hasMore": True}),
        (list_answers.members, {"results": [{"recordId": "1"}, {"recordId": "1"}]}),
        (list_answers.members, {"results": [{}]}),
        (lambda a: list_answers.lists_of(a, {"1"}), {"results": [{"recordId": "2", "recordListMemberships": []}]}),
        (lambda a: list_answers.lists_of(a, {"1"}), {"results": [{"recordId": "1"}]}),
        (lambda a: list_answers.lists_of(a, {"1"}), {"results": [], "errors": [{"message": "no"}]}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_asked_again(read: Any, body: Any) -> None:
    with pytest.raises(Retryable):
        read(answer(body))


def test_a_deleted_list_is_not_there() -> None:
    said = {"listId": "1", "name": "A", "objectTypeId": "0-1", "processingType": "MANUAL"}
    assert list_answers.roster(answer({"list": said})) == Roster("1", "A", "0-1", "MANUAL")
    assert list_answers.roster(answer({"list": {**said, "deletedAt": "2026-01-01T00:00:00Z"}})) is None


def test_names_and_keys_of_lists() -> None:
    assert [listed(each) for each in ("lists:contacts", "lists:2-17", "lists", "lists:notes", "contacts:lists")] == [
        "contacts", "2-17", None, None, None,
    ]  # fmt: skip
    assert [is_enrolled(each) for each in ("contacts>lists", "2-17>lists", "notes>lists", "deals>contacts")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert kept_in([option("e1", "584"), option("e2", "")]) == {"e1": "584", "e2": ""}
