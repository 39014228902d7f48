"""The driver of PostgreSQL is an extra: SQLite works without it, and who needs it is told how to install it."""

import subprocess
import sys

WITHOUT = """
import sys
sys.modules["psycopg"] = None  # what Python does where it is not installed: ImportError
from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.errors import UsageError
from crm_migrate_sql import CONNECTOR
"""


def _run(program: str) -> str:
    answer = subprocess.run([sys.executable, "-c", WITHOUT + program], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_sqlite_targets_and_sources_do_without_psycopg(tmp_path):
    database = tmp_path / "crm.db"
    out = _run(f"""
target = CONNECTOR.target({{"url": "sqlite:///{database.as_posix()}"}})
print(target.prepare((), apply=True))
spec = SourceSpec("old", url="sqlite:///{database.as_posix()}", table="_crm_migrate_target")
print(CONNECTOR.source(spec).describe().columns)
""")
    assert "_crm_migrate_batch" in out
    assert "('id', 'since')" in out


def test_postgresql_without_psycopg_is_told_with_the_command():
    out = _run("""
url = "postgresql://u@localhost/x"
for use in (
    lambda: CONNECTOR.target({"url": url}),
    lambda: CONNECTOR.source(SourceSpec("old", url=url, table="t")).describe(),
):
    try:
        use()
    except UsageError as error:
        print(error.message, "|", error.hint)
""")
    line = "PostgreSQL needs the Python package psycopg | pip install 'crm-migrate[postgresql]'"
    assert out.splitlines() == [line] * 2
