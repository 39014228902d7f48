"""The conformance kit for targets that take the bytes of files (`Upload`).

    @pytest.mark.parametrize("check", (*TARGET_CHECKS, *UPLOAD_CHECKS))

A target that takes none, or whose kit says nothing of files, passes them by.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from crm_migrate.connecting.conformance_targets import (
    GENERIC,
    FileKit,
    Kit,
    OpenTarget,
    Rows,
    batch_of,
    everything,
    opened,
)
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Answer, Content, Remove, Target, Upload
from crm_migrate.disk.plain_tree import FileChanged

_PIECE = 60_000
# Ends of lines of all kinds, what ends a form, and every byte: nothing in between may touch them.
BYTES = b"\r\n--boundary--\r\n\n\r\x00" + bytes(range(256)) * 1000 + b"\r\n"


def content(data: bytes, name: str = "letter.txt", *, breaks: bool = False) -> Content:
    """The bytes as a target is given them; with `breaks` they are found to be others before the last piece."""

    def chunks() -> Iterator[bytes]:
        pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
        yield from pieces[:-1]
        if breaks:
            raise FileChanged("file_changed")
        yield from pieces[-1:]

    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Content(name, len(data), hashlib.sha256(data).hexdigest(), md5, chunks)


def _ready(open_target: OpenTarget, kit: Kit) -> Target:
    target = opened(open_target, kit)
    if kit.files is not None:
        target.prepare((kit.files.object,), apply=True)
    return target


def _row(files: FileKit, entity: str, data: bytes, **more: str | None) -> dict[str, str | None]:
    known = {files.size: str(len(data)), files.md5: hashlib.md5(data, usedforsecurity=False).hexdigest()}
    cells: dict[str, str | None] = {name: cell for name, cell in known.items() if name}
    return {ENTITY: entity, **dict.fromkeys(files.names, f"{entity}.txt"), **cells, **more}


def _upload(
    target: Target, files: FileKit, row: dict[str, str | None], data: bytes, action: str = "create", *,
    breaks: bool = False,
) -> Answer:  # fmt: skip
    assert isinstance(target, Upload)
    name = f"{action}-{row[ENTITY]}-{len(data)}"
    return target.upload(
        batch_of(files.object, name, [row], action), content(data, f"{row[ENTITY]}.txt", breaks=breaks)
    )


def check_a_file_arrives_whole_and_once(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Every byte arrives, by the target's own count; the same file again is the same record; links lead there."""
    target, files = _ready(open_target, kit), kit.files
    if not isinstance(target, Upload) or files is None:
        return
    assert target.takes_bytes(files.object) and not target.takes_bytes(kit.company)
    assert target.limits(files.object, "create").rows == 1
    about: Rows = [{ENTITY: "c1", kit.name: "Acme"}]
    company = target.write(batch_of(kit.company, "about", about)).loaded["c1"]
    row = _row(files, "f1", BYTES, **{files.about: company})
    first = _upload(target, files, row, BYTES)
    assert set(first.loaded) == {"f1"}, first
    assert _upload(target, files, row, BYTES).loaded == first.loaded, "the same file again is another record"
    (there,) = everything(target, files.object)
    wanted = {name: cell for name, cell in row.items() if name != ENTITY}
    assert {name: there[name] for name in wanted} == wanted, "it did not come back as it went"
    assert (there[ENTITY], there["target_id"]) == ("f1", first.loaded["f1"])
    target.close()


def check_a_file_that_breaks_off_is_not_there(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """Where the bytes turn out to be others, the request ends before its last piece, and no record is found by our
    key."""
    target, files = _ready(open_target, kit), kit.files
    if not isinstance(target, Upload) or files is None:
        return
    try:
        said = _upload(target, files, _row(files, "f1", BYTES), BYTES, breaks=True)
    except FileChanged:
        said = Answer()
    assert not said.loaded, "a file that broke off counts as written"
    assert not [row for table in target.read(files.object.bare(), "key", ["f1"]) for row in table.to_pylist()]
    assert set(_upload(target, files, _row(files, "f1", BYTES), BYTES).loaded) == {"f1"}, "the next try"
    target.close()


def check_other_bytes_take_their_place(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A file that changed is the same record with other bytes; what is not said of it stays."""
    target, files = _ready(open_target, kit), kit.files
    if not isinstance(target, Upload) or files is None:
        return
    about: Rows = [{ENTITY: "c1", kit.name: "Acme"}]
    company = target.write(batch_of(kit.company, "about", about)).loaded["c1"]
    id = _upload(target, files, _row(files, "f1", BYTES, **{files.about: company}), BYTES).loaded["f1"]
    row = {name: cell for name, cell in _row(files, "f1", b"short").items() if name not in files.names}
    for _ in range(2):
        assert _upload(target, files, row, b"short", "update").loaded == {"f1": id}
    (there,) = everything(target, files.object)
    assert {name: there[name] for name in row if name != ENTITY} == {n: c for n, c in row.items() if n != ENTITY}
    assert (there[files.names[0]], there[files.about]) == ("f1.txt", company), "what was not said is gone"
    target.close()


def check_a_file_is_taken_back(open_target: OpenTarget, kit: Kit = GENERIC) -> None:
    """A file goes while it carries our key, and is gone after that."""
    target, files = _ready(open_target, kit), kit.files
    if not isinstance(target, Upload) or not isinstance(target, Remove) or files is None:
        return
    id = _upload(target, files, _row(files, "f1", BYTES), BYTES).loaded["f1"]

    def removed(key: str) -> Answer:
        rows: Rows = [{ENTITY: key, TARGET_ID: id}]
        return target.remove(replace(batch_of(files.object, f"remove-{key}", rows, "update"), action="remove"))

    assert set(removed("stranger").refused) == {"stranger"}, "a file with another key went"
    assert removed("f1").loaded == {"f1": id}
    assert not everything(target, files.object)
    again = removed("f1")
    assert again.loaded == {"f1": id}
    assert again.gone == {"f1"}
    target.close()


UPLOAD_CHECKS: tuple[Callable[..., None], ...] = (
    check_a_file_arrives_whole_and_once,
    check_a_file_that_breaks_off_is_not_there,
    check_other_bytes_take_their_place,
    check_a_file_is_taken_back,
)
