"""Reads one sheet of a workbook through a child process: whatever a file does to its parser, the parent lives on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from crm_migrate.connecting.contract import FileFact, SourceSpec
from crm_migrate.connecting.headers import Header, name_columns
from crm_migrate.disk.scratch import Scratch
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding, Place
from crm_migrate_files.limits import SECONDS
from crm_migrate_files.opening import open_plain
from crm_migrate_files.parsed import Parsed
from crm_migrate_files.sheet_child import named
from crm_migrate_files.sheet_findings import findings_of

_COUNTED = (
    "last row with a value, by a scan of the sheet's bytes",
    "last row with a value, by the lengths of the sheet's records",
)
_COMMAND = (sys.executable, "-P", "-X", "utf8", "-m", "crm_migrate_files.sheet_child")


class Workbook:
    """One sheet of a workbook. The child reads it once; its result lies in a folder of ours until we are gone."""

    def __init__(self, path: Path, spec: SourceSpec, kind: str = "xlsx", *, seconds: float = SECONDS) -> None:
        self._path, self._spec, self._kind, self._seconds = path, spec, kind, seconds
        self._place = Place(file=path.name, source=spec.name)
        self._scratch: Scratch | None = None

    @cached_property
    def header(self) -> Header:
        """The columns of the sheet; a column with values but no header is named by its number."""
        return self._named(self._facts["header"], self._facts["width"])

    def _named(self, cells: list[str], width: int) -> Header:
        return name_columns([*cells, *[""] * (width - len(cells))], self._place)

    def heads(self, last: int) -> dict[int, tuple[str, ...]]:
        """The columns that one of the first rows would name."""
        top: list[tuple[int, list[str]]] = self._facts["top"]
        found = {}
        for at, (row, cells) in enumerate(top):
            if self._facts["header_row"] < row <= last:
                width = max(self._facts["below"], *(len(others) for _, others in top[at:]))
                found[row] = self._named(named(cells), width).names
        return found

    def sheets(self) -> tuple[list[str], list[str]]:
        """Its sheets, and those that are hidden. InputError as where one is read."""
        facts = self._asked(listing=True)
        return facts["shown"], facts["hidden"]

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return self._asked()

    def _asked(self, *, listing: bool = False) -> dict[str, Any]:
        """What the child says. InputError where it refused the file, died or did not come back."""
        open_plain(self._path).close()
        self._scratch = Scratch(self._spec.scratch)
        code = self._run(self._scratch.path, listing=listing)
        answer = self._scratch.path / "facts.json"
        if code != 0 or not answer.exists():
            raise InputError(
                f"{self._path.name}: file refused: its reader died on it (code {code}), for want of memory",
                hint="open it, save it as a new .xlsx with only the sheet that is needed, or export it as CSV",
            )
        facts: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        if "refused" in facts:
            hint = "check `sheet:` and `header_row:` of the source, or export the sheet again"
            raise InputError(f"{self._path.name}: file refused: {facts['refused']}", hint=hint)
        return facts

    def _run(self, folder: Path, *, listing: bool) -> int:
        job = {
            "path": str(self._path.resolve()),
            "format": self._kind,
            "folder": str(folder),
            "sheet": self._spec.sheet,
            "header_row": self._spec.header_row,
            "listing": listing,
        }
        with open(folder / "stderr", "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as errors:
            child = subprocess.Popen(  # noqa: S603 -- a constant command
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
            )
        assert child.stdin is not None
        with child:
            try:
                child.stdin.write(json.dumps(job).encode() + b"\n")
                child.stdin.flush()
                return child.wait(self._seconds)
            except subprocess.TimeoutExpired:
                raise InputError(
                    f"{self._path.name}: file refused: reading it took more than {self._seconds:g} seconds",
                    hint="export the sheet as CSV",
                ) from None
            except BrokenPipeError:
                return child.wait(self._seconds)
            finally:
                child.kill()

    def read(self) -> Iterator[Parsed]:
        """All records of the sheet, blank rows between others included."""
        names = self.header.names
        facts = self._facts
        assert self._scratch is not None
        for number in range(facts["parts"]):
            with pa.OSFile(str(self._scratch.path / f"{number:05}.arrow")) as file:
                table = pa.ipc.open_file(file).read_all()
            lines = np.asarray(table.column("line"), dtype=np.int64)
            has = set(table.column_names)
            empty = pa.nulls(table.num_rows, pa.string())
            columns = [table.column(str(i)) if str(i) in has else empty for i in range(len(names))]
            yield Parsed(pa.table(columns, names=list(names)), lines)

    def fact(self) -> FileFact:
        """What was read, and what a second look at the bytes found."""
        facts = self._facts
        return FileFact(
            path=str(self._path),
            sha256=facts["sha256"],
            bytes=facts["bytes"],
            records=facts["records"],
            quarantined=0,
            counted=facts["counted"],
            count_method=_COUNTED[facts["format"] in ("xls", "xlsb")],
            encoding=facts["format"],
            evidence=tuple(self._evidence()),
            days_from=1904 if self._facts["date1904"] else 1900,
        )

    def _evidence(self) -> Iterator[str]:
        facts = self._facts
        yield f"sheet `{facts['sheet']}`, header in row {facts['header_row']}, {facts['width']} columns"
        yield f"days are counted from {1904 if facts['date1904'] else 1900}"
        if facts["oddities"]["formulas"]:
            yield f"{facts['oddities']['formulas']:,} cells hold formulas; their saved values were read"

    def findings(self) -> tuple[Finding, ...]:
        """What is hidden, merged, broken or not calculated."""
        return (*self.header.findings, *findings_of(self._facts, self._place, named=self._spec.sheet is not None))
