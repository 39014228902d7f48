"""Requests as they arrive and replies as they leave, with what may happen to a reply on its way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was read whole. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()  # the query as it was written, where a name may come more than once

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


class Rendered(Protocol):
    """A body that is neither JSON nor bytes yet, so that a fault may still change what it lists."""

    def render(self) -> bytes:
        """The body in bytes."""
        ...


@dataclass(slots=True)
class Reply:
    """What goes back: `body` is a JSON value, bytes as they are, or what renders itself.

    `cut` sends that share of the body and closes, though the length said more; `drop` sends nothing (`close`: the
    connection ends in order, `reset`: with a reset); `drip` is the pause in seconds between two bytes of the body.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: float | None = None
    drop: Literal["", "close", "reset"] = ""
    drip: float = 0.0

    def payload(self) -> bytes:
        """The body in bytes."""
        if isinstance(self.body, bytes):
            return self.body
        if hasattr(self.body, "render"):
            rendered: Rendered = self.body
            return rendered.render()
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
