"""Reads and writes Freshsales (Freshworks CRM) over its REST API. Nothing is imported before it is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target


class FreshsalesConnector:
    """Contacts, sales accounts, deals and sales activities of an account."""

    name = "freshsales"
    title = "Freshsales"
    source_options = frozenset({"url", "token", "table"})
    target_options = frozenset({"url", "token", "per_hour", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """A reader of the records of one module."""
        from crm_migrate_freshsales.settings import read_source
        from crm_migrate_freshsales.source import FreshsalesSource

        return FreshsalesSource(spec, read_source(spec))

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_freshsales.settings import read_settings
        from crm_migrate_freshsales.target import FreshsalesTarget

        return FreshsalesTarget(read_settings(options))


CONNECTOR = FreshsalesConnector()
