"""How much one request holds: never more than the target's limits, less where it does not answer in time."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_migrate.connecting.contract import ENTITY, Limits

GROWTH = 1.1  # after an answer; what was halved in a bad minute is large again after a dozen requests


class Size:
    """The rows of a request, between one and the target's limit: halved by silence, grown by answers."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows = float(limits.rows)

    def answered(self) -> None:
        """The target has answered."""
        self._rows = min(float(self._limits.rows), self._rows * GROWTH + 1)

    def silent(self) -> None:
        """The target did not answer in time, or had too much to do."""
        self._rows = max(1.0, self._rows / 2)

    def pieces(self, rows: pa.Table) -> Iterator[tuple[str, ...]]:
        """The entities of rows, as many in each piece as one request holds."""
        entities, start, most = rows[ENTITY].to_pylist(), 0, self._limits.bytes
        weights = _bytes(rows)
        while start < len(entities):
            end = start + int(self._rows)
            if most is not None:
                room = int(np.searchsorted(np.cumsum(weights[start:end]), most, side="right"))
                end = start + max(1, room)
            yield tuple(entities[start:end])
            start = end

    def holds(self, rows: pa.Table) -> bool:
        """Whether one request can hold all rows."""
        fits = self._limits.bytes is None or int(_bytes(rows).sum()) <= self._limits.bytes
        return rows.num_rows <= int(self._rows) and fits


def _bytes(rows: pa.Table) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Of each row, the bytes of its cells and of their names."""
    total = np.zeros(rows.num_rows, np.int64)
    for name in rows.column_names:
        total += pc.fill_null(pc.binary_length(rows[name]), 0).to_numpy().astype(np.int64) + len(name.encode())
    return total
