"""Which entity a cluster of source rows is: the crosswalk of one target, and how ids live on from run to run.

A cluster that touches one known entity keeps its id, whoever survives. One that touches two loaded entities is
`merge_of_loaded`, the parts of a loaded entity are `split_of_loaded`: both wait for a person, or for a word of the
mapping. Where a person has set the parts apart, or the mapping splits them, the largest of them (then the one with the
smallest member) keeps the id, and the others are new. A new cluster gets an id that follows from the project, the
object and its smallest member, so that the same rows get the same id anywhere.
"""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from crm_migrate.errors import InternalError
from crm_migrate.quoting import literal
from crm_migrate.workspace.parts import publish, read_manifest, write_manifest
from crm_migrate.workspace.sql import fitted, stream

_SALTS = 8
_NOBODY = "(SELECT NULL::BIGINT AS a, NULL::BIGINT AS b WHERE FALSE)"


def entities_for(
    connection: duckdb.DuckDBPyConnection,
    into: str,
    *,
    project: str,
    object_name: str,
    members: str,
    known: str,
    loaded: str,
    merge: bool = False,
    split: bool = False,
    apart: str = _NOBODY,
) -> None:
    """Create the temporary table `into`: `__cluster`, `__entity`, `first` (least member), `code`, `message`, `split`,
    `rekeyed` (false; for who finds an entity by other evidence).

    `members` (`__cluster`, `__source`, `__key`), `known` (`__source`, `__key`, `__entity`), `loaded` (`__entity`) and
    `apart` (`a`, `b`: clusters that a person has set apart) are FROM items. With `merge` a cluster of several loaded
    entities goes on as the smallest of them; with `split` its parts go their ways though nobody has set them apart. The
    column `split` marks what is left of a loaded entity that was split.
    """

    def execute(sql: str) -> duckdb.DuckDBPyConnection:
        return fitted(connection, lambda: connection.execute(sql))

    execute(_CLAIMS.format(members=members, known=known, loaded=loaded))
    words = {"merge": str(merge).upper(), "split": str(split).upper()}
    execute(_KEPT.format(into=into, apart=apart, **words))
    # Ids of the target that no crosswalk knows are not taken: they are ours, of a crosswalk that was lost.
    execute(f"CREATE TEMP TABLE taken_ AS SELECT DISTINCT __entity FROM {known}")
    for salt in range(_SALTS):
        execute(_fresh(into, project, object_name, salt))
        execute(_FREED.format(into=into))
        (open_clusters,) = execute(f"SELECT count(*) FROM {into} WHERE __entity IS NULL").fetchone() or (0,)
        if not open_clusters:
            break
    else:
        raise InternalError("no free entity id was found", hint="please report this: it should not be possible")
    execute("DROP TABLE claims_; DROP TABLE taken_")


_CLAIMS = """CREATE TEMP TABLE claims_ AS
SELECT m.__cluster, min(m.__source || ':' || m.__key) AS first, k.__entity AS known,
       any_value(l.__entity) IS NOT NULL AS loaded, count(*) AS members
FROM {members} m LEFT JOIN {known} k ON k.__source = m.__source AND k.__key = m.__key
LEFT JOIN (SELECT DISTINCT __entity FROM {loaded}) l ON l.__entity = k.__entity
GROUP BY m.__cluster, k.__entity"""

# One line per cluster: the entity it keeps (a loaded one first), and why it must wait if it must. An entity is split by
# decision where a person has set apart every two of the clusters that claim it, or by the mapping's word.
_KEPT = """CREATE TEMP TABLE {into} AS
WITH said AS (SELECT DISTINCT least(a, b) AS a, greatest(a, b) AS b FROM {apart}),
decided AS (SELECT x.known FROM claims_ x JOIN claims_ y ON x.known = y.known AND x.__cluster < y.__cluster
            LEFT JOIN said ON said.a = x.__cluster AND said.b = y.__cluster
            WHERE x.loaded GROUP BY x.known HAVING {split} OR bool_and(said.a IS NOT NULL)),
split AS (SELECT known FROM claims_ WHERE loaded AND known NOT IN (SELECT known FROM decided)
          GROUP BY known HAVING count(*) > 1),
c AS (SELECT __cluster, min(first) AS first,
             coalesce(min(known) FILTER (loaded), min(known)) AS kept, max(members) AS members,
             count(*) FILTER (loaded) AS loaded, bool_or(known IN (SELECT known FROM split)) AS parted,
             string_agg(known, ', ' ORDER BY known) FILTER (loaded) AS touched
      FROM claims_ GROUP BY __cluster),
d AS (SELECT *, coalesce(kept IN (SELECT known FROM decided), FALSE) AS apart FROM c),
r AS (SELECT *, row_number() OVER (PARTITION BY kept ORDER BY CASE WHEN apart THEN -members ELSE 0 END, first,
                                   __cluster) AS rank FROM d)
SELECT __cluster, CASE WHEN rank = 1 THEN kept END AS __entity, first,
       CASE WHEN parted THEN 'split_of_loaded' WHEN loaded > 1 AND NOT {merge} THEN 'merge_of_loaded' END AS code,
       CASE WHEN parted THEN 'was loaded as one record: ' || touched
            WHEN loaded > 1 AND NOT {merge} THEN 'joins records that were loaded apart: ' || touched END AS message,
       apart AND rank = 1 AS split, FALSE AS rekeyed
FROM r"""

# Of two clusters that hash to one id, the smaller keeps it and the other is salted in the next round.
_FREED = """UPDATE {into} SET __entity = NULL WHERE __cluster IN (
SELECT __cluster FROM {into} WHERE __entity IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY __entity ORDER BY first, __cluster) > 1)"""


def entity_of(project: str, object_name: str, first: str, salt: int = 0) -> str:
    """SQL: the id of an entity whose smallest member is the expression `first` (`source:key`)."""
    prefix = literal(f"{project}\x1f{object_name}\x1f{salt or ''}\x1f")
    return f"substr(sha256({prefix} || {first}), 1, 32)"


def member_of(object_name: str, source: str, key: str) -> str:
    """SQL: what the target keeps of a member, from the expressions of its source and key: the same for any project."""
    return f"substr(sha256({literal(object_name + chr(31))} || {source} || {literal(chr(31))} || {key}), 1, 32)"


def _fresh(into: str, project: str, object_name: str, salt: int) -> str:
    made = entity_of(project, object_name, "first", salt)
    return f"UPDATE {into} SET __entity = {made} WHERE __entity IS NULL AND {made} NOT IN (SELECT __entity FROM taken_)"


def replace_table(connection: duckdb.DuckDBPyConnection, query: str, folder: Path) -> int:
    """Replace a table by the rows of a query that may read it; returns the number of rows."""
    reader = stream(connection, query)
    return replace_batches(reader.schema, reader, folder)


def replace_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch | pa.Table], folder: Path) -> int:
    """Replace a table by rows that may come from it: the manifest is the pointer, swapped in one rename.

    Returns the number of rows. Parts of the earlier generation are removed afterwards; where a reader still holds one
    (Windows) it stays until the next time.
    """
    name = _next_generation(folder)
    temporary, rows = folder / f".{name}.tmp", 0
    with pq.ParquetWriter(temporary, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            writer.write(batch)
            rows += batch.num_rows
    _swap(folder, temporary, name, rows)
    return rows


def replace_copy(part: Path, folder: Path) -> None:
    """Replace a table by a copy of a part of another."""
    name = _next_generation(folder)
    shutil.copyfile(part, temporary := folder / f".{name}.tmp")
    _swap(folder, temporary, name, pq.read_metadata(part).num_rows)


def _next_generation(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    earlier = {part.name for part in read_manifest(folder) or []}
    return f"g{1 + max((int(n[1:]) for n in earlier), default=0):06d}"


def _swap(folder: Path, temporary: Path, name: str, rows: int) -> None:
    write_manifest(folder, [publish(temporary, folder / f"{name}.parquet", "", rows)])
    for old in folder.glob("g*.parquet"):
        if old.stem != name:
            with suppress(OSError):
                old.unlink()
