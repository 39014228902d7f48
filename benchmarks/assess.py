"""`assess` of one wide file: a million people with 60 columns, without a mapping, through its own command line.

A third of the columns is different in every row (keys, mailboxes, numbers, notes), a third holds words of lists, days
and amounts, and a third is nearly empty, as the columns of a CRM that somebody has used for years are.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measure import HEAD, measure

GIVEN = np.array(["Ayşe", "Jörg", "Siti", "Bambang", "Özlem", "Käthe", "Łukasz", "Zoë", "Mehmet", "Ursula"])
FAMILY = np.array(["Yılmaz", "Müller", "Sutrisno", "Weiß", "Çelik", "Novák", "García", "Öztürk", "Schäfer", "Wijaya"])
CITIES = np.array(["İstanbul", "Köln", "Jakarta", "München", "İzmir", "Bandung", "Wien", "Ankara"])
STAGES = np.array(["open", "won", "lost", "on hold", "Teklif"])
COLUMNS = 60


def table(rows: int, seed: int) -> pl.DataFrame:
    """The file's rows."""
    rng = np.random.default_rng(seed)
    number = np.arange(rows)

    def few(words: np.ndarray) -> pl.Series:
        return pl.Series(words[rng.integers(0, len(words), rows)])

    def digits(low: int, high: int) -> pl.Series:
        return pl.Series(rng.integers(low, high, rows)).cast(pl.String)

    def days(first: int) -> pl.Series:
        return pl.Series(rng.integers(first, 20_000, rows)).cast(pl.Int32).cast(pl.Date).dt.strftime("%d.%m.%Y")

    columns: dict[str, pl.Series] = {
        "Contact ID": pl.Series(number).cast(pl.String),
        "First Name": few(GIVEN),
        "Last Name": few(FAMILY),
        "Email": pl.Series(number // 2 * 2).cast(pl.String) + "@firma.example",
        "Phone": "+90 532 " + digits(100, 999) + " " + digits(1_000, 9_999),
        "City": few(CITIES),
        "Postal Code": digits(10_000, 99_999),
        "Country": few(np.array(["TR", "DE", "ID", "AT"])),
        "Created": days(15_000),
        "Record Type": few(np.array(["customer", "prospect", "partner"])),
    }
    for at in range(10):
        columns[f"Reference {at}"] = f"R{at}-" + pl.Series(rng.permutation(rows)).cast(pl.String)
        columns[f"Note {at}"] = few(GIVEN) + " met " + few(FAMILY) + " in " + few(CITIES) + " " + digits(0, rows)
        columns[f"List {at}"] = few(STAGES)
        columns[f"Day {at}"] = days(10_000)
    for at in range(COLUMNS - len(columns)):
        columns[f"Old {at}"] = pl.Series(np.where(rng.random(rows) < 0.02, "x", ""))
    return pl.DataFrame({name: values.alias(name) for name, values in columns.items()})


def main(options: list[str] | None = None) -> None:
    """Make the file and assess it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks assess", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as place:
        frame = table(asked.rows, asked.seed)
        frame.write_csv(Path(place) / "contacts.csv", separator=";")
        del frame
        print(f"{asked.rows:,} rows x {COLUMNS} columns")
        print(HEAD)
        done = measure("assess", [sys.executable, "-m", "crm_migrate", "assess", place])
        print(done.row(done))
