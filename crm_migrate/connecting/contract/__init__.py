"""The connector contract: what a source gives, what a target takes, and what both say of themselves.

Cells travel as *canonical text* in Arrow tables: null is "no value", dates are ISO 8601, amounts are plain decimals
with a point, booleans `true`/`false`, lists are JSON arrays. The semantic type beside a column says how to read it.
Columns of ours begin with two underscores; a source column that does is renamed by the reader.

What every target says is in `targets`; a stage asks whether it is one of the others, which only some are.
"""

from crm_migrate.connecting.contract.columns import ENTITY, FILE, LINE, ROW, TARGET_ID
from crm_migrate.connecting.contract.connectors import READING, Connector
from crm_migrate.connecting.contract.costs import Allowance, Asks, Costs, CostsAll, CostsToAsk, InCredits, Load, Usage
from crm_migrate.connecting.contract.exports import Bundles, Withholds
from crm_migrate.connecting.contract.foretelling import Doubt, Foretells, LeavesToPeople, LetsSet
from crm_migrate.connecting.contract.in_doubt import Begins, Jobs, Journal
from crm_migrate.connecting.contract.sources import (
    FileFact,
    JoinSpec,
    Quarantined,
    Source,
    SourceBatch,
    SourceFile,
    SourceSchema,
    SourceSpec,
)
from crm_migrate.connecting.contract.taking_back import Follow, Remove, Undelete
from crm_migrate.connecting.contract.targets import (
    NOT_FOUND,
    Action,
    Answer,
    By,
    CaseBlind,
    Interruptible,
    Limits,
    Refusal,
    Target,
    TargetField,
    TargetObject,
    TargetSchema,
    WriteBatch,
)
from crm_migrate.connecting.contract.uploads import Content, Room, Upload

__all__ = [
    "ENTITY",
    "FILE",
    "LINE",
    "NOT_FOUND",
    "READING",
    "ROW",
    "TARGET_ID",
    "Action",
    "Allowance",
    "Answer",
    "Asks",
    "Begins",
    "Bundles",
    "By",
    "CaseBlind",
    "Connector",
    "Content",
    "Costs",
    "CostsAll",
    "CostsToAsk",
    "Doubt",
    "FileFact",
    "Follow",
    "Foretells",
    "InCredits",
    "Interruptible",
    "Jobs",
    "JoinSpec",
    "Journal",
    "LeavesToPeople",
    "LetsSet",
    "Limits",
    "Load",
    "Quarantined",
    "Refusal",
    "Remove",
    "Room",
    "Source",
    "SourceBatch",
    "SourceFile",
    "SourceSchema",
    "SourceSpec",
    "Target",
    "TargetField",
    "TargetObject",
    "TargetSchema",
    "Undelete",
    "Upload",
    "Usage",
    "Withholds",
    "WriteBatch",
]  # fmt: skip
