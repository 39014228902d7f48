"""End to end: a seeded, dirty contact file to clean, exactly deduplicated, reconciled rows in PostgreSQL and SQLite.

Side by side with a raw COPY of the file (the limit), and with `dlt` by rows and by Arrow, neither of which cleans.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.contacts import write
from benchmarks.measure import HEAD, Measured, measure

MAPPING = """crm_migrate: 1
project: {name: Benchmark contacts, locale: tr-TR, time_zone: Europe/Istanbul, as_of: 2026-11-21}
environments:
  local: {connector: sql, url: "URL"}
sources:
  kontakte:
    file: contacts.csv
    key: ContactID
    changed: Geaendert
    unmapped: {archive: [Notiz, Anrede, Quelle, Status, Betreuer, Umsatz, Webseite]}
value_maps:
  einwilligung: {unmapped: hold, map: {E: granted, H: withdrawn, "": unknown}}
objects:
  contacts:
    from: {kontakte: {trust: 1}}
    fields:
      first_name: Vorname
      last_name: Nachname
      email: E-Mail | email
      phone: Telefon | phone(TR)
      mobile: Mobil | phone(TR)
      department: Firma
      job_title: Position
      description: Beschreibung
      street: Strasse
      postal_code: PLZ
      city: Ort
      country: Land | country
      birth_date: Geburtstag | date(DD.MM.YYYY)
      consent: Einwilligung | map(einwilligung)
    match:
      - {rule: same mailbox and name, same: [email, first_name, last_name], do: merge}
checks:
  - {id: B1, object: contacts, assert: email or phone, else: reject}
reconcile:
  gates: {unexplained: 0, rejected: 100%, held: 100%, quarantined: 100%}
"""


def main(arguments: list[str]) -> None:
    """Generate, run every contender once in turn, print one table."""
    parser = argparse.ArgumentParser(prog="e2e")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--only", nargs="*", choices=RUNS, default=["raw", "postgresql", "sqlite", "dlt-rows", "dlt-arrow"]
    )
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args(arguments)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="crm-migrate-e2e-"))
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / f"contacts-{options.rows}.csv"
    if not data.exists():
        write(data, options.rows)
    url = os.environ["CRM_MIGRATE_TEST_POSTGRESQL"]
    print(f"{options.rows:,} rows, {data.stat().st_size / 2**20:,.0f} MB, {os.cpu_count()} cores, seed 7\n{HEAD}")
    results: list[Measured] = []
    for name in ["raw", *(n for n in options.only if n != "raw")]:
        results.append(RUNS[name](folder, data, url))
        print(results[-1].row(results[0]), flush=True)
    if options.keep is None:  # after a failure it stays: the run and its messages are looked at
        shutil.rmtree(folder)


def _raw(_folder: Path, data: Path, url: str) -> Measured:
    return measure("raw COPY of the file (no cleaning)", [sys.executable, "-m", "benchmarks.rawcopy", str(data), url])


def _postgresql(folder: Path, data: Path, url: str) -> Measured:
    return _ours("crm-migrate -> PostgreSQL", folder / "postgresql", data, url)


def _sqlite(folder: Path, data: Path, _url: str) -> Measured:
    return _ours("crm-migrate -> SQLite", folder / "sqlite", data, "sqlite:///crm.db")


def _ours(name: str, folder: Path, data: Path, url: str) -> Measured:
    folder.mkdir(exist_ok=True)
    (folder / "contacts.csv").unlink(missing_ok=True)
    (folder / "contacts.csv").hardlink_to(data)
    environment = {**os.environ, "BENCH_URL": url}
    reference = url if url.startswith("sqlite") else "env:BENCH_URL"
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("URL", reference, 1), encoding="utf-8")
    command = [sys.executable, "-m", "crm_migrate"]
    measure("prepare", [*command, "target", "prepare", str(folder)], environment=environment)
    measured = measure(name, [*command, "run", str(folder)], environment=environment)
    latest = max((folder / ".crm-migrate" / "runs").glob("*/run.json"))
    seconds = json.loads(latest.read_text())["seconds"]
    stages = " ".join(f"{stage} {took:.1f}" for stage, took in seconds.items())
    return Measured(name, measured.wall, measured.cpu, measured.server_cpu, measured.peak, stages)


def _dlt(kind: str, folder: Path, data: Path, url: str) -> Measured:
    command = [sys.executable, "-m", "benchmarks.dlt_peer", kind, str(data), url]
    return measure(
        f"dlt by {kind} -> PostgreSQL (no cleaning)",
        command,
        environment={**os.environ, "DLT_DATA_DIR": str(folder / "dlt")},
    )


RUNS = {
    "raw": _raw,
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "dlt-rows": lambda folder, data, url: _dlt("rows", folder, data, url),
    "dlt-arrow": lambda folder, data, url: _dlt("arrow", folder, data, url),
}
