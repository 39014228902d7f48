"""Damage of a whole source: of each column, of rows, and between two columns of days."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import polars as pl

from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Subject
from crm_migrate.cleansing.places.countries import country_cell
from crm_migrate.crm.types import TYPES
from crm_migrate.quality.damage import Damage, Tally, column_damage, tally
from crm_migrate.quality.damage.cuts import cut_rows
from crm_migrate.quality.damage.days import moved_days, moved_in_order
from crm_migrate.quality.damage.shifts import look_of, shifted_rows
from crm_migrate.quality.damage.totals import labels, total_rows
from crm_migrate.quality.damage.zeros import lost_by_country

_PAIRS = 6  # columns of days that are compared with each other
MISFITS = 500  # different values that do not look as their column: more are no slip of a delimiter
ROWS = 20_000  # rows with such a value that are looked at


class Harm:
    """Sees every column once while it is counted; `rest` speaks when all were seen."""

    def __init__(self, subject: Subject, meanings: Meanings) -> None:
        self._subject, self._meanings = subject, meanings
        self._looks: dict[str, str] = {}
        self._odd: dict[str, list[str]] = {}
        self._labels: dict[str, list[str]] = {}

    def of_column(self, column: Tally) -> list[Damage]:
        """What one column shows of itself."""
        self._looks[column.name], odd = look_of(column)
        if 0 < len(odd) <= MISFITS:
            self._odd[column.name] = odd
        if words := labels(column):
            self._labels[column.name] = words
        return list(column_damage(column, self._meanings.of(self._subject.name, column.name).kind))

    def rest(self, filled: int) -> Iterator[Damage]:
        """What rows, pairs of columns and files show; `filled` is how many cells of the source are."""
        staged = self._subject.staged
        files = (cut_rows(fact.records + fact.quarantined) for fact in staged.files if fact.bytes)
        yield from (damage for damage in files if damage is not None)
        yield from filter(None, (self._shifted(), self._totals(filled), *self._moved(), *self._zeros()))

    def _shifted(self) -> Damage | None:
        rows = self._rows(self._odd)
        return shifted_rows(rows, self._looks, self._subject.staged.rows) if rows is not None else None

    def _totals(self, filled: int) -> Damage | None:
        staged = self._subject.staged
        rows = self._rows(self._labels)
        if rows is None:
            return None

        def table(columns: Sequence[str]) -> pl.DataFrame:
            return staged.lazy().select("__row", *columns).collect()

        return total_rows(rows, table, filled / max(1, staged.rows), staged.rows)

    def _rows(self, values: Mapping[str, list[str]]) -> pl.DataFrame | None:
        """The rows that hold one of the values in its column; None where there is none."""
        if not values:
            return None
        hit = pl.any_horizontal(
            pl.col(name).str.strip_chars().is_in(texts).fill_null(False) for name, texts in values.items()
        )
        rows = self._subject.staged.lazy().filter(hit).head(ROWS).collect()
        return rows if len(rows) else None

    def _moved(self) -> Iterator[Damage | None]:
        staged = self._subject.staged
        dated = [c for c in staged.columns if self._storage(c) in ("date", "instant")][:_PAIRS]
        series = {name: staged.column(name) for name in dated}
        yield from (moved_in_order(values) for values in series.values())
        yield from (moved_days(series[one], series[other]) for one, other in combinations(dated, 2))

    def _storage(self, column: str) -> str:
        kind = TYPES.get(self._meanings.of(self._subject.name, column).kind)
        return kind.storage if kind and not kind.personal else ""

    def _zeros(self) -> Iterator[Damage | None]:
        """Postal codes, each country by itself."""
        kinds = {c: self._meanings.of(self._subject.name, c).kind for c in self._subject.staged.columns}
        country = next((c for c, kind in kinds.items() if kind == "country"), None)
        codes = next((c for c, kind in kinds.items() if kind == "postal_code"), None)
        if country is None or codes is None:
            return
        yield from zeros_by_country(self._subject.staged.column(codes), self._subject.staged.column(country))


def zeros_by_country(codes: pl.Series, countries: pl.Series) -> Iterator[Damage | None]:
    """Lost zeros of the codes of each country that is written as its two letters, or as its name."""
    named = {text: country_cell(text).value for text in countries.drop_nulls().unique() if text.strip()}
    where = countries.replace_strict(named, default=None, return_dtype=pl.String)
    for country in sorted({name for name in named.values() if name}):
        yield lost_by_country(tally(codes.set((where != country).fill_null(True), None)), country)
