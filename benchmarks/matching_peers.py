"""Ours and Splink 5 on one set, each in a process of its own: figures, seconds, memory, and who is behind."""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.matching_intervals import gap
from benchmarks.matching_roles import facts
from benchmarks.matching_scores import scores
from benchmarks.matching_sets import Labelled
from benchmarks.measure import Measured, measure

PEER = Path(__file__).with_name("splink_peer.py")
HEADS = ("precision", "recall", "F1", "B-cubed", "exact", "CPU s", "wall s", "peak MB")
HEAD = f"{'set':36} {'rows':>7} {'by':7}" + " ".join(f"{head:>9}" for head in HEADS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contender found and what it cost; imports and reading are in the cost of both."""

    by: str
    codes: npt.NDArray[np.int64]
    cost: Measured


def compare(labelled: Labelled, python: str) -> list[str]:
    """The lines of a set: ours, Splink's (run by the interpreter `python`), the verdict."""
    truth = pd.factorize(labelled.truth)[0]
    with TemporaryDirectory(prefix="crm-migrate-match-") as name:
        ours = _ours(labelled, Path(name))
        lines = [_line(labelled, truth, ours)]
        try:
            theirs = _splink(labelled, Path(name), python)
        except RuntimeError as failed:
            return [*lines, f"{'':45}Splink failed: {str(failed).strip().splitlines()[-1]}"]
    return [*lines, _line(labelled, truth, theirs), f"{'':45}{verdict(truth, ours, theirs)}"]


def verdict(truth: npt.NDArray[np.int64], ours: Outcome, theirs: Outcome) -> str:
    """Ahead, level or behind by more than the 95 % interval of the difference of F1."""
    low, high = gap(truth, ours.codes, theirs.codes)
    word = "BEHIND" if low > 0 else "ahead" if high < 0 else "level"
    return f"{word}: F1 of Splink less ours is {low:+.4f} to {high:+.4f}"


def _ours(labelled: Labelled, folder: Path) -> Outcome:
    first, second = labelled.sources()
    paths = [folder / "first.parquet", folder / "second.parquet"]
    first.to_parquet(paths[0])
    if second is not None:
        second.to_parquet(paths[1])
    out = folder / "ours.csv"
    other = "-" if second is None else str(paths[1])
    command = [sys.executable, "-m", "benchmarks.matching_run", labelled.entity, str(paths[0]), other, str(out)]
    return _run("ours", command, out, labelled)


def _splink(labelled: Labelled, folder: Path, python: str) -> Outcome:
    told, out = folder / "facts.parquet", folder / "splink.csv"
    facts(labelled).to_parquet(told, index=False)
    command = [python, str(PEER), labelled.name, labelled.entity, str(told), str(out)]
    return _run("Splink", command, out, labelled)


def _run(by: str, command: list[str], out: Path, labelled: Labelled) -> Outcome:
    cost = measure(by, command)
    return Outcome(by, _codes(labelled, out), cost)


def _codes(labelled: Labelled, out: Path) -> npt.NDArray[np.int64]:
    found = pd.read_csv(out, dtype=str).set_index("unique_id")["cluster_id"].reindex(labelled.frame.index)
    return pd.factorize(found.fillna(pd.Series(labelled.frame.index, index=labelled.frame.index)))[0]


def _line(labelled: Labelled, truth: npt.NDArray[np.int64], outcome: Outcome) -> str:
    numbers = " ".join(f"{x:9.4f}" for x in scores(truth, outcome.codes))
    cost = f"{outcome.cost.cpu:9.1f} {outcome.cost.wall:9.1f} {outcome.cost.peak / 2**20:9.0f}"
    return f"{labelled.name:36} {len(labelled.frame):7} {outcome.by:7}{numbers} {cost}"
