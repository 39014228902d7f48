"""One delimited text file as a source sees it: surveyed up to its header, read in stretches, told about as a whole."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import Header
from crm_migrate.finding import Finding, Place
from crm_migrate_files.head import Opened, heads, survey
from crm_migrate_files.opening import State, open_again, state_of
from crm_migrate_files.parsed import Parsed
from crm_migrate_files.stream import TextStream
from crm_migrate_files.stretches import Stretches
from crm_migrate_files.tally import Tally


class TextFile:
    """One CSV or TSV file. `read` gives stretches of records; `fact` and `findings` are complete after it."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        self._path, self._spec = path, spec
        self._place = Place(file=path.name, source=spec.name)
        self._tally = Tally()
        self._sha256, self._bytes, self._end_mark = "", 0, False
        self._state: State = (0, 0, 0)

    @property
    def header(self) -> Header:
        """The columns of the file."""
        return self._opened.header

    def heads(self, last: int) -> dict[int, tuple[str, ...]]:
        """The columns that one of the first rows would name. InputError where it cannot be read, or is another file."""
        encoding = self._opened.encoding
        with open_again(self._path, self._state) as handle:
            return heads(handle, self._spec, encoding, last)

    @cached_property
    def _opened(self) -> Opened:
        self._state = state_of(self._path)
        return survey(self._path, self._spec)

    def read(self) -> Iterator[Parsed]:
        """All records of the file in order. InputError where it cannot be read on, or is not the file whose header,
        encoding and dialect are known: another layout would be read under the columns of the first."""
        opened = self._opened
        self._tally = Tally()
        with open_again(self._path, self._state) as handle:
            stream = TextStream(handle, opened.encoding, escaped=opened.dialect.escaped)
            yield from Stretches(stream, opened, self._tally, self._path.name).read()
            self._sha256, self._bytes, self._end_mark = stream.sha256, stream.bytes, stream.end_mark

    def fact(self) -> FileFact:
        """What was read, what was set aside, what was counted, and how everything was decided."""
        opened, tally = self._opened, self._tally
        evidence = (*opened.encoding.evidence, *opened.dialect.evidence, *self._read_words())
        return FileFact(
            path=str(self._path),
            sha256=self._sha256,
            bytes=self._bytes,
            records=tally.records,
            quarantined=tally.aside,
            counted=tally.counted,
            count_method="quote-parity scan of the bytes",
            encoding=opened.encoding.label,
            delimiter=opened.dialect.delimiter,
            evidence=evidence,
        )

    def _read_words(self) -> Iterator[str]:
        tally, width = self._tally, len(self.header.names)
        yield f"{tally.found - tally.ragged:,} of {tally.found:,} rows have {width} cells, as the header has"
        if self._opened.line > 1:
            yield f"{self._opened.line:,} lines up to the end of the header are no records"
        if self._end_mark:
            yield "the end mark of DOS (0x1A) behind the last line is no record"
        if tally.blank:
            yield f"{tally.blank:,} blank lines are no records"
        if tally.careful:
            yield f"{tally.careful:,} stretches were read record by record"

    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the file as a whole."""
        told = self._tally.findings(self._opened.encoding.label, self._place)
        return (*self._opened.encoding.findings, *self.header.findings, *told)
