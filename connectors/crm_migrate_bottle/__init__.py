"""Writes a BottleCRM over REST. Nothing is imported before a target is asked for; nothing of BottleCRM ever."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError


class BottleConnector:
    """Targets: accounts, contacts, leads, opportunities, cases and tasks of a BottleCRM; no sources."""

    name = "bottle"
    title = "BottleCRM 1.35 (target only)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "token", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `bottle` reads no sources", hint="it is for targets")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_bottle.settings import read_settings
        from crm_migrate_bottle.target import BottleTarget

        return BottleTarget(read_settings(options))


CONNECTOR = BottleConnector()
