"""An address before a server's, where requests and answers get lost as a test says."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# What is asked about each request (its method, path and body), before it is carried out and after (True): whether the
# connection ends here.
Cuts = Callable[[bytes, bool], bool]


@contextmanager
def between(url: str, cuts: Cuts) -> Iterator[str]:
    """Lets requests and answers pass that `cuts` does not stop."""
    there = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def carry(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = f"{self.command} {self.path}\n".encode() + body
            if cuts(request, False):
                self.close_connection = True
                return
            kept = {name: said for name in ("Authorization", "Content-Type") if (said := self.headers.get(name))}
            with closing(http.client.HTTPConnection(there.netloc, timeout=60)) as connection:
                connection.request(self.command, self.path, body or None, kept)
                answer = connection.getresponse()
                said = answer.read()
            if cuts(request, True):
                self.close_connection = True
                return
            self.send_response(answer.status)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = carry  # noqa: N815 -- names of the library

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever asked may have been killed meanwhile."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{there.path}"
        server.shutdown()


@contextmanager
def deaf(url: str, *words: bytes) -> Iterator[str]:
    """The first request with each word in it is carried out, and never answered. A word said twice is two requests."""
    cut = list(words)

    def cuts(request: bytes, done: bool) -> bool:
        word = next((each for each in cut if done and each in request), None)
        if word is not None:
            cut.remove(word)
        return word is not None

    with between(url, cuts) as address:
        yield address
