"""EspoCRM, as `crm-migrate simulate espocrm` finds it.

What lives where: `crm` (what the engine drives, and its routes), `records` (one record), `taking` (what a body says),
`telling` (what a record says), `listing` (lists and their filters), `entities` (the definitions of a fresh
installation), `stored` (them in the words of the store), `visit`, `evidence` (how we know).
"""

from crm_migrate_simulators.espocrm.crm import EspoCrm
from crm_migrate_simulators.espocrm.evidence import RULES
from crm_migrate_simulators.espocrm.habits import Habits
from crm_migrate_simulators.espocrm.stored import HexStore, furnished
from crm_migrate_simulators.starting import Simulator

SIMULATOR = Simulator("EspoCRM", EspoCrm, Habits, rules=RULES, furnished=furnished, stored=HexStore, needs_schema=False)
