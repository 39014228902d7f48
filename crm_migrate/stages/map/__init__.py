"""Map: raw rows -> records of each object, with their cells transformed on the way; one pass over parts of rows."""

from crm_migrate.stages.map.workers import map_all

__all__ = ["map_all"]
