"""Writes and reads an organisation of Zoho CRM by version 8 of its API. Nothing is imported before it is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError

WAYS_IN = frozenset({"client_id", "client_secret", "refresh_token", "login_url"})


class ZohoConnector:
    """Sources and targets: the modules of an organisation."""

    name = "zoho"
    title = "Zoho CRM"
    source_options = WAYS_IN | {"url", "table"}
    target_options = WAYS_IN | {"url", "parallel", "longest_seconds", "settle_seconds", "owns_nothing"}

    def source(self, spec: SourceSpec) -> Source:
        """A reader of the module that `table` names."""
        from crm_migrate_zoho.settings import read_settings
        from crm_migrate_zoho.source import ZohoSource

        if not spec.table:
            raise UsageError(f"source `{spec.name}` needs `table`: the module that is read", hint="table: Accounts")
        return ZohoSource(spec, read_settings({"url": spec.url, **spec.options}, f"source `{spec.name}`"))

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_zoho.settings import read_settings
        from crm_migrate_zoho.target import ZohoTarget

        return ZohoTarget(read_settings(options))


CONNECTOR = ZohoConnector()
