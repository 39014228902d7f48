"""`manifest:` of attachments: the fields that it fills, the limits of the target, and what is told of it."""

from pathlib import Path

import pytest

from crm_migrate.finding import Finding
from crm_migrate.mapping.plan import ManifestPlan, Plan
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

SMALL = """crm_migrate: 1
sources:
  files: {file: files.csv, key: id}
  kisi: {file: kisi.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"PROFILE}
objects:
  contacts: {from: kisi, fields: {last_name: name}}
"""
BLOCK = """  attachments:
    from: files
    manifest: {path: FileName, base: old/files}
    fields: {description: Notes}
"""


def examined(folder: Path, block: str = BLOCK, profile: str = "") -> tuple[Plan | None, list[Finding]]:
    path = folder / "crm-migrate.yaml"
    path.write_text(SMALL.replace("PROFILE", profile) + block, encoding="utf-8")
    return examine(Project(folder, path))


def test_a_manifest_fills_the_fields_of_a_file_and_holds_what_cannot_be_taken(tmp_path: Path) -> None:
    plan, findings = examined(tmp_path)
    assert plan is not None, findings
    assert plan.source("files").manifest == ManifestPlan(path="FileName", base="old/files")
    assert plan.source("kisi").manifest is None
    columns = {f.name: f.cells["files"].column for f in plan.object("attachments").fields}
    assert columns == {
        "file": "attached.problem", "description": "Notes", "name": "attached.name", "path": "attached.path",
        "size": "attached.size", "sha256": "attached.sha256", "md5": "attached.md5", "mime_type": "attached.type",
    }  # fmt: skip
    helper = plan.object("attachments").field("file")
    assert (helper.let, helper.target, helper.on_invalid) == (True, None, "hold")


def test_what_the_mapping_says_of_a_field_wins(tmp_path: Path) -> None:
    plan, findings = examined(tmp_path, BLOCK.replace("description: Notes", "name: Title, mime_type: {constant: x/y}"))
    assert plan is not None, findings
    each = plan.object("attachments")
    assert each.field("name").cells["files"].column == "Title"
    assert (each.field("mime_type").constant, each.field("mime_type").cells) == ("x/y", {})


@pytest.mark.parametrize(
    ("size", "bytes_"), [("25 MB", 25_000_000), ("1 KiB", 1024), ("1.5kB", 1500), ("10 B", 10), ("2GiB", 2 << 30)]
)
def test_sizes_are_read(tmp_path: Path, size: str, bytes_: int) -> None:
    said = f"old/files, largest: {size}, forbidden: [.EXE, bat]"
    plan, findings = examined(tmp_path, BLOCK.replace("old/files", said))
    assert plan is not None, findings
    manifest = plan.source("files").manifest
    assert manifest is not None
    assert (manifest.largest, manifest.forbidden) == (bytes_, ("bat", "exe"))


def test_the_profile_of_the_target_has_limits_too(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "targets"
    folder.mkdir(parents=True)
    (folder / "strict.yaml").write_text(
        "crm_migrate_target: 1\ntitle: strict\nlast_verified: 2026-11-30\nobjects:\n  contacts: {name: contacts}\n"
        "  attachments: {name: files, largest_file: 10 MB, forbidden_files: [exe]}\n",
        "utf-8",
    )
    plan, findings = examined(tmp_path, profile=", profile: strict")
    assert plan is not None, findings
    manifest = plan.source("files").manifest
    assert manifest is not None
    assert (manifest.largest, manifest.forbidden) == (10_000_000, ("exe",))


@pytest.mark.parametrize(
    ("block", "code", "words"),
    [
        (BLOCK.replace("old/files", "../files"), "path_outside", "inside its folder"),
        (BLOCK.replace("old/files", "/srv/files"), "path_outside", "inside its folder"),
        (BLOCK.replace("old/files", "old/files, largest: huge"), "mapping_value", ""),
        (BLOCK.replace("old/files", "old/files, unusable: skip"), "mapping_value", ""),
        (BLOCK.replace("{path: FileName, base: old/files}", "{path: FileName}"), "mapping_missing", "base"),
        (BLOCK.replace("{path", "{mails: {path") .replace("files}\n", "files}}\n"), "source_not_fed", "mails"),
        (BLOCK.replace("description: Notes", "file: Notes"), "field_twice", "file"),
        (BLOCK + "    let: {file: Notes}\n", "field_twice", "file"),
        (BLOCK.replace("from: files", "from: [files, kisi]"), "source_ambiguous", "2 sources"),
        (BLOCK.replace("  attachments:", "  notes:"), "field_conflict", "attachments"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, block: str, code: str, words: str) -> None:
    plan, findings = examined(tmp_path, block)
    assert plan is None
    assert any(f.code == code and words in f.message for f in findings), findings


def test_attachments_of_the_file_are_sent_to_their_object(tmp_path: Path) -> None:
    _, findings = examined(tmp_path, BLOCK + "attachments: {from: files}\n")
    assert any("manifest" in f.hint for f in findings), findings
