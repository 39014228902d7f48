"""Writes open-source CRMs of which no server could be run for this: by their documents, unverified.

What lives where: `target` (the contract), `looking`, `writing`, `removing` (one record per request), `rows` and
`values` (cells and records, pure), `dialect` (what a CRM has to say), and a folder for each CRM:
`espocrm`, `suitecrm`, `vtiger`.
Nothing is imported before a target is asked for.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError

_PACE = ("parallel", "longest_seconds", "settle_seconds")


class OpenConnector:
    """Targets of one CRM; no sources."""

    source_options = frozenset[str]()

    def __init__(self, name: str, title: str, sources: str, *signing_in: str) -> None:
        self.name, self.title, self._sources = name, f"{title} (target only, unverified)", sources
        self.target_options = frozenset({"url", *signing_in, *_PACE})

    def source(self, spec: SourceSpec) -> Source:
        """UsageError: there are no sources of this kind."""
        raise UsageError(f"source `{spec.name}`: the connector `{self.name}` reads no sources", hint=self._sources)

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment: what the room `opening` of the CRM opens by its name."""
        opened: Target = getattr(import_module(f"{__name__}.{self.name}.opening"), self.name)(options)
        return opened


ESPOCRM = OpenConnector("espocrm", "EspoCRM 8.2 and later", "it is for targets", "token")
SUITECRM = OpenConnector("suitecrm", "SuiteCRM 7", "its database does", "client_id", "client_secret")
VTIGER = OpenConnector("vtiger", "vtiger 7 and 8", "its database does", "user", "token")
