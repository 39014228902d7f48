"""The key of a source row: the text by which it is the same row in the next export."""

import hashlib

import polars as pl

from crm_migrate.cleansing.nulls import NEVER_VALUES
from crm_migrate.stages.transform import blank_to_null
from crm_migrate.workspace.row_keys import KEY_JOINER

LONG_KEY = 120


def source_keys(batch: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
    """The key text of every row: one column as it is, several joined, a long join hashed; null where all are empty.

    A program's word for nothing (`NULL`, `#N/A`) is no key: rows that share it are strangers.
    """
    parts = [_key_part(batch[column].cast(pl.String)) for column in columns]
    if len(parts) == 1:
        return parts[0]
    joined = pl.select(pl.concat_str([part.fill_null("") for part in parts], separator=KEY_JOINER)).to_series()
    empty = joined.str.replace_all(KEY_JOINER, "", literal=True) == ""
    return joined.map_elements(_shortened, return_dtype=pl.String, skip_nulls=True).set(empty, None)


def _key_part(values: pl.Series) -> pl.Series:
    """One column of a key; null where nothing stands in it."""
    texts = blank_to_null(values)
    return texts.set(texts.str.to_lowercase().is_in(NEVER_VALUES).fill_null(False), None)


def _shortened(key: str) -> str:
    return key if len(key) <= LONG_KEY else "h:" + hashlib.sha256(key.encode()).hexdigest()[:32]
