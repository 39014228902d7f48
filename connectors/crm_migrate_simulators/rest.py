"""The generic CRM, as `crm-migrate simulate rest` finds it."""

from crm_migrate_simulators.rest_crm import Habits, RestCrm
from crm_migrate_simulators.starting import Simulator

SIMULATOR = Simulator("A generic CRM behind REST", RestCrm, Habits)
