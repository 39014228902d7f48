"""Reads bytes through the public door of the files connector, for tests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from crm_migrate.connecting.contract import FileFact, Quarantined, SourceFile, SourceSpec
from crm_migrate.finding import Finding
from crm_migrate_files import CONNECTOR


@dataclass(frozen=True, slots=True)
class Read:
    """Everything that a source said."""

    columns: tuple[str, ...]
    table: pa.Table
    aside: tuple[Quarantined, ...]
    facts: tuple[FileFact, ...]
    findings: tuple[Finding, ...]

    @property
    def rows(self) -> list[list[str | None]]:
        """Cells of the records in order, without ours."""
        return [[row[name] for name in self.columns] for row in self.table.to_pylist()]

    @property
    def lines(self) -> list[int]:
        """Physical lines of the records."""
        return self.table.column("__line").to_pylist()

    @property
    def codes(self) -> set[str]:
        """Codes of the findings."""
        return {finding.code for finding in self.findings}

    def adds_up(self) -> bool:
        """Records and quarantine are what was counted."""
        return all(fact.counted is None or fact.records + fact.quarantined == fact.counted for fact in self.facts)


def read(*paths: Path, batch_rows: int = 1000, tags: tuple[str, ...] = (), **spec: Any) -> Read:
    """Read files as one source."""
    files = tuple(SourceFile(p, tags[i] if tags else None) for i, p in enumerate(paths))
    source = CONNECTOR.source(SourceSpec("s", files=files, **spec))
    columns = source.describe().columns
    batches = list(source.read(batch_rows))
    ours = [("__row", pa.int64()), ("__file", pa.int32()), ("__line", pa.int64())]
    schema = pa.schema([*ours, *((name, pa.string()) for name in columns)])
    table = pa.concat_tables([schema.empty_table(), *(b.records for b in batches)])
    facts, findings = source.facts()
    return Read(columns, table, tuple(q for b in batches for q in b.quarantined), facts, findings)


def read_bytes(folder: Path, data: bytes, name: str = "data.csv", **spec: Any) -> Read:
    """Write bytes into a file and read it."""
    path = folder / name
    path.write_bytes(data)
    return read(path, **spec)
