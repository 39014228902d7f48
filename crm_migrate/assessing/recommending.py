"""What to do with a column, and why: map it, archive it, drop it, or ask somebody."""

import fnmatch
from dataclasses import dataclass
from datetime import date

from crm_migrate.assessing.figures import Action, Said
from crm_migrate.assessing.kinds import Meaning
from crm_migrate.assessing.seeing import Seen
from crm_migrate.assessing.using import Used
from crm_migrate.mapping.plan import SourcePlan

DEAD = 3 * 365  # days before the last row of its source: a column that nobody filled since is history
RARE, COMMON = 0.01, 0.5  # of the rows; of the rows of one type


@dataclass(frozen=True, slots=True)
class Asked:
    """A column with all that a recommendation rests on."""

    column: Seen
    meaning: Meaning
    use: Used
    newest: date | None
    is_key: bool
    sensitive: bool


Advice = tuple[Action, Said, bool]


def advise(asked: Asked, plan: SourcePlan | None) -> Advice:
    """The action, its reason, and whether the mapping has decided it.

    A column that is empty but for one type of record is never to be dropped; one value in all rows is asked about.
    """
    decided = _decided(asked, plan)
    if decided is not None:
        return decided
    action, said = _recommended(asked)
    return action, said, False


def _decided(asked: Asked, plan: SourcePlan | None) -> Advice | None:
    column = asked.column.name
    if asked.meaning.mapped:
        return "map", Said(key="advice.mapped", places={"field": asked.meaning.field}), True
    if plan is None:
        return None
    if column in plan.key:
        return "map", Said(key="advice.key"), True
    for pattern, why in plan.drop.items():
        if fnmatch.fnmatchcase(column, pattern):
            return "drop", Said(key="advice.dropped", places={"decision": why}), True
    if any(fnmatch.fnmatchcase(column, pattern) for pattern in plan.archive):
        return "archive", Said(key="advice.archived"), True
    return None


def _recommended(asked: Asked) -> tuple[Action, Said]:
    column = asked.column
    filled, rows = column.filled, max(1, column.rows)
    if not filled:
        return "drop", Said(key="advice.empty", places={"n": column.rows})
    if column.distinct == 1 and filled == column.rows and column.rows > 1:
        return "ask", Said(key="advice.constant")
    if asked.is_key:
        return "map", Said(key="advice.key")
    if asked.sensitive:
        return "ask", Said(key="advice.sensitive")
    common = next((c.name for c in asked.use.by_type if c.of and c.good >= COMMON * c.of), "")
    if filled < RARE * rows and common:
        return "ask", Said(key="advice.one_type", places={"type": common})
    if asked.use.last and asked.newest and (asked.newest - asked.use.last).days > DEAD:
        return "archive", Said(key="advice.died", places={"day": asked.use.last.isoformat()})
    if asked.meaning.field:
        return "map", Said(key="advice.field", places={"field": asked.meaning.field})
    if filled < RARE * rows:
        return "archive", Said(key="advice.rare", places={"n": filled, "of": column.rows})
    return "ask", Said(key="advice.unknown")


def is_dead(use: Used, newest: date | None) -> bool:
    """Whether nobody has filled a column for years, while rows were still made."""
    return bool(use.last and newest and (newest - use.last).days > DEAD)
