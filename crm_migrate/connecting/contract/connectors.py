"""What an entry point of the group `crm_migrate.connectors` names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from crm_migrate.connecting.contract.sources import Source, SourceSpec
from crm_migrate.connecting.contract.targets import Target

# Words of a source that the language has for all connectors, and that only some of them read.
READING = frozenset(
    {"encoding", "delimiter", "sheet", "header_row", "short_rows", "url", "table", "query", "covers", "join"}
)


class Connector(Protocol):
    """What an entry point of the group `crm_migrate.connectors` names: a factory of sources or targets."""

    name: str
    title: str
    source_options: frozenset[str]  # the words of a source that `source` reads, of `READING` and of its own
    target_options: frozenset[str]  # the words of an environment that `target` reads; any other is refused

    def source(self, spec: SourceSpec) -> Source:
        """A reader of that source. Raises UsageError where this connector has no sources."""
        ...

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:
        """A writer for an environment's options (secrets already resolved). What they name relatively lies in `folder`,
        that of the project. Raises UsageError where it has none."""
        ...
