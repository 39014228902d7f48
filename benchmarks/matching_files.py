"""Labelled sets that lie beside the checkout: `<set>.csv` and `<set>.truth.csv` (rec_id, cluster) in one folder."""

from pathlib import Path

import pandas as pd

from benchmarks.matching_sets import Labelled

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "matching"
ORGANISATIONS = ("restaurants", "early_childhood")


def names(folder: Path) -> list[str]:
    """The sets of a folder."""
    return [file.name.removesuffix(".truth.csv") for file in sorted(folder.glob("*.truth.csv"))]


def read(folder: Path, name: str) -> Labelled:
    """One set with its truth."""
    frame = pd.read_csv(folder / f"{name}.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(folder / f"{name}.truth.csv", dtype=str).set_index("rec_id")["cluster"].reindex(frame.index)
    second = frame.index[frame["source"] == "b"] if name == "febrl4" else None  # two files without doubles
    return Labelled(name, "organisation" if name in ORGANISATIONS else "person", frame, truth, second)
