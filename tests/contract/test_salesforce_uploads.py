"""Files in a simulated organisation: through each kind of doubt once, several links, and what users do meanwhile."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from salesforce_orgs import opened, started

from crm_migrate.connecting.conformance_targets import batch_of, everything
from crm_migrate.connecting.conformance_uploading import content
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Answer,
    Begins,
    Remove,
    Target,
    TargetField,
    TargetObject,
    Upload,
)
from crm_migrate.errors import InDoubt, Retryable, Throttled
from crm_migrate_salesforce.shapes import KEY
from crm_migrate_simulators.faults import KINDS, Schedule, read_schedule
from crm_migrate_simulators.server import Server

LINKS = ("LinkedEntity.Account", "LinkedEntity.Contact")
FILE = TargetObject(
    "ContentVersion",
    (
        *(TargetField(name, "text") for name in ("Title", "PathOnClient", "Description", "Checksum", "Note__c")),
        TargetField("ContentSize", "integer"),
        *(TargetField(name, "reference", reference=name.partition(".")[2]) for name in LINKS),
    ),
    KEY,
)
DATA = b"hello\r\n" * 20_000
NAMED = {"Title": "a.txt", "PathOnClient": "old/a.txt", "Note__c": "ours"}
Row = dict[str, str | None]


@pytest.fixture
def server() -> Iterator[Server]:
    running = started()
    yield running
    running.stop()


def ready(server: Server) -> Target:
    target = opened(server, longest_seconds="1", upload_seconds="1")
    target.prepare((FILE,), apply=True)
    return target


def upload(target: Target, row: Row, data: bytes = DATA, action: str = "create") -> Answer:
    assert isinstance(target, Upload)
    said = content(data)
    row = {ENTITY: "f1", "ContentSize": str(said.size), "Checksum": said.md5, **row}
    return target.upload(batch_of(FILE, "files", [row], action), said)


def taken_back(target: Target, id: str) -> Answer:
    assert isinstance(target, Remove)
    rows: list[Row] = [{ENTITY: "f1", TARGET_ID: id}]
    batch = batch_of(FILE, "back", rows, "update")
    return target.remove(type(batch)(*(getattr(batch, n) if n != "action" else "remove" for n in batch.__slots__)))


def put(server: Server, object: str, **values: Any) -> str:
    return str(server.engine.store.create(object, values, server.engine.clock.now()).id)


def records(server: Server) -> tuple[str, str]:
    account = put(server, "Account", Name="Işık")
    return account, put(server, "Contact", LastName="Yılmaz", AccountId=account)


def versions(server: Server) -> int:
    return sum(each.object == "ContentVersion" for each in server.engine.log.creations)


def shared(server: Server) -> set[str]:
    links = [each.values["LinkedEntityId"] for each in server.engine.store.all("ContentDocumentLink")]
    return {id for id in links if not id.startswith("005")}


LEFT_OUT = {
    "dripping", "hang_before", "hang_after", "throttled_absurd", "quota_gone", "redirected", "duplicate_rule",
    "parent_locked", "late_commit", "throttled", "unavailable",
}  # fmt: skip
STRUCK = [n for n, k in KINDS.items() if k.family in ("doubt", "refused") and n not in LEFT_OUT]


@pytest.mark.cases(8)
@pytest.mark.parametrize("fault", [*STRUCK, "late_commit(0.4)", "throttled(0.1)", "unavailable(0.1)"])
def test_through_each_fault_a_file_is_there_once_and_whole(server: Server, fault: str) -> None:
    """Its bytes, its second link, its key: whichever request is struck, the next try finds what is there."""
    target = ready(server)
    for at in (1, 2, 3):
        struck(server, target, fault, at)


def struck(server: Server, target: Target, fault: str, at: int) -> None:
    entity, (account, contact) = f"f{at}", records(server)
    server.engine.log.count_anew()
    server.engine.schedule = Schedule(read_schedule(f"{fault}@{at}"))
    for _ in range(6):
        try:
            said = upload(target, {**NAMED, ENTITY: entity, LINKS[0]: account, LINKS[1]: contact})
        except Throttled as error:
            said = Answer()
            time.sleep(max(0.0, min(2.0, (error.until - datetime.now(UTC)).total_seconds())))
        except (InDoubt, Retryable):
            said = Answer()
        if said.loaded:
            break
        time.sleep(0.5 if fault.startswith("late") else 0)
    assert said.loaded and shared(server) >= {account, contact}, said
    assert versions(server) == at
    (there,) = [each for each in everything(target, FILE) if each[ENTITY] == entity]
    assert (there["ContentSize"], there[LINKS[1]]) == (str(len(DATA)), contact)


def test_one_that_cannot_be_shared_with_all_its_records_is_not_there(server: Server) -> None:
    target, (account, _) = ready(server), records(server)
    said = upload(target, {**NAMED, LINKS[0]: account, LINKS[1]: "003000000000000AAA"})
    assert set(said.refused) == {"f1"} and everything(target, FILE) == []


def test_until_it_is_shared_with_all_it_has_no_key(server: Server) -> None:
    """Whoever died between the bytes and the second link finds no file by our key, and sends the bytes not again."""
    target, (account, contact) = ready(server), records(server)
    upload(target, {**NAMED, LINKS[0]: account, LINKS[1]: contact})
    (mine,) = server.engine.store.all("ContentVersion")
    server.engine.store.update("ContentVersion", mine.id, {KEY: "f1~"}, server.engine.clock.now())
    (link,) = [x for x in server.engine.store.all("ContentDocumentLink") if x.values["LinkedEntityId"] == contact]
    server.engine.store.delete("ContentDocumentLink", link.id, server.engine.clock.now())
    assert not [row for table in target.read(FILE.bare(), "key", ["f1"]) for row in table.to_pylist()]
    assert isinstance(target, Begins) and target.begun(FILE, ["f1", "f2"]) == {"f1"}, "an undo has to know"
    assert upload(target, {**NAMED, LINKS[0]: account, LINKS[1]: contact}).loaded
    assert versions(server) == 1 and shared(server) == {account, contact}


def test_other_bytes_keep_what_is_not_said_and_links_follow(server: Server) -> None:
    target, (account, contact) = ready(server), records(server)
    id = upload(target, {**NAMED, "Description": "first", LINKS[0]: account}).loaded["f1"]
    assert upload(target, {"Description": None, LINKS[0]: None, LINKS[1]: contact}, b"new", "update").loaded == {
        "f1": id
    }
    (there,) = everything(target, FILE)
    assert {name: there[name] for name in ("Note__c", "Title", "Description", "ContentSize")} == {
        "Note__c": "ours", "Title": "a.txt", "Description": None, "ContentSize": "3",
    }  # fmt: skip
    assert shared(server) == {contact}
    said = target.write(batch_of(FILE, "change", [{ENTITY: "f1", "Title": "b.txt", LINKS[0]: account}], "update"))
    assert said.loaded == {"f1": id} and shared(server) == {account, contact}
    assert (
        target.write(batch_of(FILE, "size", [{ENTITY: "f1", "ContentSize": "9"}], "update")).refused["f1"].code
        == "NO_BYTES"
    )


@pytest.mark.parametrize("what", ["version", "link", "nothing"])
def test_what_users_added_to_a_file_keeps_it(server: Server, what: str) -> None:
    target, (account, _) = ready(server), records(server)
    id = upload(target, {**NAMED, LINKS[0]: account}).loaded["f1"]
    if what == "version":
        (version,) = server.engine.store.all("ContentVersion")
        other = put(server, "User", Username="u@x.example", LastName="U", IsActive=True)
        put(server, "ContentVersion", **version.values | {"IsLatest": False, "CreatedById": other})
    if what == "link":
        lead = put(server, "Lead", LastName="L", Company="C")
        put(server, "ContentDocumentLink", ContentDocumentId=id, LinkedEntityId=lead, ShareType="V")
    said = taken_back(target, id)
    assert (set(said.loaded), set(said.refused)) == (({"f1"}, set()) if what == "nothing" else (set(), {"f1"}))
    assert bool(server.engine.store.all("ContentVersion")) == (what != "nothing")


@pytest.mark.parametrize(
    ("habits", "code"),
    [
        ({"largest_file": "100"}, "FILE_SIZE_LIMIT_EXCEEDED"),
        ({"forbidden_files": "txt"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"file_room": "100"}, "STORAGE_LIMIT_EXCEEDED"),
        ({"versions_a_day": "0"}, "LIMIT_EXCEEDED"),
    ],
)
def test_what_the_organisation_does_not_take_is_refused_in_its_words(habits: dict[str, str], code: str) -> None:
    running = started(habits=habits)
    try:
        assert upload(ready(running), NAMED).refused["f1"].code == code
    finally:
        running.stop()


def test_the_room_that_is_left_is_told(server: Server) -> None:
    target = ready(server)
    assert isinstance(target, Upload)
    before = target.room()
    upload(target, NAMED, bytes(3 << 20))
    after = target.room()
    assert before.files == 200_000 and before.bytes is not None and after.bytes is not None
    assert before.bytes - after.bytes == 3 << 20
