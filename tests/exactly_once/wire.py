"""A wire before a database server: bytes pass both ways, but those that a fault is told to have its way with."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: a close that is a reset
PIECE = 1 << 16
QUIET = 0.1  # seconds without a byte: the answer is whole


class Talk:
    """One connection: `client` is ours, `server` goes on to the server."""

    def __init__(self, wire: "Wire", client: socket.socket, server: socket.socket) -> None:
        self.wire, self.client, self.server = wire, client, server
        self.open = True

    @property
    def port(self) -> int:
        """The server knows the connection by it."""
        return int(self.server.getsockname()[1])

    def run(self) -> None:
        """Pass on until somebody goes."""
        with contextlib.suppress(OSError), self.client, self.server:
            while self.open:
                ready, _, _ = select.select([self.client, self.server], [], [])
                if self.client in ready:
                    self._asked(self.client.recv(PIECE))
                if self.open and self.server in ready:
                    self._said(self.server.recv(PIECE))

    def _asked(self, data: bytes) -> None:
        if not data:
            self.open = False
            return
        strike = self.wire.aim(data)
        if strike is None:
            self.server.sendall(data)
        else:
            strike(self, data)

    def _said(self, data: bytes) -> None:
        self.open = bool(data)
        self.client.sendall(data)

    def answer(self) -> bytes:
        """What the server says now."""
        said, patience = b"", 60.0
        while select.select([self.server], [], [], patience)[0] and (more := self.server.recv(PIECE)):
            said, patience = said + more, QUIET
        return said

    def reset(self) -> None:
        """The end for the client, without ceremony."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.client.close()
        self.open = False

    def close(self) -> None:
        """The end for the client, in good order."""
        self.client.close()
        self.open = False


Strike = Callable[[Talk, bytes], None]
Aim = Callable[[bytes], Strike | None]  # what happens to these bytes of a client instead of being passed on
Reception = Callable[[socket.socket], None]  # what a client meets that comes while nobody is let in


class Wire:
    """Listens on a port of its own; `aim` is asked about whatever a client says."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._socket = self._listen(0)
        self.port = int(self._socket.getsockname()[1])
        self.aim: Aim = lambda data: None
        self._until, self._reception = 0.0, _nobody
        self._ended = threading.Event()
        self._talks: set[Talk] = set()
        self._door = threading.Thread(target=self._receive, daemon=True)
        self._door.start()

    def shut(self, seconds: float, reception: Reception | None = None) -> None:
        """For so long nobody is let in; everybody who is in is sent away."""
        self._reception, self._until = reception or _nobody, time.monotonic() + seconds
        for talk in [*self._talks]:
            with contextlib.suppress(OSError):
                talk.client.shutdown(socket.SHUT_RDWR)

    def _listen(self, port: int) -> socket.socket:
        made = socket.create_server(("127.0.0.1", port), backlog=64)
        made.settimeout(0.05)
        return made

    def _receive(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                client, _ = self._socket.accept()
                client.settimeout(None)
                threading.Thread(target=self._serve, args=[client], daemon=True).start()
        self._socket.close()

    def _serve(self, client: socket.socket) -> None:
        if time.monotonic() < self._until:
            with contextlib.suppress(OSError), client:
                self._reception(client)
            return
        talk = Talk(self, client, socket.create_connection(self._there))
        self._talks.add(talk)
        try:
            talk.run()
        finally:
            self._talks.discard(talk)

    def end(self) -> None:
        """Nobody listens any more."""
        self._ended.set()
        self._door.join()


def _nobody(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    """A wire before a server, as long as this block."""
    made = Wire(host, port)
    try:
        yield made
    finally:
        made.end()
