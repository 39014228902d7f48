"""Files of an old system go to Salesforce with their bytes: once, shared with their records, changed, taken back."""

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from moved import left
from runs_with_files import run
from salesforce_orgs import ENVIRONMENT, served

from crm_migrate.cli import cli
from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load.sending.uploading import Files, files_of
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.server import Server

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: id}
  people: {file: people.csv, key: id}
  files: {file: files.csv, key: id}
ENVIRONMENT
    longest_seconds: "1"
    upload_seconds: "1"
objects:
  accounts: {from: firms, fields: {name: name}}
  contacts: {from: people, fields: {last_name: name}}
  attachments:
    from: files
    manifest: {path: file, base: old}
    fields:
      description: about
      company: {files: firm, ref: accounts.firms}
      contact: {files: person, ref: contacts.people}
""".replace("ENVIRONMENT\n", ENVIRONMENT)
FILES = {"offer.pdf": b"%PDF-1.4 one", "sub/Işık.txt": "Grüße".encode(), "both.bin": bytes(range(256)) * 5000}
ROWS = "id,file,about,firm,person\n1,offer.pdf,An offer,1,\n2,sub/Işık.txt,,,1\n3,both.bin,Both,1,1\n4,none.txt,,1,\n"
Org = tuple[Server, Path]


@pytest.fixture
def org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Org]]:
    """Starts an organisation, and makes a project that loads into it."""
    stack = ExitStack()

    def made(**how: Any) -> Org:
        server = stack.enter_context(served(monkeypatch, **how))
        (tmp_path / "crm-migrate.yaml").write_text(MAPPING, encoding="utf-8")
        (tmp_path / "firms.csv").write_text("id,name\n1,Işık A.Ş.\n", encoding="utf-8")
        (tmp_path / "people.csv").write_text("id,name\n1,Yılmaz\n", encoding="utf-8")
        (tmp_path / "files.csv").write_text(ROWS, encoding="utf-8")
        for name, content in FILES.items():
            (tmp_path / "old" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "old" / name).write_bytes(content)
        assert left("target", "prepare", tmp_path) == 0
        return server, tmp_path

    with stack:
        yield made


def states(folder: Path) -> dict[str, int]:
    """What became of the rows of files by one more run; the account of files is that of the rows."""
    found, figures = run(folder)
    files = figures["files"]
    assert sum(each["files"] for each in files) == sum(found.values())
    assert all(each["by_digest"] == each["files"] for each in files if each["outcome"] in ("file_sent", "file_there"))
    return found


def latest(server: Server) -> dict[str, dict[str, Any]]:
    """Title -> the latest version of each document, and what it is shared with."""
    store = server.engine.store
    links = [each.values for each in store.all("ContentDocumentLink")]
    return {
        version.values["Title"]: version.values
        | {
            "shared": {
                x["LinkedEntityId"][:3] for x in links if x["ContentDocumentId"] == version.values["ContentDocumentId"]
            }
        }
        for version in store.all("ContentVersion")
        if version.values["IsLatest"]
    }


def struck(server: Server, faults: str) -> None:
    """From now on these faults, counted anew."""
    server.engine.log.count_anew()
    server.engine.schedule = Schedule(read_schedule(faults))


def written(server: Server) -> int:
    """How many versions came to be, by the witness."""
    return sum(each.object == "ContentVersion" for each in server.engine.log.creations)


def test_bytes_arrive_once_and_what_changed_on_the_way_waits(
    org: Callable[..., Org], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, folder = org()
    planned = " ".join(CliRunner().invoke(cli, ["plan", str(folder)]).output.split())
    assert "3 file(s) to send, 1.3 MB, the largest 1.3 MB: 0.1 minutes at 10 Mbit/s" in planned, planned
    assert "attachments: 1 batch(es), 9 request(s) to write" in planned, planned
    struck(server, "error_after@3")  # of the first file: firms and people are a write each
    assert states(folder) == {"created": 3, "held": 1}
    there = latest(server)
    assert {each["PathOnClient"]: each["Checksum"] for each in there.values()} == {
        name: md5(content).hexdigest() for name, content in FILES.items()
    }
    assert {name: each["shared"] - {"005"} for name, each in there.items()} == {
        "offer.pdf": {"001"}, "Işık.txt": {"003"}, "both.bin": {"001", "003"},
    }  # fmt: skip
    assert written(server) == 3
    for name in ("offer.pdf", "both.bin"):
        (folder / "old" / name).write_bytes(b"%PDF-1.4 two")

    def swapped(plan: Plan, project: Path) -> Files:
        (project / "old" / "offer.pdf").write_bytes(b"%PDF-1.4 3!!")  # as many bytes as were planned
        return files_of(plan, project)

    monkeypatch.setattr("crm_migrate.stages.load.files_of", swapped)
    assert states(folder) == {"unchanged": 1, "updated": 1, "held": 2}
    assert {name: each["ContentSize"] for name, each in latest(server).items()} == {
        "offer.pdf": 12, "Işık.txt": 7, "both.bin": 12,
    }  # fmt: skip
    assert latest(server)["offer.pdf"]["Checksum"] == md5(FILES["offer.pdf"]).hexdigest(), "it was not sent"
    assert written(server) == 4
    with max((folder / "reports").glob("*/attachments.csv")).open(encoding="utf-8-sig") as handle:
        told = {line["key"]: (line["state"], line["code"]) for line in csv.DictReader(handle)}
    assert told["1"] == ("held", "file_changed") and told["4"] == ("held", "file_missing")


def test_an_undo_takes_the_documents_back(org: Callable[..., Org]) -> None:
    server, folder = org()
    assert states(folder) == {"created": 3, "held": 1}
    assert left("undo", folder, "--apply") == 0
    assert [each for name in ("ContentDocument", "Account", "Contact") for each in server.engine.store.all(name)] == []
