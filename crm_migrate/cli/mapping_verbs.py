"""The group `mapping` with all its verbs: each module adds its own when it is imported."""

from crm_migrate.cli import examples, mapping_diff, mapping_excluded, suggest
from crm_migrate.cli.mapping import mapping_group

__all__ = ["examples", "mapping_diff", "mapping_excluded", "mapping_group", "suggest"]
