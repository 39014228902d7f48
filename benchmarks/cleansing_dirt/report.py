"""What became of the dirt, by kind, by dirt and by language: right, flagged, wrong in silence."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from benchmarks.cleansing_dirt import ALL
from benchmarks.cleansing_dirt.material import LANGUAGES, table
from benchmarks.cleansing_dirt.model import Outcome, Row, drawn, outcomes

VERDICTS = ("right", "flagged", "silent")


def of_kind(name: str, seed: int, count: int) -> list[Outcome]:
    """The outcomes of one set."""
    kind, dirts = ALL[name]
    return outcomes(kind, drawn(dirts, seed, count))


def tally(found: Iterable[Outcome], by: Callable[[Outcome], str] = lambda one: one.dirt) -> dict[str, Counter[str]]:
    """Verdicts by dirt, or by what else is asked for."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in found:
        counts[by(outcome)][outcome.verdict] += 1
    return counts


def language_of(row: Row) -> str:
    """The language of a row's column (of a region the one that its addresses are made in), "" where it has none."""
    if not row.locale or "-" in row.locale:
        return row.locale[:2]
    return str(table("places")[row.locale]["language"])


def print_kinds(names: Iterable[str], seed: int, count: int, examples: int) -> None:
    """The table of every set, and examples of what is not right; then right and silent by language."""
    print(f"seed {seed}, {count:,} rows a kind")
    spoken = {}
    for name in names:
        found = of_kind(name, seed, count)
        by_dirt = tally(found)
        spoken[name] = tally(found, lambda one: language_of(one.row))
        print(_line(name, sum(by_dirt.values(), Counter())))
        for dirt, counts in by_dirt.items():
            if counts["right"] < counts.total():
                print(_line(f"  {dirt}", counts))
                _print_examples(found, dirt, examples)
    print(f"\nright %, and silent errors where there are any\n| | {' | '.join(LANGUAGES)} |\n|{'---|' * 11}")
    for name, by_language in spoken.items():
        if "" not in by_language:
            print(f"| {name} | {' | '.join(_share(by_language[of]) for of in LANGUAGES)} |")


def _share(counts: Counter[str]) -> str:
    silent = f" ({counts['silent']:,})" if counts["silent"] else ""
    return f"{counts['right'] / counts.total():.1%}{silent}".replace("%", "") if counts else ""


def _line(name: str, counts: Counter[str]) -> str:
    count = counts.total()
    told = "  ".join(f"{verdict} {counts[verdict]:>6,}" for verdict in VERDICTS)
    return f"{name:34} {told}  of {count:>6,}  {counts['right'] / count:7.2%}"


def _print_examples(found: list[Outcome], dirt: str, count: int) -> None:
    wrong = [one for one in found if one.dirt == dirt and one.verdict != "right"]
    for one in sorted(wrong, key=lambda one: one.verdict != "silent")[:count]:
        print(f"      {one.verdict} {one.row.locale} {one.row.typed!r} -> {one.value!r} {one.flag} {one.note!r}")
        print(f"           wanted {one.row.truths or 'a flag'}")
