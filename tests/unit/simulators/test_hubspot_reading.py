"""The simulated HubSpot: limits, search, pages and paths, as no recording shows them."""

from typing import Any

import pytest
from hubspots import START, Portal, ids


def test_limits_are_told_and_kept() -> None:
    portal = Portal(requests=3, daily=5)
    replies = [portal.ask("GET", "/crm/v3/owners") for _ in range(4)]
    left = [reply.headers.get("X-HubSpot-RateLimit-Remaining") for reply in replies]
    assert left[:3] == ["2", "1", "0"] and replies[3].body["policyName"] == "TEN_SECONDLY_ROLLING"
    portal.engine.clock.advance(11)
    assert [portal.ask("GET", "/crm/v3/owners").status for _ in range(3)] == [200, 200, 429]
    assert portal.ask("GET", "/crm/v3/owners").body["policyName"] == "DAILY"


def test_a_search_has_a_limit_of_its_own_and_ends_at_ten_thousand() -> None:
    portal = Portal(searches=2, daily=1000)
    replies = [portal.ask("POST", "/crm/v3/objects/contacts/search", {}) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429] and replies[2].body["policyName"] == "SECONDLY"
    assert set(replies[0].headers) == {
        "X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining", "Content-Type",
    }  # fmt: skip
    portal.engine.clock.advance(1)
    assert portal.ask("POST", "/crm/v3/objects/contacts/search", {"after": "9990", "limit": 20}).status == 400


def test_a_search_finds_what_is_new_late_and_loses_it_in_between() -> None:
    portal = Portal(index_seconds=6)
    portal.make(email="ada@firma.example")
    found = []
    for second in (0, 2, 4, 6):
        portal.engine.clock.set(START + second)
        found.append(portal.ask("POST", "/crm/v3/objects/contacts/search", {}).body["total"])
    assert found == [0, 1, 0, 1]
    assert portal.batch("read", [{"id": "ada@firma.example"}], idProperty="email").status == 200


@pytest.mark.parametrize(
    ("filter", "hits"),
    [
        ({"operator": "EQ", "value": "yılmaz"}, 1),
        ({"operator": "NEQ", "value": "Yılmaz"}, 2),
        ({"operator": "IN", "values": ["Yılmaz", "Öz"]}, 2),
        ({"operator": "NOT_IN", "values": ["Yılmaz"]}, 2),
        ({"operator": "HAS_PROPERTY"}, 2),
        ({"operator": "NOT_HAS_PROPERTY"}, 1),
        ({"operator": "CONTAINS_TOKEN", "value": "Yıl*"}, 1),
        ({"operator": "BETWEEN", "value": "o", "highValue": "z"}, 1),
    ],
)
def test_filters(filter: dict[str, Any], hits: int) -> None:
    portal = Portal()
    for name in ("Yılmaz", "Öz", ""):
        portal.make(lastname=name)
    body = {"filterGroups": [{"filters": [{"propertyName": "lastname", **filter}]}]}
    assert portal.ask("POST", "/crm/objects/2026-09/contacts/search", body).body["total"] == hits


@pytest.mark.parametrize("archived", [False, True])
def test_pages_go_from_the_id_behind_the_last_one_to_the_end(archived: bool) -> None:
    portal = Portal()
    made = [portal.make() for _ in range(7)]
    if archived:
        portal.batch("archive", [{"id": id} for id in made])
    seen: list[str] = []
    after = ""
    while True:
        page = portal.ask("GET", f"/crm/v3/objects/contacts?limit=3&archived={str(archived).lower()}{after}")
        seen += ids(page)
        if "paging" not in page.body:
            break
        assert page.body["paging"]["next"]["after"] == str(int(seen[-1]) + 1)
        after = f"&after={page.body['paging']['next']['after']}"
    assert seen == made


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/crm/v3/objects/contacts", 200),
        ("/crm/objects/v3/contacts", 200),
        ("/crm/objects/2026-09/0-1", 200),
        ("/crm/objects/2031-01/contacts", 404),
        ("/crm/v4/objects/contacts", 404),
        ("/crm/v3/objects/butterflies", 400),
        ("/crm/v3/objects/Contact", 200),
        ("/crm/owners/2026-03", 200),
        ("/crm/pipelines/2026-09/tickets", 200),
        ("/crm/v4/associations/contacts/companies/labels", 200),
        ("/crm/associations/2026-09/contacts/companies/labels", 200),
        ("/account-info/v3/details", 200),
        ("/contacts/v1/lists/all/contacts/all", 404),
    ],
)
def test_paths_of_all_styles(path: str, status: int) -> None:
    assert Portal().ask("GET", path).status == status


def test_imports_are_refused_clearly() -> None:
    reply = Portal().ask("POST", "/crm/v3/imports", {})
    assert (reply.status, reply.body["category"]) == (403, "MISSING_SCOPES")
    assert reply.body["context"]["requiredGranularScopes"] == ["crm.import"]
