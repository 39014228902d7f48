"""A comparison alone: a million records of 30 fields, expected against actual, as `reconcile` compares what it expects.

Two Parquet files from a seed: one record in fifty differs, by causes that a target has (a default, a cut, a day, lost
decimals, an empty cell, a record that is gone), and a third of that is only written otherwise. Beside ours:
datacompy on pandas, and a plain merge in pandas. Each is a process of its own and says how many cells differ;
only ours says why, and where. CPU seconds and peak memory: wall times say little on a machine that is shared.
"""

import argparse
import datetime as dt
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import Measured, measure

ROWS, FIELDS, SEED = 1_000_000, 30, 7
SPAN = 50_000
CPU_LIMIT, PEAK_LIMIT = 120.0, 2**30  # 60 s on two cores; bytes
KINDS = ("text", "text", "email", "phone", "money", "date", "choice", "instant", "text", "country")
OWNERS = [f"owner {n}" for n in range(40)]
PEERS = ("ours", "merge", "datacompy")


def main(arguments: list[str]) -> None:
    """Generate, run every contender once in turn, print one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--only", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    parser.add_argument(
        "--datacompy",
        default=sys.executable,
        metavar="PYTHON",
        help="the Python that has datacompy (it needs polars 1)",
    )
    options = parser.parse_args(arguments)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="crm-migrate-compare-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / f"expected-{options.rows}.parquet").exists():
        write(folder, options.rows)
    print(f"{options.rows:,} records, {FIELDS} fields, seed {SEED}")
    print(f"{'':12} {'CPU s':>8} {'wall s':>8} {'peak MB':>9}  x ours")
    results: list[Measured] = []
    for name in options.only:
        python = options.datacompy if name == "datacompy" else sys.executable
        command = [python, str(Path(__file__).with_name("compare_peers.py")), name, str(folder), str(options.rows)]
        results.append(measure(name, command))
        print(_line(results[-1], results[0]), flush=True)
        print(f"{'':12} {(folder / f'{name}.txt').read_text(encoding='utf-8').strip()}", flush=True)
    if options.keep is None:
        shutil.rmtree(folder)


def _line(each: Measured, ours: Measured) -> str:
    ratios = f"{each.cpu / ours.cpu:.1f} CPU, {each.peak / ours.peak:.1f} memory"
    met = each.cpu <= CPU_LIMIT and each.peak <= PEAK_LIMIT
    goal = f"  goal {CPU_LIMIT:.0f} s, 1024 MB: {'met' if met else 'missed'}" if each.name == "ours" else ""
    return f"{each.name:12} {each.cpu:8.1f} {each.wall:8.1f} {each.peak / 2**20:9.0f}  {ratios}{goal}"


def write(folder: Path, rows: int) -> None:
    """Write `expected-N.parquet` and `actual-N.parquet`, the same bytes for the same number."""
    random, names = Random(SEED), [f"f{n:02}" for n in range(FIELDS)]
    schema = pa.schema(
        [("__entity", pa.string()), ("__position", pa.int64()), *((name, pa.string()) for name in names)]
    )
    there = pa.schema([("__entity", pa.string()), ("target_id", pa.string()), *((name, pa.string()) for name in names)])
    with (
        pq.ParquetWriter(folder / f"expected-{rows}.parquet", schema, compression="zstd") as expected,
        pq.ParquetWriter(folder / f"actual-{rows}.parquet", there, compression="zstd") as actual,
    ):
        for start in range(0, rows, SPAN):
            ours, theirs = _span(random, names, start, min(rows, start + SPAN))
            expected.write_table(pa.Table.from_pydict(ours, schema=schema))
            actual.write_table(pa.Table.from_pydict(theirs, schema=there))


def _span(random: Random, names: list[str], start: int, end: int) -> tuple[dict[str, Any], dict[str, Any]]:
    numbers = range(start, end)
    ours: dict[str, Any] = {"__entity": [f"e{n:08}" for n in numbers], "__position": list(numbers)}
    for column, name in enumerate(names):
        ours[name] = [_value(KINDS[column % len(KINDS)], n, random.getrandbits(30)) for n in numbers]
    theirs = {"__entity": list(ours["__entity"]), "target_id": [str(n) for n in numbers]}
    theirs |= {name: list(ours[name]) for name in names}
    for at in range(len(numbers)):
        if random.random() < 0.02:
            _damage(theirs, names, at, random)
    gone = {at for at in range(len(numbers)) if random.random() < 0.0005}
    return ours, {name: [v for at, v in enumerate(cells) if at not in gone] for name, cells in theirs.items()}


def _value(kind: str, n: int, chance: int) -> str | None:
    if chance % 10 == 0:
        return None
    match kind:
        case "text":
            return f"Çağrı Müller & Söhne {chance % 90_000} GmbH"
        case "email":
            return f"person{n}.{chance % 97}@firm{chance % 5_000}.example"
        case "phone":
            return f"+90532{chance % 10_000_000:07}"
        case "money":
            return f"{chance % 100_000}.{chance % 89 + 11}"
        case "choice":
            return OWNERS[chance % 40]
        case "country":
            return ("TR", "DE", "ID", "FR")[chance % 4]
    day = dt.date(2015, 1, 1) + dt.timedelta(days=chance % 3_600)
    return day.isoformat() if kind == "date" else f"{day.isoformat()}T{chance % 24:02}:15:00Z"


def _damage(theirs: dict[str, Any], names: list[str], at: int, random: Random) -> None:
    """One to three cells of a record, as a target leaves them; a third of them only written otherwise."""
    for column in random.sample(range(FIELDS), random.randint(1, 3)):
        cells, kind = theirs[names[column]], KINDS[column % len(KINDS)]
        if (text := cells[at]) is None:
            continue
        cells[at] = random.choice((_damaged(kind, text), _damaged(kind, text), _otherwise(kind, text)))


def _damaged(kind: str, text: str) -> str | None:
    match kind:
        case "text":
            return text[:20]
        case "email":
            return None
        case "money":
            return text[: text.index(".") + 2]
        case "choice":
            return "owner 0"
        case "date":
            return (dt.date.fromisoformat(text) - dt.timedelta(days=1)).isoformat()
        case "instant":
            return text.replace(":15:00Z", ":45:00Z")
    return text[::-1]


def _otherwise(kind: str, text: str) -> str:
    match kind:
        case "money":
            return f"{text}0"
        case "email":
            return text.capitalize()
        case "phone":
            return f"{text[:3]} {text[3:6]} {text[6:]}"
        case "date":
            return f"{text}T00:00:00Z"
    return f" {text} "
