"""The conformance kit for targets that take back what a load did (`Remove`), what an undo relies on, for those that
know what their users merged (`Follow`), and for those that give back what was deleted (`Undelete`).

    @pytest.mark.parametrize("check", (*TARGET_CHECKS, *REMOVE_CHECKS))

A target that cannot passes them by.
"""

from collections.abc import Callable
from dataclasses import replace

from crm_migrate.connecting.conformance_targets import (
    GENERIC,
    Kit,
    OpenTarget,
    Rows,
    batch_of,
    everything,
    opened,
    write,
)
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Follow, Journal, Remove, TargetObject, Undelete


def _ask(target: Remove, object: TargetObject, verb: str, name: str, rows: Rows) -> Answer:
    batch = replace(batch_of(object, name, rows, "update"), action="remove" if verb == "remove" else "release")
    return target.remove(batch) if verb == "remove" else target.release(batch)


def check_removing_takes_only_ours(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A record goes while it carries our key; one that is not there any more is said to be gone, and neither twice."""
    target = opened(open_target, kit)
    if not isinstance(target, Remove):
        return
    made: Rows = [{"__entity": f"c{n}", kit.name: f"Company {n}"} for n in range(4)]
    ids = write(target, kit.company, "create", made).loaded
    first = _ask(target, kit.company, "remove", "first", [{"__entity": "c3", TARGET_ID: ids["c3"]}])
    assert (first.loaded, first.gone, first.refused) == ({"c3": ids["c3"]}, frozenset(), {})
    rows: Rows = [{"__entity": e, TARGET_ID: ids[of]} for e, of in (("c1", "c1"), ("c3", "c3"), ("stranger", "c2"))]
    second = _ask(target, kit.company, "remove", "second", rows)
    assert second.loaded == {"c1": ids["c1"], "c3": ids["c3"]}, "whoever is not there is as it was asked"
    assert second.gone == {"c3"}, "and said to have been gone"
    assert set(second.refused) == {"stranger"}, "a record with another key went"
    if isinstance(target, Journal):
        assert _ask(target, kit.company, "remove", "second", rows) == replace(second, replayed=True)
    assert sorted(str(row[ENTITY]) for row in everything(target, kit.company)) == ["c0", "c2"]
    target.close()


def check_nothing_goes_with_what_is_removed(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Who refers to a record is told, and stays as it is, whatever becomes of the record."""
    target = opened(open_target, kit)
    if not isinstance(target, Remove):
        return
    parent = write(target, kit.company, "companies", ({"__entity": "c1", kit.name: "Acme"},)).loaded["c1"]
    child = write(target, kit.person, "people", ({"__entity": "p1", kit.name: "Kim", kit.parent: parent},)).loaded["p1"]
    told = [tuple(row.values()) for table in target.referred(kit.company, ()) for row in table.to_pylist()]
    assert told == [(parent, kit.person.name, kit.parent)]
    known = {(kit.person.name, kit.parent)}
    assert not [table for table in target.referred(kit.company, known) if table.num_rows], "that one was known"
    answer = _ask(target, kit.company, "remove", "parent", [{"__entity": "c1", TARGET_ID: parent}])
    assert {*answer.loaded, *answer.refused} == {"c1"}
    assert [(row[kit.name], row[kit.parent]) for row in everything(target, kit.person)] == [("Kim", parent)]
    _ask(target, kit.person, "remove", "child", [{"__entity": "p1", TARGET_ID: child}])
    _ask(target, kit.company, "remove", "again", [{"__entity": "c1", TARGET_ID: parent}])
    assert everything(target, kit.person) == everything(target, kit.company) == []
    target.close()


def check_releasing_gives_a_record_back(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Our key goes off a record together with what is written back; then it may be adopted again."""
    target = opened(open_target, kit)
    if not isinstance(target, Remove):
        return
    ids = write(target, kit.company, "create", [{"__entity": n, kit.name: n} for n in ("c1", "c2")]).loaded
    back: Rows = ({"__entity": "c1", TARGET_ID: ids["c1"], kit.name: "Before"},)
    for name in ("first", "again"):
        assert _ask(target, kit.company, "release", name, back).loaded == {"c1": ids["c1"]}
    assert set(_ask(target, kit.company, "release", "stolen", [{"__entity": "c9", TARGET_ID: ids["c2"]}]).refused) == {
        "c9"
    }
    assert {(row[ENTITY], row[kit.name]) for row in everything(target, kit.company)} == {(None, "Before"), ("c2", "c2")}
    write(target, kit.company, "adopt", ({"__entity": "c5", TARGET_ID: ids["c1"]},), "update")
    assert _ask(target, kit.company, "release", "bare", [{"__entity": "c5", TARGET_ID: ids["c1"]}]).loaded == {
        "c5": ids["c1"]
    }
    assert {(row[ENTITY], row[kit.name]) for row in everything(target, kit.company)} == {(None, "Before"), ("c2", "c2")}
    target.close()


def check_following_names_only_who_was_merged(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Who is there, was deleted or never was has gone into no other record; who users merged, only the CRM can make."""
    target = opened(open_target, kit)
    if not isinstance(target, Follow):
        return
    ids = write(target, kit.company, "create", [{"__entity": n, kit.name: n} for n in ("c1", "c2")]).loaded
    if isinstance(target, Remove):
        _ask(target, kit.company, "remove", "gone", [{"__entity": "c2", TARGET_ID: ids["c2"]}])
    assert dict(target.merged_into(kit.company, [*ids.values(), "999999999"])) == {}
    target.close()


def check_what_was_deleted_comes_back_as_it_was(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Who was deleted is named with our key and comes back, once, with id, key and cells; nobody else changes."""
    target = opened(open_target, kit)
    if not isinstance(target, Undelete) or not isinstance(target, Remove):
        return
    ids = write(target, kit.company, "create", [{"__entity": n, kit.name: n} for n in ("c1", "c2", "c3")]).loaded
    before = _by_key(everything(target, kit.company))
    going: Rows = [{"__entity": n, TARGET_ID: ids[n]} for n in ("c1", "c2")]
    assert set(_ask(target, kit.company, "remove", "gone", going).loaded) == {"c1", "c2"}
    asked = [*ids.values(), "999999999"]
    assert dict(target.deleted(kit.company, asked)) == {ids["c1"]: "c1", ids["c2"]: "c2"}
    for _ in range(2):
        assert dict(target.undelete(kit.company, [ids["c1"]])) == {}
        assert _by_key(everything(target, kit.company)) == {n: before[n] for n in ("c1", "c3")}, "not as it was"
    assert dict(target.deleted(kit.company, asked)) == {ids["c2"]: "c2"}
    assert set(_ask(target, kit.company, "remove", "again", going[:1]).loaded) == {"c1"}, "it came back without its key"
    target.close()


def _by_key(rows: Rows) -> dict[str | None, dict[str, str | None]]:
    return {row[ENTITY]: row for row in rows}


REMOVE_CHECKS: tuple[Callable[..., None], ...] = (
    check_removing_takes_only_ours,
    check_nothing_goes_with_what_is_removed,
    check_releasing_gives_a_record_back,
    check_following_names_only_who_was_merged,
    check_what_was_deleted_comes_back_as_it_was,
)
