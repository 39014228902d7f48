"""Sensitive data: what needs a reason to be kept, counted by category, and never shown."""

from collections import Counter
from collections.abc import Iterator

from crm_migrate.assessing.figures import SensitiveFigure
from crm_migrate.assessing.seeing import Seen
from crm_migrate.cleansing.text.sensitive import sensitive_content
from crm_migrate.suggesting.headers import readings

READ, NOTES = 300, 2_000  # different values that are read, the commonest first; of columns of whole sentences
_SENTENCE = 40  # characters of the longest value
_LONG = 12  # characters of the longest value: shorter ones hold no number of a card or a state, and no note
_QUIET = frozenset({"email", "url", "domain", "created_at", "date", "amount", "country", "postal_code", "consent"})
_SECRET = frozenset({"password", "passwort", "parola", "sifre", "pin", "kennwort", "kata sandi"})


def sensitive(source: str, column: Seen, kind: str) -> Iterator[SensitiveFigure]:
    """Categories that the commonest values of a column hold, or that it is by its type or its name."""
    if kind == "birth_date":
        yield _figure(source, column, "birth_date", column.filled, column.filled)
    if any(reading.phrase in _SECRET for reading in readings(column.name)):
        yield _figure(source, column, "password", column.filled, column.filled)
    if kind in _QUIET or column.longest < _LONG:
        return
    counts: Counter[str] = Counter()
    read = column.commonest.values.head(NOTES if column.longest >= _SENTENCE else READ)
    for value, cells in read.select("value", "cells").iter_rows():
        counts.update(dict.fromkeys(sensitive_content(value), cells))
    looked = int(read["cells"].sum())
    for category, cells in sorted(counts.items()):
        yield _figure(source, column, category, cells, looked)


def _figure(source: str, column: Seen, category: str, cells: int, of: int) -> SensitiveFigure:
    return SensitiveFigure(source=source, column=column.name, category=category, cells=cells, of=of)
