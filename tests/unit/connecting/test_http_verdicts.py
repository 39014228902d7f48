"""What becomes of a request is said with the right word: done, not done, not before, in doubt, or never."""

import gzip
import json
import socket
import ssl
import time
import tracemalloc
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehaving import NOON, NoTime, Script, hangs, resets, says, scripted, sends

from crm_migrate.connecting.http import Answer, Http, Patience, Request
from crm_migrate.connecting.http.deadlines import LONGEST, not_before
from crm_migrate.connecting.http.transport import Broken, Transport, checked_address
from crm_migrate.errors import (
    AuthExpired,
    InDoubt,
    QuotaGone,
    Retryable,
    TargetError,
    Throttled,
    UsageError,
)

WRITE = Request("POST", "/things", json={"name": "Ayşe"})
READ = Request("GET", "/things")
SEARCH = Request("POST", "/things/search", json={}, writes=False)
QUICK = Patience(read=0.4, whole=0.8, answer_bytes=1000)
CALM = Patience(answer_bytes=1000)

LOST: dict[str, Script] = {
    "500": says(500),
    "500 without a body": says(500, b""),
    "502 in HTML": says(502, b"<html>"),
    "503 without Retry-After": says(503),
    "504": says(504),
    "408": says(408),
    "a reset": resets,
    "the end of the connection": sends(b""),
    "silence": hangs,
    "half a status line": sends(b"HTTP/1."),
    "half of the headers": sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "half of the body": sends(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'),
    "half of the chunks": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"),
    "no HTTP": sends(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "gzip that is none": says(200, b"abc", Content_Encoding="gzip"),
    "half of a gzip": says(200, gzip.compress(b"x" * 500)[:20], Content_Encoding="gzip"),
}
NOT_DONE: dict[str, Script] = {
    "429": says(429),
    "429 with a garbled deadline": says(429, Retry_After="soon"),
    "429 with a deadline that is past": says(429, Retry_After="-5"),
    "503 with Retry-After": says(503, Retry_After="2"),
    "421": says(421),
    "425": says(425),
}


def http(url: str, **more: object) -> Http:
    given: dict[str, object] = {"patience": CALM, "waiting": NoTime(), **more}
    return Http(url, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", LOST)
def test_a_write_whose_answer_is_lost_is_in_doubt_and_sent_once(name: str) -> None:
    patience = QUICK if name == "silence" else CALM
    with scripted(LOST[name]) as server, pytest.raises(InDoubt) as lost:
        http(server.url, patience=patience).send(WRITE)
    assert len(server.requests) == 1
    assert "crm-migrate resume" in lost.value.hint


@pytest.mark.parametrize("request_", [READ, SEARCH], ids=["GET", "a search by POST"])
@pytest.mark.parametrize("name", [name for name in LOST if name != "silence"])
def test_a_read_is_tried_again(name: str, request_: Request) -> None:
    with scripted(LOST[name], LOST[name], says(200, b'{"here": 1}')) as server:
        assert http(server.url).send(request_).json() == {"here": 1}
    assert len(server.requests) == 3


def test_a_read_that_is_never_answered_says_that_nothing_was_done() -> None:
    with scripted(says(500)) as server, pytest.raises(Retryable):
        http(server.url).send(READ)
    assert len(server.requests) == 4


@pytest.mark.parametrize("name", NOT_DONE)
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_what_was_not_done_is_sent_again(name: str, request_: Request) -> None:
    with scripted(NOT_DONE[name], says(200)) as server:
        assert http(server.url).send(request_).status == 200
    assert len(server.requests) == 2


def test_a_target_may_say_that_its_503_promises_nothing() -> None:
    with scripted(says(503, Retry_After="2")) as server, pytest.raises(InDoubt):
        http(server.url, refusals=frozenset({429})).send(WRITE)


@pytest.mark.parametrize("status", [200, 201, 204, 207, 300, 400, 403, 404, 409, 410, 412, 422])
def test_an_answer_that_is_about_the_records_is_given_back(status: int) -> None:
    with scripted(says(status, b"" if status == 204 else b'{"of": "the target"}')) as server:
        assert http(server.url).send(WRITE).status == status


def test_nothing_was_sent_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    waiting = NoTime()
    with pytest.raises(Retryable, match="ConnectError"):
        http(url, waiting=waiting).send(WRITE)
    assert len(waiting.waits) == 3 and waiting.waits == sorted(waiting.waits)


def test_nothing_was_sent_where_no_handshake_came_about() -> None:
    with scripted(sends(b"")) as server, pytest.raises(Retryable):
        http(server.url.replace("http:", "https:"), patience=Patience(connect=0.5), attempts=1).send(WRITE)


def test_nothing_was_sent_to_a_host_without_an_address() -> None:
    with pytest.raises(Retryable):
        http("https://crm.invalid", attempts=1).send(WRITE)


def test_a_certificate_that_does_not_hold_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ssl.SSLCertVerificationError("self-signed certificate")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", refuse)
    with scripted(says(200)) as server, pytest.raises(TargetError) as caught:
        http(server.url.replace("http:", "https:")).send(WRITE)
    assert not isinstance(caught.value, Retryable | InDoubt)
    assert "SSL_CERT_FILE" in caught.value.hint


@pytest.mark.parametrize("status", [301, 307, 308])
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_nobody_is_followed_elsewhere_with_the_token(status: int, request_: Request) -> None:
    with scripted(says(200)) as elsewhere:
        with scripted(says(status, Location=f"{elsewhere.url}/things")) as server, pytest.raises(TargetError) as caught:
            http(server.url).send(request_)
        assert not isinstance(caught.value, Retryable | InDoubt)
        assert elsewhere.requests == []


def test_a_page_to_look_at_after_a_write_says_nothing_about_it() -> None:
    with scripted(says(303, Location="/done")) as server, pytest.raises(InDoubt):
        http(server.url).send(WRITE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "a": null}}]',
        b'{"a": NaN}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": "\xff"}',
        b'{"a": 1}x',
    ],
)
def test_a_success_that_cannot_be_read_is_doubt_about_a_write_and_nothing_about_a_read(body: bytes) -> None:
    with pytest.raises(InDoubt):
        Answer(WRITE, 200, {}, body).json()
    with pytest.raises(Retryable):
        Answer(READ, 200, {}, body).json()


@pytest.mark.parametrize(
    "script",
    [
        says(200, b"x" * 1001),
        says(200, gzip.compress(b" " * 1_000_000), Content_Encoding="gzip"),
        says(200, b"x", Content_Encoding="br"),
    ],
    ids=["too large", "a gzip bomb", "an encoding nobody asked for"],
)
def test_an_answer_that_will_never_be_read(script: Script) -> None:
    with scripted(script) as server:
        with pytest.raises(InDoubt):
            http(server.url).send(WRITE)
        with pytest.raises(TargetError) as caught:
            http(server.url).send(READ)
        assert not isinstance(caught.value, Retryable | InDoubt)


def test_a_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b" " * 100_000_000, 9)
    with scripted(says(200, bomb, Content_Encoding="gzip")) as server:
        transport = Transport(server.url, Patience(answer_bytes=1 << 20))
        tracemalloc.start()
        with pytest.raises(Broken, match="larger than"):
            transport.exchange(READ, {})
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
        tracemalloc.stop()


def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    def drips(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _i in range(200):
            connection.sendall(b" ")
            time.sleep(0.05)

    with scripted(drips) as server, pytest.raises(InDoubt, match="slowly"):
        http(server.url, patience=QUICK).send(WRITE)


def test_whole_gzip_is_read() -> None:
    with scripted(says(200, gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")) as server:
        assert http(server.url).send(READ).json() == {"a": 1}


def test_a_connection_that_was_closed_while_idle_is_noticed_before_anything_is_sent() -> None:
    def answers_and_leaves(connection: socket.socket, request: bytes) -> None:
        says(200)(connection, request)
        connection.shutdown(socket.SHUT_WR)

    with scripted(answers_and_leaves, says(200)) as server:
        room = http(server.url)
        room.send(READ)
        time.sleep(0.2)
        assert room.send(WRITE).status == 200
    assert len(server.requests) == 2


# ------------------------------------------------------------------------------------------------ deadlines


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("٧", None),
        ("999999999999999999999999", LONGEST.total_seconds()),
        ("946080000", LONGEST.total_seconds()),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOON - timedelta(hours=1), usegmt=True), None),
        (format_datetime(NOON + timedelta(days=9000), usegmt=True), LONGEST.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST.total_seconds()),
    ],
)
def test_retry_after(said: str, seconds: float | None) -> None:
    until = not_before({"retry-after": said}, NOON)
    assert until == (None if seconds is None else NOON + timedelta(seconds=seconds))


def test_a_date_is_of_the_targets_clock() -> None:
    theirs = NOON + timedelta(hours=3)
    headers = {
        "date": format_datetime(theirs, usegmt=True),
        "retry-after": format_datetime(theirs + timedelta(seconds=5), usegmt=True),
    }
    assert not_before(headers, NOON) == NOON + timedelta(seconds=5)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_breaks_it(said: str, date: str) -> None:
    until = not_before({"retry-after": said, "date": date}, NOON)
    assert until is None or NOON < until <= NOON + LONGEST


# ------------------------------------------------------------------------------------------------ addresses, paths


@pytest.mark.parametrize(
    "base", ["http://crm.example", "ftp://crm.example", "crm.example", "https://", "", "https://[::1"]
)
def test_an_address_that_is_not_taken(base: str) -> None:
    with pytest.raises(UsageError):
        checked_address(base)


def test_an_address_with_a_password_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        checked_address("https://ayse:s3cret@crm.example")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "base", ["https://crm.example/api/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"]
)
def test_an_address_that_is_taken(base: str) -> None:
    assert checked_address(base) == base.rstrip("/")


@given(st.text(min_size=1, max_size=20).filter(lambda t: t.isprintable()))
def test_a_value_in_a_path_stays_one_segment(value: str) -> None:
    path = Request("GET", "/records/{id}/links", {"id": value}).path
    assert path.count("/") == 3 and "?" not in path and "#" not in path
    assert path.split("/")[2] not in (".", "..", "")


def test_quota_auth_and_throttle_are_kinds_of_their_own() -> None:
    assert issubclass(QuotaGone, Throttled) and issubclass(Throttled, Retryable)
    assert not issubclass(AuthExpired, Retryable) and not issubclass(InDoubt, Retryable)


def test_a_body_that_json_does_not_have_is_a_bug() -> None:
    with pytest.raises(ValueError):
        Request("POST", "/", json={"a": float("nan")}).payload()
    assert json.loads(WRITE.payload()) == {"name": "Ayşe"}


@pytest.mark.parametrize("name", [*NOT_DONE, "500", "302", "307"])
def test_whatever_ends_a_request_says_what_comes_next(name: str) -> None:
    script = NOT_DONE.get(name) or says(int(name), b"", Location="https://elsewhere.example")
    with scripted(script) as server, pytest.raises(TargetError) as ended:
        http(server.url, attempts=1).send(WRITE)
    assert ended.value.hint
