"""Reads and writes a HubSpot portal over its API. Nothing is imported before it is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError

_PORTAL = frozenset({"url", "token", "client_id", "client_secret", "refresh_token", "api_version"})


class HubSpotConnector:
    """Companies, contacts, deals, tickets, products, engagements, links, lists, files; every object as a source."""

    name = "hubspot"
    title = "HubSpot"
    source_options = _PORTAL | {"table", "properties"}
    target_options = _PORTAL | {
        "parallel", "longest_seconds", "settle_seconds", "upload_seconds", "legal_basis", "legal_basis_reason",
    }  # fmt: skip

    def source(self, spec: SourceSpec) -> Source:
        """A reader of the records of one object, of lists, or of their members."""
        from crm_migrate_hubspot.list_source import HubSpotListSource, reads
        from crm_migrate_hubspot.settings import read_source
        from crm_migrate_hubspot.source import HubSpotSource

        settings, properties = read_source(spec)
        if reads(str(spec.table)) and properties:
            raise UsageError(f"source `{spec.name}`: {spec.table} has no `properties`", hint="take them out")
        return (
            HubSpotListSource(spec, settings) if reads(str(spec.table)) else HubSpotSource(spec, settings, properties)
        )

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_hubspot.settings import read_settings
        from crm_migrate_hubspot.target import HubSpotTarget

        return HubSpotTarget(read_settings(options))


CONNECTOR = HubSpotConnector()
