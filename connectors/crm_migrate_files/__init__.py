"""Reads files: text, workbooks and others (`formats.FORMATS`). Nothing is imported before a source is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import SourceFile, SourceSpec, Target
from crm_migrate.connecting.lying import Contents, Endings, FileSource


class FilesConnector:
    """Sources of one or several files of one layout; as a target, files that a CRM can import."""

    name = "files"
    title = "files: CSV, workbooks, Parquet, JSON, DBF, vCard, e-mail, Access, ...; written for the import of a CRM"
    source_options = frozenset(
        {"encoding", "delimiter", "sheet", "header_row", "short_rows", "table", "widths", "widths_in", "memos"}
    )
    target_options = frozenset({"folder"})
    writes_files = True

    def source(self, spec: SourceSpec) -> FileSource:
        """A reader of the files of `spec`. Raises InputError where one is not there or is no plain file."""
        from crm_migrate_files.source import FilesSource

        return FilesSource(spec)

    def endings(self) -> Endings:
        """The endings of all formats."""
        from crm_migrate_files import contents

        return contents.endings()

    def contents(self, file: SourceFile, scratch: Path | None) -> Contents:
        """The tables of a file. InputError where it cannot be read."""
        from crm_migrate_files import contents

        return contents.contents(file, scratch)

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:
        """A writer of files to import, into `folder` of the project, as the profile lays them out."""
        from crm_migrate_bundles.target import FilesTarget

        return FilesTarget(options, folder)


CONNECTOR = FilesConnector()
