"""Files of an old system go to HubSpot with their bytes: once, on their records, changed, and taken back."""

from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import pytest
from click.testing import CliRunner
from moved import left
from portals import TOKEN, Portal
from runs_with_files import run

from crm_migrate.cli import cli
from crm_migrate_simulators.faults import Schedule, read_schedule

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  files: {file: files.csv, key: id}
environments:
  hubspot:
    connector: hubspot
    url: "env:CRM_URL"
    token: "env:CRM_SECRET"
    longest_seconds: "2"
    upload_seconds: "1"
    settle_seconds: "0"
objects:
  accounts: {from: firms, fields: {name: name}}
  attachments:
    from: files
    manifest: {path: file, base: old}
    fields:
      description: about
      company: {files: firm, ref: accounts.firms}
"""
FILES = {"offer.pdf": b"%PDF-1.4 one", "sub/Işık.txt": "Grüße".encode()}
ROWS = "id,file,about,firm\n1,offer.pdf,An offer,1\n2,sub/Işık.txt,,1\n3,none.txt,,1\n"


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.stop()


def states(folder: Path) -> dict[str, int]:
    """What became of the rows of files by one more run."""
    return run(folder)[0]


@pytest.mark.timeout(600)
def test_bytes_arrive_once_and_change_and_go(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", portal.url)
    monkeypatch.setenv("CRM_SECRET", TOKEN)
    for name, text in {"crm-migrate.yaml": MAPPING, "firms.csv": "id,name\n1,Işık A.Ş.\n", "files.csv": ROWS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name, content in FILES.items():
        (tmp_path / "old" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "old" / name).write_bytes(content)
    assert left("target", "prepare", tmp_path) == 0
    done = CliRunner().invoke(cli, ["plan", str(tmp_path)], catch_exceptions=False)
    planned = " ".join(done.output.split())
    assert "2 file(s) to send" in planned, planned
    assert "attachments: 1 batch(es), 14 request(s) to write, 7 to read back" in planned, planned
    store, engine = portal.server.engine.store, portal.server.engine
    engine.log.count_anew()
    engine.schedule = Schedule(read_schedule("nothing_written@2"))  # of the first file: the firm is a write
    assert states(tmp_path) == {"created": 2, "held": 1}
    there = {each["fileMd5"] for each in store.settings("files").values()}
    assert there == {md5(content).hexdigest() for content in FILES.values()}
    notes = portal.rows("notes", "hs_note_body", "legacy_path", "hs_attachment_ids")
    assert {each["legacy_path"] for each in notes} == set(FILES)
    assert {each["hs_note_body"] for each in notes} == {"offer.pdf", "Işık.txt"}
    assert set(map(len, portal.linked("notes", "companies", [each["id"] for each in notes]).values())) == {1}
    (tmp_path / "old" / "offer.pdf").write_bytes(b"%PDF-1.4 two!")
    assert states(tmp_path) == {"updated": 1, "unchanged": 1, "held": 1}
    assert {each["size"] for each in store.settings("files").values()} == {13, len(FILES["sub/Işık.txt"])}


@pytest.mark.timeout(600)
def test_an_undo_takes_notes_and_files_back(portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", portal.url)
    monkeypatch.setenv("CRM_SECRET", TOKEN)
    for name, text in {"crm-migrate.yaml": MAPPING, "firms.csv": "id,name\n1,Işık\n", "files.csv": ROWS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "offer.pdf").write_bytes(FILES["offer.pdf"])
    assert left("target", "prepare", tmp_path) == 0
    assert states(tmp_path) == {"created": 1, "held": 2}
    assert left("undo", tmp_path, "--apply") == 0
    assert not portal.rows("notes") and not portal.rows("companies")
    assert not portal.server.engine.store.settings("files")
