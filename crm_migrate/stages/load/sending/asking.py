"""Doubt: asking the target by our key what became of a request that nobody answered."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Action, Answer, Limits, Target, TargetObject
from crm_migrate.connecting.seeking import seek
from crm_migrate.stages.load.sending.clock import Clock


def ask(
    target: Target, object: TargetObject, action: Action, rows: pa.Table, limits: Limits, clock: Clock,
    stopped: Callable[[], bool],
) -> Answer:  # fmt: skip
    """Which of the records to be created are there, or which of those to be removed are not: absent is what no reading
    finds. What was not done is `later`.

    Where it is stopped between two readings, what was not found yet is still in doubt.
    """

    def read(keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for table in target.read(object.bare(), "key", keys):
            found.update(zip(table[ENTITY].to_pylist(), table["target_id"].to_pylist(), strict=True))
        return found

    def pause() -> bool:
        clock.wait(clock.now() + timedelta(seconds=limits.apart_seconds), stopped)
        return not stopped()

    found, missing = seek(read, rows[ENTITY].to_pylist(), limits.misses, pause)
    doubtful = frozenset(rows[ENTITY].to_pylist()) - found.keys() - frozenset(missing)
    if action == "remove":
        ids = dict(zip(rows[ENTITY].to_pylist(), rows[TARGET_ID].to_pylist(), strict=True))
        removed = {entity: ids[entity] for entity in missing}
        return Answer(loaded=removed, in_doubt=doubtful, later=dict.fromkeys(found, clock.now()))
    return Answer(loaded=found, in_doubt=doubtful, later=dict.fromkeys(missing, clock.now()))
