"""SuiteCRM, as `crm-migrate simulate suitecrm` finds it.

What lives where: `crm` (what the engine drives, and its routes), `records` (one record: read, created, changed,
deleted), `taking` (what is kept of what is sent), `telling` (what is told of a record), `listing` (lists and filters),
`modules` (a fresh installation), `visit` (a request, and how it is refused), `evidence` (how we know).
"""

from crm_migrate_simulators.starting import Simulator
from crm_migrate_simulators.suitecrm.crm import SuiteCrm
from crm_migrate_simulators.suitecrm.evidence import RULES
from crm_migrate_simulators.suitecrm.habits import Habits
from crm_migrate_simulators.suitecrm.modules import GuidStore, furnished

SIMULATOR = Simulator(
    "SuiteCRM", SuiteCrm, Habits, rules=RULES, furnished=furnished, stored=GuidStore, needs_schema=False
)
