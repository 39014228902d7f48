"""What is counted while a text file is read, and what of it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_migrate.disk.lines import Lines
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate_files import encodings
from crm_migrate_files.parsed import Aside


@dataclass(slots=True)
class Tally:
    """Counts of what was read so far; of rows that are told about by their lines, no more than a message names."""

    records: int = 0
    aside: int = 0
    ragged: int = 0
    short: int = 0  # of the ragged ones, those with fewer cells
    filled: Lines = field(default_factory=Lines)  # rows whose missing cells were read as empty
    counted: int = 0
    blank: int = 0
    broken_quotes: int = 0
    careful: int = 0
    doubtful: int = 0
    not_own: Lines = field(default_factory=Lines)  # rows that are not in the file's encoding
    mixed: bool = False
    two_ways: Lines = field(default_factory=Lines)  # rows that other codecs read as well
    other_ways: set[str] = field(default_factory=set)  # those codecs

    @property
    def found(self) -> int:
        """Rows of the file, read or set aside."""
        return self.records + self.aside

    def set_aside(self, rows: tuple[Aside, ...]) -> None:
        """Count rows of one stretch that are set aside, by why."""
        self.aside += len(rows)
        self.ragged += sum(row.code == "cell_count" for row in rows)
        self.not_own.add(row.line for row in rows if row.code in ("encoding_mixed", "undecodable"))
        self.mixed |= any(row.code == "encoding_mixed" for row in rows)

    def foreign(self, encoding: encodings.Encoding, row: bytes, line: int) -> str | None:
        """Why a row is set aside as one of another encoding. Where the mapping declares one, only UTF-8 is sure."""
        if encoding.judge is None:
            return None
        codec = encoding.judge.foreign(row)
        if codec is None:
            other = None if encoding.declared else encoding.judge.doubtful(row)
            if other is not None:
                self.two_ways.add([line])
                self.other_ways.add(other)
            return None
        if encoding.declared and codec != "utf-8":
            self.doubtful += 1
            return None
        return f"the row is written in {encodings.label(codec)} and the file in {encoding.label}"

    def findings(self, own: str, place: Place) -> Iterator[Finding]:
        """What is odd about the rows of a file that was read in the encoding `own`."""
        yield from self._encodings(own, place)
        yield from self._shapes(place)

    def _encodings(self, own: str, place: Place) -> Iterator[Finding]:
        """Rows of another encoding."""
        if self.mixed:
            count = self.not_own.count
            message = f"{count:,} rows are not written in {own} as the file is: set aside ({self.not_own})"
            hint = (
                "write those lines again in one encoding with the rest; where they look right as they are, declare it"
            )
            yield Finding("encoding_mixed", message, Severity.WARNING, place, hint, count)
        if self.two_ways:
            count = self.two_ways.count
            codecs = " or ".join(sorted(map(encodings.label, self.other_ways)))
            message = f"{count:,} rows are words in {own} and other words in {codecs}: read in {own} ({self.two_ways})"
            hint = "look at their names; where they are right, declare `encoding:`"
            yield Finding("encoding_two_ways", message, Severity.WARNING, place, hint, count)
        if self.doubtful:
            message = f"{self.doubtful:,} rows hold letters that {own}, as declared, would hardly have"
            hint = "look at their names in the report"
            yield Finding("encoding_contradicted", message, Severity.WARNING, place, hint, self.doubtful)

    def _shapes(self, place: Place) -> Iterator[Finding]:
        """Rows of another width than the header."""
        if self.filled:
            count = self.filled.count
            message = f"{count:,} rows end before the header does: missing cells were read as empty"
            hint = f"as `short_rows: fill` says ({self.filled})"
            yield Finding("short_rows_filled", message, Severity.NOTE, place, hint, count)
        if not self.found:
            yield Finding("no_records", "the file holds a header and no record", Severity.WARNING, place)
        elif self.ragged > self.found / 2:
            said = f"{self.ragged:,} of {self.found:,} rows have another number of cells than the header"
            hint = "check `header_row:` and `delimiter:` of the source"
            if self.short == self.ragged:
                hint += "; where the cells that are missing at the end are empty ones, write `short_rows: fill`"
            if not self.short:
                hint += "; where the header lacks a column that the rows have, name it there"
            yield Finding("header_suspect", said, Severity.ERROR, place, hint, self.ragged)
