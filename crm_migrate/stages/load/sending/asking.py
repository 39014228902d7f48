"""Doubt: asking the target by our key what became of a request that nobody answered."""

from collections.abc import Callable
from datetime import timedelta

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, Answer, Limits, Target, TargetObject
from crm_migrate.stages.load.sending.clock import Clock


def ask(
    target: Target, object: TargetObject, rows: pa.Table, limits: Limits, clock: Clock, stopped: Callable[[], bool]
) -> Answer:
    """Which of the records to be created are there. What is absent in every reading is `later`: it was not written.

    Where it is stopped between two readings, what was not found yet is still in doubt.
    """
    missing: list[str] = rows[ENTITY].to_pylist()
    found: dict[str, str] = {}
    for reading in range(limits.misses):
        if reading:
            clock.wait(clock.now() + timedelta(seconds=limits.apart_seconds), stopped)
            if stopped():
                return Answer(loaded=found, in_doubt=frozenset(missing))
        for table in target.read(object.bare(), "key", missing):
            found.update(zip(table[ENTITY].to_pylist(), table["target_id"].to_pylist(), strict=True))
        missing = [entity for entity in missing if entity not in found]
        if not missing:
            break
    return Answer(loaded=found, later=dict.fromkeys(missing, clock.now()))
