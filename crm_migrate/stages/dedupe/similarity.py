"""How alike two folded names are, from 0 to 1, with rapidfuzz on unique pairs of values.

* Names of persons: Jaro-Winkler of the words in alphabetical order. It was made for short personal names: a slip at the
  end weighs less than one at the beginning, and an initial keeps some likeness to the name it stands for.
* Everything else (companies, texts): normalised indel likeness of the words in alphabetical order (token sort ratio).
  Jaro-Winkler would favour companies that only begin alike (`anadolu makine`, `anadolu madencilik`).
"""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from crm_migrate.crm.types import type_of
from crm_migrate.workspace.relations import Relations

BATCH = 131_072


def similarities(left: pl.Series, right: pl.Series, semantic_type: str) -> npt.NDArray[np.float64]:
    """Likeness of two columns of compare keys, pair by pair."""
    a, b = _sorted_words(left), _sorted_words(right)
    if type_of(semantic_type).key == "name":
        return np.asarray(cpdist(a, b, scorer=JaroWinkler.normalized_similarity, dtype=np.float64, workers=1))
    return np.asarray(cpdist(a, b, scorer=ratio, dtype=np.float64, workers=1)) / 100


def _sorted_words(keys: pl.Series) -> list[str]:
    return [str(key) for key in keys.str.split(" ").list.sort().list.join(" ").to_list()]


def create_similarities(work: Relations, pairs: str, table: str, semantic_type: str) -> None:
    """Table of (`x`, `y`, `similarity`) for the distinct pairs (`x`, `y`) of compare keys of a query, in batches."""
    work.execute(f"CREATE TABLE {table} (x VARCHAR, y VARCHAR, similarity DOUBLE)")
    distinct = work.connection.cursor()
    reader = distinct.sql(f"SELECT DISTINCT x, y FROM ({pairs}) WHERE x <> y")
    for batch in reader.to_arrow_reader(BATCH):
        x, y = (pl.Series(pl.from_arrow(batch.column(place)), dtype=pl.String) for place in (0, 1))
        likeness = similarities(x, y, semantic_type)
        work.connection.register("alike", pa.table({"x": x.to_arrow(), "y": y.to_arrow(), "s": likeness}))
        work.execute(f"INSERT INTO {table} SELECT x, y, s FROM alike")
        work.connection.unregister("alike")
    distinct.close()
