"""The demo again, with all changed that must not matter: order of rows, hash seed, time zone, locale, workers."""

import shutil
from pathlib import Path
from random import Random

import pytest
from demo.finished_run import FinishedRun, crm_migrate

pytestmark = [pytest.mark.slow, pytest.mark.sweep("tests of each stage shuffle their rows; here the whole company")]
SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "anadolu"
ONE_LINE_A_ROW = ("old/kisi.csv", "xero/contacts.csv", "mc/subscribed*.csv", "mc/unsubscribed*.csv", "mc/cleaned*.csv")
RECORDS = {
    "accounts": "SELECT a.name, a.tax_id, a.domain, a.phone, a.street, a.city, a.state, a.owner, p.name AS parent"
    " FROM accounts a LEFT JOIN accounts p ON p.id = a.parent",
    "contacts": "SELECT c.first_name, c.last_name, c.email, c.additional_emails, c.phone, c.job_title, c.consent,"
    " c.email_dead, a.name AS company FROM contacts c LEFT JOIN accounts a ON a.id = c.company",
    "deals": "SELECT d.name, d.amount, d.currency, d.stage, d.close_date, d.owner, d.legacy_owner,"
    " a.name AS company FROM deals d LEFT JOIN accounts a ON a.id = d.company",
    "suppressions": "SELECT email, state FROM suppressions",
}


def migrated(folder: Path, *options: str, shuffled: bool = False, **environment: str) -> FinishedRun:
    """The demo's project, prepared and run."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("truth", "second"))
    if shuffled:
        for pattern in ONE_LINE_A_ROW:
            for path in folder.glob(pattern):
                shuffle(path)
    for verb in (("target", "prepare", str(folder)), ("run", str(folder), *options)):
        done = crm_migrate(*verb, **environment)
        assert done.returncode in (0, 1), done.stdout + done.stderr
    return FinishedRun(folder)


def shuffle(path: Path) -> None:
    """Put the rows of a file in another order; the header stays."""
    header, *rows = path.read_bytes().splitlines(keepends=True)
    Random(7).shuffle(rows)
    path.write_bytes(header + b"".join(rows))


def records(run: FinishedRun) -> dict[str, list[str]]:
    """What the CRM holds, without its own numbers."""
    return {name: sorted(map(repr, run.crm(sql))) for name, sql in RECORDS.items()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    return migrated(tmp_path_factory.mktemp("plain") / "project")


def test_the_order_of_rows_does_not_matter(plain: FinishedRun, tmp_path: Path) -> None:
    other = migrated(tmp_path / "project", shuffled=True)
    expected, found = records(plain), records(other)
    for name in RECORDS:
        assert found[name] == expected[name], name


def test_machine_and_workers_do_not_matter(plain: FinishedRun, tmp_path: Path) -> None:
    odd = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "tr_TR.UTF-8"}
    other = migrated(tmp_path / "project", "--workers", "2", **odd)
    assert records(other) == records(plain)
    for name in ("accounts", "contacts", "deals"):
        lines = [run.table("reconcile", name, "dispositions").drop("target_id") for run in (plain, other)]
        assert lines[0].equals(lines[1]), name
    left, right = (
        {k: v for k, v in run.figures.items() if k not in ("header", "sha256", "target")} for run in (plain, other)
    )
    assert left == right
