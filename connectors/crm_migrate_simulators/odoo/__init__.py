"""Odoo over JSON-RPC, as `crm-migrate simulate odoo` finds it.

What lives where: `crm` (what the engine drives: the envelope, who asks, errors), `methods` (what a model can be asked),
`loading` (its import), `converting` (texts of an import), `domains` (searches), `values` (what is stored and told),
`models` and `furniture` (a fresh database), `session` (one request), `evidence` (how we know).
"""

from crm_migrate_simulators.odoo.crm import Odoo
from crm_migrate_simulators.odoo.evidence import RULES
from crm_migrate_simulators.odoo.habits import Habits
from crm_migrate_simulators.odoo.models import furnished
from crm_migrate_simulators.starting import Simulator

SIMULATOR = Simulator("Odoo", Odoo, Habits, rules=RULES, furnished=furnished, needs_schema=False)
