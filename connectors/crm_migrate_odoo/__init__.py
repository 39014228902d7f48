"""Writes and reads Odoo over JSON-RPC: imports by external ids (`load`), and whatever else a client may ask.

What lives where: `requests` and `answers` (what is asked, what is said; pure), `describe` (its models in our words),
`shapes` (what is known beyond what its models say), `values`, `markup`, `records` (rows to lines of an import, and
back), `looking` (questions), `calls`, `writing`, `removing`, `preparing`, `target` (the contract), `source`.
Nothing is imported before it is asked for.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_migrate.connecting.contract import Source, SourceSpec, Target
from crm_migrate.errors import UsageError

WAYS_IN = frozenset({"url", "database", "user", "token"})


class OdooConnector:
    """Sources and targets: the models of a database."""

    name = "odoo"
    title = "Odoo 16 to 19 (unverified: simulator only)"
    source_options = WAYS_IN | {"table"}
    target_options = WAYS_IN | {"parallel", "longest_seconds", "settle_seconds"}

    def source(self, spec: SourceSpec) -> Source:
        """A reader of the model that `table` names."""
        from crm_migrate_odoo.settings import read_settings
        from crm_migrate_odoo.source import OdooSource

        if not spec.table:
            raise UsageError(f"source `{spec.name}` needs `table`: the model that is read", hint="table: res.partner")
        return OdooSource(spec, read_settings({"url": spec.url, **spec.options}, f"source `{spec.name}`"))

    def target(self, options: Mapping[str, Any], *, folder: Path | None = None) -> Target:  # noqa: ARG002 -- no files
        """A writer for the options of an environment."""
        from crm_migrate_odoo.settings import read_settings
        from crm_migrate_odoo.target import OdooTarget

        return OdooTarget(read_settings(options))


CONNECTOR = OdooConnector()
