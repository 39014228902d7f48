"""Writes a small generic CRM behind REST. Nothing is imported before a target is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError


class RestConnector:
    """Targets in batches of JSON; no sources."""

    name = "rest"
    title = "a generic CRM behind REST (target only)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "client_id", "client_secret", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `rest` reads no sources", hint="it is for targets")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_rest.settings import read_settings
        from crm_migrate_rest.target import RestTarget

        return RestTarget(read_settings(options))


CONNECTOR = RestConnector()
