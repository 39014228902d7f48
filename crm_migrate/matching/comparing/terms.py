"""Terms: a column as codes into its distinct values, so that every comparison is done once per pair of values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

# 32 bits where codes of all rows are kept, half the room; before they are multiplied they are made 64 bits.
Codes = npt.NDArray[np.signedinteger]
# Rows with other values that every column is thought to have beside its own: ten rows are not the world. With 10 or 100
# F1 of the small labelled sets moves by .0005 at most.
FEW = 30


@dataclass(frozen=True)
class Terms:
    """`codes` has one entry per row (-1: no value) into the distinct `texts`; levels of pairs are kept."""

    codes: Codes
    texts: pl.Series
    remembered: dict[Any, npt.NDArray[np.uint8]] = field(default_factory=dict)

    @cached_property
    def values(self) -> npt.NDArray[np.object_]:
        """The distinct values as Python texts; only made when they are asked for, for they take much room."""
        return np.array([*self.texts.to_list(), None], dtype=object)[:-1]

    def mapped(self, fold: Callable[[pl.Series], pl.Series]) -> "Terms":
        """What a function makes of the values: done once per value, not once per row."""
        by_value = encode(fold(self.texts))[0]
        return Terms(np.append(by_value.codes, np.int32(-1))[self.codes], by_value.texts)

    def derived(self, fold: Callable[[pl.Series], pl.Series]) -> Codes:
        """Codes of what a function makes of the values."""
        return self.mapped(fold).codes


def encode(*columns: pl.Series) -> list[Terms]:
    """Columns over one dictionary, so that codes can be compared between them; empty texts are no values."""
    joined = pl.concat([column.cast(pl.String).rename("v") for column in columns])
    coded = joined.set(joined == "", None).rechunk().to_arrow().dictionary_encode()
    texts = pl.Series(pl.from_arrow(coded.dictionary), dtype=pl.String)
    codes = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
    ends = np.cumsum([0, *(len(column) for column in columns)])
    return [Terms(codes[start:end], texts) for start, end in pairwise(ends)]


def joint(*columns: Codes) -> Codes:
    """One code for several columns together; -1 where any of them has no value."""
    code = columns[0].astype(np.int64)
    for column in columns[1:]:
        width = int(column.max(initial=-1)) + 2
        if int(code.max(initial=0)) >= 2**62 // width:
            code = dense(code)
        code = np.where((code >= 0) & (column >= 0), code * width + column, -1)
    return code


def kept(code: Codes) -> Codes:
    """The same codes in half the room, where they are small enough."""
    return code.astype(np.int32) if int(code.max(initial=0)) < 2**31 else code


def dense(code: Codes) -> Codes:
    """Codes renumbered from 0, so that products of them stay below 2**63."""
    found, index = numbered(code)
    return index - int(found[0] < 0) if len(found) else code


def distinct(values: Codes) -> Codes:
    """The different values in ascending order (for millions, sorting is several times faster than a hash table)."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def numbered(values: Codes) -> tuple[Codes, Codes]:
    """The different values in ascending order, and for each value its number among them."""
    order = np.argsort(values)
    ordered = values[order]
    new = np.concatenate([[False], ordered[1:] != ordered[:-1]]) if len(values) else np.zeros(0, dtype=bool)
    number = np.empty(len(values), dtype=np.int64)
    number[order] = np.cumsum(new)
    first = ~new
    first[1:] = new[1:]
    return ordered[first], number


def shares(codes: Codes, size: int, rows: Codes | None = None) -> npt.NDArray[np.float64]:
    """Share of each value among the rows that have one; among entities if `rows` names the entity of a row."""
    if rows is not None:
        codes = _one_per_entity(codes, rows, size)
    counts = np.bincount(codes[codes >= 0], minlength=size).astype(np.float64)
    return np.asarray(np.maximum(counts - 0.5, 0.5) / (counts.sum() + FEW))


def _one_per_entity(codes: Codes, rows: Codes, size: int) -> Codes:
    """Each value once for each entity that has it."""
    present = codes >= 0
    pairs = distinct(rows[present] * size + codes[present])
    return np.asarray(pairs % size)
