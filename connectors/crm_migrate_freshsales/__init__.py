"""Writes Freshsales (Freshworks CRM) over its REST API. Nothing is imported before somebody asks for a target."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError


class FreshsalesConnector:
    """Targets: contacts, sales accounts, deals and sales activities of an account; no sources."""

    name = "freshsales"
    title = "Freshsales (target only)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "token", "per_hour", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `freshsales` reads no sources", hint="it is for targets")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_freshsales.settings import read_settings
        from crm_migrate_freshsales.target import FreshsalesTarget

        return FreshsalesTarget(read_settings(options))


CONNECTOR = FreshsalesConnector()
