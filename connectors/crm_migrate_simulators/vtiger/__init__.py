"""vtiger CRM, as `crm-migrate simulate vtiger` finds it.

What lives where: `crm` (what the engine drives, and its operations), `elements` (what is sent of a record, and what is
told), `asking` (the query language), `modules` (a fresh installation), `sessions`, `evidence` (how we know).
"""

from crm_migrate_simulators.starting import Simulator
from crm_migrate_simulators.vtiger.crm import Vtiger
from crm_migrate_simulators.vtiger.evidence import RULES
from crm_migrate_simulators.vtiger.habits import Habits
from crm_migrate_simulators.vtiger.modules import ModuleStore, furnished

SIMULATOR = Simulator(
    "vtiger", Vtiger, Habits, rules=RULES, furnished=furnished, stored=ModuleStore, needs_schema=False
)
