"""Bodies that are made while they are sent: memory, what breaks off, who answers in between, and the form itself."""

import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import HTTP

import pytest
from misbehaving import NoTime

from crm_migrate.connecting.http import Form, Http, Patience, Request, multipart
from crm_migrate.errors import InDoubt, Throttled
from crm_migrate_simulators.forms import parts

PIECE = bytes(1 << 20)


@contextmanager
def heard(answer: bytes, after: int) -> Iterator[tuple[str, list[int]]]:
    """A server that answers when so many bytes came, and counts them; it never holds them."""
    listening, counts = socket.create_server(("127.0.0.1", 0)), [0]

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                got = 0
                while got < after and (more := connection.recv(1 << 16)):
                    got += len(more)
                counts[0] = max(counts[0], got)
                if got >= after:
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(1 << 16):
                        continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", counts
    finally:
        listening.close()


def request(pieces: int, chunks: Callable[[], Iterator[bytes]] | None = None) -> Request:
    made = chunks or (lambda: iter([PIECE] * pieces))
    kind, stream = multipart(Form({"about": ("application/json", "{}")}, "file", 'a"b.bin', pieces << 20, made))
    return Request("POST", "/files", stream=stream, content_type=kind)


def room(url: str, **more: float) -> Http:
    return Http(url, patience=Patience(read=5, **more), waiting=NoTime(), attempts=1)


OK = b"HTTP/1.1 201 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def test_a_large_file_is_never_held() -> None:
    sent = request(96)
    with heard(OK, sent.length) as (url, counts):
        tracemalloc.start()
        try:
            assert room(url).send(sent).status == 201
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert counts[0] >= 96 << 20
    assert most < 8 << 20, f"{most:,} bytes were held"


@pytest.mark.parametrize(("head", "error"), [(b"Retry-After: 5\r\n", Throttled), (b"", InDoubt)])
def test_who_refuses_in_the_middle_is_heard(head: bytes, error: type[Exception]) -> None:
    said = b"HTTP/1.1 503 X\r\nContent-Length: 0\r\nConnection: close\r\n" + head + b"\r\n"
    with heard(said, 1 << 20) as (url, _), pytest.raises(error):
        room(url).send(request(64))


def test_a_body_that_breaks_off_is_no_request() -> None:
    class Broke(Exception):
        pass

    def chunks() -> Iterator[bytes]:
        yield PIECE
        raise Broke

    sent = request(2, chunks)
    with heard(OK, sent.length) as (url, counts), pytest.raises(Broke):
        room(url).send(sent)
    assert counts[0] < sent.length


def test_a_file_that_is_taken_too_slowly_is_in_doubt() -> None:
    with heard(OK, request(3).length) as (url, _), pytest.raises(InDoubt, match="too slowly"):
        room(url, upload=-1).send(request(3))


def test_the_form_is_one_for_two_readers() -> None:
    data = b"\r\n--crm-migrate\r\n\n\r\x00" + bytes(range(256))
    form = Form(
        {"about": ("application/json", '{"Title": "Işık"}')}, "file", 'a"b.bin', len(data), lambda: iter([data])
    )
    kind, stream = multipart(form)
    body = b"".join(stream.chunks())
    assert len(body) == stream.length
    about, file = parts(kind, body)
    assert (about.name, about.type, about.content.decode()) == ("about", "application/json", '{"Title": "Işık"}')
    assert (file.name, file.file_name, file.content) == ("file", 'a"b.bin', data)
    theirs = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    names = [part.get_param("name", header="content-disposition") for part in theirs.iter_parts()]
    assert names == ["about", "file"]
