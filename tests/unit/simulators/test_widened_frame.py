"""What the frame of all simulators takes: bodies in chunks, references to one of several objects."""

import socket
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest
from simulated import TOKEN_FORM, engine

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.schema import SchemaError, read_schema
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.store import Store


def test_a_body_in_chunks_is_read_whole() -> None:
    with Server(engine()) as server, closing(_connected(server.url)) as line:
        form = urlencode(TOKEN_FORM).encode()
        chunks = b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in (form[:7], form[7:]))
        head = b"POST /oauth/token HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        line.sendall(head + chunks + b"0\r\n\r\n")
        assert b" 200 " in line.makefile("rb").readline()


def test_a_reference_to_one_of_several_objects() -> None:
    said = {"objects": {name: {"fields": {}} for name in ("contacts", "leads", "accounts")}}
    said["objects"]["tasks"] = {"fields": {"who": {"type": "reference", "reference": ["contacts", "leads"]}}}
    store = Store(read_schema(said))
    lead, account = store.create("leads", {}, 0), store.create("accounts", {}, 0)
    assert store.create("tasks", {"who": lead.id}, 0).values == {"who": lead.id}
    with pytest.raises(Refused, match="contacts or leads"):
        store.create("tasks", {"who": account.id}, 0)
    with pytest.raises(SchemaError, match="names no object"):
        read_schema({"objects": {"tasks": {"fields": {"who": {"type": "reference", "reference": ["leads"]}}}}})


def _connected(url: str) -> socket.socket:
    at = urlsplit(url)
    assert at.hostname and at.port
    return socket.create_connection((at.hostname, at.port), timeout=5)
