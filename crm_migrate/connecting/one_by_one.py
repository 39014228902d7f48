"""A batch for a target that takes one record per request: many requests, one after the other.

Whatever stops in between, what was answered is told; what was not begun early enough is put off.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from crm_migrate.connecting.contract import Answer, Refusal
from crm_migrate.errors import CrmMigrateError, InDoubt, Throttled

SILENT = 3  # requests in a row that nobody answers; the rest of the batch is put off then
One = Callable[[str], str | Refusal]  # the request about an entity: its target id, or why it was refused


def one_by_one(entities: Sequence[str], one: One, known: Answer, until: float, now: Callable[[], datetime]) -> Answer:
    """The requests about these entities, begun before `until` (of `time.monotonic`), and what is known of others.

    What stops them is raised where nothing is known yet; the next request meets it again.
    """
    loaded, refused, in_doubt, later = dict(known.loaded), dict(known.refused), set[str](), dict(known.later)
    left, silent = list(entities), 0
    while left and silent < SILENT and time.monotonic() < until:
        try:
            said = one(left[0])
        except InDoubt:
            in_doubt.add(left.pop(0))
            silent += 1
            continue
        except CrmMigrateError as error:
            if not (loaded or refused or in_doubt):
                raise
            later |= dict.fromkeys(left, error.until if isinstance(error, Throttled) else now())
            break
        silent = 0
        if isinstance(said, Refusal):
            refused[left.pop(0)] = said
        else:
            loaded[left.pop(0)] = said
    unsent = {entity: now() for entity in left if entity not in later}
    return Answer(loaded, refused, frozenset(in_doubt), {**later, **unsent}, gone=known.gone)
