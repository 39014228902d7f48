"""Dynamics 365 on Dataverse, as `crm-migrate simulate dynamics` finds it.

What lives where: `crm` (what the engine drives, tokens), `routes` (which path means what), `single`, `multiple`,
`batches` (how records come), `records`, `values`, `binding`, `states`, `money`, `keys` (the rules of one), `queries`,
`filters`, `telling` (reading), `metadata`, `defining` (tables and columns), `catalogue` and `data` (those of every
environment), `furniture` (what is there before anybody loads), `evidence` (how we know).
"""

from crm_migrate_simulators.dynamics.catalogue import furnished
from crm_migrate_simulators.dynamics.crm import Dynamics
from crm_migrate_simulators.dynamics.evidence import RULES
from crm_migrate_simulators.dynamics.faults import KINDS
from crm_migrate_simulators.dynamics.furniture import environment
from crm_migrate_simulators.dynamics.habits import Habits, limits
from crm_migrate_simulators.starting import Simulator

SIMULATOR = Simulator(
    "Dynamics 365 (Dataverse)",
    Dynamics,
    Habits,
    own_faults=KINDS,
    rules=RULES,
    furnished=furnished,
    limits=limits,
    stored=environment,
    needs_schema=False,
)
