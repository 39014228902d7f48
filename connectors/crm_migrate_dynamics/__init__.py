"""Writes and reads Dynamics 365 on Dataverse over its Web API. Nothing is imported before it is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError

WAYS_IN = frozenset({"tenant", "client_id", "client_secret", "login_url"})


class DynamicsConnector:
    """Sources and targets: the tables of an environment."""

    name = "dynamics"
    title = "Dynamics 365"
    source_options = WAYS_IN | {"url", "table", "api_version"}
    target_options = WAYS_IN | {
        "url", "api_version", "parallel", "longest_seconds", "settle_seconds", "upload_seconds", "bypass_logic",
        "owns_nothing",
    }  # fmt: skip

    def source(self, spec: SourceSpec) -> Source:
        """A reader of the table that `table` names."""
        from crm_migrate_dynamics.settings import read_settings
        from crm_migrate_dynamics.source import DynamicsSource

        if not spec.table:
            raise UsageError(f"source `{spec.name}` needs `table`: the table that is read", hint="table: account")
        return DynamicsSource(spec, read_settings({"url": spec.url, **spec.options}, f"source `{spec.name}`"))

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_dynamics.settings import read_settings
        from crm_migrate_dynamics.target import DynamicsTarget

        return DynamicsTarget(read_settings(options))


CONNECTOR = DynamicsConnector()
