"""What a network, a proxy or a gateway can do to a request, whatever is said over it: the catalogue of kinds.

Each is a function of an exchange; its docstring is its description. `after` kinds have the request carried out first.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from exactly_once.gateway import Asked, Exchange, Gateway, Said, Strike, zipped

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
SECOND = 1.0
Fits = Callable[[Gateway, Asked], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault. `fits` says whether it can strike a request. What `doubles` makes two records of one request:
    where the server does not look after our key nobody can prevent that, but it must not end with GO. What `stops` is
    for people to mend: it strikes once."""

    name: str
    words: str
    strike: Strike
    fits: Fits
    doubles: bool
    stops: bool


KINDS: dict[str, Kind] = {}


def _always(gateway: Gateway, asked: Asked) -> bool:
    return True


def kind(fits: Fits = _always, *, doubles: bool = False, stops: bool = False) -> Callable[[Strike], Strike]:
    """Put a function into the catalogue, under its own name."""

    def entered(strike: Strike) -> Strike:
        name = str(getattr(strike, "__name__", ""))
        KINDS[name] = Kind(name, (strike.__doc__ or "").strip(), strike, fits, doubles, stops)
        return strike

    return entered


def _page(status: int, title: str) -> Said:
    return Said(status, PAGE % (title.encode(), title.encode()), HTML)


# ---------------------------------------------------------------------------------------------- connections


@kind()
def refused(exchange: Exchange) -> None:
    """it is answered, then nobody listens for a second, and no connection is left"""
    exchange.gateway.refuse(SECOND)
    exchange.answer(exchange.carry())
    exchange.close()


@kind()
def closed_idle(exchange: Exchange) -> None:
    """it is answered, then the connection is closed without a word: the next request meets it"""
    exchange.answer(exchange.carry())
    exchange.close()


@kind()
def reset_before(exchange: Exchange) -> None:
    """the connection is reset before it is carried out"""
    exchange.reset()


@kind()
def reset_after(exchange: Exchange) -> None:
    """the connection is reset after it was carried out"""
    exchange.carry()
    exchange.reset()


@kind()
def closed_before(exchange: Exchange) -> None:
    """the connection is closed before it is carried out"""
    exchange.close()


@kind()
def closed_after(exchange: Exchange) -> None:
    """the connection is closed after it was carried out"""
    exchange.carry()
    exchange.close()


# ---------------------------------------------------------------------------------------------- time


@kind()
def silent_before(exchange: Exchange) -> None:
    """no answer, and it is not carried out"""
    exchange.hold()


@kind()
def silent_after(exchange: Exchange) -> None:
    """no answer, and it was carried out"""
    exchange.carry()
    exchange.hold()


@kind()
def late(exchange: Exchange) -> None:
    """no answer; it is carried out when whoever asked has given up"""
    exchange.hold()
    exchange.gateway.later(exchange.asked, 0.2)


@kind()
def reset_late(exchange: Exchange) -> None:
    """the connection is reset, and it is carried out a second later"""
    exchange.gateway.later(exchange.asked, SECOND)
    exchange.reset()


@kind()
def slow(exchange: Exchange) -> None:
    """the answer takes a second"""
    said = exchange.carry()
    time.sleep(SECOND)
    exchange.answer(said)


@kind()
def dripping(exchange: Exchange) -> None:
    """the answer comes in forty drops within a second"""
    data = bytes(exchange.carry())
    step = max(1, -(-len(data) // 40))
    for start in range(0, len(data), step):
        exchange.raw(data[start : start + step])
        time.sleep(SECOND / 40)


@kind()
def never_ending(exchange: Exchange) -> None:
    """it was carried out; the answer comes a byte every tenth of a second and never ends"""
    body = exchange.carry().body
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n" + body)
    for _ in range(600):
        exchange.raw(b" ")
        if not exchange.open:
            return
        time.sleep(SECOND / 10)


# ---------------------------------------------------------------------------------------------- refusals of gateways


@kind()
def throttled_seconds(exchange: Exchange) -> None:
    """429 with Retry-After in seconds; not carried out"""
    exchange.answer(Said(429, b"", {"Retry-After": "1"}))


@kind()
def throttled_date(exchange: Exchange) -> None:
    """429 with Retry-After as a date, of a server whose clock is an hour ahead; not carried out"""
    now = datetime.now(UTC) + timedelta(hours=1)
    headers = {"Date": format_datetime(now, usegmt=True)}
    headers["Retry-After"] = format_datetime(now + timedelta(seconds=2), usegmt=True)
    exchange.answer(Said(429, b"", headers))


@kind()
def busy(exchange: Exchange) -> None:
    """503 with Retry-After; not carried out"""
    exchange.answer(Said(503, _page(503, "Service Unavailable").body, {**HTML, "Retry-After": "1"}))


@kind()
def unavailable_before(exchange: Exchange) -> None:
    """503, an HTML page; not carried out"""
    exchange.answer(_page(503, "Service Temporarily Unavailable"))


@kind()
def unavailable_after(exchange: Exchange) -> None:
    """503, an HTML page; carried out"""
    exchange.carry()
    exchange.answer(_page(503, "Service Temporarily Unavailable"))


@kind()
def bad_gateway_before(exchange: Exchange) -> None:
    """502, an HTML page; not carried out"""
    exchange.answer(_page(502, "Bad Gateway"))


@kind()
def bad_gateway_after(exchange: Exchange) -> None:
    """502, an HTML page; carried out"""
    exchange.carry()
    exchange.answer(_page(502, "Bad Gateway"))


@kind()
def gateway_timeout_before(exchange: Exchange) -> None:
    """504 as JSON; not carried out"""
    exchange.answer(_json(504, {"message": "Endpoint request timed out"}))


@kind()
def gateway_timeout_after(exchange: Exchange) -> None:
    """504 as JSON; carried out"""
    exchange.carry()
    exchange.answer(_json(504, {"message": "Endpoint request timed out"}))


@kind()
def gateway_timeout_late(exchange: Exchange) -> None:
    """504, and it is carried out a second later"""
    exchange.gateway.later(exchange.asked, SECOND)
    exchange.answer(_page(504, "Gateway Time-out"))


@kind()
def error_before(exchange: Exchange) -> None:
    """500; not carried out"""
    exchange.answer(_page(500, "Internal Server Error"))


@kind()
def error_after(exchange: Exchange) -> None:
    """500 after it was carried out"""
    exchange.carry()
    exchange.answer(_page(500, "Internal Server Error"))


@kind()
def request_timeout(exchange: Exchange) -> None:
    """408 and the end of the connection; not carried out"""
    exchange.answer(Said(408, b"", {"Connection": "close"}))
    exchange.close()


@kind()
def session_expired(exchange: Exchange) -> None:
    """401, once; not carried out"""
    exchange.answer(Said(401, b"", {"WWW-Authenticate": "Bearer"}))


@kind()
def forbidden_page(exchange: Exchange) -> None:
    """403, the HTML page of a firewall; not carried out"""
    exchange.answer(_page(403, "Request blocked"))


@kind()
def no_route(exchange: Exchange) -> None:
    """404 of a gateway whose server is being replaced; not carried out"""
    exchange.answer(Said(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"}))


@kind()
def bad_request_page(exchange: Exchange) -> None:
    """400, an HTML page of the gateway; not carried out"""
    exchange.answer(_page(400, "400 Bad Request"))


@kind()
def conflict_page(exchange: Exchange) -> None:
    """409, an HTML page of a gateway whose backend is being moved; not carried out"""
    exchange.answer(_page(409, "Conflict"))


@kind(stops=True)
def moved(exchange: Exchange) -> None:
    """307 to another host; not carried out"""
    exchange.answer(Said(307, b"", {"Location": f"https://elsewhere.example{exchange.asked.path}"}))


@kind(stops=True)
def login_page(exchange: Exchange) -> None:
    """302 to a page for people to log in; not carried out"""
    exchange.answer(Said(302, b"", {"Location": "https://login.example/?back=/"}))


# ---------------------------------------------------------------------------------------------- answers


@kind()
def page_before(exchange: Exchange) -> None:
    """200, an HTML page about maintenance; not carried out"""
    exchange.answer(_page(200, "We will be back soon"))


@kind()
def page_after(exchange: Exchange) -> None:
    """200, an HTML page in place of the answer; carried out"""
    exchange.carry()
    exchange.answer(_page(200, "We will be back soon"))


@kind()
def empty_before(exchange: Exchange) -> None:
    """200 without a body; not carried out"""
    exchange.answer(Said(200))


@kind()
def empty_after(exchange: Exchange) -> None:
    """200 without a body; carried out"""
    exchange.carry()
    exchange.answer(Said(200))


@kind()
def no_content(exchange: Exchange) -> None:
    """204 in place of the answer; carried out"""
    exchange.carry()
    exchange.answer(Said(204))


@kind()
def cut_head(exchange: Exchange) -> None:
    """the answer ends in its headers; carried out"""
    exchange.raw(bytes(exchange.carry())[:30])
    exchange.close()


@kind()
def cut_body(exchange: Exchange) -> None:
    """the answer ends in its body; carried out"""
    exchange.raw(bytes(exchange.carry())[:-3])
    exchange.reset()


@kind()
def cut_chunks(exchange: Exchange) -> None:
    """the answer comes in chunks, and ends before the last; carried out"""
    body = exchange.carry().body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange.raw(head + b"%x\r\n%s\r\n" % (len(body), body))
    exchange.close()


@kind()
def cut_whole(exchange: Exchange) -> None:
    """the gateway cuts the body and says its new length; carried out"""
    said = exchange.carry()
    exchange.answer(Said(said.status, said.body[:-2], said.headers))


@kind()
def zipped_answer(exchange: Exchange) -> None:
    """the gateway zips the answer"""
    exchange.answer(zipped(exchange.carry()))


@kind()
def zipped_cut(exchange: Exchange) -> None:
    """the gateway zips the answer and ends before its end; carried out"""
    exchange.answer(zipped(exchange.carry(), keep=0.7))


@kind()
def zipped_not(exchange: Exchange) -> None:
    """the answer says that it is zipped, and is not; carried out"""
    said = exchange.carry()
    exchange.answer(Said(said.status, said.body, {**said.headers, "Content-Encoding": "gzip"}))


@kind()
def wrong_type(exchange: Exchange) -> None:
    """the right answer as text/html"""
    said = exchange.carry()
    exchange.answer(Said(said.status, said.body, HTML))


@kind()
def early_hints(exchange: Exchange) -> None:
    """103 before the answer"""
    exchange.raw(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    exchange.answer(exchange.carry())


@kind()
def rechunked(exchange: Exchange) -> None:
    """the answer in chunks of seven bytes"""
    said = exchange.carry()
    chunks = [said.body[start : start + 7] for start in range(0, len(said.body), 7)]
    head = f"HTTP/1.1 {said.status} OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    exchange.raw(head + b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n")


# ---------------------------------------------------------------------------------------------- other answers


@kind(lambda gateway, asked: bytes(asked) in gateway.repeated)
def cached(exchange: Exchange) -> None:
    """what the same request was answered earlier; not carried out"""
    exchange.answer(exchange.gateway.repeated[bytes(exchange.asked)])


@kind(lambda gateway, asked: gateway.last is not None)
def another_answer(exchange: Exchange) -> None:
    """the answer of the request before this one; carried out"""
    last = exchange.gateway.last
    assert last is not None, "see `fits`"
    exchange.carry()
    exchange.answer(last)


@kind(doubles=True)
def twice_first(exchange: Exchange) -> None:
    """the gateway sends it twice, and gives the first answer"""
    said = exchange.carry()
    exchange.carry()
    exchange.answer(said)


@kind(doubles=True)
def twice_second(exchange: Exchange) -> None:
    """the gateway sends it twice, and gives the second answer"""
    exchange.carry()
    exchange.answer(exchange.carry())


def _json(status: int, said: object) -> Said:
    return Said(status, json.dumps(said).encode(), {"Content-Type": "application/json"})
