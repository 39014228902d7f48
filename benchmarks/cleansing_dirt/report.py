"""What became of the dirt, by kind and by dirt: right, flagged, wrong in silence."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from benchmarks.cleansing_dirt import ALL
from benchmarks.cleansing_dirt.model import Outcome, drawn, outcomes

VERDICTS = ("right", "flagged", "silent")


def of_kind(name: str, seed: int, count: int) -> list[Outcome]:
    """The outcomes of one set."""
    kind, dirts = ALL[name]
    return outcomes(kind, drawn(dirts, seed, count))


def tally(found: Iterable[Outcome]) -> dict[str, Counter[str]]:
    """Verdicts by dirt."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in found:
        table[outcome.dirt][outcome.verdict] += 1
    return table


def print_kinds(names: Iterable[str], seed: int, count: int, examples: int) -> None:
    """The table of every set, and examples of what is not right."""
    print(f"seed {seed}, {count:,} rows a kind")
    for name in names:
        found = of_kind(name, seed, count)
        table = tally(found)
        total = sum(table.values(), Counter())
        print(_line(name, total))
        for dirt, counts in table.items():
            if counts["right"] < counts.total():
                print(_line(f"  {dirt}", counts))
                _print_examples(found, dirt, examples)


def _line(name: str, counts: Counter[str]) -> str:
    count = counts.total()
    told = "  ".join(f"{verdict} {counts[verdict]:>6,}" for verdict in VERDICTS)
    return f"{name:34} {told}  of {count:>6,}  {counts['right'] / count:7.2%}"


def _print_examples(found: list[Outcome], dirt: str, count: int) -> None:
    wrong = [one for one in found if one.dirt == dirt and one.verdict != "right"]
    for one in sorted(wrong, key=lambda one: one.verdict != "silent")[:count]:
        print(f"      {one.verdict} {one.row.locale} {one.row.typed!r} -> {one.value!r} {one.flag} {one.note!r}")
        print(f"           wanted {one.row.truths or 'a flag'}")
