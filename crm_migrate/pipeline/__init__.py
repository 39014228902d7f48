"""A run: the stages in order, what each reads and leaves behind.

resolve -> extract -> evidence -> (plan frozen) -> map + transform -> link -> dedupe -> complete -> plan the load
-> load -> validate -> reconcile -> report. A stage that is marked done is not done again; one that was cut off goes on
with the parts that are there.
"""

from crm_migrate.pipeline.exports import compare_exports
from crm_migrate.pipeline.going import Outcome
from crm_migrate.pipeline.listening import Listener
from crm_migrate.pipeline.nights import nights_now, watch
from crm_migrate.pipeline.order import STAGES
from crm_migrate.pipeline.repairing import repair
from crm_migrate.pipeline.running import plan_now, plan_offline, rehearse, resume, same_rows, start
from crm_migrate.pipeline.targets import adopt_target, prepare, pull, undelete_in_target, undo

__all__ = [
    "STAGES",
    "Listener",
    "Outcome",
    "adopt_target",
    "compare_exports",
    "nights_now",
    "plan_now",
    "plan_offline",
    "prepare",
    "pull",
    "rehearse",
    "repair",
    "resume",
    "same_rows",
    "start",
    "undelete_in_target",
    "undo",
    "watch",
]
