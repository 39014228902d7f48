"""Files in a simulated environment: through each kind of doubt once, what is refused, and what is not said of them."""

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from environments import KEY, Environment

from crm_migrate.connecting.conformance_targets import batch_of, everything
from crm_migrate.connecting.conformance_uploading import content
from crm_migrate.connecting.contract import ENTITY, Answer, Target, TargetField, TargetObject, Upload
from crm_migrate.connecting.discovery import connector
from crm_migrate.errors import InDoubt, Retryable, Throttled
from crm_migrate_simulators.faults import KINDS, Schedule, read_schedule

LINKS = ("objectid.account", "objectid.contact")
FILE = TargetObject(
    "annotation:isdocument=true",
    (
        *(TargetField(name, "text") for name in ("filename", "subject", "mimetype", "notetext")),
        TargetField("filesize", "integer"),
        *(TargetField(name, "reference", reference=name.partition(".")[2]) for name in LINKS),
    ),
    KEY,
)
DATA = b"hello\r\n" * 20_001
NAMED = {"filename": "a.txt", "subject": "a.txt"}
Row = dict[str, str | None]


@pytest.fixture
def environment() -> Iterator[Environment]:
    made = Environment()
    yield made
    made.stop()


def ready(environment: Environment) -> Target:
    target = connector("dynamics").target({**environment.options, "longest_seconds": "1", "upload_seconds": "1"})
    target.prepare((FILE,), apply=True)
    return target


def upload(target: Target, row: Row, data: bytes = DATA, action: str = "create") -> Answer:
    assert isinstance(target, Upload)
    said = content(data)
    row = {ENTITY: "f1", "filesize": str(said.size), **row}
    return target.upload(batch_of(FILE, "files", [row], action), said)


def bodies(environment: Environment) -> list[bytes]:
    notes = environment.server.engine.store.all("annotation")
    return [base64.b64decode(each.values["documentbody"]) for each in notes]


LEFT_OUT = {
    "dripping", "hang_before", "hang_after", "throttled_absurd", "quota_gone", "redirected", "duplicate_rule",
    "parent_locked", "late_commit", "throttled", "unavailable",
}  # fmt: skip
STRUCK = [n for n, k in KINDS.items() if k.family in ("doubt", "refused") and n not in LEFT_OUT]


@pytest.mark.cases(4)
@pytest.mark.parametrize("fault", [*STRUCK, "late_commit(0.4)"])
def test_through_each_fault_a_file_is_there_once_and_whole(environment: Environment, fault: str) -> None:
    target, firm = ready(environment), environment.make("accounts", name="Işık")
    for at in (1, 2, 3):
        environment.server.engine.log.count_anew()
        environment.server.engine.schedule = Schedule(read_schedule(f"{fault}@{at}"))
        said = tried(target, {**NAMED, ENTITY: f"f{at}", LINKS[0]: firm}, pause=0.5 if "late" in fault else 0)
        assert said.loaded, said
    assert bodies(environment) == [DATA] * 3
    assert {(row["filesize"], row[LINKS[0]]) for row in everything(target, FILE)} == {(str(len(DATA)), firm)}


def tried(target: Target, row: Row, pause: float) -> Answer:
    said = Answer()
    for _ in range(6):
        try:
            said = upload(target, row)
        except Throttled as error:
            said = Answer()
            time.sleep(max(0.0, min(2.0, (error.until - datetime.now(UTC)).total_seconds())))
        except (InDoubt, Retryable):
            said = Answer()
        if said.loaded:
            break
        time.sleep(pause)
    return said


def test_other_bytes_keep_what_is_not_said_and_the_link_follows(environment: Environment) -> None:
    target = ready(environment)
    firm, person = environment.make("accounts", name="Işık"), environment.make("contacts", lastname="Yılmaz")
    id = upload(target, {**NAMED, "notetext": "first", LINKS[0]: firm}).loaded["f1"]
    changed: Row = {"notetext": None, LINKS[0]: None, LINKS[1]: person}
    assert upload(target, changed, b"new", "update").loaded == {"f1": id}
    (there,) = everything(target, FILE)
    wanted: dict[str, Any] = {"filename": "a.txt", "notetext": None, "filesize": "3", LINKS[0]: None, LINKS[1]: person}
    assert {name: there[name] for name in wanted} == wanted and bodies(environment) == [b"new"]
    sent = len(environment.server.engine.log.requests)
    assert upload(target, {"subject": "b"}, b"new", "update").loaded == {"f1": id}
    bytes_again = [each for each in environment.server.engine.log.requests[sent:] if each.method == "PATCH"]
    assert not bytes_again, "bytes that are there were sent again"


def test_bytes_become_others_by_a_file_only(environment: Environment) -> None:
    target = ready(environment)
    id = upload(target, NAMED).loaded["f1"]
    assert target.write(batch_of(FILE, "b", [{ENTITY: "f1", "subject": "b"}], "update")).loaded == {"f1": id}
    for action, row in (("update", {"filesize": "9"}), ("create", {"filename": "x"})):
        refused = target.write(batch_of(FILE, action, [{ENTITY: "f1", **row}], action)).refused
        assert refused["f1"].code == "NO_BYTES"
    assert bodies(environment) == [DATA]


def test_a_file_that_is_too_large_there_is_refused_in_its_words() -> None:
    environment = Environment(largest_file="100")
    try:
        target = ready(environment)
        assert upload(target, NAMED).refused["f1"].code == "0x80044a02"
        assert everything(target, FILE) == [] and upload(target, NAMED, b"small").loaded
    finally:
        environment.stop()


def test_notes_and_files_are_told_apart(environment: Environment) -> None:
    target = ready(environment)
    notes = TargetObject("annotation:isdocument=false", (TargetField("subject", "text"),), KEY)
    upload(target, NAMED)
    assert target.write(batch_of(notes, "n", [{ENTITY: "n1", "subject": "a note"}])).loaded
    assert [row["subject"] for row in everything(target, notes)] == ["a note"]
    assert [row["filename"] for row in everything(target, FILE)] == ["a.txt"]
