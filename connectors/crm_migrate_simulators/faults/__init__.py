"""What goes wrong: the catalogue of kinds, by family, and the schedule that says which request each strikes."""

from crm_migrate_simulators.faults import answers, doubt, people, reads, refused, values
from crm_migrate_simulators.faults.catalogue import FAMILIES, KINDS, Kind
from crm_migrate_simulators.faults.schedule import Schedule, ScheduleError, read_schedule

__all__ = [
    "FAMILIES",
    "KINDS",
    "Kind",
    "Schedule",
    "ScheduleError",
    "answers",
    "doubt",
    "people",
    "read_schedule",
    "reads",
    "refused",
    "values",
]
