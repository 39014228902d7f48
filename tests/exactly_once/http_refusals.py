"""What gateways say in place of a server, whether it has carried the request out or not."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from exactly_once.gateway import Exchange, Said
from exactly_once.http_catalogue import SECOND, kind

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"


def page(status: int, title: str) -> Said:
    """A page for people."""
    return Said(status, PAGE % (title.encode(), title.encode()), HTML)


def told(status: int, said: object) -> Said:
    return Said(status, json.dumps(said).encode(), {"Content-Type": "application/json"})


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
    exchange.answer(Said(503, page(503, "Service Unavailable").body, {**HTML, "Retry-After": "1"}))


@kind()
def unavailable_before(exchange: Exchange) -> None:
    """503, an HTML page; not carried out"""
    exchange.answer(page(503, "Service Temporarily Unavailable"))


@kind()
def unavailable_after(exchange: Exchange) -> None:
    """503, an HTML page; carried out"""
    exchange.carry()
    exchange.answer(page(503, "Service Temporarily Unavailable"))


@kind()
def bad_gateway_before(exchange: Exchange) -> None:
    """502, an HTML page; not carried out"""
    exchange.answer(page(502, "Bad Gateway"))


@kind()
def bad_gateway_after(exchange: Exchange) -> None:
    """502, an HTML page; carried out"""
    exchange.carry()
    exchange.answer(page(502, "Bad Gateway"))


@kind()
def gateway_timeout_before(exchange: Exchange) -> None:
    """504 as JSON; not carried out"""
    exchange.answer(told(504, {"message": "Endpoint request timed out"}))


@kind()
def gateway_timeout_after(exchange: Exchange) -> None:
    """504 as JSON; carried out"""
    exchange.carry()
    exchange.answer(told(504, {"message": "Endpoint request timed out"}))


@kind()
def gateway_timeout_late(exchange: Exchange) -> None:
    """504, and it is carried out a second later"""
    exchange.gateway.later(exchange.asked, SECOND)
    exchange.answer(page(504, "Gateway Time-out"))


@kind()
def error_before(exchange: Exchange) -> None:
    """500; not carried out"""
    exchange.answer(page(500, "Internal Server Error"))


@kind()
def error_after(exchange: Exchange) -> None:
    """500 after it was carried out"""
    exchange.carry()
    exchange.answer(page(500, "Internal Server Error"))


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
    exchange.answer(page(403, "Request blocked"))


@kind()
def no_route(exchange: Exchange) -> None:
    """404 of a gateway whose server is being replaced; not carried out"""
    exchange.answer(Said(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"}))


@kind()
def bad_request_page(exchange: Exchange) -> None:
    """400, an HTML page of the gateway; not carried out"""
    exchange.answer(page(400, "400 Bad Request"))


@kind()
def conflict_page(exchange: Exchange) -> None:
    """409, an HTML page of a gateway whose backend is being moved; not carried out"""
    exchange.answer(page(409, "Conflict"))


@kind(stops=True)
def moved(exchange: Exchange) -> None:
    """307 to another host; not carried out"""
    exchange.answer(Said(307, b"", {"Location": f"https://elsewhere.example{exchange.asked.path}"}))


@kind(stops=True)
def login_page(exchange: Exchange) -> None:
    """302 to a page for people to log in; not carried out"""
    exchange.answer(Said(302, b"", {"Location": "https://login.example/?back=/"}))
