"""States that only buttons lead to: which there are, and which buttons to press from one to another. Pure.

A state is no value that a creation or change may hold. So a record is made without its state, under a key that says so,
moved by buttons, and gets its key at last: what is found by its key is where it shall be.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from crm_migrate_tryton.shapes import Path

UNFINISHED = "~"  # behind the key of a record that is not yet in its state


@dataclass(frozen=True, slots=True)
class Button:
    """From which states it may be pressed, and to which it leads."""

    leaves: frozenset[str]
    reaches: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """The field of the state, and what a user presses; `withdrawn` is the state in which a record may be deleted."""

    field: str
    start: str
    buttons: Mapping[str, Button]
    withdrawn: str

    @property
    def states(self) -> tuple[str, ...]:
        """What buttons lead to."""
        return tuple(dict.fromkeys((self.start, *(button.reaches for button in self.buttons.values()))))


_OPEN = frozenset({"lead", "opportunity"})
# `convert` makes a sale, and `won` comes of its confirmation: neither is for history.
WORKFLOWS: Mapping[str, Workflow] = {
    "sale.opportunity": Workflow(
        "state",
        "lead",
        {
            "opportunity": Button(frozenset({"lead"}), "opportunity"),
            "lead": Button(frozenset({"opportunity", "lost", "cancelled"}), "lead"),
            "lost": Button(_OPEN, "lost"),
            "cancel": Button(_OPEN, "cancelled"),
        },
        "cancelled",
    )
}


def flow_of(model: str, paths: Mapping[str, Path]) -> tuple[Workflow | None, str]:
    """The workflow of a model, where one of the fields is its state, and that field; else None and ""."""
    flow = WORKFLOWS.get(model)
    name = next((name for name, path in paths.items() if flow and not path.list and path.field == flow.field), "")
    return (flow, name) if name else (None, "")


def route(flow: Workflow, here: str, wanted: str) -> tuple[str, ...] | None:
    """The fewest buttons from one state to another; None where none lead there."""
    ways: deque[tuple[str, tuple[str, ...]]] = deque([(here, ())])
    seen = {here}
    while ways:
        state, pressed = ways.popleft()
        if state == wanted:
            return pressed
        for name, button in flow.buttons.items():
            if state in button.leaves and button.reaches not in seen:
                seen.add(button.reaches)
                ways.append((button.reaches, (*pressed, name)))
    return None
