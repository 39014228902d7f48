"""A gateway before an HTTP server: every request passes, but those that a fault is told to have its way with.

It knows nothing of what is said over it, only HTTP: so it stands before any target.
"""

import contextlib
import gzip
import http.client
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PASSED_ON = (
    "authorization", "content-type", "accept", "host", "prefer", "if-match", "if-none-match", "if-modified-since",
    "x-api-key", "x-skip-duplicate-check",
)  # fmt: skip
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: a close that is a reset
LONGEST = 120.0  # seconds that anything waits here


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def __bytes__(self) -> bytes:
        return f"{self.method} {self.path}\n".encode() + self.body


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; headers but those of its length."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        length = {} if self.status in (204, 304) else {"Content-Length": str(len(self.body))}
        lines = [f"{name}: {value}" for name, value in {**self.headers, **length}.items()]
        reason = http.client.responses.get(self.status, "")
        return "\r\n".join([f"HTTP/1.1 {self.status} {reason}", *lines, "", ""]).encode() + self.body


class Exchange:
    """One request on its way: what can be done with it, and with the connection that it came by."""

    def __init__(self, gateway: "Gateway", connection: socket.socket, asked: Asked) -> None:
        self.gateway, self.asked, self._connection = gateway, asked, connection
        self.open = True  # the connection takes another request after this one

    def carry(self) -> Said:
        """Have the server carry it out; its answer."""
        said = self.gateway.carry(self.asked)
        self.gateway.remember(self.asked, said)
        return said

    def answer(self, said: Said) -> None:
        """A whole answer."""
        self.raw(bytes(said))

    def raw(self, data: bytes) -> None:
        """These bytes; nothing where whoever asked has gone."""
        try:
            self._connection.sendall(data)
        except OSError:
            self.open = False

    def close(self) -> None:
        """The end, in good order."""
        self.open = False

    def reset(self) -> None:
        """The end, without ceremony."""
        with contextlib.suppress(OSError):
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.open = False

    def hold(self) -> None:
        """Say nothing until whoever asked has gone."""
        with contextlib.suppress(OSError):
            select.select([self._connection], [], [], LONGEST)
        self.open = False


Strike = Callable[[Exchange], None]
# What is asked about each request: what happens to it instead of being carried out and answered.
Aim = Callable[[Asked], Strike | None]


class Gateway:
    """Listens on a port of its own; `requests` are those that arrived, `repeated` what was answered to them last."""

    def __init__(self, url: str, aim: Aim) -> None:
        there = urlsplit(url)
        self._there, self._aim = there.netloc, aim
        self._socket = self._listen(0)
        self._port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}{there.path}"
        self.requests: list[Asked] = []
        self.repeated: dict[bytes, Said] = {}
        self.last: Said | None = None
        self._ended, self._lock, self._shut = threading.Event(), threading.Lock(), 0.0
        self._connections: set[socket.socket] = set()
        self._late: list[threading.Thread] = []
        self._door = threading.Thread(target=self._receive, daemon=True)
        self._door.start()

    def _listen(self, port: int) -> socket.socket:
        made = socket.create_server(("127.0.0.1", port), backlog=64)
        made.settimeout(0.05)
        return made

    def _receive(self) -> None:
        while not self._ended.is_set():
            if self._shut:
                self._socket.close()
                self._ended.wait(self._shut)
                self._shut, self._socket = 0, self._listen(self._port)
            with contextlib.suppress(TimeoutError, ConnectionAbortedError):
                connection, _ = self._socket.accept()
                connection.settimeout(None)
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()
        self._socket.close()

    def _serve(self, connection: socket.socket) -> None:
        self._connections.add(connection)
        with connection, connection.makefile("rb") as stream:
            try:
                while (asked := _read(stream)) is not None:
                    exchange = Exchange(self, connection, asked)
                    with self._lock:
                        self.requests.append(asked)
                        strike = self._aim(asked)
                    (strike or _pass)(exchange)
                    if not exchange.open:
                        break
            except OSError:  # whoever asked was killed meanwhile
                pass
            finally:
                self._connections.discard(connection)

    def carry(self, asked: Asked) -> Said:
        """What the server says."""
        kept = {name: value for name, value in asked.headers.items() if name in PASSED_ON}
        with closing(http.client.HTTPConnection(self._there, timeout=LONGEST)) as connection:
            connection.request(asked.method, asked.path, asked.body or None, kept)
            answer = connection.getresponse()
            kind = answer.getheader("Content-Type")
            return Said(answer.status, answer.read(), {"Content-Type": kind} if kind else {})

    def remember(self, asked: Asked, said: Said) -> None:
        """What a cache keeps."""
        self.repeated[bytes(asked)], self.last = said, said

    def later(self, asked: Asked, seconds: float) -> None:
        """Carry a request out in so many seconds; nobody hears the answer."""

        def carry() -> None:
            time.sleep(seconds)
            self.carry(asked)

        self._late.append(threading.Thread(target=carry))
        self._late[-1].start()

    def refuse(self, seconds: float) -> None:
        """For so long nobody listens, and nobody's connection is left."""
        self._shut = seconds
        for connection in [*self._connections]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)  # what is being answered still is

    def end(self) -> None:
        """When what is late has arrived."""
        for thread in self._late:
            thread.join()
        self._ended.set()
        self._door.join()


def _pass(exchange: Exchange) -> None:
    exchange.answer(exchange.carry())


def _read(stream: "socket.SocketIO | object") -> Asked | None:
    line = stream.readline().decode("latin-1").split()  # type: ignore[union-attr]
    if len(line) != 3:
        return None
    headers = {name.lower(): value for name, value in http.client.parse_headers(stream).items()}  # type: ignore[arg-type]
    length = int(headers.get("content-length") or 0)
    return Asked(line[0], line[1], headers, stream.read(length))  # type: ignore[union-attr]


def zipped(said: Said, keep: float = 1) -> Said:
    """The answer as gzip, the first part of it."""
    packed = gzip.compress(said.body)
    return Said(said.status, packed[: int(len(packed) * keep)], {**said.headers, "Content-Encoding": "gzip"})


@contextmanager
def gateway(url: str, aim: Aim) -> Iterator[Gateway]:
    """A gateway before a server, as long as this block."""
    made = Gateway(url, aim)
    try:
        yield made
    finally:
        made.end()
