"""The plan that a run froze, read back as it was written."""

import hashlib

from crm_migrate.errors import OtherVersion
from crm_migrate.mapping.plan import Plan
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.sealing import as_we_write, damaged, other_version
from crm_migrate.workspace.state import is_frozen

_UNREADABLE = "use that version to report, finish or undo it, or start a new run: crm-migrate run"
_READABLE = "report and undo can read it; to finish it use that version, or start a new run: crm-migrate run"


def read_plan(run: Run) -> Plan:
    """The frozen plan of a run, to look at what that did. DamagedFile where it is not what the run began with;
    OtherVersion where it is, and this program knows other words."""
    document = _document(run)
    try:
        with as_we_write(run.plan):
            return Plan.model_validate_json(document)
    except OtherVersion as error:
        raise other_version(run.plan, "it has words that this version does not know", _UNREADABLE) from error


def read_plan_to_go_on(run: Run) -> Plan:
    """The same, to do more of what it says: OtherVersion also where this program would read more in it than the one
    that froze it, such as the default of an option that did not exist yet."""
    plan = read_plan(run)
    if not is_frozen(run, plan.hash):
        raise other_version(run.plan, "this version cannot go on with it", _READABLE)
    return plan


def _document(run: Run) -> bytes:
    """What is written there, byte for byte as the run froze it."""
    try:
        document = run.plan.read_bytes()
    except FileNotFoundError as error:
        raise damaged(run.plan, "is gone") from error
    if not is_frozen(run, hashlib.sha256(document).hexdigest()):
        raise damaged(run.plan, "is not what was written: its digest does not fit")
    return document
