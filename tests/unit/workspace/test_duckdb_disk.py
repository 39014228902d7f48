"""What the disk does to DuckDB is an error of the disk, with its number: never a bug of ours."""

import errno
from pathlib import Path

import duckdb
import pytest

from crm_migrate.workspace.sql import connected

FULL = 'Async write failed: {"exception_message":"Could not write file \\"0.parquet\\"","errno":"28"}'


@pytest.mark.parametrize(
    ("said", "number"),
    [(FULL, errno.ENOSPC), ("Could not write: No space left on device", errno.ENOSPC), ("cannot", errno.EIO)],
)
def test_the_number_of_the_system_is_kept(tmp_path: Path, said: str, number: int) -> None:
    with pytest.raises(OSError, match=r"\S") as caught, connected(tmp_path):
        raise duckdb.IOException(said)
    assert caught.value.errno == number


def test_a_folder_that_is_not_there_is_no_bug_of_ours(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"\S"), connected(tmp_path) as connection:
        connection.execute(f"COPY (SELECT 1) TO '{(tmp_path / 'nowhere' / 'x.parquet').as_posix()}' (FORMAT parquet)")
