"""`$batch`: requests in one of type multipart/mixed, each by itself, or together as a change set; and its answer."""

import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crm_migrate_simulators.dynamics.binding import BadReference
from crm_migrate_simulators.dynamics.problems import Failure, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.wire import Reply, Request

MOST = 1000  # requests of a batch
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_WRITES = re.compile(rb"^(POST|PATCH|PUT|DELETE) ", re.MULTILINE)
_REFERENCE = re.compile(r"/?(\$\w+)(/.*)?")
_WORDS = {200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 403: "Forbidden",
          404: "Not Found", 412: "Precondition Failed", 500: "Internal Server Error",
          501: "Not Implemented"}  # fmt: skip
Answer = Callable[[Work], Reply]
Refusing = Callable[[Refused], Reply]


@dataclass
class Part:
    """A request of a batch; `name` is its Content-ID."""

    request: Request
    name: str = ""


@dataclass
class Parts:
    """The body of an answer: parts are dicts, so that a fault may reach for them; a change set's have `parts`."""

    boundary: str
    listed: list[dict[str, Any]] = field(default_factory=list)

    def render(self) -> bytes:
        """In bytes."""
        return _rendered(self.boundary, self.listed).encode()


def writes(body: bytes) -> bool:
    """Whether a batch changes anything."""
    return bool(_WRITES.search(body))


def describes(body: bytes) -> bool:
    """Whether a batch asks about tables rather than records."""
    return b"/EntityDefinitions(" in body and not writes(body)


def answered(work: Work, answer: Answer, refusing: Refusing) -> Reply:
    """The parts, until one is refused; all of them where the client prefers to go on."""
    try:
        with work.store.all_or_nothing():
            return _answered(work, answer, refusing)
    except BadReference as bad:
        return Reply(400, bad.message.encode(), {"Content-Type": "text/plain"})


def _answered(work: Work, answer: Answer, refusing: Refusing) -> Reply:
    asked = _parts(work.request, _boundary(work.request.headers))
    count = sum(len(each) if isinstance(each, list) else 1 for each in asked)
    if count > MOST:
        raise Failure(400, "0x80044150", f"a batch has at most {MOST} requests")
    body, status = Parts(f"batchresponse_{_fresh(work)}"), 200
    for each in asked[: math.floor(len(asked) * work.call.share)]:
        told, good = (
            _change_set(work, each, answer, refusing) if isinstance(each, list) else _one(work, each, answer, refusing)
        )
        body.listed.append(told)
        if not good and "odata.continue-on-error" not in work.prefer:
            status = told.get("status", 400)
            break
    work.call.asked.records = count
    return Reply(status, body, {"Content-Type": f"multipart/mixed; boundary={body.boundary}", "OData-Version": "4.0"})


def _fresh(work: Work) -> str:
    return str(uuid.UUID(int=work.call.random.getrandbits(128)))


def _one(work: Work, part: Part, answer: Answer, refusing: Refusing) -> tuple[dict[str, Any], bool]:
    if _reference(part.request):
        raise BadReference(_reference(part.request))
    try:
        with work.store.all_or_nothing():
            reply = answer(work.of(part.request, {}))
    except Refused as refused:
        reply = refusing(refused)
    return _told(reply, part.name), reply.status < 400


def _change_set(work: Work, parts: list[Part], answer: Answer, refusing: Refusing) -> tuple[dict[str, Any], bool]:
    """All parts or none; where one is refused it alone is told."""
    made: dict[str, tuple[str, str]] = {}
    told: list[dict[str, Any]] = []
    name = ""
    try:
        with work.store.all_or_nothing():
            for part in parts:
                name = part.name
                if part.request.method == "GET":
                    raise unreadable("a change set holds no GET")
                reply = answer(work.of(_resolved(part.request, made), made))
                _remember(part, reply, made)
                told.append(_told(reply, part.name))
    except BadReference:
        raise
    except Refused as refused:
        return _told(refusing(refused), name), False
    return {"boundary": f"changesetresponse_{_fresh(work)}", "parts": told}, True


def _remember(part: Part, reply: Reply, made: dict[str, tuple[str, str]]) -> None:
    place = reply.headers.get("OData-EntityId", "")
    found = re.search(r"/(\w+)\(([0-9a-f-]{36})\)$", place)
    if part.name and found:
        made[part.name] = (found[1], found[2])


def _reference(request: Request) -> str:
    found = _REFERENCE.fullmatch(request.path)
    return found[1] if found else ""


def _resolved(request: Request, made: Mapping[str, tuple[str, str]]) -> Request:
    """A request about what a part before it has made: `PATCH $1`."""
    reference = _reference(request)
    if not reference:
        return request
    if reference.removeprefix("$") not in made:
        raise BadReference(reference)
    set, id = made[reference.removeprefix("$")]
    return Request(request.method, f"/api/data/v9.2/{set}({id})", request.query, request.headers, request.body)


# ---------------------------------------------------------------------------------------------------- reading


def _boundary(headers: Mapping[str, str]) -> str:
    kind = headers.get("content-type", "")
    found = _BOUNDARY.search(kind)
    if not kind.startswith("multipart/mixed") or found is None:
        raise unreadable("a batch is multipart/mixed with a boundary")
    return found[1]


def _parts(request: Request, boundary: str) -> list[Part | list[Part]]:
    found: list[Part | list[Part]] = []
    for headers, body in _split(request.body, boundary):
        if headers.get("content-type", "").startswith("multipart/mixed"):
            inner = _split(body, _boundary(headers))
            found.append([_part(request, told, said) for told, said in inner])
        else:
            found.append(_part(request, headers, body))
    if not found:
        raise unreadable("a batch without a request")
    return found


def _split(body: bytes, boundary: str) -> list[tuple[dict[str, str], bytes]]:
    pieces = body.replace(b"\r\n", b"\n").split(b"--" + boundary.encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise unreadable("a batch that ends before its last boundary")
    return [_headed(piece.removeprefix(b"\n")) for piece in pieces[1:-1]]


def _headed(text: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = text.partition(b"\n\n")
    lines = (line.decode("latin-1").partition(":") for line in head.split(b"\n") if line)
    return {name.strip().lower(): said.strip() for name, _, said in lines}, body


def _part(outer: Request, headers: dict[str, str], body: bytes) -> Part:
    if headers.get("content-type") != "application/http":
        raise unreadable("a part of a batch is application/http")
    line, _, rest = body.partition(b"\n")
    words = line.decode().strip().rsplit(" ", 1)[0].split(" ", 1)
    if len(words) != 2:
        raise unreadable("a part of a batch has a method and an address")
    said, content = _headed(rest) if not rest.startswith(b"\n") else ({}, rest[1:])
    url = urlsplit(words[1])
    path = unquote(url.path) if url.path.startswith(("/", "$")) else f"/api/data/v9.2/{unquote(url.path)}"
    inherited = {"host": outer.headers.get("host", ""), "prefer": ""}
    pairs = tuple(parse_qsl(url.query))
    return Part(
        Request(words[0], path, dict(pairs), inherited | said, content.strip(), pairs), headers.get("content-id", "")
    )


# ---------------------------------------------------------------------------------------------------- telling


def _told(reply: Reply, name: str) -> dict[str, Any]:
    place = reply.headers.get("OData-EntityId")
    headers = dict(reply.headers) | ({"Location": place} if place else {})
    return {"id": name, "status": reply.status, "headers": headers, "body": reply.body}


def _rendered(boundary: str, parts: list[dict[str, Any]]) -> str:
    told = "".join(f"--{boundary}\r\n{_of(part)}" for part in parts)
    return f"{told}--{boundary}--\r\n"


def _of(part: dict[str, Any]) -> str:
    if "parts" in part:
        inner = _rendered(part["boundary"], part["parts"])
        return f"Content-Type: multipart/mixed; boundary={part['boundary']}\r\n\r\n{inner}\r\n"
    named = f"Content-ID: {part['id']}\r\n" if part.get("id") else ""
    status = part["status"]
    headers = "".join(f"{name}: {said}\r\n" for name, said in part["headers"].items())
    body = "" if part["body"] is None else json.dumps(part["body"], ensure_ascii=False)
    return (
        f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{named}\r\n"
        f"HTTP/1.1 {status} {_WORDS.get(status, 'Unknown')}\r\n{headers}\r\n{body}\r\n"
    )
