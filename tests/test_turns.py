"""Dear tests take turns: each has one, and none is forgotten."""

from pathlib import Path

import pytest
from turns import TURNS, balanced, commit, waiting

ROOT = Path(__file__).parents[1]


def test_every_dear_file_is_there_and_has_one_turn() -> None:
    files = [file for each in TURNS for file in each]
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert len(files) == len(set(files)) > 100
    assert len(TURNS) == 4


def test_each_file_is_run_in_one_of_the_turns_and_all_of_them_in_all() -> None:
    files = {file for each in TURNS for file in each}
    runs = [files - waiting(turn, TURNS) for turn in range(len(TURNS))]
    assert set.union(*runs) == files
    assert sum(map(len, runs)) == len(files)
    assert waiting(commit("all"), TURNS) == set()


@pytest.mark.parametrize(("said", "turn"), [("0", 0), ("7", 3), ("6085f145", 1)])
def test_a_commit_says_whose_turn_it_is(said: str, turn: int) -> None:
    files = [("a",), ("b",), ("c",), ("d",)]
    assert waiting(commit(said), files) == {"a", "b", "c", "d"} - {"abcd"[turn]}


def test_what_is_no_commit_is_refused() -> None:
    with pytest.raises(ValueError, match="main"):
        commit("main")


def test_turns_cost_about_the_same() -> None:
    cost = {f"tests/{place}.py": float(place % 17 + 1) for place in range(100)}
    sums = [sum(cost[file] for file in files) for files in balanced(cost, 4)]
    assert max(sums) - min(sums) <= 2
    assert sum(sums) == sum(cost.values())
