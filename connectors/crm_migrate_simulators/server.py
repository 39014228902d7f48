"""The socket: a threaded HTTP/1.1 server on the loopback address, stopped cleanly, badly behaved when told to."""

import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from crm_migrate_simulators import admin
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.wire import Reply, Request

MAX_BODY = 64 << 20
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # closing now is a reset


class Server:
    """An engine on a free port of 127.0.0.1, from `start` (or `with`) to `stop`."""

    def __init__(self, engine: Engine, port: int = 0) -> None:
        self.engine = engine
        self._http = _Http(("127.0.0.1", port), engine)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> "Server":
        """Listen; requests are answered in threads of their own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """No request is answered and nothing is written any more when it returns."""
        self._http.shutdown()
        self.engine.close()
        self._http.end_connections()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], engine: Engine) -> None:
        super().__init__(address, _Handler)
        self.engine = engine
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.pop(request, None)

    def end_connections(self) -> None:
        """Close what clients hold open, and wait for the threads behind it."""
        with self._guard:
            still = dict(self._open)
        for connection in still:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it is gone already
        for thread in still.values():
            thread.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:
        """The log is the witness's."""

    def _handle(self) -> None:
        request = self._request()
        if isinstance(request, Reply):
            self.close_connection = True
            self._send(request)
        elif request.path.startswith(admin.PREFIX):
            self._send(admin.answer(self.server.engine, request))
        else:
            self._send(self.server.engine.answer(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 -- names of http.server

    def _request(self) -> Request | Reply:
        body = self._chunks() if self.headers.get("Transfer-Encoding", "").lower() == "chunked" else self._body()
        if isinstance(body, Reply):
            return body
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        pairs = tuple(parse_qsl(url.query))
        return Request(self.command, url.path, dict(pairs), headers, body, pairs)

    def _body(self) -> bytes | Reply:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit():
            return Reply(411)
        if int(length) > MAX_BODY:
            return Reply(413)
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else Reply(drop="close")  # who goes away has asked nothing

    def _chunks(self) -> bytes | Reply:
        """A body in chunks (RFC 9112 7.1); trailers are read and dropped."""
        body = bytearray()
        while True:
            size = self.rfile.readline(1024).partition(b";")[0].strip()
            if not all(digit in b"0123456789abcdefABCDEF" for digit in size) or not size:
                return Reply(400)
            if not int(size, 16):
                while self.rfile.readline(1024).strip():
                    continue
                return bytes(body)
            if len(body) + int(size, 16) > MAX_BODY:
                return Reply(413)
            body += self.rfile.read(int(size, 16))
            self.rfile.readline(1024)

    def _send(self, reply: Reply) -> None:
        if reply.drop:
            self._hang_up(reset=reply.drop == "reset")
            return
        body = reply.payload()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.drip:
            self._drip(body, reply.drip)
        elif reply.cut is not None:
            self.wfile.write(body[: int(len(body) * reply.cut)])
            self.close_connection = True
        else:
            self.wfile.write(body)
        self.wfile.flush()

    def _drip(self, body: bytes, pause: float) -> None:
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            self.wfile.flush()
            if not self.server.engine.clock.wait(pause):
                self.close_connection = True
                return

    def _hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self.rfile.close()
            self.connection.close()
