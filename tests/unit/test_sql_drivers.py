"""The drivers of PostgreSQL and MariaDB are extras: SQLite works without, and who needs one is told how."""

import subprocess
import sys

WITHOUT = """
import sys
sys.modules["psycopg"] = sys.modules["pymysql"] = None  # what Python does where it is not installed: ImportError
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


def test_mariadb_without_pymysql_is_told_with_the_command():
    out = _run("""
try:
    CONNECTOR.target({"url": "mysql+pymysql://u@localhost/x"})
except UsageError as error:
    print(error.message, "|", error.hint)
""")
    assert out.splitlines() == ["MariaDB needs the Python package PyMySQL | pip install 'crm-migrate[mariadb]'"]
