"""Writes and reads a Salesforce organisation over its REST API. Nothing is imported before it is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError

WAYS_IN = frozenset({"client_id", "client_secret", "user", "private_key", "refresh_token", "access_token", "login_url"})


class SalesforceConnector:
    """Sources and targets: the objects of an organisation."""

    name = "salesforce"
    title = "Salesforce"
    source_options = WAYS_IN | {"url", "table", "api_version", "job_from"}
    target_options = WAYS_IN | {
        "url", "api_version", "parallel", "longest_seconds", "settle_seconds", "upload_seconds", "job_from",
        "allow_duplicates", "assignment_rules", "owns_nothing",
    }  # fmt: skip

    def source(self, spec: SourceSpec) -> Source:
        """A reader of the object that `table` names."""
        from crm_migrate_salesforce.settings import READ_BY_JOB, read_settings
        from crm_migrate_salesforce.source import SalesforceSource

        if not spec.table:
            raise UsageError(f"source `{spec.name}` needs `table`: the object that is read", hint="table: Account")
        said = {"job_from": READ_BY_JOB, "url": spec.url, **spec.options}
        return SalesforceSource(spec, read_settings(said, f"source `{spec.name}`"))

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_salesforce.settings import read_settings
        from crm_migrate_salesforce.target import SalesforceTarget

        return SalesforceTarget(read_settings(options))


CONNECTOR = SalesforceConnector()
