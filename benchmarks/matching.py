"""The matcher on every labelled set beside the checkout: precision, recall, F1 and B-cubed of clusters, CPU and wall.

`python -m benchmarks matching [FOLDER] [set ...]`: FOLDER holds `<set>.csv` and `<set>.truth.csv` (rec_id, cluster).
"""

import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "matching"
ORGANISATIONS = ("restaurants", "early_childhood")
Codes = npt.NDArray[np.int64]


def main(arguments: list[str]) -> None:
    """Print one line per set."""
    folder = Path(arguments[0]) if arguments and Path(arguments[0]).is_dir() else FOLDER
    wanted = [a for a in arguments if not Path(a).is_dir()]
    files = sorted(folder.glob("*.truth.csv"))
    names = wanted or [f.name.removesuffix(".truth.csv") for f in files]
    if not names:
        sys.exit(f"no labelled sets in {folder}")
    heads = ("precision", "recall", "F1", "B-cubed", "exact", "CPU s", "wall s")
    print(f"{'set':20} {'rows':>7} " + " ".join(f"{head:>9}" for head in heads))
    for name in names:
        print(line(folder, name), flush=True)


def line(folder: Path, name: str) -> str:
    """Match one set and score it."""
    from crm_migrate import match

    frame = pd.read_csv(folder / f"{name}.csv", dtype=str).set_index("rec_id")
    truth = pd.read_csv(folder / f"{name}.truth.csv", dtype=str).set_index("rec_id")["cluster"].reindex(frame.index)
    cpu, wall = time.process_time(), time.monotonic()
    found = match(frame, entity="organisation" if name in ORGANISATIONS else "person")
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    figures = scores(pd.factorize(truth)[0], pd.factorize(found.clusters["cluster"])[0])
    return f"{name:20} {len(frame):7} " + " ".join(f"{x:9.4f}" for x in figures) + f" {cpu:9.1f} {wall:9.1f}"


def scores(truth: Codes, found: Codes) -> tuple[float, float, float, float, float]:
    """Precision, recall and F1 of pairs inside clusters, B-cubed F1 (Bagga & Baldwin 1998), share of exact clusters."""
    both = truth.astype(np.int64) * (int(found.max()) + 1) + found
    _, inverse, common = np.unique(both, return_inverse=True, return_counts=True)
    hits, claimed, real = _pairs(both), _pairs(found), _pairs(truth)
    precision, recall = hits / max(claimed, 1), hits / max(real, 1)
    size_true, size_found = np.bincount(truth)[truth], np.bincount(found)[found]
    b_precision, b_recall = (common[inverse] / size_found).mean(), (common[inverse] / size_true).mean()
    exact = (common[inverse] == size_found) & (common[inverse] == size_true)
    whole = float((exact / size_true).sum() / len(np.unique(truth)))
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return precision, recall, f1, float(2 * b_precision * b_recall / (b_precision + b_recall)), whole


def _pairs(codes: Codes) -> int:
    sizes = np.unique(codes, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())
