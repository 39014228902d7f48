"""A request before it is sent and the answer to it, as data; what the answer says is read strictly."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from crm_migrate.disk.json_once import once
from crm_migrate.errors import InDoubt, Retryable, TargetError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TOO_LARGE = frozenset({413, 414, 431})  # its body, its address, its headers


@dataclass(frozen=True, slots=True)
class Stream:
    """A body of `length` bytes that is made while it is sent; `chunks` begins anew for every try."""

    length: int
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask: `route` is a template (`/v1/objects/{object}`), `at` fills it; only the template is ever logged.

    The body is `json` (any JSON value), `body` or `stream`, both with a `content_type`. `writes` says whether it may
    change something there; None: by its method. A search by POST says False, so that it may be repeated. `faults`: the
    target says no with 500 (SOAP), so that such an answer is read.
    """

    method: str
    route: str
    at: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    body: bytes | None = None
    stream: Stream | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: bool | None = None
    faults: bool = False

    @property
    def changes(self) -> bool:
        """Whether the target may be another one after it."""
        return self.method.upper() not in SAFE if self.writes is None else self.writes

    @property
    def path(self) -> str:
        """The route with its places filled; a value is one segment, whatever it holds."""
        return self.route.format_map({name: _segment(value) for name, value in self.at.items()})

    @property
    def length(self) -> int:
        """The bytes of the body."""
        return self.stream.length if self.stream is not None else len(self.payload())

    def payload(self) -> bytes:
        """A body that is no stream, in bytes. Floats that JSON does not have are a bug of the caller."""
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json, ensure_ascii=False, allow_nan=False).encode()

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def _segment(value: str) -> str:
    return value.replace(".", "%2E") if value in (".", "..") else quote(value, safe="")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: names of headers in lower case; `request` is what it answers."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON, whatever type it says it has: no member twice, no NaN.

        Raises InDoubt where that cannot be read and the request may have changed something, else Retryable.
        """
        try:
            return json.loads(self.body, object_pairs_hook=once, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise self.unreadable("no JSON of one meaning") from None

    def own(self, whose: str, is_own: Callable[[Any], bool]) -> Any:
        """The body as JSON, where it has the shape of an error of the target itself.

        Raises like `json` where it has not: a gateway, a proxy or a firewall before the target has a word of its own,
        and what became of the request nobody knows.
        """
        said = self.json()
        if not is_own(said):
            raise self.unreadable(f"no word of {whose}")
        return said

    def object(self, refused: "Callable[[Answer], TargetError]") -> dict[str, Any]:
        """The JSON object of a success. Raises what `refused` makes of an error, and like `json` where it is none."""
        if not 200 <= self.status < 300:
            raise refused(self)
        said = self.json()
        if not isinstance(said, dict):
            raise self.unreadable("no object of JSON")
        return said

    @property
    def too_large(self) -> bool:
        """Whether the request was refused for its size: whoever says so, a gateway or the target, has not read it."""
        return self.status in _TOO_LARGE

    def unreadable(self, words: str) -> TargetError:
        """The error of an answer that does not say what became of its request."""
        kind = InDoubt if self.request.changes else Retryable
        return kind(f"the answer {self.status} to {self.request} is {words}")


def _no_constant(name: str) -> Any:
    raise ValueError(name)
