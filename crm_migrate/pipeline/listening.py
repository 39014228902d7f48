"""Who hears how far a run has come."""

from dataclasses import dataclass
from typing import Protocol


class Listener(Protocol):
    """Hears which stage runs, on what, and how much of it is done: `done` of `total`, 0 where nobody knows."""

    def __call__(self, stage: str, what: str = "", done: int = 0, total: int = 0) -> None:
        """Called when a stage begins and while it goes on."""
        ...


@dataclass(slots=True)
class Sent:
    """Adds up the records of the batches that the target answered."""

    listener: Listener
    total: int
    records: int = 0
    stage: str = "load"

    def batch(self, object_name: str, rows: int) -> None:
        """One more batch of an object."""
        self.records += rows
        self.listener(self.stage, object_name, self.records, max(self.total, self.records))
