"""Doubt: asking the target by our key what became of a request that nobody answered."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, Answer, Limits, Target, TargetObject
from crm_migrate.connecting.seeking import seek
from crm_migrate.stages.load.sending.clock import Clock


def ask(
    target: Target, object: TargetObject, rows: pa.Table, limits: Limits, clock: Clock, stopped: Callable[[], bool]
) -> Answer:
    """Which of the records to be created are there. What is absent in every reading is `later`: it was not written.

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
    return Answer(loaded=found, in_doubt=doubtful, later=dict.fromkeys(missing, clock.now()))
