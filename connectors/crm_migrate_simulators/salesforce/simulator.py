"""A simulated Salesforce, as `crm-migrate simulate salesforce` finds it."""

from typing import Any

from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.salesforce.catalogue import furnished
from crm_migrate_simulators.salesforce.crm import SalesforceCrm
from crm_migrate_simulators.salesforce.evidence import RULES
from crm_migrate_simulators.salesforce.faults import KINDS
from crm_migrate_simulators.salesforce.furniture import org
from crm_migrate_simulators.salesforce.habits import Habits
from crm_migrate_simulators.starting import Simulator


def _limits(habits: Any) -> Quotas:
    return Quotas(per_day=habits.day_limit)


SIMULATOR = Simulator(
    "Salesforce",
    SalesforceCrm,
    Habits,
    own_faults=KINDS,
    rules=RULES,
    furnished=furnished,
    limits=_limits,
    stored=org,
    needs_schema=False,
)
