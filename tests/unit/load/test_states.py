"""The life of a request as a table, walked in every way there is."""

from itertools import product
from typing import get_args

import pytest

from crm_migrate.errors import InternalError
from crm_migrate.stages.load.sending.states import TRANSITIONS, Event, State, after

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)


@pytest.mark.parametrize(("state", "event"), list(product(STATES, EVENTS)))
def test_what_the_table_does_not_say_cannot_happen(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert after(state, event) == TRANSITIONS[state, event]
    else:
        with pytest.raises(InternalError, match=f"{state} cannot {event}"):
            after(state, event)


def test_every_state_is_reached_and_every_event_leads_somewhere() -> None:
    reached: set[State] = {"planned"}
    for _ in STATES:
        reached |= {TRANSITIONS[state, event] for state, event in TRANSITIONS if state in reached}
    assert reached == set(STATES)
    assert {event for _, event in TRANSITIONS} == set(EVENTS)


def paths(state: State, seen: tuple[State, ...]) -> list[tuple[State, ...]]:
    """Every way from a state without passing one twice."""
    here = (*seen, state)
    follow = {TRANSITIONS[s, e] for s, e in TRANSITIONS if s == state} - set(here)
    return [here, *(path for following in follow for path in paths(following, here))]


def test_nothing_is_sent_without_an_intent_nor_again_without_being_asked_about() -> None:
    for path in paths("planned", ()):
        if "sent" in path:
            assert path[path.index("sent") - 1] == "intended"
    assert not [event for state, event in TRANSITIONS if state == "in_doubt" and TRANSITIONS[state, event] == "planned"]
    assert {TRANSITIONS["known", event] for state, event in TRANSITIONS if state == "known"} == {"known"}


@pytest.mark.parametrize("state", STATES)
def test_a_process_may_end_in_any_state_and_only_an_intent_leaves_doubt(state: State) -> None:
    assert after(state, "stop") == {"planned": "planned", "opening": "planned", "known": "known"}.get(state, "in_doubt")
