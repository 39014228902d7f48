"""The matcher on labelled sets: precision, recall, F1 and B-cubed of clusters, CPU, wall and memory, beside Splink 5.

    python -m benchmarks matching                        every set: labelled files beside the checkout, sets from a seed
    python -m benchmarks matching --labelled [set ...]   only files: `<set>.csv`, `<set>.truth.csv` in --folder
    python -m benchmarks matching --unseen [set ...]     only sets made from a seed, which nobody has looked at

With --alone there are three columns more: the records that would be merged at the default limit, the real wrong merges
per 1,000 of them, and pairwise recall there.

Splink runs where it is installed (`make bench` installs it), or by the interpreter of --splink; --alone leaves it out
and matches in this process.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from benchmarks import matching_files, matching_limits, matching_peers
from benchmarks.matching_scores import scores
from benchmarks.matching_sets import Labelled, make, specs

HEADS = ("precision", "recall", "F1", "B-cubed", "exact", "CPU s", "wall s", *matching_limits.HEADS)


def main(arguments: list[str]) -> None:
    """Print one line per set and contender."""
    options = _options(arguments)
    python = options.splink or (sys.executable if find_spec("splink") and not options.alone else None)
    print(matching_peers.HEAD if python else f"{'set':36} {'rows':>7} " + " ".join(f"{head:>9}" for head in HEADS))
    for labelled in chosen(options):
        lines = matching_peers.compare(labelled, python) if python else [line(labelled)]
        print(*lines, sep="\n", flush=True)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks matching", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", help="names of sets, or their beginnings")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--labelled", action="store_true", help="only the labelled files")
    only.add_argument("--unseen", action="store_true", help="only the sets made from a seed")
    parser.add_argument("--folder", type=Path, default=matching_files.FOLDER, help="where the labelled files are")
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 5_000, 50_000], help="sizes of the unseen sets")
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="seeds of the unseen sets")
    parser.add_argument("--splink", help="an interpreter that has Splink 5")
    parser.add_argument("--alone", action="store_true", help="without Splink")
    options = parser.parse_args(arguments)
    if options.labelled and not matching_files.names(options.folder):
        parser.error(f"no labelled sets in {options.folder}; `--unseen` makes sets from a seed")
    return options


def chosen(options: argparse.Namespace) -> Iterator[Labelled]:
    """The sets that were asked for, one at a time."""
    if not options.unseen:
        names = matching_files.names(options.folder)
        yield from (matching_files.read(options.folder, name) for name in names if _wanted(name, options.sets))
    if not options.labelled:
        every = [spec for seed in options.seed for spec in specs(tuple(options.rows), seed)]
        yield from (make(spec) for spec in every if _wanted(spec.name, options.sets))


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
    at_limit = matching_limits.columns(labelled, found)
    return f"{labelled.name:36} {len(labelled.frame):7} {numbers} {cpu:9.1f} {wall:9.1f} {at_limit}"
