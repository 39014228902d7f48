"""The matcher on sets of one language each, and of names in several scripts: persons and companies, means over seeds.

    python -m benchmarks languages --part open --seed 1 2 3     the half of the words that word lists were made with
    python -m benchmarks languages --part held --seed 11 12     the half that was held back

One line per language: households, contacts of firms and companies; precision, recall, F1 of the clusters, and what
would be merged at the default limit: records, wrong merges among them, recall.
"""

import argparse
from collections.abc import Iterator
from itertools import groupby
from statistics import mean

import pandas as pd

from benchmarks.matching_limits import merged_at
from benchmarks.matching_scores import scores
from benchmarks.matching_sets import Spec, make, of_one_language
from benchmarks.matching_sets.draws import PARTS

Figures = tuple[float, float, float, int, int, float]
HEAD = f"{'language':9} {'kind':14} {'P':>6} {'R':>6} {'F1':>6} {'merged':>7} {'wrong':>6} {'recall@1':>8}"


def main(arguments: list[str]) -> None:
    """Print one line per language and kind."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks languages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", help="languages, or kinds of sets; all")
    parser.add_argument("--part", choices=PARTS, default=PARTS[0])
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    options = parser.parse_args(arguments)
    print(HEAD)
    for (language, kind), found in groupby(sorted(_wanted(options), key=_key), key=_key):
        print(_line(language, kind, [_measured(spec) for spec in found]), flush=True)


def _key(spec: Spec) -> tuple[str, str]:
    return spec.language, spec.kind


def _wanted(options: argparse.Namespace) -> Iterator[Spec]:
    for seed in options.seed:
        for spec in of_one_language(options.rows, seed, options.part):
            if not options.sets or spec.language in options.sets or spec.kind in options.sets:
                yield spec


def _measured(spec: Spec) -> Figures:
    from crm_migrate import match

    labelled = make(spec)
    found = match(labelled.frame, entity=labelled.entity)
    clusters = found.clusters["cluster"].reindex(labelled.frame.index)
    precision, recall, f1, *_ = scores(pd.factorize(labelled.truth)[0], pd.factorize(clusters)[0])
    at = merged_at(labelled, found)
    return precision, recall, f1, at.records, at.wrong, at.recall


def _line(language: str, kind: str, found: list[Figures]) -> str:
    precision, recall, f1, merged, wrong, at = zip(*found, strict=True)
    shares = f"{mean(precision):6.3f} {mean(recall):6.3f} {mean(f1):6.3f}"
    return f"{language:9} {kind:14} {shares} {sum(merged):7} {sum(wrong):6} {mean(at):8.3f}"
