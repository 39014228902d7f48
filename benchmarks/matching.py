"""The matcher on labelled sets: precision, recall, F1 and B-cubed of clusters, CPU and wall.

python -m benchmarks matching [FOLDER] [set ...]    the sets beside the checkout: `<set>.csv`, `<set>.truth.csv`
python -m benchmarks matching --unseen [set ...]    sets made from a seed (`matching_sets`), which nobody has looked at
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks import matching_files
from benchmarks.matching_scores import scores
from benchmarks.matching_sets import Labelled, make, specs

HEADS = ("precision", "recall", "F1", "B-cubed", "exact", "CPU s", "wall s")


def main(arguments: list[str]) -> None:
    """Print one line per set."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks matching", description=__doc__)
    parser.add_argument(
        "sets", nargs="*", help="names, or beginnings of names, of sets; first a folder of labelled sets"
    )
    parser.add_argument("--unseen", action="store_true", help="sets made from a seed instead of labelled files")
    parser.add_argument("--rows", type=int, nargs="*", default=[200, 5_000, 50_000], help="sizes of the unseen sets")
    parser.add_argument("--seed", type=int, nargs="*", default=[1], help="seeds of the unseen sets")
    options = parser.parse_args(arguments)
    print(f"{'set':36} {'rows':>7} " + " ".join(f"{head:>9}" for head in HEADS))
    for labelled in chosen(options):
        print(line(labelled), flush=True)


def chosen(options: argparse.Namespace) -> Iterator[Labelled]:
    """The sets that were asked for, one at a time."""
    if options.unseen:
        every = [spec for seed in options.seed for spec in specs(tuple(options.rows), seed)]
        yield from (make(spec) for spec in every if _wanted(spec.name, options.sets))
        return
    folder = next((Path(name) for name in options.sets if Path(name).is_dir()), matching_files.FOLDER)
    wanted = [name for name in options.sets if not Path(name).is_dir()]
    names = wanted or matching_files.names(folder)
    if not names:
        sys.exit(f"no labelled sets in {folder}; `--unseen` makes sets from a seed")
    yield from (matching_files.read(folder, name) for name in names)


def _wanted(name: str, beginnings: list[str]) -> bool:
    return not beginnings or name.startswith(tuple(beginnings))


def line(labelled: Labelled) -> str:
    """Match one set and score it."""
    from crm_migrate import match

    first, second = labelled.sources()
    cpu, wall = time.process_time(), time.monotonic()
    found = match(first, entity=labelled.entity, against=second)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    clusters = found.clusters["cluster"].reindex(labelled.frame.index)
    figures = scores(pd.factorize(labelled.truth)[0], pd.factorize(clusters)[0])
    numbers = " ".join(f"{x:9.4f}" for x in figures)
    return f"{labelled.name:36} {len(labelled.frame):7} {numbers} {cpu:9.1f} {wall:9.1f}"
