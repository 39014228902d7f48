"""Files beside records through a whole run: every row accounted, every odd file told, the manifest beside it."""

import csv
import hashlib
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")

MAPPING = r"""crm_migrate: 1
project: {name: files, locale: en-GB}
sources:
  kisi: {file: kisi.csv, key: id}
  files: {file: files.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts: {from: kisi, fields: {last_name: name}}
  attachments:
    from: files
    manifest: {path: FileName, base: old/files, prefix: 'C:\CRM\', largest: 1 kB, forbidden: exeMORE}
    about: {ref_by: {type: kind, id: of, map: {Contacts: contacts}}}
    fields: {description: Notes}
"""
ROWS = (
    ("a.txt", "1"), ("b.txt", "2"), (r"C:\CRM\sub\c.pdf", "1"), ("Same.txt", "1"), ("same.txt", "2"), ("a.txt", "2"),
    ("none.txt", "1"), ("empty.txt", "1"), ("big.bin", "1"), ("tool.pdf", "1"), ("link.txt", "1"), ("pipe", "1"),
    ("../../kisi.csv", "1"), ("=cmd.txt", "1"),
)  # fmt: skip
TAKEN = {
    ("a.txt", "Yilmaz"), ("b.txt", "Demir"), ("sub/c.pdf", "Yilmaz"), ("a.txt", "Demir"), ("=cmd.txt", "Yilmaz"),
    (f"Same-{hashlib.sha256(b'x1').hexdigest()[:8]}.txt", "Yilmaz"),
    (f"same-{hashlib.sha256(b'x2').hexdigest()[:8]}.txt", "Demir"),
}  # fmt: skip
ODD = {
    "file_missing": 1, "file_empty": 1, "file_too_large": 1, "file_forbidden": 1, "file_link": 1, "file_special": 1,
    "file_outside": 1,
}  # fmt: skip


def project(folder: Path, more: str = "") -> Path:
    files = folder / "old" / "files"
    (files / "sub").mkdir(parents=True)
    for name, content in {
        "a.txt": b"hello", "b.txt": b"hello", "sub/c.pdf": b"%PDF-1.4", "empty.txt": b"", "big.bin": bytes(2000),
        "tool.pdf": b"MZ", "Same.txt": b"x1", "same.txt": b"x2", "spare.txt": b"z", "=cmd.txt": b"c",
    }.items():  # fmt: skip
        (files / name).write_bytes(content)
    if len(list(files.iterdir())) < 10:
        pytest.skip("a file system that does not tell capitals from small letters")
    (files / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(files / "pipe")
    (folder / "kisi.csv").write_text("id,name\n1,Yilmaz\n2,Demir\n", "utf-8")
    lines = [f"{n},{name},Contacts,{of},\n" for n, (name, of) in enumerate(ROWS, 1)]
    (folder / "files.csv").write_text("id,FileName,kind,of,Notes\n" + "".join(lines), "utf-8")
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("MORE", more), "utf-8")
    return folder


def run(folder: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["run", str(folder), "--json"])
    figures: dict[str, Any] = json.loads(done.stdout)["figures"]
    return figures


def states(figures: dict[str, Any]) -> dict[str, int]:
    (line,) = (line for line in figures["accounting"] if line["object"] == "attachments")
    assert line["unexplained"] == 0
    return {state: count for state, count in line["states"].items() if count}


def arrived(folder: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(folder / "crm.db") as database:
        query = "SELECT a.path, c.last_name FROM attachments a JOIN contacts c ON c.id = a.contact"
        return set(database.execute(query))


def test_every_row_is_accounted_and_every_odd_file_told(tmp_path: Path) -> None:
    figures = run(project(tmp_path))
    assert states(figures) == {"created": 7, "held": 7}
    assert arrived(tmp_path) == TAKEN
    files = {each["outcome"]: (each["files"], each["bytes"]) for each in figures["files"]}
    assert files == {"file_by_hand": (7, 28), "file_too_large": (1, 2000), "file_waits": (6, 2)}
    told = {(e["object"], e["code"]): e["count"] for e in figures["exceptions"]}
    assert {code: told["attachments", code] for code in ODD} == ODD, "of the rows"
    assert {code: told["", code] for code in ODD} == ODD, "of the source"
    assert {code: told["", code] for code in ("file_twice", "file_alike", "file_unnamed")} == {
        "file_twice": 1,
        "file_alike": 2,
        "file_unnamed": 1,
    }
    again = run(tmp_path)
    assert states(again) == {"unchanged": 7, "held": 7}
    (tmp_path / "old" / "files" / "b.txt").write_bytes(b"other")
    assert states(run(tmp_path)) == {"updated": 1, "unchanged": 6, "held": 7}, "another content is a change"


def test_the_manifest_lies_beside_the_report(tmp_path: Path) -> None:
    run(project(tmp_path))
    (path,) = (tmp_path / "reports").glob("*/attachments.csv")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = {line["key"]: line for line in csv.DictReader(handle)}
    assert len(lines) == len(ROWS)
    first, twin, held = lines["1"], lines["2"], lines["7"]
    digest = hashlib.sha256(b"hello").hexdigest()
    assert (first["sha256"], first["size"], first["parent"], first["state"]) == (digest, "5", "contacts 1", "created")
    assert (twin["same_as"], twin["path"]) == ("a.txt", "b.txt")
    assert (held["state"], held["code"], held["named"]) == ("held", "file_missing", "none.txt")
    assert lines["14"]["path"] == "'=cmd.txt", "no spreadsheet takes it for a formula"
    with sqlite3.connect(tmp_path / "crm.db") as database:
        ids = {str(id_) for (id_,) in database.execute("SELECT id FROM attachments")}
    assert {line["target_id"] for line in lines.values() if line["state"] == "created"} == ids


def test_a_corrected_name_finds_its_file(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "decisions").mkdir()
    said = "{id: C1, row: 'files:7', column: FileName, was: none.txt, now: spare.txt, who: x, when: y, why: z}"
    (folder / "decisions" / "c.yaml").write_text(f"corrections: [{said}]\n", "utf-8")
    figures = run(folder)
    assert states(figures) == {"created": 8, "held": 6}
    assert ("spare.txt", "Yilmaz") in arrived(folder)
    told = {e["code"] for e in figures["exceptions"]}
    assert "file_unnamed" not in told, "a row names it now"


def test_records_may_be_loaded_without_their_files_but_never_with_a_path_that_leads_away(tmp_path: Path) -> None:
    assert states(run(project(tmp_path, ", unusable: keep"))) == {"created": 11, "held": 3}
