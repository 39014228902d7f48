"""What the kernel saw: writes, syncs and sends of a process, and whether each intent was on disk before its request.

A load is traced by strace. An entry of the ledger counts as durable from the end of the first sync of its file that
began after the entry was written; its hash, which stands in it, says where that was. A request counts from the
beginning of its first byte.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
from simulated import KEY

from crm_migrate.connecting.contract import ENTITY
from exactly_once.warm import Child

SEEN = ("-y", "-xx", "-s", "1000000", "-e", "trace=pwrite64,write,fdatasync,fsync,sendto,sendmsg")
NEVER = 1 << 60
_BEGUN = re.compile(r'(?P<pid>\d+) +(?P<call>\w+)\(\d+<(?P<file>[^>]*)>(?:, "(?P<data>[^"]*)")?')
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>")
_FAILED = re.compile(r"= -1 ")


@dataclass(slots=True)
class Event:
    """A call: the lines of the trace where it began and ended, its file (or socket), and what was written."""

    call: str
    file: str
    data: bytes
    begun: int
    ended: int = NEVER


def usable() -> bool:
    """Whether there is a strace; CI must have one."""
    there = shutil.which("strace") is not None
    assert there or not os.environ.get("CI"), "CI must have strace"
    return there


@contextmanager
def traced(child: Child, trace: Path, *options: str) -> Iterator[None]:
    """Let a child go on that waits for it (`halted`), with strace beside it until it ends."""
    while psutil.Process(child.pid).status() != psutil.STATUS_STOPPED:
        time.sleep(0.005)
    strace = subprocess.Popen(
        ["strace", "-f", "-o", str(trace), *options, "-p", str(child.pid)], stderr=subprocess.PIPE, text=True
    )
    assert strace.stderr is not None
    said = strace.stderr.readline()
    if "attached" not in said:
        child.kill()
    assert "attached" in said, f"strace may not trace here: {said}"
    os.kill(child.pid, signal.SIGCONT)
    yield
    child.end()
    strace.communicate(timeout=60)


def events(trace: Path) -> list[Event]:
    """The calls of a trace that was written with `SEEN`."""
    found: list[Event] = []
    open_: dict[tuple[str, str], Event] = {}
    for number, line in enumerate(trace.read_text(encoding="latin-1").splitlines()):
        if begun := _BEGUN.match(line):
            event = Event(begun["call"], _bytes(begun["file"]).decode(), _bytes(begun["data"] or ""), number)
            found.append(event)
            if "<unfinished" in line:
                open_[begun["pid"], begun["call"]] = event
            elif not _FAILED.search(line):
                event.ended = number
        elif resumed := _RESUMED.match(line):
            event = open_.pop((resumed["pid"], resumed["call"]))
            event.ended = NEVER if _FAILED.search(line) else number
    return found


def _bytes(escaped: str) -> bytes:
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), escaped.encode("latin-1"))


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that writes: its path, the keys of ours in it, and where its first byte went out."""

    path: str
    keys: frozenset[str]
    at: int


def requests(seen: Sequence[Event]) -> list[Sent]:
    """The writing requests of a trace of somebody who speaks HTTP to the simulated CRM."""
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in seen:
        if event.call in ("sendto", "sendmsg", "write") and event.file.startswith(("socket:", "TCP")):
            streams[event.file].append(event)
    return sorted((each for stream in streams.values() for each in _of_stream(stream)), key=lambda each: each.at)


def _of_stream(stream: Sequence[Event]) -> Iterator[Sent]:
    got, begun = b"", 0
    for event in stream:
        begun = begun if got else event.begun
        got += event.data
        head, blank, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if not blank or (length and len(body) < int(length[1])):
            continue
        path = head.split()[1].decode()
        if path.endswith(("/batch/create", "/batch/update")):
            yield Sent(path, frozenset(each["fields"][KEY] for each in json.loads(body)["records"]), begun)
        got = b""


@dataclass(frozen=True, slots=True)
class Promised:
    """An intent of the ledger: its entry's hash and that of the first outcome of it ("" where there is none), the
    digest of its batch, whom it names, the file of its batch."""

    hash: str
    answered: str
    digest: str
    object: str
    action: str
    entities: frozenset[str]
    part: str


def intents(ledger: Path, runs: Path) -> list[Promised]:
    """The intents of a ledger in their order."""
    with closing(sqlite3.connect(ledger)) as opened:
        entries = opened.execute("SELECT kind, hash, body FROM entries ORDER BY seq").fetchall()
    bodies = [(kind, hash, json.loads(text)) for kind, hash, text in entries]
    answered = {(body["name"], body["attempt"]): hash for kind, hash, body in reversed(bodies) if kind == "outcome"}
    return [_promised(hash, body, answered, runs) for kind, hash, body in bodies if kind == "intent"]


def _promised(hash: str, body: dict[str, Any], answered: dict[tuple[str, int], str], runs: Path) -> Promised:
    part = runs / body["run"] / body["part"]
    entities = frozenset(body["entities"] or pq.read_table(part)[ENTITY].to_pylist())
    answer = answered.get((body["name"], body["attempt"]), "")
    return Promised(hash, answer, body["digest"], body["object"], body["action"], entities, body["part"])


def durable(seen: Sequence[Event], hash: str) -> int:
    """The line of a trace where the entry with this hash was on disk; NEVER where it never was."""
    written = _written(seen, hash)
    if written is None:
        return NEVER
    syncs = (e for e in seen if e.call in ("fdatasync", "fsync") and e.file == written.file and e.begun > written.ended)
    return min((each.ended for each in syncs), default=NEVER)


def _written(seen: Sequence[Event], hash: str) -> Event | None:
    entry = hash.encode()
    return next((e for e in seen if e.call == "pwrite64" and "ledger.db" in e.file and entry in e.data), None)


def early(seen: Sequence[Event], promised: Sequence[Promised], sent: Sequence[Sent]) -> list[str]:
    """The requests at whose first byte no intent about their very records was on disk and still without an outcome."""
    open_: dict[tuple[str, frozenset[str]], list[tuple[int, int]]] = defaultdict(list)
    for each in promised:
        answer = _written(seen, each.answered) if each.answered else None
        span = (durable(seen, each.hash), answer.begun if answer else NEVER)
        open_[f"/v1/objects/{each.object}/batch/{each.action}", each.entities].append(span)
    return [
        f"{each.path} at line {each.at} about {len(each.keys)} record(s)"
        for each in sent
        if not any(begun < each.at < ended for begun, ended in open_[each.path, each.keys])
    ]
