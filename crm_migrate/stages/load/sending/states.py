"""What a request goes through, as a table: the only ways in which something that was sent becomes something known.

    planned -> intended -> sent -> known
                             |---> in_doubt -> asked -> known
                             '---> planned (not taken: send it again, or in halves)

An intent is on disk before anything is sent, so whoever finds one without an answer is in doubt. A request that goes as
a job is planned, opening, planned: the intent names the job. While the job works it is in doubt, and the job is asked.
"""

from collections.abc import Mapping
from typing import Literal

from crm_migrate.errors import InternalError

State = Literal["planned", "opening", "intended", "sent", "in_doubt", "asked", "known"]
Event = Literal[
    "open",  # a job is asked for, still empty
    "opened",  # its id is known
    "intend",  # written down, on disk
    "send",  # on its way
    "answer",  # the target said what became of it
    "doubt",  # something may have been done
    "postpone",  # nothing was done, it is tried again
    "split",  # refused as a whole without saying for whom
    "stop",  # the process ended
    "ask",  # the target is asked by our key
    "find",  # it was done: what was created is there, what was removed is proved absent
    "miss",  # it was not: proved absent, or still there
    "silence",  # the question had no answer
]
TRANSITIONS: Mapping[tuple[State, Event], State] = {
    ("planned", "open"): "opening",
    ("opening", "opened"): "planned",
    ("opening", "postpone"): "planned",
    ("opening", "stop"): "planned",  # an empty job is nothing
    ("planned", "intend"): "intended",
    ("planned", "stop"): "planned",
    ("intended", "send"): "sent",
    ("intended", "stop"): "in_doubt",  # nobody can tell it from one that was sent
    ("sent", "answer"): "known",
    ("sent", "doubt"): "in_doubt",
    ("sent", "postpone"): "planned",
    ("sent", "split"): "planned",
    ("sent", "stop"): "in_doubt",
    ("in_doubt", "ask"): "asked",
    ("in_doubt", "stop"): "in_doubt",
    ("asked", "find"): "known",
    ("asked", "miss"): "planned",
    ("asked", "silence"): "in_doubt",
    ("asked", "stop"): "in_doubt",
    ("known", "stop"): "known",
}


def after(state: State, event: Event) -> State:
    """The state that follows. InternalError where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise InternalError(f"a request that is {state} cannot {event}") from None
