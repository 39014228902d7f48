"""A source with the columns of another one: every row with the partner that is meant, and all partners accounted for.

The partner is read whole and lies in DuckDB, which spills to disk, while the rows stream by. Keys are equal where their
texts are, without blanks around them and with composed letters.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crm_migrate.connecting.contract import ROW, FileFact, Source, SourceBatch, SourceSchema
from crm_migrate.connecting.joins import joined_findings, joined_words, parse_take
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place
from crm_migrate.mapping.plan import JoinPlan
from crm_migrate.quoting import literal, quoted
from crm_migrate.workspace.row_keys import KEY_JOINER

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_ROWS = 65_536
_KEY, _AT, _RANK = "__join", "__at", "__rank"
# Digits that are neither a plain number nor begin an ISO day: the order of such texts is not the order that is meant.
_NUMBER, _DAY, _DIGITS = r"-?[0-9]+(\.[0-9]+)?", r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", r".*[0-9].*"


@dataclass
class Joined:
    """Reads `base`, and beside each row what `partner` says of it; `lookup`: many rows may have one partner."""

    name: str
    base: Source
    partner: Source
    join: JoinPlan
    scratch: Path
    lookup: bool

    _told: tuple[tuple[Finding, ...], str] = ((), "")

    @cached_property
    def _brought(self) -> tuple[str, ...]:
        """What the partner's columns are called here. InputError where a column of the source is called so already."""
        names = tuple(f"{self.join.alias}.{name}" for name in self._columns)
        own = {name.lower() for name in self.base.describe().columns}
        if twice := [name for name in names if name.lower() in own]:
            message = f"source `{self.name}` has a column `{twice[0]}` already"
            raise InputError(message, hint=f"call the join otherwise than `{self.join.alias}`")
        return names

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        """The columns that the partner brings, by its own names. InputError where a key or an order names none."""
        columns, own = self.partner.describe().columns, self.base.describe().columns
        terms = parse_take(self.join.take) if self.join.take else ()
        asked = [(name, own, self.name) for name in self.join.by]
        asked += [(name, columns, self.join.table) for name in (*self.join.by.values(), *(t.column for t in terms))]
        for name, known, source in asked:
            if name not in known:
                hint = f"its columns are: {', '.join(known[:12])}"
                raise InputError(f"join `{self.join.alias}`: source `{source}` has no column `{name}`", hint=hint)
        return tuple(c for c in columns if c not in self.join.by.values()) if self.join.gather else columns

    def describe(self) -> SourceSchema:
        """The columns of the source, and those of its partner as `alias.column`."""
        schema = self.base.describe()
        return replace(schema, columns=(*schema.columns, *self._brought))

    def read(self, batch_rows: int) -> Iterator[SourceBatch]:
        """All records in the source's own order."""
        from crm_migrate.workspace.sql import connected

        self.describe()  # what cannot be joined is told before anything is read
        with connected(self.scratch) as db:
            self._lay_down(db)
            several = 0
            for batch in self.base.read(batch_rows):
                records, ambiguous = self._beside(db, batch.records)
                several += ambiguous
                yield replace(batch, records=records)
            self._settle(db, several)

    def facts(self) -> tuple[tuple[FileFact, ...], tuple[Finding, ...]]:
        """What was read, and what the join left over; complete only after `read` is exhausted."""
        files, findings = self.base.facts()
        told, words = self._told
        files = tuple(
            replace(f, evidence=(*f.evidence, *([words] if n == 0 and words else []))) for n, f in enumerate(files)
        )
        return files, (*findings, *told)

    def _lay_down(self, db: "duckdb.DuckDBPyConnection") -> None:
        """The partner's rows with their key, numbered from the one that is meant: `partner`."""
        columns = self.partner.describe().columns
        listed = ", ".join(f"{quoted(name)} VARCHAR" for name in columns)
        db.execute(f"CREATE TABLE laid ({_KEY} VARCHAR, {_AT} BIGINT, {listed})")
        for batch in self.partner.read(_ROWS):
            rows = _keyed(batch.records, tuple(self.join.by.values()))
            db.register("rows", rows)
            db.execute(f"INSERT INTO laid SELECT {_KEY}, {ROW}, {', '.join(map(quoted, columns))} FROM rows")
            db.unregister("rows")
        if self.join.gather:
            lists = ", ".join(f"{_listed(name)} AS {quoted(name)}" for name in self._columns)
            db.execute(f"CREATE VIEW partner AS SELECT {_KEY}{', ' if lists else ''}{lists} FROM laid GROUP BY {_KEY}")
        else:
            rank = f"row_number() OVER (PARTITION BY {_KEY} ORDER BY {self._order(db)}{_AT}) AS {_RANK}"
            db.execute(f"CREATE TABLE ranked AS SELECT *, {rank} FROM laid")
            db.execute(f"CREATE VIEW partner AS SELECT * FROM ranked WHERE {_RANK} = 1")
        db.execute(f"CREATE TABLE asked ({_KEY} VARCHAR PRIMARY KEY)")

    def _order(self, db: "duckdb.DuckDBPyConnection") -> str:
        """The terms of `take:`, an empty cell last in each. InputError where the texts have no such order."""
        terms = []
        for term in parse_take(self.join.take) if self.join.take else ():
            column = f"nullif(trim({quoted(term.column)}), '')"
            value = f"CAST({column} AS DECIMAL(38, 9))" if self._are_numbers(db, column, term.column) else column
            terms.append(f"{column} IS NULL, {value} {'DESC' if term.falling else 'ASC'}, ")
        return "".join(terms)

    def _are_numbers(self, db: "duckdb.DuckDBPyConnection", column: str, name: str) -> bool:
        """Whether every filled cell of a column is a plain number; else none may look like a day that sorts wrong."""
        number, day, digits = (f"regexp_full_match({column}, {literal(form)})" for form in (_NUMBER, _DAY, _DIGITS))
        numbers, odd = db.execute(
            f"SELECT bool_and({number}), min({column}) FILTER ({digits} AND NOT {day}) FROM laid"
        ).fetchall()[0]
        if odd is not None and not numbers:
            message = f"join `{self.join.alias}`: `take:` cannot order by `{name}`, which holds `{odd}`"
            hint = "take by a column of plain numbers, of ISO days or of words without digits; or `gather: list`"
            raise InputError(message, hint=hint)
        return bool(numbers)

    def _beside(self, db: "duckdb.DuckDBPyConnection", records: "pa.Table") -> "tuple[pa.Table, int]":
        """Records with the columns of their partners, and how many have several where that is not settled."""
        db.register("rows", _keyed(records, tuple(self.join.by)))
        brought = ", ".join(f"p.{quoted(name)}" for name in self._columns)
        found = db.sql(
            f"SELECT {brought or 'NULL'} FROM rows r LEFT JOIN partner p USING ({_KEY}) ORDER BY r.{ROW}"
        ).to_arrow_table()
        db.execute(f"INSERT OR IGNORE INTO asked SELECT DISTINCT {_KEY} FROM rows WHERE {_KEY} IS NOT NULL")
        settled = self.join.take or self.join.gather
        doubled = f"SELECT DISTINCT {_KEY} FROM ranked WHERE {_RANK} > 1"
        several = 0 if settled else _count(db, f"rows SEMI JOIN ({doubled}) USING ({_KEY})")
        db.unregister("rows")
        for name, column in zip(self._brought, found.columns, strict=bool(self._brought)):
            records = records.append_column(name, column.cast("string"))
        return records, several

    def _settle(self, db: "duckdb.DuckDBPyConnection", several: int) -> None:
        unused, total = _count(db, f"laid ANTI JOIN asked USING ({_KEY})"), _count(db, "laid")
        left = _count(db, f"ranked SEMI JOIN asked USING ({_KEY}) WHERE {_RANK} > 1") if self.join.take else None
        place, named = Place(source=self.name), (self.join.alias, self.join.table)
        findings = tuple(joined_findings(place, *named, several, unused, left or 0, lookup=self.lookup))
        self._told = findings, joined_words(*named, total, unused, left)


def _count(db: "duckdb.DuckDBPyConnection", what: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {what}").fetchall()[0][0])


def _keyed(records: "pa.Table", columns: tuple[str, ...]) -> "pa.Table":
    """Records with the key that they are joined by; none where a part of it is empty."""
    import polars as pl

    frame = pl.DataFrame(records.select(list(columns)))
    parts = [pl.col(name).str.strip_chars().str.normalize("NFC").replace("", None) for name in columns]
    key = frame.select(pl.concat_str(parts, separator=KEY_JOINER).alias(_KEY)).to_arrow()
    return records.append_column(_KEY, key.column(_KEY).cast("string"))


def _listed(column: str) -> str:
    """SQL: the filled cells of a column as a JSON list in the order of the rows; null where there are none."""
    filled = f"list({quoted(column)} ORDER BY {_AT}) FILTER (trim({quoted(column)}) <> '')"
    return f"CAST(to_json({filled}) AS VARCHAR)"
