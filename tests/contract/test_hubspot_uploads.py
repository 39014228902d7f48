"""Files in a simulated portal: through each kind of doubt once, several links, and what users do meanwhile."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from portals import TOKEN, Portal

from crm_migrate.connecting.conformance_targets import batch_of, everything
from crm_migrate.connecting.conformance_uploading import content
from crm_migrate.connecting.contract import (
    ENTITY,
    TARGET_ID,
    Action,
    Answer,
    Begins,
    Content,
    Costs,
    Load,
    Remove,
    Target,
    TargetField,
    TargetObject,
    Upload,
)
from crm_migrate.connecting.discovery import connector
from crm_migrate.connecting.http import Http, Request
from crm_migrate.errors import InDoubt, Retryable, Throttled
from crm_migrate_hubspot.file_shapes import path_of
from crm_migrate_simulators.faults import KINDS, Schedule, read_schedule

LINKS = ("associations.companies", "associations.contacts")
FILE = TargetObject(
    "notes:File",
    (
        *(TargetField(name, "text") for name in ("hs_note_body", "legacy_path", "description", "file.md5")),
        TargetField("file.size", "integer"),
        *(TargetField(name, "reference", reference=name.partition(".")[2]) for name in LINKS),
    ),
)
DATA = b"hello\r\n" * 200
NAMED = {"hs_note_body": "Teklif Işık.PDF", "legacy_path": "old/Teklif Işık.PDF"}
Row = Mapping[str, str | None]


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.stop()


def ready(portal: Portal, **more: str) -> Target:
    times = {"longest_seconds": "20", "upload_seconds": "20", "settle_seconds": "0", **more}
    target = connector("hubspot").target({"url": portal.url, "token": TOKEN, **times})
    target.prepare((FILE,), apply=True)
    return target


def upload(target: Target, row: Row, data: bytes = DATA, action: Action = "create") -> Answer:
    assert isinstance(target, Upload)
    said = content(data, "Teklif Işık.PDF")
    row = {ENTITY: "f1", "file.size": str(said.size), "file.md5": said.md5, **row}
    return target.upload(batch_of(FILE, "files", [dict(row)], action), said)


def taken_back(target: Target, id: str) -> Answer:
    assert isinstance(target, Remove)
    rows: list[dict[str, str | None]] = [{ENTITY: "f1", TARGET_ID: id}]
    return target.remove(replace(batch_of(FILE, "back", rows, "update"), action="remove"))


def records(portal: Portal) -> tuple[str, str]:
    return portal.make("companies", name="Işık"), portal.make("contacts", lastname="Yılmaz")


def files(portal: Portal) -> dict[str, Any]:
    return dict(portal.server.engine.store.settings("files"))


def sent(portal: Portal) -> int:
    """How many files came to be, by the log of the portal."""
    log = portal.server.engine.log.requests
    return sum((each.method, each.route) == ("POST", "/2026-09/files/files") and each.status == 201 for each in log)


def made(portal: Portal) -> int:
    """How many files came to be, whatever was answered."""
    return int(portal.server.engine.store.setting("files_made", "last") or 180_000_000_000) - 180_000_000_000


ELSEWHERE = pytest.mark.sweep("how other faults are told apart is the room of requests, which every write has")
STRUCK = [
    ("closed_after", 5), ("nothing_written", 2), ("late_commit(0.4)", 2), ("cut_answer", 2),
    *(pytest.param(fault, 2, marks=ELSEWHERE) for fault in (
        "error_after", "gateway_timeout", "reset_after", "empty_body", "page_of_html", "bad_gateway", "throttled(0.1)",
    )),
]  # fmt: skip


# Which request of a file writes: the bytes, its note, a link, another one, its key.
WRITES = {"any": (2, 4, 6, 8, 9), "write": (1, 2, 3, 4, 5)}


@pytest.mark.parametrize(("fault", "writes"), STRUCK)
def test_through_each_fault_a_file_is_there_once_and_whole(portal: Portal, fault: str, writes: int) -> None:
    """Its bytes, its note, each of two links, its key: whichever write is struck, the next try finds what is there."""
    target, ends = ready(portal), records(portal)
    assert upload(target, {**NAMED, ENTITY: "f0", **dict(zip(LINKS, ends, strict=True))}).loaded
    for number, at in enumerate(WRITES[KINDS[fault.partition("(")[0]].scope][:writes], 1):
        struck(portal, target, f"{fault}@{at}", number)


def struck(portal: Portal, target: Target, fault: str, number: int) -> None:
    entity, (company, contact) = f"f{number}", records(portal)
    engine = portal.server.engine
    engine.log.count_anew()
    engine.schedule = Schedule(read_schedule(fault))
    for _ in range(6):
        try:
            said = upload(target, {**NAMED, ENTITY: entity, LINKS[0]: company, LINKS[1]: contact})
        except Throttled as error:
            said = Answer()
            time.sleep(max(0.0, min(2.0, (error.until - datetime.now(UTC)).total_seconds())))
        except (InDoubt, Retryable):
            said = Answer()
        if said.loaded:
            break
        time.sleep(0.5 if fault.startswith("late") else 0)
    engine.schedule = Schedule(())
    assert said.loaded, said
    assert len(files(portal)) == made(portal) == 1 + number, "each file once"
    (there,) = [each for each in everything(target, FILE) if each[ENTITY] == entity]
    assert (there["file.size"], there[LINKS[0]], there[LINKS[1]]) == (str(len(DATA)), company, contact)
    assert len(portal.rows("notes")) == 1 + number


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_who_is_killed_behind_a_write_sends_the_bytes_not_again(
    portal: Portal, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is gone behind the n-th write: another one finishes, and the portal saw the bytes once."""
    company, contact = records(portal)
    row: Row = {**NAMED, LINKS[0]: company, LINKS[1]: contact}
    target, send, writes = ready(portal), Http.send, iter(range(1, 99))

    class Killed(BaseException):
        pass

    def until_killed(self: Http, request: Request) -> Any:
        answer = send(self, request)
        if request.changes and next(writes) == at:
            raise Killed
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Http, "send", until_killed)
        with pytest.raises(Killed):
            upload(target, row)
    other = ready(portal)
    assert upload(other, row).loaded and sent(portal) == 1 and len(portal.rows("notes")) == 1


def test_a_file_that_is_found_by_its_path_later_is_there_once() -> None:
    """Where the path lags behind, a second one is called otherwise, and goes again when the first one shows."""
    portal = Portal(path_seconds="0.5")
    try:
        target = ready(portal)
        portal.server.engine.log.count_anew()
        portal.server.engine.schedule = Schedule(read_schedule("closed_after@2"))
        for _ in range(4):
            with suppress(InDoubt):
                if upload(target, NAMED).loaded:
                    break
            time.sleep(0.3)
        (there,) = files(portal).values()
        assert made(portal) > 1 and there["path"] == path_of("f1", content(DATA, "Teklif Işık.PDF"))
        assert portal.rows("notes", "hs_attachment_ids")[0]["hs_attachment_ids"] == there["id"]
    finally:
        portal.stop()


def test_one_whose_note_is_refused_leaves_no_file(portal: Portal) -> None:
    target, (company, _) = ready(portal), records(portal)
    said = upload(target, {**NAMED, LINKS[0]: company, LINKS[1]: "424242"})
    assert set(said.refused) == {"f1"} and everything(target, FILE) == [] and not files(portal)
    too_long = upload(target, {**NAMED, "hs_note_body": "x" * 65_537})
    assert set(too_long.refused) == {"f1"} and not files(portal)


def test_until_it_hangs_on_all_its_records_it_has_no_key(portal: Portal) -> None:
    target, (company, contact) = ready(portal), records(portal)
    id = upload(target, {**NAMED, LINKS[0]: company, LINKS[1]: contact}).loaded["f1"]
    portal.ask("PATCH", f"/crm/v3/objects/notes/{id}", {"properties": {"crm_migrate_id": "f1~"}})
    assert not [row for table in target.read(FILE.bare(), "key", ["f1"]) for row in table.to_pylist()]
    assert isinstance(target, Begins) and target.begun(FILE, ["f1", "f2"]) == {"f1"}, "an undo has to know"
    assert upload(target, {**NAMED, LINKS[0]: company, LINKS[1]: contact}).loaded == {"f1": id} and made(portal) == 1


def test_other_bytes_are_another_file_and_links_follow(portal: Portal) -> None:
    target, (company, contact) = ready(portal), records(portal)
    id = upload(target, {**NAMED, "description": "first", LINKS[0]: company}).loaded["f1"]
    users = portal.server.engine.store
    users.put("files", "7", {**next(iter(files(portal).values())), "id": "7", "path": "/users/own.pdf"})
    (note,) = portal.rows("notes", "hs_attachment_ids")
    attached = {"hs_attachment_ids": f"{note['hs_attachment_ids']};7"}
    portal.ask("PATCH", f"/crm/v3/objects/notes/{id}", {"properties": attached})
    change: Row = {"description": None, LINKS[0]: None, LINKS[1]: contact}
    for _ in range(2):
        assert upload(target, change, b"new", "update").loaded == {"f1": id}
    (there,) = everything(target, FILE)
    assert {name: there[name] for name in ("hs_note_body", "description", "file.size", *LINKS)} == {
        "hs_note_body": "Teklif Işık.PDF", "description": None, "file.size": "3", LINKS[0]: None, LINKS[1]: contact,
    }  # fmt: skip
    (note,) = portal.rows("notes", "hs_attachment_ids")
    assert set(note["hs_attachment_ids"].split(";")) == set(files(portal)) and "7" in files(portal), "theirs stays"
    assert made(portal) == 2 and len(files(portal)) == 2
    said = target.write(batch_of(FILE, "change", [{ENTITY: "f1", "description": "x", LINKS[0]: company}], "update"))
    assert said.loaded == {"f1": id}
    size = target.write(batch_of(FILE, "size", [{ENTITY: "f1", "file.size": "9"}], "update"))
    assert size.refused["f1"].code == "NO_BYTES"
    assert target.write(batch_of(FILE, "new", [{ENTITY: "f2", **NAMED}])).refused["f2"].code == "NO_BYTES"


@pytest.mark.parametrize("what", ["file", "bytes", "gone", "nothing"])
def test_what_users_changed_of_a_file_keeps_it(portal: Portal, what: str) -> None:
    target, (company, _) = ready(portal), records(portal)
    id = upload(target, {**NAMED, LINKS[0]: company}).loaded["f1"]
    store = portal.server.engine.store
    ((own, said),) = files(portal).items()
    if what == "file":
        store.put("files", "7", {**said, "id": "7", "path": "/users/own.pdf"})
        portal.ask("PATCH", f"/crm/v3/objects/notes/{id}", {"properties": {"hs_attachment_ids": f"{own};7"}})
    if what == "bytes":
        store.put("files", own, {**said, "fileMd5": "0" * 32})
    if what == "gone":
        store.put("files", own, None)
    answer = taken_back(target, id)
    goes = what in ("gone", "nothing")
    assert (set(answer.loaded), set(answer.refused)) == (({"f1"}, set()) if goes else (set(), {"f1"}))
    assert (len(portal.rows("notes")), bool(files(portal))) == ((0, False) if goes else (1, True))


@pytest.mark.parametrize("at", [1, 2])
def test_an_undo_that_was_cut_off_ends_with_neither(portal: Portal, at: int) -> None:
    target = ready(portal)
    id = upload(target, NAMED).loaded["f1"]
    portal.server.engine.log.count_anew()
    portal.server.engine.schedule = Schedule(read_schedule(f"error_after@{at}"))
    for _ in range(3):
        try:
            said = taken_back(target, id)
        except (InDoubt, Retryable):
            continue
        break
    assert set(said.loaded) == {"f1"} and not files(portal) and not portal.rows("notes")


def test_another_file_at_its_path_is_left_alone(portal: Portal) -> None:
    target = ready(portal)
    upload(target, NAMED)
    ((own, said),) = files(portal).items()
    portal.server.engine.store.put("files", own, {**said, "size": 5, "fileMd5": "0" * 32})
    portal.ask("DELETE", f"/crm/v3/objects/notes/{portal.rows('notes')[0]['id']}")
    assert upload(target, NAMED).refused["f1"].code == "OTHER_FILE" and own in files(portal)


def test_what_the_portal_does_not_take_is_refused_in_its_words() -> None:
    portal = Portal(largest_file="100")
    try:
        said = upload(ready(portal), NAMED).refused["f1"]
        assert "larger" in said.words and not portal.rows("notes")
    finally:
        portal.stop()


@pytest.mark.parametrize("name", ["Teklif Işık.PDF", "أحمد.txt", "README", ".htaccess", "a/b\\c d.tar.gz", "x" * 400])
def test_a_path_has_letters_that_nobody_changes(portal: Portal, name: str) -> None:
    """And tells apart what differs by key or bytes alone."""
    one = path_of("f1", _named(DATA, name))
    folder, _, last = one.rpartition("/")
    assert folder == "/crm-migrate" and set(last) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert len({one, path_of("f2", _named(DATA, name)), path_of("f1", _named(b"x", name))}) == 3 and len(last) < 150
    assert isinstance(target := ready(portal), Upload)
    assert target.upload(batch_of(FILE, "f", [{ENTITY: "f1", **NAMED}]), _named(DATA, name)).loaded
    assert portal.ask("GET", f"/files/v3/files/stat/{quote(one, safe='')}")["file"]["size"] == len(DATA)


def test_it_costs_what_it_says(portal: Portal) -> None:
    target, (company, contact) = ready(portal), records(portal)
    assert isinstance(target, Costs)
    target.describe([FILE.name])
    row: Row = {**NAMED, LINKS[0]: company, LINKS[1]: contact}
    upload(target, row)
    sends: list[tuple[Action, Row, bytes]] = [("create", {**row, ENTITY: "f2"}, DATA), ("update", {}, b"new")]
    for action, change, data in sends:
        columns = {name: frozenset({""}) for name in ("file.size", "file.md5", *change) if name != ENTITY}
        told = target.writing(FILE, action, [Load(1, columns)])
        before = len(portal.server.engine.log.requests)
        assert upload(target, change, data, action).loaded
        assert len(portal.server.engine.log.requests) - before == told, action
    whole = target.describe([FILE.name]).object(FILE.name)
    assert whole is not None
    told, before = target.reading(whole, 2, {}), len(portal.server.engine.log.requests)
    everything(target, whole)
    assert len(portal.server.engine.log.requests) - before == told


def _named(data: bytes, name: str) -> Content:
    return replace(content(data), name=name)
