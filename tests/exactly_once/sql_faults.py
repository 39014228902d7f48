"""What a network, a pooler, an administrator or the server itself can do to a load into a database: the catalogue.

A kind strikes a statement that writes rows, or a COMMIT. What is no matter of the wire is done by the server itself, by
another session of it (`Database`). `crashed`, and `read_only` of MariaDB, are felt by others who use the server.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from exactly_once.databases_struck import Database
from exactly_once.wire import Talk

Moment = Literal["commit", "statement"]
Act = Callable[[Database, Talk, bytes], None]
SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault; `targets` are where it can happen."""

    name: str
    words: str
    moment: Moment
    act: Act
    targets: tuple[str, ...]


KINDS: dict[str, Kind] = {}


def kind(moment: Moment, *targets: str) -> Callable[[Act], Act]:
    """Put a function into the catalogue, under its own name."""

    def entered(act: Act) -> Act:
        name = str(getattr(act, "__name__", ""))
        where = targets or ("postgresql", "mariadb")
        KINDS[name] = Kind(name, f"at a {moment}: {(act.__doc__ or '').strip()}", moment, act, where)
        return act

    return entered


# ---------------------------------------------------------------------------------------------- the wire


@kind("commit")
def reset_before(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is reset, it does not arrive"""
    talk.reset()


@kind("commit")
def reset_sent(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is reset while it is on its way"""
    talk.server.sendall(data)
    talk.reset()


@kind("commit")
def reset_after(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is reset when it was carried out"""
    talk.server.sendall(data)
    talk.answer()
    talk.reset()


@kind("commit")
def closed_before(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is closed, it does not arrive"""
    talk.close()


@kind("commit")
def closed_after(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is closed when it was carried out"""
    talk.server.sendall(data)
    talk.answer()
    talk.close()


@kind("commit")
def cut(database: Database, talk: Talk, data: bytes) -> None:
    """its answer is cut off after two bytes"""
    talk.server.sendall(data)
    talk.client.sendall(talk.answer()[:2])
    talk.reset()


@kind("commit")
def late(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is reset, and it arrives two seconds later"""
    talk.reset()
    time.sleep(2 * SECOND)
    talk.server.sendall(data)
    talk.answer()


@kind("commit")
def stalled(database: Database, talk: Talk, data: bytes) -> None:
    """nothing moves for two seconds, before it and after it"""
    time.sleep(SECOND)
    talk.server.sendall(data)
    said = talk.answer()
    time.sleep(SECOND)
    talk.client.sendall(said)


@kind("commit", "postgresql")
def silent(database: Database, talk: Talk, data: bytes) -> None:
    """it was carried out, and nothing comes any more on a connection that is open"""
    talk.server.sendall(data)
    talk.answer()
    talk.client.recv(1)
    talk.close()


@kind("commit")
def dripping(database: Database, talk: Talk, data: bytes) -> None:
    """its answer comes byte by byte"""
    talk.server.sendall(data)
    for byte in talk.answer():
        talk.client.sendall(bytes([byte]))
        time.sleep(SECOND / 20)


@kind("commit")
def dropped_idle(database: Database, talk: Talk, data: bytes) -> None:
    """it is answered; then a firewall forgets the connection"""
    talk.server.sendall(data)
    talk.client.sendall(talk.answer())
    talk.close()


@kind("statement")
def reset_statement(database: Database, talk: Talk, data: bytes) -> None:
    """the connection is reset, half of it arrives"""
    talk.server.sendall(data[: len(data) // 2])
    talk.reset()


# ---------------------------------------------------------------------------------------------- the administrator


@kind("commit")
def ended_before(database: Database, talk: Talk, data: bytes) -> None:
    """the session is ended by an administrator before it arrives"""
    database.end(talk.port)
    talk.server.sendall(data)


@kind("commit")
def ended_after(database: Database, talk: Talk, data: bytes) -> None:
    """it is carried out and answered, then the session is ended"""
    talk.server.sendall(data)
    talk.client.sendall(talk.answer())
    database.end(talk.port)


@kind("statement")
def ended_waiting(database: Database, talk: Talk, data: bytes) -> None:
    """it waits for a lock of somebody else, and its session is ended"""
    _behind_a_lock(database, talk, data, lambda: database.end(talk.port))


@kind("statement")
def cancelled(database: Database, talk: Talk, data: bytes) -> None:
    """it waits for a lock of somebody else, and is cancelled by an administrator"""
    _behind_a_lock(database, talk, data, lambda: database.cancel(talk.port))


@kind("statement")
def locked(database: Database, talk: Talk, data: bytes) -> None:
    """somebody else holds a lock for longer than it waits"""
    _behind_a_lock(database, talk, data, lambda: time.sleep(database.lock_seconds + 2 * SECOND))


@kind("statement")
def deadlock(database: Database, talk: Talk, data: bytes) -> None:
    """a real deadlock with another session, which the server ends at our cost"""
    _behind_a_lock(database, talk, data, database.deadlock)


def _behind_a_lock(database: Database, talk: Talk, data: bytes, then: Callable[[], None]) -> None:
    """Let a statement wait for a lock, do something, give the lock back; meanwhile the talk goes on."""
    locked = database.lock()
    talk.server.sendall(data)

    def act() -> None:
        time.sleep(SECOND / 2)
        try:
            then()
        finally:
            database.unlock()

    if locked:
        threading.Thread(target=act, daemon=True).start()


@kind("commit")
def read_only(database: Database, talk: Talk, data: bytes) -> None:
    """fail-over to a standby: the session is ended, and who comes next may only read, until the next start"""
    database.read_only(True)
    database.end(talk.port)
    talk.server.sendall(data)


# ---------------------------------------------------------------------------------------------- the server


@kind("commit")
def restarted(database: Database, talk: Talk, data: bytes) -> None:
    """all sessions end, and nobody is let in for two seconds"""
    database.end(talk.port)
    talk.wire.shut(2 * SECOND)
    talk.server.sendall(data)


@kind("commit")
def starting(database: Database, talk: Talk, data: bytes) -> None:
    """all connections end; for two seconds the server says that it is starting, or has no slot left"""
    talk.server.sendall(data)
    talk.wire.shut(2 * SECOND, database.greet_with_an_error)


@kind("commit", "postgresql")
def crashed(database: Database, talk: Talk, data: bytes) -> None:
    """a process of the server is killed: it ends all sessions and recovers from its log"""
    database.crash(talk.port)
    talk.server.sendall(data)


@kind("statement")
def disk_full(database: Database, talk: Talk, data: bytes) -> None:
    """the server's disk is full"""
    database.fail(talk, data, "disk_full")


@kind("commit")
def disk_full_at_commit(database: Database, talk: Talk, data: bytes) -> None:
    """the server's disk is full: it is not carried out"""
    database.fail(talk, data, "disk_full")


@kind("statement")
def serialization(database: Database, talk: Talk, data: bytes) -> None:
    """the server could not put transactions in an order (40001)"""
    database.fail(talk, data, "serialization")


@kind("statement")
def out_of_memory(database: Database, talk: Talk, data: bytes) -> None:
    """the server has no memory left"""
    database.fail(talk, data, "out_of_memory")
