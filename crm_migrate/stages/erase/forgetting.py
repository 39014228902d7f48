"""Keys of earlier loads that name somebody who is erased now: the crosswalk knows them by their token from here on.

A row of theirs has the same token in this run and in all that follow, so what was loaded for them is still found, and
told as theirs; the key itself, a mailbox, is nowhere any more.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from crm_migrate.quoting import literal
from crm_migrate.workspace.crosswalk import replace_table
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.locking import project_lock
from crm_migrate.workspace.parts import paths, read_manifest
from crm_migrate.workspace.row_keys import PART


def forget_keys(project: Project, hidden: Mapping[str, frozenset[str]], token: Callable[[str], str]) -> None:
    """Replace these keys (by source) in the crosswalks of all targets."""
    keys = [(source, key, _hidden(key, token)) for source, each in sorted(hidden.items()) for key in sorted(each)]
    if not keys:
        return
    with project_lock(project), duckdb.connect(":memory:") as connection:
        told = {name: list(values) for name, values in zip(("s", "k", "token"), zip(*keys, strict=True), strict=True)}
        connection.register("gone_", pa.table(told))
        for folder in sorted(project.work.glob("targets/*/crosswalk/*")):
            _forget(connection, folder)


def _hidden(key: str, token: Callable[[str], str]) -> str:
    """The key of a row as it is written now; a part of a row keeps what it puts behind it."""
    part = re.search(PART, key)
    return token(key[: part.start()]) + part[0] if part else token(key)


def _forget(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    found = [str(path) for path in paths(folder)] if read_manifest(folder) else []
    if not found:
        return
    rows = f"read_parquet([{', '.join(map(literal, found))}])"
    ((hits,),) = connection.execute(
        f"SELECT count(*) FROM {rows} SEMI JOIN gone_ ON s = __source AND k = __key"
    ).fetchall()
    if hits:
        query = f"""SELECT DISTINCT c.* REPLACE (coalesce(g.token, c.__key) AS __key) FROM {rows} c
          LEFT JOIN gone_ g ON g.s = c.__source AND g.k = c.__key ORDER BY ALL"""
        replace_table(connection, query, folder)
