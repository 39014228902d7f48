"""The plan that a run froze, read back as it was written."""

import hashlib

from pydantic import ValidationError

from crm_migrate.errors import UsageError
from crm_migrate.mapping.plan import Plan
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sealing import damaged
from crm_migrate.workspace.state import check_plan, may_be_of


def read_plan(run: Run) -> Plan:
    """The frozen plan of a run. UsageError where another version of the tool froze it in other words, DamagedFile where
    it is not what the run began with."""
    try:
        plan = Plan.model_validate_json(run.plan.read_bytes())
    except FileNotFoundError as error:
        raise damaged(run.plan, "is gone") from error
    except ValidationError as error:
        if not may_be_of(run, hashlib.sha256(run.plan.read_bytes()).hexdigest()):
            raise damaged(run.plan, "is cut or changed: its digest does not fit") from error
        raise UsageError(
            f"the plan of run {run.id} was written by another version of crm-migrate",
            hint="use that version for this run, or start a new one: crm-migrate run",
        ) from error
    check_plan(run, plan)
    return plan
