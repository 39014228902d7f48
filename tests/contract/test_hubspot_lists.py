"""Static lists and their members on a simulated portal: each once, by its key, and never one of a user's."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from between import between
from portals import TOKEN, Portal

from crm_migrate.connecting.conformance_targets import Rows, batch_of, everything, settled, write
from crm_migrate.connecting.contract import TARGET_ID, Answer, TargetField, TargetObject
from crm_migrate.connecting.discovery import connector

CONTACT = TargetObject("contacts", (TargetField("firstname", "text"),))
LEAD = TargetObject("contacts:Lead", (TargetField("firstname", "text"),))
LIST = TargetObject("lists:contacts", (TargetField("name", "text", required=True),))
MEMBER = TargetObject(
    "contacts>lists",
    (
        TargetField("from", "reference", reference="contacts"),
        TargetField("from.Lead", "reference", reference="contacts:Lead"),
        TargetField("to", "reference", reference="lists:contacts"),
    ),
)
ALL = (CONTACT, LEAD, LIST, MEMBER)
REGISTRY = "crm_migrate_lists"
PATH = "/crm/lists/2026-09"


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.stop()


def options_of(portal: Portal) -> dict[str, str]:
    return {"url": portal.url, "token": TOKEN, "longest_seconds": "5", "settle_seconds": "0"}


@pytest.fixture
def target(request: pytest.FixtureRequest, portal: Portal) -> Iterator[Any]:
    made = connector("hubspot").target({**options_of(portal), "api_version": getattr(request, "param", "2026-09")})
    assert made.describe([each.name for each in ALL]).prepared is False
    made.prepare(ALL, apply=True)
    assert made.prepare(ALL, apply=False) == ()
    assert made.describe([each.name for each in ALL]).prepared is True
    yield made
    made.close()


@pytest.fixture
def ids(target: Any) -> dict[str, str]:
    """Two lists, three contacts, a lead."""
    people: Rows = [{"__entity": f"p{n}", "firstname": f"P{n}"} for n in range(3)]
    found = dict(settled(target, CONTACT, "people", people).loaded)
    found |= settled(target, LEAD, "leads", [{"__entity": "l0", "firstname": "L0"}]).loaded
    for n in range(2):
        found |= settled(target, LIST, f"list {n}", [{"__entity": f"c{n}", "name": f"Fair {n}"}]).loaded
    return found


def member(entity: str, one: str | None, id: str, lead: str | None = None) -> dict[str, str | None]:
    return {"__entity": entity, "from": one, "from.Lead": lead, "to": id}


def user_adds(portal: Portal, id: str, *records: str) -> None:
    portal.ask("PUT", f"{PATH}/{id}/memberships/add", list(records))


def user_makes(portal: Portal, name: str, type: str = "MANUAL", of: str = "0-1") -> str:
    more = {"filterBranch": {"filterBranchType": "OR"}} if type == "DYNAMIC" else {}
    body = {"name": name, "objectTypeId": of, "processingType": type, **more}
    return str(portal.ask("POST", PATH, body)["list"]["listId"])


def in_list(portal: Portal, id: str) -> set[str]:
    return {each["recordId"] for each in portal.ask("GET", f"{PATH}/{id}/memberships")["results"]}


def names_of(portal: Portal) -> list[str]:
    return sorted(each["name"] for each in portal.ask("POST", f"{PATH}/search", {"count": 500})["lists"])


def keys_of(portal: Portal) -> set[str]:
    return {each["value"] for each in portal.ask("GET", f"/crm/v3/properties/contacts/{REGISTRY}")["options"]}


def asked(target: Any, object: TargetObject, verb: str, rows: dict[str, str]) -> Answer:
    batch = batch_of(object, verb, [{"__entity": e, TARGET_ID: id} for e, id in rows.items()], "update")
    found: Answer = getattr(target, verb)(replace(batch, action=verb))
    return found


def referred(target: Any, object: TargetObject) -> set[tuple[str, str, str]]:
    known = {("contacts>lists", "from"), ("contacts>lists", "from.Lead"), ("contacts>lists", "to")}
    return {tuple(row.values()) for table in target.referred(object, known) for row in table.to_pylist()}


@pytest.mark.parametrize("target", ["2026-09", "v3"], indirect=True)
def test_lists_and_their_members_are_records(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    assert names_of(portal) == ["Fair 0", "Fair 1"]
    assert settled(target, LIST, "again", [{"__entity": "c0", "name": "Fair 0"}]).loaded == {"c0": ids["c0"]}
    rows: Rows = [
        member("m0", ids["p0"], ids["c0"]),
        member("m1", ids["p1"], ids["c0"]),
        member("m2", ids["p0"], ids["c1"]),
        member("m3", None, ids["c1"], ids["l0"]),
    ]
    answer = settled(target, MEMBER, "a", rows)
    assert settled(target, MEMBER, "b", rows).loaded == answer.loaded, "twice is once"
    assert (in_list(portal, ids["c0"]), in_list(portal, ids["c1"])) == (
        {ids["p0"], ids["p1"]}, {ids["p0"], ids["l0"]},
    )  # fmt: skip
    read = {str(row["__entity"]): row for row in everything(target, MEMBER)}
    assert {e: {n: row[n] for n in ("from", "from.Lead", "to")} for e, row in read.items()} == {
        str(row["__entity"]): {n: row[n] for n in ("from", "from.Lead", "to")} for row in rows
    }
    for by, name in (("id", answer.loaded["m3"]), ("key", "m3")):
        (row,) = (row for table in target.read(MEMBER, by, [name]) for row in table.to_pylist())
        assert (row["__entity"], row["target_id"], row["from.Lead"]) == ("m3", answer.loaded["m3"], ids["l0"])
    assert referred(target, CONTACT) == set(), "a member of ours is known by its own object"
    assert referred(target, LIST) == set()
    gone = asked(target, MEMBER, "remove", dict(answer.loaded))
    assert set(gone.loaded) == set(answer.loaded)
    assert (gone.gone, gone.refused) == (frozenset(), {})
    assert (in_list(portal, ids["c0"]), in_list(portal, ids["c1"])) == (set(), set())
    for n in ("c0", "c1"):
        assert asked(target, LIST, "remove", {n: ids[n]}).loaded == {n: ids[n]}
        assert asked(target, LIST, "remove", {n: ids[n]}).gone == {n}
    assert (names_of(portal), keys_of(portal)) == ([], set())


def test_lists_of_users_are_read_and_not_touched(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    theirs = user_makes(portal, "Theirs")
    user_makes(portal, "Active", "DYNAMIC")
    user_makes(portal, "Firms", of="0-2")
    assert {row["name"]: row["__entity"] for row in everything(target, LIST)} == {
        "Fair 0": "c0", "Fair 1": "c1", "Theirs": None,
    }  # fmt: skip
    for taken in ("Theirs", "Active", "Firms", "Fair 0"):
        answer = write(target, LIST, taken, [{"__entity": "new", "name": taken}])
        assert set(answer.refused) == {"new"}, taken
        assert taken not in answer.refused["new"].words
    assert set(write(target, LIST, "empty", [{"__entity": "new", "name": ""}]).refused) == {"new"}
    assert keys_of(portal) == {"c0", "c1"}
    assert asked(target, LIST, "remove", {"c0": theirs}).refused["c0"].code == "OTHER_KEY"
    adopted = settled(target, LIST, "adopt", [{"__entity": "new", TARGET_ID: theirs, "name": "Ours"}], "update")
    assert adopted.loaded == {"new": theirs}
    assert keys_of(portal) == {"c0", "c1", "new"}
    batch = batch_of(LIST, "release", [{"__entity": "new", TARGET_ID: theirs, "name": "Theirs"}], "update")
    assert target.release(replace(batch, action="release")).loaded == {"new": theirs}
    assert (keys_of(portal), names_of(portal)) == ({"c0", "c1"}, ["Active", "Fair 0", "Fair 1", "Firms", "Theirs"])


def test_what_cannot_be_a_member_is_refused_alone(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    rows: Rows = [
        member("good", ids["p0"], ids["c0"]),
        member("twice", ids["p0"], ids["c0"]),
        member("two", ids["p1"], ids["c0"], ids["l0"]),
        member("nobody", None, ids["c0"]),
        member("nowhere", ids["p1"], "999999"),
        member("gone", "999999", ids["c0"]),
    ]
    answer = settled(target, MEMBER, "a", rows)
    codes = {entity: why.code for entity, why in answer.refused.items()}
    assert set(answer.loaded) == {"good"}
    assert codes == {"twice": "EXISTS", "two": "TWO", "nobody": "REQUIRED", "nowhere": "OBJECT_NOT_FOUND",
                     "gone": "NOT_FOUND"}  # fmt: skip
    assert {row["__entity"] for row in everything(target, MEMBER)} == {"good"}
    assert in_list(portal, ids["c0"]) == {ids["p0"]}


def test_a_member_that_users_take_out_is_not_read(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    settled(target, MEMBER, "a", [member("m0", ids["p0"], ids["c0"])])
    portal.ask("PUT", f"{PATH}/{ids['c0']}/memberships/remove", [ids["p0"]])
    assert everything(target, MEMBER) == []
    changed = [{"__entity": "m1", "from": ids["p0"], "to": ids["c1"]}]
    assert set(settled(target, MEMBER, "b", changed, "update").refused) == {"m1"}


def test_a_member_moves_to_another_list(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    settled(target, MEMBER, "a", [member("m0", ids["p0"], ids["c0"])])
    settled(target, MEMBER, "b", [{"__entity": "m0", "to": ids["c1"]}], "update")
    assert (in_list(portal, ids["c0"]), in_list(portal, ids["c1"])) == (set(), {ids["p0"]})
    settled(target, MEMBER, "c", [{"__entity": "m0", "from": None, "from.Lead": ids["l0"]}], "update")
    assert in_list(portal, ids["c1"]) == {ids["l0"]}
    (row,) = everything(target, MEMBER)
    assert (row["from"], row["from.Lead"], row["to"]) == (None, ids["l0"], ids["c1"])


def test_what_users_put_into_a_list_keeps_it(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    user_adds(portal, ids["c0"], ids["p0"], ids["p2"])
    ours = settled(target, MEMBER, "a", [member("m0", ids["p0"], ids["c0"]), member("m1", ids["p1"], ids["c0"])])
    assert referred(target, LIST) == {(ids["c0"], "contacts", "lists")}
    assert set(asked(target, MEMBER, "remove", dict(ours.loaded)).loaded) == {"m0", "m1"}
    assert in_list(portal, ids["c0"]) == {ids["p0"], ids["p2"]}, "who was there before us stays"
    assert asked(target, LIST, "remove", {"c0": ids["c0"]}).refused["c0"].code == "REFERRED"
    theirs = user_makes(portal, "Theirs")
    user_adds(portal, theirs, ids["p1"])
    assert (ids["p1"], "lists:contacts", "members") in referred(target, CONTACT)
    assert asked(target, CONTACT, "remove", {"p1": ids["p1"]}).refused["p1"].code == "REFERRED"
    portal.put("list_times", ids["c1"], {"hs_list_reference_count": "1"})
    assert (ids["c1"], "(HubSpot)", "references") in referred(target, LIST)
    assert asked(target, LIST, "remove", {"c1": ids["c1"]}).refused["c1"].code == "REFERRED"


def test_members_of_active_lists_are_no_reason_to_stay(target: Any, portal: Portal, ids: dict[str, str]) -> None:
    active = user_makes(portal, "Active")
    user_adds(portal, active, ids["p0"])
    portal.put("lists", active, {**portal.ask("GET", f"{PATH}/{active}")["list"], "processingType": "DYNAMIC"})
    assert referred(target, CONTACT) == set()
    assert asked(target, CONTACT, "remove", {"p0": ids["p0"]}).loaded == {"p0": ids["p0"]}


@pytest.mark.parametrize("answered", [False, True], ids=["never came", "answer lost"])
def test_what_prepares_is_sent_again_where_nobody_answered(portal: Portal, answered: bool) -> None:
    struck: set[bytes] = set()

    def stops(request: bytes, done: bool) -> bool:
        words = request.split(b"\n")[0]
        if done != answered or not words.startswith(b"POST") or b"properties" not in words or words in struck:
            return False
        struck.add(words)
        return True

    with between(portal.url, stops) as url:
        shaky = connector("hubspot").target({**options_of(portal), "url": url})
        shaky.prepare(ALL, apply=True)
        assert shaky.prepare(ALL, apply=False) == ()
        shaky.close()
    assert len(struck) == 2, "the group and its properties"


@pytest.mark.parametrize("answered", [False, True], ids=["never came", "answer lost"])
@pytest.mark.parametrize(
    "cut", ["PATCH /crm/properties", "POST /crm/lists/2026-09\n", "memberships/add", "strike", "DELETE"]
)
def test_what_nobody_answered_about_is_done_once(portal: Portal, cut: str, answered: bool) -> None:
    steady = connector("hubspot").target(options_of(portal))
    steady.prepare(ALL, apply=True)
    person = settled(steady, CONTACT, "p", [{"__entity": "p0", "firstname": "P"}]).loaded["p0"]
    path = cut.replace("strike", "memberships/remove")
    struck: list[bytes] = []

    def stops(request: bytes, done: bool) -> bool:
        if done == answered and path.encode() in request and not struck:
            struck.append(request)
            return True
        return False

    with between(portal.url, stops) as url:
        shaky = connector("hubspot").target({**options_of(portal), "url": url})

        def through(call: Any) -> Answer:
            try:
                found: Answer = call(shaky)
            except Exception as error:  # noqa: BLE001 -- doubt about the whole batch
                assert type(error).__name__ == "InDoubt"
                found = Answer()
            return found

        row: Rows = [{"__entity": "c0", "name": "24/25 Herbst"}]
        through(lambda t: write(t, LIST, "a", row))
        keyed = (cut, answered) == ("PATCH /crm/properties", True) or cut.startswith("POST")
        assert set(steady.begun(LIST, ["c0", "c1"])) == ({"c0"} if keyed else set())
        id = settled(steady, LIST, "b", row).loaded["c0"]
        put: Rows = [member("m0", person, id)]
        assert not steady.begun(LIST, ["c0", "c1"])
        through(lambda t: write(t, MEMBER, "c", put))
        unjoined = (cut, answered) == ("memberships/add", False)
        assert set(steady.begun(MEMBER, ["m0", "m1"])) == ({"m0"} if unjoined else set())
        in_it = settled(steady, MEMBER, "d", put).loaded
        assert names_of(portal) == ["24/25 Herbst"]
        assert in_list(portal, id) == {person}
        through(lambda t: asked(t, MEMBER, "remove", dict(in_it)))
        assert set(asked(steady, MEMBER, "remove", dict(in_it)).loaded) == {"m0"}
        assert in_list(portal, id) == set()
        through(lambda t: asked(t, LIST, "remove", {"c0": id}))
        assert asked(steady, LIST, "remove", {"c0": id}).loaded == {"c0": id}
        shaky.close()
    assert struck
    assert (names_of(portal), keys_of(portal)) == ([], set())
    steady.close()
