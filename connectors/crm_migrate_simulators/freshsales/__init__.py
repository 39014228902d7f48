"""Freshsales (Freshworks CRM), as `crm-migrate simulate freshsales` finds it.

What lives where: `crm` (what the engine drives), `routes` (which path means what), `records` (one record), `listing`
(views, search), `settings` (fields, selectors), `taking` (what a body says), `telling` (what a record says),
`modules` and `furniture` (a fresh account), `account_store`, `visit`, `evidence` (how we know).
"""

from crm_migrate_simulators.freshsales.account_store import AccountStore
from crm_migrate_simulators.freshsales.crm import Freshsales
from crm_migrate_simulators.freshsales.evidence import RULES
from crm_migrate_simulators.freshsales.habits import Habits, limits
from crm_migrate_simulators.freshsales.modules import furnished
from crm_migrate_simulators.starting import Simulator

SIMULATOR = Simulator(
    "Freshsales",
    Freshsales,
    Habits,
    rules=RULES,
    furnished=furnished,
    limits=limits,
    stored=AccountStore,
    needs_schema=False,
)
