"""Writes open-source CRMs of which no server could be run for this: by their documents, unverified.

What lives where: `target` (the contract), `looking`, `writing`, `removing` (one record per request), `rows` and
`values` (cells and records, pure), `dialect` (what a CRM has to say), and a folder for each CRM:
`espocrm`, `suitecrm`, `vtiger`.
Nothing is imported before a target is asked for.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError


class EspoConnector:
    """Targets: the entities of an EspoCRM; no sources."""

    name = "espocrm"
    title = "EspoCRM 8.2 and later (target only, unverified)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "token", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `espocrm` reads no sources", hint="it is for targets")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_opencrm.espocrm.opening import espocrm

        return espocrm(options)


class SuiteConnector:
    """Targets: the modules of a SuiteCRM; no sources."""

    name = "suitecrm"
    title = "SuiteCRM 7 (target only, unverified)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "client_id", "client_secret", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `suitecrm` reads no sources", hint="its database does")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_opencrm.suitecrm.opening import suitecrm

        return suitecrm(options)


class VtigerConnector:
    """Targets: the modules of a vtiger; no sources."""

    name = "vtiger"
    title = "vtiger 7 and 8 (target only, unverified)"
    source_options = frozenset[str]()
    target_options = frozenset({"url", "user", "token", "parallel", "longest_seconds", "settle_seconds"})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `vtiger` reads no sources", hint="its database does")

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_opencrm.vtiger.opening import vtiger

        return vtiger(options)


ESPOCRM, SUITECRM, VTIGER = EspoConnector(), SuiteConnector(), VtigerConnector()
