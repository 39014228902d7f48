"""The benchmarks run to their end with few rows: a load of theirs that ends NO-GO, or a lost verb, is noticed."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import driven, served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[1]
E2E_ROWS = 40_000


def ran(*words: str, **variables: str) -> str:
    """What a benchmark printed; it ended well."""
    command = [sys.executable, "-m", "benchmarks", *words]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.postgresql
def test_forty_thousand_dirty_contacts_end_with_go_in_postgresql(tmp_path: Path) -> None:
    url, own = sa.make_url(served("postgresql")), f"bench_{uuid.uuid4().hex}"
    server = sa.create_engine(driven(served("postgresql")), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {own}")
    try:
        there = url.set(database=own).render_as_string(hide_password=False)
        words = ("--rows", str(E2E_ROWS), "--only", "postgresql", "--keep", str(tmp_path))
        said = ran("e2e", *words, CRM_MIGRATE_TEST_POSTGRESQL=there)
        assert "crm-migrate -> PostgreSQL" in said
        with sa.create_engine(driven(there), poolclass=sa.NullPool).connect() as connection:
            (loaded,) = connection.exec_driver_sql("SELECT count(*) FROM contacts").one()
        assert 0.8 * E2E_ROWS < loaded < E2E_ROWS
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {own} WITH (FORCE)")


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    "words",
    [("api", "--rows", "400"), ("cleanse", "--rows", "200", "--naive-rows", "20")],
    ids=lambda words: words[0],
)
def test_a_benchmark_runs(words: tuple[str, ...]) -> None:
    assert ran(*words)


def test_a_comparison_beside_a_plain_merge_finds_the_same_cells() -> None:
    said = ran("compare", "--rows", "5000", "--only", "ours", "merge")
    differ, alike, merged = (int(each.replace(",", "")) for each in re.findall(r"([\d,]+) (?:cells|are)", said))
    assert differ + alike == merged > 0
