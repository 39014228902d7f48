"""What a small migration costs: the sample company (1,500 rows), against importing the libraries that it is made with.

CPU seconds (user and system, children included) of whole commands: wall times say little on a machine that is shared.
The base is measured between the commands, so that both suffer alike; of several rounds the least of each is taken.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import measure

IMPORTS = "import pandas, pandera, polars, duckdb, sqlalchemy, openpyxl"
HELP_LIMIT = 0.1  # CPU seconds
RUN_LIMIT = 3.0  # times the imports


@dataclass(frozen=True, slots=True)
class Verb:
    """A command on the project folder `{}`, and how much of it is allowed: times the imports."""

    name: str
    arguments: tuple[str, ...]
    limit: float | None = None


VERBS = (
    Verb("--help", ("--help",)),
    Verb("mapping check", ("mapping", "check", "{}")),
    Verb("mapping test", ("mapping", "test", "{}")),
    Verb("demo (the first run)", ("demo", "{}/first"), RUN_LIMIT),
    Verb("run (the second one)", ("run", "{}"), RUN_LIMIT),
    Verb("report", ("report", "--project", "{}")),
    Verb("report, as a workbook", ("report", "--project", "{}", "--format", "xlsx")),
)


def main(arguments: list[str]) -> None:
    """Measure, and print a line per verb."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks small", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    base, seconds = 0.0, dict.fromkeys((verb.name for verb in VERBS), 0.0)
    for _ in range(rounds):
        base = _less(base, _cpu([sys.executable, "-c", IMPORTS]))
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "company"
            _cpu(_command(Verb("demo", ("demo", "{}")), project))
            for verb in VERBS:
                seconds[verb.name] = _less(seconds[verb.name], _cpu(_command(verb, project)))
            base = _less(base, _cpu([sys.executable, "-c", IMPORTS]))
    print(f"{'':24} {'CPU s':>7} {'x imports':>10}")
    print(f"{'imports':24} {base:7.2f} {1:10.1f}  {IMPORTS}")
    for verb in VERBS:
        print(_line(verb, seconds[verb.name], base))


def _command(verb: Verb, project: Path) -> list[str]:
    return [sys.executable, "-m", "crm_migrate", *(each.format(project) for each in verb.arguments)]


def _cpu(command: list[str]) -> float:
    return measure(" ".join(command), command).cpu


def _less(least: float, seconds: float) -> float:
    return min(least, seconds) if least else seconds


def _line(verb: Verb, seconds: float, base: float) -> str:
    limit = HELP_LIMIT if verb.name == "--help" else (verb.limit or 0) * base
    goal = f"  goal {limit:.2f} s: {'met' if seconds <= limit else 'missed'}" if limit else ""
    return f"{verb.name:24} {seconds:7.2f} {seconds / base:10.1f}{goal}"
