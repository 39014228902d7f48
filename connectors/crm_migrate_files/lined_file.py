"""A file of records whose cells stand on lines of text, and whose columns are gathered from all of its records."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.finding import Finding
from crm_migrate_files.record_file import RecordFile
from crm_migrate_files.several import Several, listed_findings
from crm_migrate_files.text_lines import TextLines


class LinedFile(RecordFile):
    """It is read twice: first for its columns. A reader counts what begins a record into `_count`, line by line."""

    def __init__(self, path: Path, spec: SourceSpec) -> None:
        super().__init__(path, spec)
        self._several, self._count = Several(), 0

    @cached_property
    def _lines(self) -> TextLines:
        with self._open() as handle:
            return TextLines(handle, self._spec, self._place)

    def _counted(self) -> int:
        return self._count

    def _encoding(self) -> str:
        return self._lines.encoding.label

    def _evidence(self) -> Iterator[str]:
        yield from self._lines.encoding.evidence

    def _odd(self) -> Iterator[Finding]:
        yield from self._lines.encoding.findings
        yield from listed_findings(self._several, self._place)
