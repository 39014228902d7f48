"""Columns of records that say a thing several times: `mail`, `mail#2`, `mail#3`, or one column of JSON lists."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from crm_migrate.connecting.headers import MAX_COLUMNS
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place, Severity

MOST = 20  # columns for one thing; where a record has more values, they are one list


class Several:
    """Learns from all records what they say and how often; then it lays out columns and rows.

    Names are the same whatever their capitals are, and are written as they come first.
    """

    def __init__(self) -> None:
        self._most: dict[str, int] = {}
        self._written: dict[str, str] = {}

    def see(self, names: Iterable[str]) -> None:
        """The names of one record, each as often as it says it."""
        counted: Counter[str] = Counter()
        for name in names:
            folded = name.lower()
            self._written.setdefault(folded, name)
            counted[folded] += 1
        for folded, count in counted.items():
            self._most[folded] = max(self._most.get(folded, 0), count)

    def columns(self, file: str) -> list[str]:
        """All columns, in the order in which their names come first. InputError where there are too many."""
        found = [column for name in self._most for column in self._columns_of(name)]
        if len(found) > MAX_COLUMNS:
            raise InputError(
                f"{file}: its records have more than {MAX_COLUMNS:,} names",
                hint="names that are values belong into values",
            )
        return found

    def _columns_of(self, folded: str) -> list[str]:
        name, most = self._written[folded], self._most[folded]
        return [name] if most > MOST else [name, *(f"{name}#{number}" for number in range(2, most + 1))]

    def listed(self) -> list[str]:
        """The names whose values are one list."""
        return [self._written[name] for name, most in self._most.items() if most > MOST]

    def row(self, items: Sequence[tuple[str, str]]) -> list[str | None]:
        """The cells of a record that was seen."""
        values: dict[str, list[str]] = {}
        for name, value in items:
            values.setdefault(name.lower(), []).append(value)
        cells: list[str | None] = []
        for name, most in self._most.items():
            said: list[str | None] = [*values.get(name, ())]
            if most > MOST:
                cells.append(json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else None)
            else:
                cells += said + [None] * (most - len(said))
        return cells


def listed_findings(several: Several, place: Place) -> Iterator[Finding]:
    """Names that some record says so often that their values are one list."""
    listed = several.listed()
    if listed:
        message = f"said more than 20 times by one record, and read as lists: {', '.join(listed[:10])}"
        hint = f"each value as a row of its own: `table: {listed[0]}`"
        yield Finding("values_listed", message, Severity.NOTE, place, hint, len(listed))
