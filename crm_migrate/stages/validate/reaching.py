"""Whether somebody is reached by what the target holds of us after the load into a masked environment.

Every field of every record that we wrote is read: the masked ones, which an automation or a person may have filled
again, and all others, in which an address may stand (a note, a name, a key).
"""

from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.pseudonyms.reach import Means
from crm_migrate.stages.load.reachable import ROWS, Reaching
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import KNOWN, OUTCOMES

CODES = ("not_masked", "address_in_text")
_FOUND = pa.schema([(name, pa.string()) for name in ("key", "field", "code", "message")])
_WORDS: dict[Means, str] = {"mailbox": "a mailbox", "phone": "a telephone number"}


def reaching(tables: Relations, plan: Plan, object_plan: ObjectPlan, ours: str) -> Iterator[pa.Table]:
    """Tables (`key`, `field`, `code`, `message`) of the cells of our records (`target_id`, `__entity`, fields) that
    reach somebody who does not expect it. Values are not repeated."""
    asked = Reaching(plan, object_plan)
    found = asked.found(tables, f"{ours} {_written(tables, object_plan.name)}", "target_id")
    while lines := list(islice(found, ROWS)):
        keys, fields, means = zip(*lines, strict=True)
        codes = [CODES[0] if asked.is_masked(field) else CODES[1] for field in fields]
        words = [f"{field} holds {_WORDS[by]} that reaches somebody" for field, by in zip(fields, means, strict=True)]
        yield pa.table([keys, fields, codes, words], schema=_FOUND)


def _written(tables: Relations, name: str) -> str:
    """SQL behind a FROM item: those of its records that we wrote, in this run or before."""
    written = [f"SELECT __entity FROM {tables.scan(KNOWN, name)}"] if tables.finished(KNOWN, name) else []
    if tables.finished(OUTCOMES, name):
        written.append(f"SELECT __entity FROM {tables.scan(OUTCOMES, name)} WHERE outcome = 'loaded'")
    return f"WHERE __entity IN ({' UNION ALL '.join(written) or 'SELECT NULL WHERE FALSE'})"
