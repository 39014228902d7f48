"""Writes a Tryton server over JSON-RPC. Nothing is imported before a target is asked for; nothing of Tryton ever."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError


class TrytonConnector:
    """Targets: the models of a database of a Tryton server; no sources."""

    name = "tryton"
    title = "Tryton 8 (target only)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "database", "user", "password", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `tryton` reads no sources", hint="it is for targets")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_tryton.settings import read_settings
        from crm_migrate_tryton.target import TrytonTarget

        return TrytonTarget(read_settings(options))


CONNECTOR = TrytonConnector()
