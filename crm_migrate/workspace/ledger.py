"""The ledger of effects: what we were about to send, what became of it, append-only and hash-chained in SQLite.

One table of entries; everything else is a view over it. An entry is on disk (WAL, synchronous=FULL: fdatasync) before
the call that writes it returns, so an intent is durable before its effect. No personal values: entity ids, counts,
digests and the target's masked words.
"""

import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from crm_migrate.errors import DamagedFile
from crm_migrate.finding import Finding, Place
from crm_migrate.workspace.private import private_folder

GENESIS = "0" * 64
WAY_ON = (
    "bring it back from a backup, or move it away with its -wal and -shm: then crm-migrate plan asks the target by our "
    "key, and the target's own journal still protects against double loading"
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  prev TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON entries
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE VIEW IF NOT EXISTS intents AS
  SELECT json_extract(body, '$.run') AS run, json_extract(body, '$.object') AS object,
         json_extract(body, '$.name') AS batch, json_extract(body, '$.attempt') AS attempt,
         json_extract(body, '$.action') AS action, json_extract(body, '$.count') AS count, at
  FROM entries WHERE kind = 'intent';
CREATE VIEW IF NOT EXISTS outcomes AS
  SELECT json_extract(body, '$.run') AS run, json_extract(body, '$.object') AS object,
         json_extract(body, '$.name') AS batch, json_extract(body, '$.attempt') AS attempt,
         json_extract(body, '$.loaded') AS loaded, json_array_length(body, '$.in_doubt') AS in_doubt, at
  FROM entries WHERE kind = 'outcome';
CREATE VIEW IF NOT EXISTS refusals AS
  SELECT json_extract(body, '$.run') AS run, json_extract(body, '$.object') AS object,
         json_extract(body, '$.name') AS batch, refused.key AS entity, refused.value AS message
  FROM entries, json_each(body, '$.rejected') refused WHERE kind = 'outcome';
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """Entities of a batch that are about to be sent: `part` is the batch's file below the run's folder, `count` its
    rows and `digest` its sha256; `entities` are empty where all of them are sent. `attempt` counts from 1. `job` is the
    target's id of the job that they are sent as, if they are."""

    run: str
    object: str
    name: str
    action: Literal["create", "update", "remove", "release"]
    part: str
    count: int
    digest: str
    attempt: int = 1
    entities: tuple[str, ...] = ()
    job: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was said of an attempt, or of some `entities` of it that were in doubt until now (empty: of all).

    `loaded` of them are in the target (or went, where they were to go), others were `rejected` in the target's words,
    are still `in_doubt`, or were not written and are sent `later`. `answers` is the file of who is known now, below
    the run's folder; `digest` its sha256.
    """

    run: str
    object: str
    name: str
    loaded: int
    rejected: Mapping[str, str] = field(default_factory=dict)
    in_doubt: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    replayed: bool = False
    attempt: int = 1
    entities: tuple[str, ...] = ()
    answers: str = ""
    digest: str = ""

    @property
    def known(self) -> int:
        """How many have a final answer now."""
        return self.loaded + len(self.rejected)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One intent, when it was written (ISO 8601), and what was said of it since."""

    intent: Intent
    at: str
    outcomes: tuple[Settled, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch as the ledger knows it now: what was tried, in order."""

    attempts: tuple[Attempt, ...]

    @property
    def intent(self) -> Intent:
        """The first of its intents, which is about all of its rows or the first of them."""
        return self.attempts[0].intent

    @property
    def outcomes(self) -> tuple[Settled, ...]:
        """Everything that was said of it, in order."""
        return tuple(outcome for attempt in self.attempts for outcome in attempt.outcomes)

    @property
    def settled(self) -> bool:
        """Every entity of it has a final answer."""
        return sum(outcome.known for outcome in self.outcomes) == self.intent.count

    @property
    def rejected(self) -> dict[str, str]:
        """The entities that the target refused, and its words."""
        return {entity: words for outcome in self.outcomes for entity, words in outcome.rejected.items()}


class Ledger:
    """The ledger of one project. One process writes (see `locking`); many may read."""

    def __init__(self, path: Path) -> None:
        private_folder(path.parent)
        self._path = path
        if not path.exists():
            _create(path)
        elif path.stat().st_size == 0:
            raise DamagedFile(f"{_name(path)} is empty: what it knew of earlier loads was cut off", hint=WAY_ON)
        with told(path):
            self._connection = _connected(path)
        path.chmod(0o600)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    # ------------------------------------------------------------------------------------------------- writing

    def begin(self, run: str, identity: str, plan_hash: str, project: str = "", environment: str = "") -> None:
        """Note that a run writes to a target, for which project and environment; saying it twice changes nothing."""
        if (run, identity) not in {(line["run"], line["identity"]) for line in self._bodies("run")}:
            body = {"run": run, "identity": identity, "plan_hash": plan_hash}
            self._append("run", body | {"project": project, "environment": environment})

    def intend(self, *intents: Intent) -> None:
        """Write down what is about to be sent, all of it or nothing. On disk when this returns."""
        self._append("intent", *map(asdict, intents))

    def settle(self, *outcomes: Settled) -> None:
        """Write down what became of batches, all of it or nothing. On disk when this returns."""
        self._append("outcome", *map(asdict, outcomes))

    def note(self, kind: str, body: Mapping[str, Any]) -> None:
        """Write down a fact of another kind (`published`, `undone` ...)."""
        self._append(kind, dict(body))

    def _append(self, kind: str, *bodies: dict[str, Any]) -> None:
        """Entries in one transaction: what costs is that the disk has them, not how many they are."""
        texts = [json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")) for body in bodies]
        with told(self._path):
            self._insert(kind, texts)

    def _insert(self, kind: str, texts: Sequence[str]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            seq, prev = self.head()
            at = datetime.now(UTC).isoformat(timespec="microseconds")
            for number, text in enumerate(texts, seq + 1):
                digest = _digest(number, at, kind, text, prev)
                row = (number, at, kind, text, prev, digest)
                self._connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", row)
                prev = digest
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    # ------------------------------------------------------------------------------------------------- reading

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry; (0, GENESIS) for an empty ledger. Kept elsewhere, it proves the tail."""
        row = self._connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """The entries of one kind in their order."""
        return list(self._bodies(kind))

    def _bodies(self, kind: str) -> Iterator[dict[str, Any]]:
        query = "SELECT body FROM entries WHERE kind = ? ORDER BY seq"
        with closing(self._connection.execute(query, (kind,))) as rows:
            for (body,) in rows:
                yield json.loads(body)

    def _of_run(self, kind: str, run: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """When and what was written of one kind about a run; lines of other runs are not even parsed here."""
        query = "SELECT at, body FROM entries WHERE kind = ? AND json_extract(body, '$.run') = ? ORDER BY seq"
        with closing(self._connection.execute(query, (kind, run))) as rows:
            for at, body in rows:
                yield at, json.loads(body)

    def runs_of(self, identity: str) -> list[str]:
        """The runs that wrote to that target, oldest first."""
        return [body["run"] for body in self._bodies("run") if body["identity"] == identity]

    def targets_of(self, run: str) -> list[str]:
        """The targets that a run wrote to."""
        return [body["identity"] for body in self._bodies("run") if body["run"] == run]

    def begun(self, run: str) -> bool:
        """Whether that run has begun to write to any target."""
        return any(body["run"] == run for body in self._bodies("run"))

    def sent(self, run: str) -> bool:
        """Whether that run has sent anything, or was about to."""
        return next(self._of_run("intent", run), None) is not None

    def batches(self, run: str) -> list[BatchLine]:
        """The batches of a run in the order of their first intents."""
        said: dict[tuple[str, int], list[Settled]] = {}
        for _, body in self._of_run("outcome", run):
            outcome = _settled(body)
            said.setdefault((outcome.name, outcome.attempt), []).append(outcome)
        lines: dict[str, list[Attempt]] = {}
        for at, body in self._of_run("intent", run):
            intent = Intent(**{**body, "entities": tuple(body["entities"])})
            outcomes = said.get((intent.name, intent.attempt), [])
            lines.setdefault(intent.name, []).append(Attempt(intent, at, tuple(outcomes)))
        return [BatchLine(tuple(attempts)) for attempts in lines.values()]

    def lines(self, run: str) -> dict[str, BatchLine]:
        """The batches of a run by name."""
        return {line.intent.name: line for line in self.batches(run)}

    def waits(self, run: str) -> list[float]:
        """The seconds between each intent of a run and what was first said of it."""
        answered: dict[tuple[str, int], str] = {}
        for at, body in self._of_run("outcome", run):
            answered.setdefault((body["name"], body["attempt"]), at)
        sent = {(body["name"], body["attempt"]): at for at, body in self._of_run("intent", run)}
        spans = (
            datetime.fromisoformat(answered[one]) - datetime.fromisoformat(sent[one])
            for one in sent.keys() & answered.keys()
        )
        return sorted(span.total_seconds() for span in spans)

    def verify(self, head: tuple[int, str] | None = None) -> list[Finding]:
        """Walk the chain: a changed, removed or inserted entry is a finding; with `head`, also a cut tail."""
        prev, expected, findings = GENESIS, 1, []
        rows = self._connection.execute("SELECT seq, at, kind, body, prev, hash FROM entries ORDER BY seq")
        for seq, at, kind, body, link, digest in rows:
            if seq != expected or link != prev or digest != _digest(seq, at, kind, body, link):
                findings.append(_broken(seq))
                break
            prev, expected = digest, seq + 1
        if head is not None and not findings and self._hash_at(head[0]) != head[1]:
            findings.append(_broken(head[0]))
        return findings

    def _hash_at(self, seq: int) -> str:
        row = self._connection.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
        return str(row[0]) if row else GENESIS


def _create(path: Path) -> None:
    """A new ledger appears whole: a file without content is never one that was just begun."""
    begun = path.with_name(f".{path.name}.{os.getpid()}.new")
    begun.unlink(missing_ok=True)
    with told(path):
        _connected(begun).close()
    begun.replace(path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _digest(seq: int, at: str, kind: str, body: str, prev: str) -> str:
    return hashlib.sha256(json.dumps([seq, at, kind, body, prev], ensure_ascii=False).encode()).hexdigest()


def _settled(body: dict[str, Any]) -> Settled:
    return Settled(**{**body, **{name: tuple(body[name]) for name in ("in_doubt", "later", "entities")}})


def _broken(seq: int) -> Finding:
    return Finding(
        "ledger_broken",
        f"entry {seq} of the ledger is not what was written: its hash does not fit the chain",
        place=Place(source="ledger", row=seq),
        hint=WAY_ON,
    )


def checked(path: Path) -> Ledger:
    """Open a ledger whose chain holds. DamagedFile where it does not or is no database any more."""
    ledger = Ledger(path)
    try:
        with told(path):
            findings = ledger.verify()
    except BaseException:
        ledger.close()
        raise
    if findings:
        ledger.close()
        raise DamagedFile(f"{_name(path)}: {findings[0].message}", hint=findings[0].hint)
    return ledger


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's trouble with the ledger as what it is: the disk's (an OSError with its number), or a damaged file."""
    try:
        yield
    except sqlite3.Error as error:
        number = _TROUBLES.get(error.sqlite_errorcode & 0xFF) if hasattr(error, "sqlite_errorcode") else None
        if number is not None:
            raise OSError(number, os.strerror(number), str(path)) from error
        if isinstance(error, sqlite3.DatabaseError):
            raise DamagedFile(f"{_name(path)} cannot be read: {error}", hint=WAY_ON) from error
        raise


_TROUBLES = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
}


def _name(path: Path) -> str:
    return Path(*path.parts[-2:]).as_posix()
