"""Entity ids live on: property tests of the crosswalk against a few plain sentences."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migrate.workspace.crosswalk import entities_for, replace_table
from crm_migrate.workspace.parts import paths
from crm_migrate.workspace.sql import connected

Members = dict[str, int]  # source key -> cluster
Known = dict[str, str]  # source key -> entity


def identify(
    folder: Path,
    members: Members,
    known: Known,
    loaded: set[str],
    *,
    merge: bool = False,
    split: bool = False,
    apart: tuple[tuple[int, int], ...] = (),
) -> dict[int, tuple[str, str | None]]:
    with connected(folder) as connection:
        tables = {
            "m": pa.table(
                {
                    "__cluster": pa.array(members.values(), pa.int64()),
                    "__source": ["s"] * len(members),
                    "__key": pa.array(members, pa.string()),
                }
            ),
            "k": pa.table(
                {
                    "__source": pa.array(["s"] * len(known), pa.string()),
                    "__key": pa.array(known, pa.string()),
                    "__entity": pa.array(known.values(), pa.string()),
                }
            ),
            "l": pa.table({"__entity": pa.array(sorted(loaded), pa.string())}),
            "s": pa.table({end: pa.array([pair[at] for pair in apart], pa.int64()) for at, end in enumerate("ab")}),
        }
        for name, table in tables.items():
            connection.register(name, table)
        entities_for(
            connection, "x", project="p", object_name="o", members="m", known="k", loaded="l", merge=merge,
            split=split, apart="s",
        )  # fmt: skip
        return {c: (e, code) for c, e, code in connection.execute("SELECT __cluster, __entity, code FROM x").fetchall()}


def test_the_same_rows_get_the_same_id_anywhere(tmp_path: Path) -> None:
    first = identify(tmp_path, {"a": 1, "b": 1, "c": 7}, {}, set())
    second = identify(tmp_path, {"c": 2, "b": 9, "a": 9}, {}, set())
    assert first[1] == second[9]
    assert first[7] == second[2]
    assert first[1] != first[7]


def test_a_touched_entity_keeps_its_id_whoever_joins(tmp_path: Path) -> None:
    assert identify(tmp_path, {"a": 1, "b": 1}, {"b": "E"}, {"E"}) == {1: ("E", None)}
    assert identify(tmp_path, {"a": 1, "b": 1}, {"b": "E", "a": "D"}, {"E"}) == {1: ("E", None)}


def test_two_loaded_entities_wait_unless_declared(tmp_path: Path) -> None:
    known = {"a": "E1", "b": "E2"}
    assert identify(tmp_path, {"a": 1, "b": 1}, known, {"E1", "E2"}) == {1: ("E1", "merge_of_loaded")}
    assert identify(tmp_path, {"a": 1, "b": 1}, known, {"E1", "E2"}, merge=True) == {1: ("E1", None)}


def test_the_parts_of_a_loaded_entity_wait(tmp_path: Path) -> None:
    found = identify(tmp_path, {"a": 1, "b": 2}, {"a": "E", "b": "E"}, {"E"})
    assert {code for _, code in found.values()} == {"split_of_loaded"}
    assert found[1][0] == "E" != found[2][0]
    unloaded = identify(tmp_path, {"a": 1, "b": 2}, {"a": "E", "b": "E"}, set())
    assert {code for _, code in unloaded.values()} == {None}


def test_a_person_may_part_a_loaded_entity_and_the_larger_part_keeps_the_id(tmp_path: Path) -> None:
    members, known = {"a": 1, "b": 2, "c": 2}, dict.fromkeys("abc", "E")
    found = identify(tmp_path, members, known, {"E"}, apart=((2, 1),))
    assert {code for _, code in found.values()} == {None}
    assert found[2][0] == "E" != found[1][0]
    equal = identify(tmp_path, {"a": 1, "b": 2}, known, {"E"}, apart=((1, 2),))
    assert equal[1][0] == "E", "the smaller name, where the parts are as large"


def test_the_mapping_may_part_every_loaded_entity(tmp_path: Path) -> None:
    members, known = {"a": 1, "b": 2, "c": 2, "d": 3}, dict.fromkeys("abc", "E") | {"d": "F"}
    found = identify(tmp_path, members, known, {"E", "F"}, split=True)
    assert {code for _, code in found.values()} == {None}
    assert found[2][0] == "E" != found[1][0]
    assert found[3][0] == "F"
    both = identify(tmp_path, {"a": 1, "b": 2, "d": 2}, known, {"E", "F"}, split=True)
    assert both[2][1] == "merge_of_loaded", "a part that joins another loaded record waits for that"


def test_a_loaded_entity_waits_as_long_as_two_of_its_parts_are_undecided(tmp_path: Path) -> None:
    members, known = {"a": 1, "b": 2, "c": 3}, dict.fromkeys("abc", "E")
    found = identify(tmp_path, members, known, {"E"}, apart=((1, 2), (1, 3)))
    assert {code for _, code in found.values()} == {"split_of_loaded"}
    whole = identify(tmp_path, members, known, {"E"}, apart=((1, 2), (1, 3), (3, 2)))
    assert len({entity for entity, _ in whole.values()}) == 3 and {code for _, code in whole.values()} == {None}


def test_an_id_that_another_has_is_not_given_again(tmp_path: Path) -> None:
    taken = identify(tmp_path, {"a": 1}, {}, set())[1][0]
    found = identify(tmp_path, {"a": 1}, {"z": taken}, set())
    assert found[1][0] != taken


def test_a_lost_crosswalk_finds_its_ids_in_the_target(tmp_path: Path) -> None:
    before = identify(tmp_path, {"a": 1, "b": 1}, {}, set())[1][0]
    assert identify(tmp_path, {"a": 5, "b": 5}, {}, {before})[5] == (before, None)


keys = st.sampled_from("abcdefghij")


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(keys, st.integers(0, 5), min_size=1), st.dictionaries(keys, st.sampled_from("UVWXYZ")), st.data()
)
def test_every_cluster_has_one_id_and_no_id_two_clusters(
    tmp_path_factory: pytest.TempPathFactory, members: Members, known: Known, data: st.DataObject
) -> None:
    loaded = data.draw(st.sets(st.sampled_from(sorted(set(known.values())) or ["none"])))
    found = identify(tmp_path_factory.mktemp("x"), members, known, loaded)
    assert set(found) == set(members.values())
    ids = [entity for entity, _ in found.values()]
    assert len(set(ids)) == len(ids)
    touched: dict[int, set[str]] = defaultdict(set)
    for key, cluster in members.items():
        touched[cluster] |= {known[key]} & loaded if key in known else set()
    parts: dict[str, int] = defaultdict(int)
    for entities in touched.values():
        for entity in entities:
            parts[entity] += 1
    for cluster, (entity, code) in found.items():
        split = any(parts[e] > 1 for e in touched[cluster])
        assert (code == "split_of_loaded") == split
        assert (code == "merge_of_loaded") == (len(touched[cluster]) > 1 and not split)
        if len(touched[cluster]) == 1 and not split:
            assert {entity} == touched[cluster], "a loaded entity lost its id"


def test_a_table_is_replaced_whole_and_may_read_itself(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    with connected(tmp_path / "spill") as connection:
        assert replace_table(connection, "SELECT range AS n FROM range(5)", folder) == 5
        (old,) = paths(folder)
        assert replace_table(connection, f"SELECT n + 1 AS n FROM read_parquet('{old}')", folder) == 5
    (new,) = paths(folder)
    assert pq.read_table(new)["n"].to_pylist() == [1, 2, 3, 4, 5]
    assert not old.exists()
    assert [p.name for p in folder.glob("*.parquet")] == [new.name]
