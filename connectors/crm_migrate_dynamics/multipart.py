"""`$batch` as data: requests in one of type multipart/mixed, some together as change sets, and its answer. Pure.

A batch goes on behind a part that is refused; a change set is done whole or not at all, and refers to what its first
part makes by `$1`. The parts of an answer stand in the order of the request.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_migrate.disk.json_once import once

_BOUNDARY = re.compile(rb"(?:\r\n)*(--[!-~]{8,})\r\n")
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})[^\r\n]*\r?\n")


@dataclass(frozen=True, slots=True)
class Step:
    """A request of a batch: a method, a path behind the version, and a body. One that is `beside` is about another
    record than the group that it is part of."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """An answer within an answer: names of headers in lower case; `said` is its JSON, None where it is none; `behind`
    are those that follow in a change set."""

    status: int
    headers: Mapping[str, str]
    said: Any = None
    behind: "tuple[Part, ...]" = ()


def written(groups: Sequence[Sequence[Step]], root: str) -> tuple[bytes, str]:
    """The body and its content type: a group of one step is a part, one of several a change set. `root`: the path of
    the version, before that of each step. The same steps give the same bytes."""
    texts = [_part(group[0], root) if len(group) == 1 else _change_set(group, root) for group in groups]
    whole = "".join(texts)
    boundary = f"batch_{hashlib.sha256(whole.encode()).hexdigest()[:32]}"
    body = "".join(f"--{boundary}\r\n{text}" for text in texts) + f"--{boundary}--\r\n"
    return body.encode(), f"multipart/mixed; boundary={boundary}"


def _change_set(steps: Sequence[Step], root: str) -> str:
    texts = [_part(step, root, n) for n, step in enumerate(steps, 1)]
    boundary = f"changeset_{hashlib.sha256(''.join(texts).encode()).hexdigest()[:32]}"
    inner = "".join(f"--{boundary}\r\n{text}" for text in texts)
    return f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{inner}--{boundary}--\r\n"


def _part(step: Step, root: str, number: int | None = None) -> str:
    named = "" if number is None else f"Content-ID: {number}\r\n"
    path = step.path if step.path.startswith("$") else f"{root}/{step.path}"
    body = "" if step.body is None else json.dumps(dict(step.body), ensure_ascii=False, allow_nan=False)
    kind = {"Content-Type": "application/json"} if body else {"Accept": "application/json"}
    headers = "".join(f"{name}: {said}\r\n" for name, said in {**kind, **step.headers}.items())
    return (
        f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{named}\r\n"
        f"{step.method} {path} HTTP/1.1\r\n{headers}\r\n{body}\r\n"
    )


def read(body: bytes) -> list[Part]:
    """The parts of an answer in their order, that of a change set as its first part, or as what refused it. ValueError
    where it cannot be read, or does not end. It says its boundary itself, whatever becomes of its headers."""
    parts = []
    for headers, content in _split(body):
        if headers.get("content-type", "").startswith("multipart/mixed"):
            inner = [_answer(said) for _, said in _split(content)]
            if not inner:
                raise ValueError("a change set without a part")
            parts.append(next((e for e in inner if e.status >= 400), replace(inner[0], behind=tuple(inner[1:]))))
        else:
            parts.append(_answer(content))
    return parts


def _split(body: bytes) -> list[tuple[dict[str, str], bytes]]:
    found = _BOUNDARY.match(body)
    if found is None:
        raise ValueError("no boundary")
    pieces = body.split(found[1])
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("an end without its boundary")
    return [_headed(piece.lstrip(b"\r\n")) for piece in pieces[1:-1]]


def _headed(text: bytes) -> tuple[dict[str, str], bytes]:
    head, blank, rest = text.partition(b"\r\n\r\n")
    if not blank:
        raise ValueError("headers without an end")
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n") if line)
    return {name.strip().lower(): said.strip() for name, _, said in lines}, rest


def _answer(text: bytes) -> Part:
    status = _STATUS.match(text)
    if status is None:
        raise ValueError("a part without a status")
    rest = text[status.end() :]
    headers, body = _headed(rest) if not rest.startswith(b"\r\n") else ({}, rest[2:])
    body = body.strip()
    said = json.loads(body, object_pairs_hook=once) if body else None
    return Part(int(status[1]), headers, said)
