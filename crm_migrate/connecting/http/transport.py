"""The only module that knows httpx: a pool of connections, and one exchange on it, with what is known when it fails.

httpx logs whole addresses, and httpcore headers: both are silent here, whatever the level of the root.
"""

import logging
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from crm_migrate.connecting.http.asking import Answer, Request
from crm_migrate.errors import UsageError

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for each phase of a request, `upload` for a body that is a stream, `whole` for an answer; connections and
    the most bytes of an answer."""

    connect: float = 10
    write: float = 60
    upload: float = 900
    read: float = 150
    pool: float = 60
    whole: float = 300
    connections: int = 10
    idle: float = 5
    answer_bytes: int = 64 << 20


class Broken(Exception):
    """No whole answer came. `sent`: the target may have got the request; `final`: it would not help to try again."""

    def __init__(self, words: str, *, sent: bool, final: bool = False) -> None:
        super().__init__(words)
        self.words, self.sent, self.final = words, sent, final


def checked_address(base: str) -> str:
    """The address of a target. UsageError unless it is https, or http on this machine; without name or password."""
    try:
        parts = urlsplit(base)
        known = bool(parts.hostname) and not parts.query and not parts.fragment and parts.port != 0
    except ValueError:
        raise UsageError("the target's address is no URL") from None
    if "@" in parts.netloc:
        raise UsageError("the target's address holds a name or password", hint="give them as references of their own")
    if not known or parts.scheme not in ("https", "http"):
        raise UsageError("the target's address is no URL", hint="it looks like https://host")
    if parts.scheme == "http" and not _of_this_machine(parts.hostname or ""):
        raise UsageError("the target's address begins with http://", hint="only https:// is taken outside this machine")
    return base.rstrip("/")


def _of_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Transport:
    """A pool of connections to one address. Proxy and CA come from the environment (HTTPS_PROXY, NO_PROXY,
    SSL_CERT_FILE, SSL_CERT_DIR); certificates of the system hold, too."""

    def __init__(self, base: str, patience: Patience) -> None:
        self.host = urlsplit(checked_address(base)).netloc
        self._base = base.rstrip("/")
        self._patience = patience
        self._client = httpx.Client(
            verify=_certificates() if base.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=httpx.Timeout(
                connect=patience.connect, read=patience.read, write=patience.write, pool=patience.pool
            ),
            limits=httpx.Limits(
                max_connections=patience.connections,
                max_keepalive_connections=patience.connections,
                keepalive_expiry=patience.idle,
            ),
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "crm-migrate"},
        )

    def exchange(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """Send a request once. Raises Broken."""
        sent = False

        def traced(event: str, info: Mapping[str, object]) -> None:
            nonlocal sent
            asked = info.get("request")
            to_proxy = getattr(asked, "method", b"") == b"CONNECT"
            sent = sent or (event.endswith("send_request_headers.started") and not to_proxy)

        try:
            return self._exchange(request, headers, traced)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            raise Broken(_words(error), sent=sent, final=_is_final(error)) from None

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _exchange(self, request: Request, headers: Mapping[str, str], traced: object) -> Answer:
        sent = _Sent(request, self._patience)
        with self._client.stream(
            request.method,
            self._base + request.path,
            params=dict(request.query) or None,
            content=sent.content,
            headers={**sent.headers, **request.headers, **headers},
            extensions={"trace": traced},
        ) as response:
            told = {name.lower(): value for name, value in response.headers.items()}
            raw = _in_time(response.iter_raw(), sent.at + self._patience.whole)
            body = _bounded(raw, told.get("content-encoding", ""), self._patience.answer_bytes)
            return Answer(request, response.status_code, told, body)


class _Sent:
    """The body of a request on its way; `at` is when it was sent, as far as it is."""

    def __init__(self, request: Request, patience: Patience) -> None:
        self.at = time.monotonic()
        self._patience = patience
        stream = request.stream
        if stream is not None:
            self.headers = {"Content-Type": request.content_type, "Content-Length": str(stream.length)}
            self.content: bytes | Iterator[bytes] | None = self._in_time(stream.chunks())
        else:
            payload = request.payload()
            self.headers = {"Content-Type": request.content_type} if payload else {}
            self.content = payload if payload or request.changes else None

    def _in_time(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, each only while there is time; a body that breaks off is no request."""
        begun = time.monotonic()
        for chunk in chunks:
            self.at = time.monotonic()
            if self.at - begun > self._patience.upload:
                raise Broken("the file is taken too slowly", sent=True)
            yield chunk
        self.at = time.monotonic()


def _certificates() -> ssl.SSLContext:
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _in_time(chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise Broken("the answer comes too slowly", sent=True)
        yield chunk


def _bounded(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The body, inflated no further than `limit` bytes."""
    if encoding not in ("", "identity", "gzip"):
        raise Broken(f"the answer is encoded as {encoding[:20]!r}", sent=True, final=True)
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
    body = bytearray()
    for chunk in chunks:
        try:
            body += chunk if inflate is None else inflate.decompress(chunk, limit + 1 - len(body))
        except zlib.error:
            raise Broken("the answer is no gzip", sent=True) from None
        if len(body) > limit:
            raise Broken(f"the answer is larger than {limit:,} bytes", sent=True, final=True)
    if inflate is not None and body and not inflate.eof:
        raise Broken("the answer is cut off", sent=True)
    return bytes(body)


def _words(error: Exception) -> str:
    """What happened, without address or values: the kind of error, and what the system calls it."""
    cause = error.__cause__ or error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    told = cause.strerror if isinstance(cause, OSError) and cause.strerror else ""
    return f"{type(error).__name__} ({told})" if told else type(error).__name__


def _is_final(error: BaseException | None) -> bool:
    """A certificate that does not hold, and an address that is none, stay so."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError | httpx.InvalidURL | httpx.UnsupportedProtocol):
            return True
        error = error.__cause__ or error.__context__
    return False
