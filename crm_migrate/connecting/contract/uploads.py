"""What a target that takes files has to say and to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from crm_migrate.connecting.contract.targets import Answer, TargetObject, WriteBatch


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file: `size` of them, with these digests (hex), as they were planned.

    `chunks` gives them piece by piece, anew each time; it raises where they are others by now, before the last piece:
    whoever sends them lets that pass, and ends the request unfinished.
    """

    name: str
    size: int
    sha256: str
    md5: str
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Room:
    """What a target takes of files; None where it has no such limit or says nothing of it: `files` in 24 hours, and the
    `bytes` that there is room for."""

    files: int | None = None
    bytes: int | None = None


@runtime_checkable
class Upload(Protocol):
    """A target that takes the bytes of files beside the fields of their records.

    A request of an object that it takes bytes of holds one record (`Limits.rows`).
    """

    def takes_bytes(self, object: TargetObject) -> bool:
        """Whether the records of an object are files."""
        ...

    def upload(self, batch: WriteBatch, content: Content) -> Answer:
        """Write one record with its bytes, as `write` does: a new one, or one whose bytes become others. What is found
        by our key is whole: its bytes are there, and its links. Bytes that are there by an earlier try are not sent
        again. May raise and may be called like `write`."""
        ...

    def room(self) -> Room:
        """What it takes at this moment."""
        ...
