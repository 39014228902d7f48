"""The conformance kit for targets that have lists of records (campaigns, segments), who is in which one a record, too.

    @pytest.mark.parametrize("check", (*TARGET_CHECKS, *LIST_CHECKS))

A target whose kit says nothing of lists passes them by. Lists and members of everybody are told from those of a check
by their keys alone, which all begin with the kit's `token`.
"""

from collections.abc import Callable
from dataclasses import replace

from crm_migrate.connecting.conformance_targets import (
    GENERIC,
    Kit,
    ListKit,
    OpenTarget,
    Rows,
    batch_of,
    everything,
    opened,
    settled,
)
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Begins, Remove, Target, TargetObject

_MEMBERS = {"m1": ("c1", "l1"), "m2": ("c2", "l1"), "m3": ("c1", "l2")}  # member -> company and list


def _ready(open_target: OpenTarget, kit: Kit, lists: ListKit) -> tuple[Target, dict[str, str]]:
    """A target with two companies, and their ids."""
    target = opened(open_target, kit)
    target.prepare((kit.company, lists.object, lists.member), apply=True)
    rows: Rows = [{ENTITY: key, kit.name: key} for key in ("c1", "c2")]
    return target, dict(settled(target, kit.company, "companies", rows).loaded)


def _list(target: Target, lists: ListKit, key: str, name: str) -> Answer:
    row: Rows = [{ENTITY: lists.token + key, lists.name: f"{lists.token} {name}"}]
    return settled(target, lists.object, f"{key} {name}", row)


def _filled(target: Target, lists: ListKit, ids: dict[str, str]) -> dict[str, str]:
    """The ids of two lists with their members, by their keys without the token."""
    for key, name in (("l1", "A"), ("l2", "B")):
        _list(target, lists, key, name)
    found = {key: str(row["target_id"]) for key, row in _mine(target, lists, lists.object).items()}
    rows: Rows = [
        {ENTITY: lists.token + key, lists.one: ids[one], lists.other: found[other]}
        for key, (one, other) in _MEMBERS.items()
    ]
    settled(target, lists.member, "members", rows)
    return found | {key: str(row["target_id"]) for key, row in _mine(target, lists, lists.member).items()}


def _mine(target: Target, lists: ListKit, object: TargetObject) -> dict[str, dict[str, str | None]]:
    """The records of a check, by their keys without the token."""
    ours = [row for row in everything(target, object) if str(row[ENTITY] or "").startswith(lists.token)]
    found = {str(row[ENTITY]).removeprefix(lists.token): row for row in ours}
    assert len(found) == len(ours), "a key is there twice"
    return found


def _members(target: Target, lists: ListKit) -> dict[str, tuple[str | None, str | None]]:
    return {key: (row[lists.one], row[lists.other]) for key, row in _mine(target, lists, lists.member).items()}


def check_lists_and_members_arrive_once(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Lists and members come back as they went; the same again is the same records."""
    if kit.lists is None:
        return
    lists = kit.lists
    target, ids = _ready(open_target, kit, lists)
    first = _filled(target, lists, ids)
    assert set(first) == {"l1", "l2", *_MEMBERS}, first
    assert _filled(target, lists, ids) == first, "the same again is another record"
    there = _mine(target, lists, lists.object)
    assert {key: (row["target_id"], row[lists.name]) for key, row in there.items()} == {
        "l1": (first["l1"], f"{lists.token} A"), "l2": (first["l2"], f"{lists.token} B"),
    }  # fmt: skip
    wanted = {key: (ids[one], first[other]) for key, (one, other) in _MEMBERS.items()}
    assert _members(target, lists) == wanted, "members did not come back as they went"
    if isinstance(target, Begins):
        for object in (lists.object, lists.member):
            assert not target.begun(object, [lists.token + key for key in first]), "what is whole counts as begun"
    target.close()


def check_the_name_of_a_list_is_no_key(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A second list of one name is refused, or is another list; it never takes the first one's place."""
    if kit.lists is None:
        return
    lists = kit.lists
    target, _ = _ready(open_target, kit, lists)
    first = _list(target, lists, "l1", "A").loaded[f"{lists.token}l1"]
    second = _list(target, lists, "l2", "A")
    assert first not in second.loaded.values(), "two lists of ours are one list there"
    assert set(second.refused) | set(second.loaded) == {f"{lists.token}l2"}, second
    assert _mine(target, lists, lists.object)["l1"]["target_id"] == first
    target.close()


def check_a_member_goes_to_another_list(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Who changes the list is in the new one and not in the old one any more; nobody else goes along."""
    if kit.lists is None:
        return
    lists = kit.lists
    target, ids = _ready(open_target, kit, lists)
    there = _filled(target, lists, ids)
    before = _members(target, lists)
    rows: Rows = [{ENTITY: f"{lists.token}m2", lists.other: there["l2"]}]
    assert set(settled(target, lists.member, "move", rows, "update").loaded) == {f"{lists.token}m2"}
    assert _members(target, lists) == {**before, "m2": (ids["c2"], there["l2"])}
    target.close()


def check_lists_and_members_are_taken_back(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A member goes while it carries our key and leaves its record; no member goes with its list."""
    target = open_target()
    if kit.lists is None or not isinstance(target, Remove):
        return
    target.close()
    lists = kit.lists
    target, ids = _ready(open_target, kit, lists)
    there, before = _filled(target, lists, ids), _members(target, lists)
    assert _removed(target, lists, lists.object, "l1", there["l1"]).loaded == {}, "a list with members went"
    assert set(_removed(target, lists, lists.member, "m9", there["m1"]).refused) == {f"{lists.token}m9"}
    assert _members(target, lists) == before
    for key in _MEMBERS:
        assert set(_removed(target, lists, lists.member, key, there[key]).loaded) == {f"{lists.token}{key}"}
    assert _members(target, lists) == {}
    assert {row["target_id"] for row in everything(target, kit.company)} == set(ids.values()), "records went along"
    for key in ("l1", "l2"):
        first, again = (_removed(target, lists, lists.object, key, there[key]) for _ in range(2))
        assert set(first.loaded) == set(again.loaded) == again.gone == {f"{lists.token}{key}"}
    assert _mine(target, lists, lists.object) == {}
    target.close()


def _removed(target: Target, lists: ListKit, object: TargetObject, key: str, id: str) -> Answer:
    assert isinstance(target, Remove)
    rows: Rows = [{ENTITY: lists.token + key, TARGET_ID: id}]
    return target.remove(replace(batch_of(object, f"remove {key}", rows, "update"), action="remove"))


LIST_CHECKS: tuple[Callable[..., None], ...] = (
    check_lists_and_members_arrive_once,
    check_the_name_of_a_list_is_no_key,
    check_a_member_goes_to_another_list,
    check_lists_and_members_are_taken_back,
)
