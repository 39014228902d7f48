"""What becomes of connections, and of time."""

import time

from exactly_once.gateway import Exchange
from exactly_once.http_catalogue import SECOND, kind


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
