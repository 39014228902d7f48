"""Raw sockets that answer as a script says, and a clock that needs no time: for clients of HTTP."""

import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crm_migrate.connecting.http import Waiting

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
Script = Callable[[socket.socket, bytes], None]


class NoTime(Waiting):
    """Waits by moving its clock; what it was asked to wait is kept."""

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__()
        self._now = now
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self._now

    def wait(self, seconds: float) -> None:
        super().wait(0)
        if seconds:
            self.waits.append(seconds)
            self._now += timedelta(seconds=seconds)


@dataclass
class Heard:
    """What arrived: whole requests, as bytes."""

    url: str
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def scripted(*scripts: Script) -> Iterator[Heard]:
    """A server whose n-th request is answered by the n-th script, the last one ever after."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard = Heard(f"http://127.0.0.1:{listening.getsockname()[1]}")
    guard = threading.Lock()

    def serve(connection: socket.socket) -> None:
        with connection:
            while request := _request(connection):
                with guard:
                    heard.requests.append(request)
                    script = scripts[min(len(heard.requests), len(scripts)) - 1]
                try:
                    script(connection, request)
                except OSError:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)  # wakes accept on Linux; closing does elsewhere
        listening.close()
        thread.join(5)


def _request(connection: socket.socket) -> bytes:
    got = b""
    try:
        while b"\r\n\r\n" not in got:
            more = connection.recv(65536)
            if not more:
                return b""
            got += more
        head, _, body = got.partition(b"\r\n\r\n")
        length = next(
            (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
    except OSError:
        return b""
    return head + b"\r\n\r\n" + body


def says(status: int, body: bytes = b"{}", **headers: str) -> Script:
    """A whole answer."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()
    return lambda connection, _: connection.sendall(head + body)


def sends(raw: bytes) -> Script:
    """These bytes, and the end of the connection."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def resets(connection: socket.socket, _: bytes) -> None:
    """A reset instead of an answer."""
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


def hangs(connection: socket.socket, _: bytes) -> None:
    """No answer before the client gives up."""
    connection.settimeout(30)
    connection.recv(1)
