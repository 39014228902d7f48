"""The witness: what was asked and what was created, append-only, whatever a client believes."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Asked:
    """A request that arrived, and how it was answered (0: not at all). No values of records stand here."""

    number: int
    time: float
    method: str
    route: str
    scope: str
    records: int = 0
    fault: str = ""
    status: int = 0
    refused: str = ""  # the limit that it broke
    touched: list[str] = field(default_factory=list)  # ids of the records that its fault changed, merged or deleted


@dataclass(frozen=True, slots=True)
class Creation:
    """A record came to be: its id, the key of another system that it carried, when, and by which request."""

    object: str
    id: str
    key: str | None
    time: float
    request: int


class Log:
    """Requests and creations, in the order in which they came."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.creations: list[Creation] = []
        self._lock = threading.Lock()
        self._scopes: Counter[str] = Counter()

    def arrived(self, time: float, method: str, route: str, scope: str) -> tuple[Asked, dict[str, int]]:
        """Note a request; also the how many-th of its scope it is, from 1 (`any`: reads and writes)."""
        with self._lock:
            self._scopes.update([scope, *(["any"] if scope in ("read", "write") else [])])
            asked = Asked(len(self.requests) + 1, time, method, route, scope)
            self.requests.append(asked)
            return asked, {name: self._scopes[name] for name in (scope, "any")}

    def count_anew(self) -> None:
        """The next request of each scope is the first again: for a new schedule of faults."""
        with self._lock:
            self._scopes.clear()

    def created(self, creation: Creation) -> None:
        """Note that a record came to be."""
        with self._lock:
            self.creations.append(creation)

    def doubled(self) -> dict[str, int]:
        """`object:key` of every key that was created more than once, with how often."""
        counts = Counter(f"{c.object}:{c.key}" for c in self.creations if c.key)
        return {key: count for key, count in counts.items() if count > 1}

    def summary(self) -> dict[str, Any]:
        """The figures that a test asks for first."""
        return {
            "requests": len(self.requests),
            "writes": sum(asked.scope == "write" for asked in self.requests),
            "refused": sum(bool(asked.refused) for asked in self.requests),
            "faults": dict(Counter(asked.fault for asked in self.requests if asked.fault)),
            "created": dict(Counter(creation.object for creation in self.creations)),
            "without_key": sum(creation.key is None for creation in self.creations),
            "doubled": self.doubled(),
        }
